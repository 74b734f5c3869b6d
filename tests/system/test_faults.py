"""Fault by fault, through the simulator's controls: what arrives on the phone is what Kabar promises."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.system.client import Devstack
from tests.system.process import stack_alone

TICK = 60
UNTIL_THE_SMS = 5 * 60
UNTIL_THE_RESEND = 10 * 60
ONCE = [("whatsapp", "template", "delivered")]
_residents = count(1)


@pytest.fixture(scope="module")
def stack() -> Iterator[Devstack]:
    """A stack of its own, since these tests move its clock and break its channels."""
    with stack_alone() as stack:
        yield stack


@pytest.fixture
def case(stack: Devstack) -> Iterator["Case"]:
    yield Case(stack)
    stack.sim("reset")


class Case:
    """One resident with a request that is about to be ready."""

    def __init__(self, stack: Devstack) -> None:
        self.stack = stack
        self.phone = f"6281300{next(_residents):06d}"
        self.says("ktp saya hilang")
        [opened] = stack.outbox(self.phone)
        [self.request_id] = re.findall(r"KTP-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}", opened["body"])
        self.sets("processing")

    def says(self, text: str) -> None:
        self.stack.sim("inbound", **{"from": self.phone}, phone_number_id=self.stack.phone_number_id("KTP"), text=text)
        self.stack.settle()

    def fault(self, outcome: str, times: int = 1, channel: str | None = None) -> None:
        self.stack.sim("faults", to=self.phone, outcome=outcome, times=times, **({"channel": channel} if channel else {}))

    def sets(self, to: str) -> None:
        version = self.file()["request"]["version"]
        path = f"/staff/requests/{self.request_id}/status"
        answer = self.stack.staff("POST", path, {"to": to, "expected_version": version})
        assert answer.status == 200, answer
        self.stack.settle()

    def passes(self, *seconds: int) -> None:
        for one in seconds:
            assert self.stack.sim("advance", seconds=one)["idle"]

    def file(self) -> Any:
        return self.stack.staff("GET", f"/staff/requests/{self.request_id}").json

    def arrived(self) -> list[tuple[str, str, str]]:
        """What came after the answer to the opening."""
        return [(one["channel"], one["kind"], one["state"]) for one in self.stack.outbox(self.phone)[1:]]

    def notice(self) -> tuple[str, str]:
        told = next(one for one in self.file()["notices"] if one["kind"] == "ready")
        return told["state"], told["channel"]


@pytest.mark.parametrize(
    ("outcome", "at_once", "after", "in_the_end"),
    [
        ("http_500", [], (TICK,), ONCE),
        ("http_429", [], (TICK,), ONCE),
        ("error:131047", [], (TICK,), ONCE),
        ("timeout_before", [], (UNTIL_THE_RESEND, TICK), ONCE),
        ("timeout_after", ONCE, (UNTIL_THE_RESEND, TICK), ONCE),
        ("http_502", [], (UNTIL_THE_RESEND, TICK), ONCE),
        ("reset", [], (UNTIL_THE_RESEND, TICK), ONCE),
        ("malformed_200", ONCE, (UNTIL_THE_RESEND, TICK), ONCE),
        ("slow:1500", ONCE, (TICK,), ONCE),
        ("receipts:duplicated", ONCE, (UNTIL_THE_SMS, TICK), ONCE),
        ("receipts:reversed", ONCE, (UNTIL_THE_SMS, TICK), ONCE),
        ("receipts:delivered_after_failed", ONCE, (UNTIL_THE_SMS, TICK), ONCE),
        ("receipts:read_only", [("whatsapp", "template", "read")], (UNTIL_THE_SMS,), [("whatsapp", "template", "read")]),
    ],
)
def test_a_ready_notice_comes_once_whatever_whatsapp_does(
    case: Case, outcome: str, at_once: list[Any], after: tuple[int, ...], in_the_end: list[Any]
) -> None:
    case.fault(outcome)

    case.sets("ready")

    assert case.arrived() == at_once
    case.passes(*after)
    assert case.arrived() == in_the_end
    assert case.notice()[0] in {"delivered", "read"}


@pytest.mark.parametrize("outcome", ["undeliverable", "error:131026", "error:131030", "error:131062", "error:100"])
def test_the_sms_follows_where_whatsapp_says_no(case: Case, outcome: str) -> None:
    case.fault(outcome)

    case.sets("ready")
    case.passes(TICK, UNTIL_THE_SMS)

    assert [one for one in case.arrived() if one[2] != "failed"] == [("sms", "sms", "accepted")]
    assert case.notice() == ("accepted", "sms")


def test_the_sms_follows_silence_and_not_sooner(case: Case) -> None:
    case.fault("silent")

    case.sets("ready")
    case.passes(UNTIL_THE_SMS - TICK)
    assert case.arrived() == [("whatsapp", "template", "accepted")]

    case.passes(TICK, TICK, UNTIL_THE_SMS)
    assert case.arrived() == [("whatsapp", "template", "accepted"), ("sms", "sms", "accepted")]


def test_an_outcome_that_stays_unknown_is_sent_once_more_and_then_shown_to_staff(case: Case) -> None:
    case.fault("http_502", times=5)

    case.sets("ready")
    case.passes(UNTIL_THE_RESEND, TICK, UNTIL_THE_RESEND, TICK, UNTIL_THE_RESEND)

    assert case.arrived() == []
    assert case.notice() == ("unknown", "whatsapp")
    listed = case.stack.staff("GET", "/staff/notices?state=unknown").json["notices"]
    assert f"{case.request_id}.3" in [one["id"] for one in listed]


def test_who_opted_out_at_whatsapp_gets_nothing_more_but_answers(case: Case) -> None:
    case.fault("error:131050")

    case.sets("ready")
    case.passes(TICK, UNTIL_THE_SMS)
    assert case.arrived() == []
    assert case.notice()[0] == "suppressed"

    case.says("cek")
    assert [one[:2] for one in case.arrived()] == [("whatsapp", "text")]


def test_a_token_that_expired_sends_sms_until_a_probe_finds_it_mended(case: Case) -> None:
    case.fault("error:190")

    case.sets("ready")
    case.passes(TICK)
    assert case.arrived() == [("sms", "sms", "accepted")]

    case.passes(TICK)
    probe = Case(case.stack)
    probe.sets("ready")
    probe.passes(TICK)
    assert probe.arrived() == ONCE


def test_a_paused_template_gives_way_to_plain_words_while_the_window_is_open(case: Case) -> None:
    case.fault("error:132015")

    case.sets("ready")
    case.passes(TICK)

    assert case.arrived() == [("whatsapp", "text", "delivered")]


def test_when_neither_whatsapp_nor_sms_works_staff_see_it_and_can_send_again(case: Case) -> None:
    case.fault("error:131026", channel="whatsapp")
    case.fault("error:InvalidParameter", channel="sms")

    case.sets("ready")
    case.passes(TICK, TICK)
    assert (case.arrived(), case.notice()) == ([], ("failed", "sms"))

    resent = case.stack.staff("POST", f"/staff/notices/{case.request_id}.3/resend")
    assert resent.status == 202
    case.passes(TICK)
    assert case.notice()[0] in {"delivered", "accepted"}
    assert len(case.arrived()) == 1


def test_a_notice_of_the_night_waits_for_the_morning(stack: Devstack) -> None:
    case = Case(stack)
    case.passes(12 * 3600)

    case.sets("ready")
    assert (case.arrived(), case.notice()[0]) == ([], "held")

    case.passes(9 * 3600)
    assert [one[:2] for one in case.arrived()] == [("whatsapp", "template")]
