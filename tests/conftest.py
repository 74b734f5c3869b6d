"""What holds for every test: no silent skip, no credentials, no network but this machine's."""

import os
import socket
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import settings

from tests import tiers

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# Nothing of the developer's own AWS account or of a running stage reaches a test.
for name in [name for name in os.environ if name.startswith(("AWS_", "KABAR_"))]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "ap-southeast-3",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

# How long an example takes says something of the machine, nothing of the code.
settings.register_profile("kabar", settings(), deadline=None)
settings.load_profile("kabar")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refuse_silent_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refuse_silent_skip((yield))


def _refuse_silent_skip(report: Report) -> Report:
    """Fails what was skipped, unless its reason names a part that this machine lacks."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        lacking = tuple(part.name for part in tiers.missing(list(tiers.TIERS)))
        if not (lacking and reason.removeprefix("Skipped: ").startswith(lacking)):
            report.outcome = "failed"
            report.longrepr = (
                f"A silent skip ({reason}): only for a part in tests/tiers.py that is missing may a test be skipped."
            )
    return report


@pytest.fixture(autouse=True, scope="module")
def network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests connect to this machine alone, unit tests to nothing, but for those of servers: devstack and its simulator."""
    folders = request.path.relative_to(tiers.TESTS).parts
    allowed = () if folders[0] == "unit" and folders[1] not in {"devstack", "simulator"} else ("127.0.0.1", "localhost", "::1")
    connect = socket.socket.connect

    def connect_if_allowed(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not (isinstance(address, tuple) and address[0] in allowed):
            self.close()
            pytest.fail(f"this test may not connect to {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_if_allowed)
        yield
