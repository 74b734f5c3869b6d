"""One deployed stack for the whole tier. It skips itself where the emulator is not to be had, of which tests/tiers.py tells."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.runtime import emulator
from tests.runtime.lambdas import Lambdas
from tests.runtime.logs import FunctionLog, read
from tests.system.client import Devstack
from tests.system.privacy import has_phone
from tests.system.process import Process, falls_silent

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def devstack(request: pytest.FixtureRequest) -> Iterator[Devstack]:
    """The stack, deployed and in Lambda's runtime. At its end it is held to what every stack promises."""
    if emulator.program() is None:
        pytest.skip("lambda-runtime needs Linux, and PyPI")
    with Process("--json", "--port", "0", "--lambda-runtime") as process:
        stack = Devstack(process.first_line())
        yield stack
        stack.close()
        logs = read(Path(stack.described["function_logs"]))
        request.config.stash[TOLD] = [start(log) for log in logs]
        assert process.ends_after(signal.SIGTERM) == 0
        assert falls_silent(stack.aws_endpoint_url), "moto outlived its stack"
        assert not Path(stack.described["package"]).exists(), "the package was left behind"
        assert [log.name for log in logs if has_phone(log.text)] == [], "a phone number was logged"
        assert [log.name for log in logs if stack.described["staff_token"] in log.text] == [], "a token was logged"
        assert not has_phone(process.errors()), "a phone number was logged"


@pytest.fixture(scope="session")
def lambdas(devstack: Devstack, tmp_path_factory: pytest.TempPathFactory) -> Lambdas:
    return Lambdas(devstack.aws_endpoint_url, devstack.graph_url, tmp_path_factory.mktemp("lambda") / "made")


def start(log: FunctionLog) -> str:
    first, *later = log.invocations_ms
    often = f", later ones {sum(later) / len(later):.0f} ms" if later else ""
    return f"{log.name}: INIT {log.inits_ms[0]:.0f} ms, first invocation {first:.0f} ms{often}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if TOLD in config.stash:
        terminalreporter.section("starts in Lambda's runtime, on this machine")
        for line in config.stash[TOLD]:
            terminalreporter.line(line)
