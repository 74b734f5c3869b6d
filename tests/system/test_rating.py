"""A resident is asked once how it was, answers by a press or a digit, and nothing in the file says what."""

from typing import Any

import boto3
import pytest

from tests.system.cases import Case, daytime, opened, pass_minutes
from tests.system.client import Devstack

THROUGH = ("verified", "processing", "ready", "completed")


@pytest.fixture
def case(faulty: Devstack) -> Case:
    """A resident whose request was completed just now."""
    daytime(faulty)
    case = opened(faulty)
    case.change(*THROUGH)
    pass_minutes(faulty, 1)  # the question may wait for the notice before it to be sent
    return case


def press(case: Case, score: int) -> None:
    row = {"id": f"RATE:{case.id}:{score}", "title": f"{score}"}
    case.stack.sim("inbound", **{"from": case.phone, "phone_number_id": case.number, "row": row})


def counted(stack: Devstack) -> int:
    """How many answers there are for KTP in all."""
    table = boto3.resource("dynamodb", endpoint_url=stack.aws_endpoint_url).Table(stack.described["table"])
    items: list[dict[str, Any]] = table.scan()["Items"]
    return sum(int(one["answers"]) for one in items if str(one["pk"]).startswith("RATINGS#1801#") and one["sk"] == "KTP")


@pytest.mark.parametrize("by", ["press", "digit"])
def test_a_completed_request_is_rated_once(faulty: Devstack, case: Case, by: str) -> None:
    question = faulty.outbox(case.phone)[-1]
    assert question["kind"] == "interactive"
    assert "Bagaimana pelayanan kami?" in question["body"]
    before, read = counted(faulty), len(faulty.outbox(case.phone))

    for _ in range(2):
        if by == "press":
            press(case, 4)
        else:
            case.say("4")
        faulty.settle()

    assert counted(faulty) == before + 1
    [thanks] = faulty.outbox(case.phone)[read:]
    assert "tanpa nama" in thanks["body"]
    file = case.request()
    assert [one["kind"] for one in file["notices"]].count("rating") == 1
    rated = [one for one in file["messages"] if one.get("intent") == "rating"]
    assert len(rated) == 2
    assert not [one for one in rated if "text" in one or "request_id" in one]
    assert "RATE:" not in str(file)


def test_a_question_that_whatsapp_cannot_deliver_costs_no_sms(faulty: Devstack) -> None:
    case = opened(faulty)
    case.change(*THROUGH[:-1])
    faulty.settle()
    case.fault("undeliverable", times=9)
    case.change("completed")
    faulty.sim("advance", seconds=120)

    assert (case.notice()["state"], case.notice()["reason"]) == ("suppressed", "not_for_sms")
    assert "sms" not in [channel for channel, _ in case.channels()]


def test_a_supervisor_sees_what_came_of_the_days(faulty: Devstack) -> None:
    def figures() -> dict[str, Any]:
        told = faulty.staff("GET", "/staff/stats?office=1801").json
        assert told["complete"] is True
        found: dict[str, Any] = next(one for one in told["services"] if one["service"] == "PINDAH")
        return found

    before = figures()
    for _ in range(5):
        case = opened(faulty, "PINDAH")
        case.change(*THROUGH)
        faulty.settle()
        press(case, 3)
        faulty.settle()

    after = figures()
    assert after["opened"] == before["opened"] + 5
    assert after["closed"]["completed"] == before["closed"]["completed"] + 5
    assert after["ready"]["kept"] == before["ready"]["kept"] + 5
    assert after["ready"]["median_hours"] < 1
    assert after["notices"]["whatsapp_arrived"] >= before["notices"]["whatsapp_arrived"] + 10
    assert (after["ratings"]["answers"], after["ratings"]["index"]) == (5, 75.0)
