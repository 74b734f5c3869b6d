"""Outcome by outcome of the simulator, alone and in sequences: what arrives, when, and what the ledger says of it.

All cases are played at the same time, each with a resident of its own, so that half an hour passes but once.
"""

from dataclasses import dataclass

import pytest

from tests.system.cases import Case, daytime, opened, pass_minutes
from tests.system.client import Devstack

READY = ("verified", "ready")


@dataclass(frozen=True)
class Row:
    """How sends end, in order, and what must come of it.

    phone: (channel, state, from minute, to minute) for each message that a provider took. ledger: the notice's state, and its
    reason. outcomes: how each attempt ended.
    """

    faults: tuple[str, ...]
    phone: tuple[tuple[str, str, float, float], ...]
    ledger: tuple[str, str | None]
    outcomes: str
    by_sms: tuple[str, ...] = ()
    changes: tuple[str, ...] = READY


# When it arrives: at once; with the next minute's sweep, or two of them; after the wait for a report; after WhatsApp's silence.
AT_ONCE, SOON, AFTER_TWO, AFTER_REPORT, AFTER_SILENCE = (-1, 1), (0, 2.5), (0.5, 4), (10, 13.5), (5, 8)
DELIVERED, BY_SMS = ("delivered", None), ("accepted", None)


def whatsapp(state: str, when: tuple[float, float]) -> tuple[str, str, float, float]:
    return ("whatsapp", state, *when)


def sms(when: tuple[float, float]) -> tuple[str, str, float, float]:
    return ("sms", "accepted", *when)


ARRIVES, ARRIVES_SOON, ARRIVES_LATER = (
    (whatsapp("delivered", AT_ONCE),),
    (whatsapp("delivered", SOON),),
    (whatsapp("delivered", AFTER_REPORT),),
)
FAILED = (whatsapp("failed", AT_ONCE),)
FOLLOWED = (*FAILED, sms(SOON))
OPTED_OUT = ("suppressed", "opted_out")

ROWS = {
    # What goes well, or nearly.
    "nothing": Row((), ARRIVES, DELIVERED, "accepted"),
    "slow:1500": Row(("slow:1500",), ARRIVES, DELIVERED, "accepted"),
    "receipts:duplicated": Row(("receipts:duplicated",), ARRIVES, DELIVERED, "accepted"),
    "receipts:reversed": Row(("receipts:reversed",), ARRIVES, DELIVERED, "accepted"),
    "receipts:read_only": Row(("receipts:read_only",), (whatsapp("read", AT_ONCE),), ("read", None), "accepted"),
    "receipts:delivered_after_failed": Row(("receipts:delivered_after_failed",), ARRIVES, DELIVERED, "refused accepted"),
    # What may pass.
    "http_500": Row(("http_500",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "http_500 twice": Row(("http_500", "http_500"), (whatsapp("delivered", AFTER_TWO),), DELIVERED, "refused refused accepted"),
    "http_429": Row(("http_429",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:1": Row(("error:1",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:131016": Row(("error:131016",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:4": Row(("error:4",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:130429": Row(("error:130429",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:131056 twice": Row(
        ("error:131056", "error:131056"), (whatsapp("delivered", AFTER_TWO),), DELIVERED, "refused refused accepted",
    ),
    "failed:131000": Row(
        ("failed:131000",), (*FAILED, whatsapp("delivered", SOON)), DELIVERED, "refused accepted accepted",
    ),
    # What nobody knows.
    "http_502": Row(("http_502",), ARRIVES_LATER, DELIVERED, "unknown accepted"),
    "reset": Row(("reset",), ARRIVES_LATER, DELIVERED, "unknown accepted"),
    "timeout_before": Row(("timeout_before",), ARRIVES_LATER, DELIVERED, "unknown accepted"),
    "timeout_after": Row(("timeout_after",), ARRIVES, DELIVERED, "unknown"),
    "slow:11000": Row(("slow:11000",), ARRIVES, DELIVERED, "unknown"),
    "malformed_200": Row(("malformed_200",), ARRIVES, DELIVERED, "unknown"),
    "timeout_before, http_500": Row(
        ("timeout_before", "http_500"), (whatsapp("delivered", (10, 15)),), DELIVERED, "unknown refused accepted",
    ),
    "timeout_after, http_500": Row(("timeout_after", "http_500"), ARRIVES, DELIVERED, "unknown"),
    "http_500, timeout_after": Row(("http_500", "timeout_after"), ARRIVES_SOON, DELIVERED, "refused unknown"),
    "http_502 twice": Row(("http_502", "http_502"), (), ("unknown", "http_502"), "unknown unknown"),
    "http_502, undeliverable": Row(
        ("http_502", "undeliverable"), (whatsapp("failed", AFTER_REPORT), sms((10, 15))), BY_SMS,
        "unknown refused accepted accepted",
    ),
    "http_502, silent": Row(
        ("http_502", "silent"), (whatsapp("accepted", AFTER_REPORT), sms((15, 20))), BY_SMS, "unknown accepted silent accepted",
    ),
    "http_502, error:131050": Row(("http_502", "error:131050"), (), OPTED_OUT, "unknown refused"),
    # Where WhatsApp says no, or nothing.
    "undeliverable": Row(("undeliverable",), FOLLOWED, BY_SMS, "refused accepted accepted"),
    "error:131026": Row(("error:131026",), (sms(SOON),), BY_SMS, "refused accepted"),
    "error:131030": Row(("error:131030",), (sms(SOON),), BY_SMS, "refused accepted"),
    "error:131047": Row(("error:131047",), ARRIVES_SOON, DELIVERED, "refused accepted"),
    "error:131047 twice": Row(("error:131047", "error:131047"), (sms(AFTER_TWO),), BY_SMS, "refused refused accepted"),
    "error:100": Row(("error:100",), (sms(SOON),), BY_SMS, "refused accepted"),
    "error:132012": Row(("error:132012",), (sms(SOON),), BY_SMS, "refused accepted"),
    "error:999999, which nobody knows": Row(("error:999999",), (sms(SOON),), BY_SMS, "refused accepted"),
    "error:131050": Row(("error:131050",), (), OPTED_OUT, "refused"),
    "failed:131050": Row(("failed:131050",), FAILED, OPTED_OUT, "refused accepted"),
    "failed:132015": Row(("failed:132015",), FOLLOWED, BY_SMS, "refused accepted accepted"),
    "silent": Row(("silent",), (whatsapp("accepted", AT_ONCE), sms(AFTER_SILENCE)), BY_SMS, "accepted silent accepted"),
    "receipts:sent_only": Row(
        ("receipts:sent_only",), (whatsapp("sent", AT_ONCE), sms(AFTER_SILENCE)), BY_SMS, "accepted silent accepted",
    ),
    "silent, of what need not arrive": Row(
        ("silent",), (whatsapp("accepted", AT_ONCE),), ("accepted", None), "accepted", changes=("cancelled",),
    ),
    # Where the SMS does not go well.
    "undeliverable, SMS throttled": Row(
        ("undeliverable",), (*FAILED, sms(AFTER_TWO)), BY_SMS, "refused accepted refused accepted", by_sms=("http_429",),
    ),
    "undeliverable, SMS unknown": Row(
        ("undeliverable",), FAILED, ("unknown", "http_500"), "refused accepted unknown", by_sms=("http_500",),
    ),
    "undeliverable, SMS refused": Row(
        ("undeliverable",), FAILED, ("failed", "InvalidParameter"), "refused accepted refused",
        by_sms=("error:InvalidParameter",),
    ),
    "undeliverable, opted out of SMS": Row(
        ("undeliverable",), FAILED, OPTED_OUT, "refused accepted refused", by_sms=("error:OptedOut",),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def played(faulty: Devstack) -> dict[str, Case]:
    """All cases, half an hour after the office told them."""
    daytime(faulty)
    cases = {name: Case(faulty) for name in ROWS}
    for case in cases.values():
        case.open()
    faulty.settle(60)
    for name, case in cases.items():
        case.opened()
        for outcome in ROWS[name].faults:
            case.fault(outcome, channel="whatsapp")
        for outcome in ROWS[name].by_sms:
            case.fault(outcome, channel="sms")
    for name, case in cases.items():
        case.change(*ROWS[name].changes)
    faulty.settle(60)
    for minutes in (2, 4, 3, 5, 16):
        pass_minutes(faulty, minutes)
    return cases


@pytest.mark.parametrize("name", ROWS)
def test_it_ends_as_promised(played: dict[str, Case], name: str) -> None:
    row, case = ROWS[name], played[name]

    seen, notice = case.seen(), case.notice()

    assert [(one.channel, one.state) for one in seen] == [(channel, state) for channel, state, _, _ in row.phone]
    for one, (_, _, earliest, latest) in zip(seen, row.phone, strict=True):
        assert earliest <= one.minutes <= latest, one
    assert (notice["state"], notice.get("reason")) == row.ledger
    # A report may overtake the answer to its send.
    assert sorted(one["outcome"] for one in notice["attempts"]) == sorted(row.outcomes.split())


def test_every_fault_was_met_but_for_one_that_a_report_made_unnecessary(played: dict[str, Case], faulty: Devstack) -> None:
    left = faulty.ask("GET", f"{faulty.graph_url}/sim/faults").json

    spared = played["timeout_after, http_500"].phone.lstrip("+")
    assert [(one["to"], one["outcome"]) for one in left] == [(spared, "http_500")]
    faulty.sim("reset")


def test_a_delivery_that_is_reported_after_the_sms_is_the_end_of_it(faulty: Devstack) -> None:
    case = opened(faulty)
    case.fault("silent")
    case.change(*READY)
    pass_minutes(faulty, 6)
    assert case.channels() == [("whatsapp", "accepted"), ("sms", "accepted")]

    report = {
        "id": "wamid.late", "status": "delivered", "timestamp": "1", "recipient_id": case.phone.lstrip("+"),
        "biz_opaque_callback_data": f"{case.notice()['id']}#1",
    }  # fmt: skip
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": case.number}, "statuses": [report]}
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    posted = faulty.sim("webhook", payload={"object": "whatsapp_business_account", "entry": [entry]}, times=3)
    assert posted["statuses"] == [200, 200, 200]
    pass_minutes(faulty, 60)

    assert (case.notice()["state"], case.notice()["channel"]) == ("delivered", "whatsapp")
    assert len(case.seen()) == 2
