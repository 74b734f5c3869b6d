import json
import re
import signal
from collections.abc import Iterator

import pytest

from tests.system.client import Devstack
from tests.system.process import Process, falls_silent

# Not within a word: our random ids and hashes have digits enough to look like anything.
A_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?62|0)[ -]?8\d{2}[ -]?\d{3,4}[ -]?\d{3,4}(?![0-9A-Za-z])")


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
    assert [line for line in logged if A_PHONE.search(line)] == [], "a phone number was logged"
