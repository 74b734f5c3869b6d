from collections.abc import Iterator

import pytest

from tests.unit.simulator.stand import Stand, running


@pytest.fixture(autouse=True, scope="module")
def network() -> None:
    """In place of the guard for all unit tests: the simulator is a server, and talks to servers on this machine."""


@pytest.fixture
def stand() -> Iterator[Stand]:
    with running() as stand:
        yield stand
