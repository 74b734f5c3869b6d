from collections.abc import Iterator

import pytest

from tests.unit.simulator.stand import Stand, running


@pytest.fixture
def stand() -> Iterator[Stand]:
    with running() as stand:
        yield stand
