import json
import signal
from collections.abc import Iterator

import pytest

from tests.system.client import Devstack
from tests.system.privacy import has_phone
from tests.system.process import Process, falls_silent, stack_alone


@pytest.fixture(scope="session")
def faulty() -> Iterator[Devstack]:
    """Another stack, for tests that break its channels and move its clock by days."""
    with stack_alone() as stack:
        yield stack


@pytest.fixture(scope="session")
def devstack() -> Iterator[Devstack]:
    """One stack for all system tests: each uses residents of its own. At its end it is held to what every stack promises."""
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        yield stack
        stack.close()
        assert process.ends_after(signal.SIGTERM) == 0
        assert process.rest_of_output() == ""
        assert falls_silent(stack.aws_endpoint_url), "moto outlived its stack"
        logged = process.errors().splitlines()
    assert [line for line in logged if not isinstance(json.loads(line), dict)] == []
    assert [line for line in logged if has_phone(line)] == [], "a phone number was logged"
