"""Meta pauses a template and takes it back; its webhooks alone decide how the next notice goes."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.cases import Case, opened, pass_minutes
from tests.system.client import Devstack
from tests.system.process import Process

READY = {"name": "kabar_ready_card", "language": "id"}
AFTER_THE_WINDOW = 25 * 60


@pytest.fixture(scope="module")
def stack() -> Iterator[Devstack]:
    """A stack of its own, since these tests move its clock and its templates."""
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        yield stack
        stack.close()
        assert process.ends_after(signal.SIGTERM) == 0


def waiting(stack: Devstack) -> Case:
    """A resident whose card is being made, and whose window has closed."""
    case = opened(stack)
    case.change("verified", "processing")
    pass_minutes(stack, AFTER_THE_WINDOW)
    return case


def moved(stack: Devstack, status: str, **more: Any) -> None:
    stack.sim("templates", **READY, status=status, **more)
    stack.settle()


def ready(stack: Devstack, case: Case) -> list[tuple[str, str]]:
    case.change("ready")
    stack.settle()
    return case.channels()


def test_a_paused_template_gives_way_to_the_sms_at_once_until_it_is_approved_again(stack: Devstack) -> None:
    paused, back = waiting(stack), waiting(stack)

    moved(stack, "paused")
    assert ready(stack, paused) == [("sms", "accepted")]
    assert [one["channel"] for one in paused.notice()["attempts"]] == ["sms"], "WhatsApp was not even tried"

    moved(stack, "approved")
    assert ready(stack, back) == [("whatsapp", "delivered")]


def test_a_good_word_that_is_lost_is_found_out_by_a_probe_within_the_hour(stack: Devstack) -> None:
    first, probe = waiting(stack), waiting(stack)

    moved(stack, "paused")
    moved(stack, "approved", told=False)
    assert ready(stack, first) == [("sms", "accepted")]

    pass_minutes(stack, 61)
    assert ready(stack, probe) == [("whatsapp", "delivered")]


def test_red_quality_warns_and_changes_nothing(stack: Devstack) -> None:
    case = waiting(stack)

    stack.sim("templates", **READY, quality="RED")
    stack.settle()
    assert ready(stack, case) == [("whatsapp", "delivered")]
