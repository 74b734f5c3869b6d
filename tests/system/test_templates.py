"""Meta pauses a template and takes it back; its webhooks alone decide how the next notice goes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from devstack.environment import hermetic
from devstack.stack import STAGE
from tests.system.cases import Case, opened, pass_minutes
from tests.system.client import Devstack
from tests.system.process import stack_alone

READY = {"name": "kabar_ready_card", "language": "id"}
AFTER_THE_WINDOW = 25 * 60


@pytest.fixture(scope="module")
def stack() -> Iterator[Devstack]:
    """A stack of its own, since these tests move its clock and its templates."""
    with stack_alone() as stack:
        yield stack


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


def test_the_operators_status_agrees_with_meta_and_a_sync_leaves_a_paused_template_alone(stack: Devstack) -> None:
    stack.sim("reset")
    code, told = ops_templates(stack, "status")
    assert (code, "APPROVED" in told) == (0, True), told

    moved(stack, "paused")
    code, told = ops_templates(stack, "status")
    assert (code, told.count("PAUSED")) == (2, 1), told
    assert ops_templates(stack, "sync", "--yes")[0] == 0

    moved(stack, "approved")
    assert ops_templates(stack, "status")[0] == 0


def ops_templates(stack: Devstack, *arguments: str) -> tuple[int, str]:
    """What an operator's command finds at this stack: exit code and output."""
    environment = hermetic(os.environ) | {"AWS_ENDPOINT_URL": stack.aws_endpoint_url}
    command = [sys.executable, "-m", "ops", "templates", *arguments, "--stage", STAGE, "--graph-url", stack.graph_url]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr
