"""What lasts: numbers and templates that are down, outages, nights, opt-outs, and a day without money for SMS."""

from collections.abc import Iterator
from datetime import time
from typing import Any

import boto3
import pytest

from tests.system.cases import WIB, Case, calm, daytime, now, opened, pass_minutes, until
from tests.system.client import Devstack

READY = ("verified", "ready")
ARRIVED, BY_SMS = [("whatsapp", "delivered")], [("sms", "accepted")]


@pytest.fixture(autouse=True)
def _no_fault_is_left(faulty: Devstack) -> Iterator[None]:
    yield
    faulty.sim("reset")


def listed(faulty: Devstack, state: str) -> list[str]:
    """What staff see of the notices in that state."""
    return [one["id"] for one in faulty.staff("GET", f"/staff/notices?state={state}&limit=100").json["notices"]]


def test_while_a_token_is_expired_sms_go_and_what_none_can_say_waits_for_a_probe(faulty: Devstack) -> None:
    told, later, asking = [opened(faulty, "KK") for _ in range(3)], opened(faulty, "KK"), Case(faulty, "KK")
    faulty.sim("faults", outcome="error:190", times=1000, channel="whatsapp")

    for case in told:
        case.change(*READY)
    asking.say("halo")
    pass_minutes(faulty, 5)

    assert [case.channels() for case in told] == [BY_SMS] * 3
    assert faulty.outbox(asking.phone) == [], "no SMS can show what there is to choose from"
    left = faulty.ask("GET", f"{faulty.graph_url}/sim/faults").json[0]["times"]
    assert 1000 - left <= 4 + 6, "each finds out for itself at the most, and one a minute looks again"

    calm(faulty, later)
    pass_minutes(faulty, 2)
    later.change(*READY)
    pass_minutes(faulty, 2)
    assert [one["kind"] for one in faulty.outbox(asking.phone)] == ["interactive"]
    assert later.channels() == ARRIVED


def test_a_number_that_is_reported_down_sends_sms_soon(faulty: Devstack) -> None:
    """WhatsApp accepts, and tells afterwards that nobody paid."""
    first, second = opened(faulty, "PINDAH"), opened(faulty, "PINDAH")
    faulty.sim("faults", outcome="failed:131042", times=1000)

    first.change(*READY)
    faulty.settle()
    second.change(*READY)
    pass_minutes(faulty, 3)

    assert first.channels() == [("whatsapp", "failed"), *BY_SMS]
    assert second.channels()[-1:] == BY_SMS
    calm(faulty)
    pass_minutes(faulty, 2)
    third = opened(faulty, "PINDAH")
    third.change(*READY)
    pass_minutes(faulty, 3)
    assert third.channels() == ARRIVED


def test_a_paused_template_outside_the_window_goes_by_sms_until_it_is_approved_again(faulty: Devstack) -> None:
    paused, approved = opened(faulty), opened(faulty)
    pass_minutes(faulty, 25 * 60)
    daytime(faulty)
    faulty.sim("templates", name="kabar_ready_card", language="id", status="paused")
    paused.change(*READY)
    pass_minutes(faulty, 3)
    assert paused.channels() == BY_SMS

    faulty.sim("templates", name="kabar_ready_card", language="id", status="approved")
    pass_minutes(faulty, 2)
    calm(faulty, paused, approved)
    approved.change(*READY)
    pass_minutes(faulty, 2)
    assert [(one.kind, one.state) for one in approved.seen()] == [("template", "delivered")]


def test_the_night_is_quiet_but_for_who_asks_and_the_morning_tells_only_the_last(faulty: Devstack) -> None:
    case, twice = opened(faulty), opened(faulty)
    until(faulty, time(22, 30))
    case.change(*READY)
    twice.change("incomplete", "cancelled")
    case.say("cek")
    faulty.settle()

    assert (case.notice()["state"], case.notice()["reason"]) == ("held", "quiet_hours")
    assert [one.kind for one in case.seen()] == ["text"], "who asks is answered"
    until(faulty, time(5, 58))
    assert (len(case.seen()), twice.seen()) == (1, [])
    until(faulty, time(6, 2))
    assert [(one.kind, one.state) for one in case.seen()] == [("text", "delivered"), ("template", "delivered")]
    assert [one["state"] for one in twice.request()["notices"][1:]] == ["superseded", "delivered"]
    assert len(twice.seen()) == 1


def pass_halves_of_hours(stack: Devstack, count: int) -> None:
    """Time passes with every tick that has something to do, however slow the machine is."""
    for _ in range(count):
        pass_minutes(stack, 30)


def test_an_outage_of_many_hours_loses_nothing(faulty: Devstack) -> None:
    """WhatsApp for its two hours, then the SMS; for one resident that is away, too."""
    until(faulty, time(8, 0))
    by_sms, later = opened(faulty), opened(faulty)
    for case in (by_sms, later):
        case.fault("error:131000", 1000, channel="whatsapp")
    later.fault("error:RequestExpired", 1000, channel="sms")
    for case in (by_sms, later):
        case.change(*READY)
    pass_halves_of_hours(faulty, 5)
    assert by_sms.channels() == BY_SMS
    assert 119 <= by_sms.seen()[0].minutes <= 140

    pass_halves_of_hours(faulty, 2)
    assert later.channels() == []
    assert (later.notice()["state"], later.notice()["channel"]) == ("planned", "sms")
    calm(faulty, later)
    pass_minutes(faulty, 20)
    assert later.channels() == BY_SMS


def test_an_opt_out_while_the_sms_waits_spares_it_and_start_resumes(faulty: Devstack) -> None:
    case = opened(faulty)
    case.fault("undeliverable")
    case.change("incomplete")
    faulty.settle()
    case.say("STOP")
    pass_minutes(faulty, 40)
    assert [one.channel for one in case.seen()] == ["whatsapp", "whatsapp"], "what failed, and the answer to STOP"
    assert case.notice()["state"] == "suppressed"

    case.say("MULAI")
    faulty.settle()
    case.change(*READY)
    pass_minutes(faulty, 2)
    assert case.channels() == ARRIVED


def test_staff_who_press_resend_again_and_again_send_once(faulty: Devstack) -> None:
    case = opened(faulty)
    case.fault("http_502", 2)
    case.change(*READY)
    pass_minutes(faulty, 40)
    notice = case.notice()
    assert (notice["state"], case.channels()) == ("unknown", [])
    assert notice["id"] in listed(faulty, "unknown")

    for _ in range(3):
        assert faulty.staff("POST", f"/staff/notices/{notice['id']}/resend").status == 202
    pass_minutes(faulty, 2)
    assert case.channels() == ARRIVED
    assert notice["id"] not in listed(faulty, "unknown")


def test_past_the_days_money_sms_wait_for_the_next_day(faulty: Devstack) -> None:
    case = opened(faulty)
    spend(faulty, mills=49_900)
    case.fault("error:131026", channel="whatsapp")
    case.change(*READY)
    pass_minutes(faulty, 30)
    assert (case.notice()["state"], case.notice()["reason"], case.channels()) == ("held", "sms_budget", [])

    until(faulty, time(6, 5))
    assert case.channels() == BY_SMS


def test_one_who_is_slow_delays_nobody(faulty: Devstack) -> None:
    slow, others = opened(faulty), [opened(faulty) for _ in range(5)]
    slow.fault("slow:8000")
    slow.change(*READY)
    for case in others:
        case.change(*READY)
    faulty.settle()
    assert [case.channels() for case in [slow, *others]] == [ARRIVED] * 6
    assert max(case.seen()[0].minutes for case in others) < 0.1  # six seconds


def spend(faulty: Devstack, *, mills: int) -> None:
    """The office's sum for SMS today is spent so far."""
    client: Any = boto3.client("dynamodb", endpoint_url=faulty.aws_endpoint_url, region_name="ap-southeast-3")
    day = now(faulty).astimezone(WIB).date().isoformat()
    key = {"pk": {"S": "SPEND#1801"}, "sk": {"S": f"DAY#{day}"}}
    item = client.get_item(TableName=faulty.described["table"], Key=key).get("Item", {"revision": {"N": "0"}})
    revision = {"N": str(int(item["revision"]["N"]) + 1)}
    client.put_item(TableName=faulty.described["table"], Item={**key, "mills": {"N": str(mills)}, "revision": revision})
    client.close()
