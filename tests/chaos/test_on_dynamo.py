"""A few seeds on AWS's own engine: the real adapter carries the real flows, and ends each call as the table in memory does."""

from contextlib import ExitStack

import pytest

from tests.chaos.on_dynamo import twin
from tests.chaos.simulation import Setting, Simulation


@pytest.mark.dynamodb_local
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5, 19])
def test_nothing_is_otherwise_on_dynamodb(seed: int, dynamodb_local_url: str) -> None:
    with ExitStack() as tables:
        setting = Setting(seed, residents=6, share=0.1)
        simulation = Simulation(setting, lambda world: tables.enter_context(twin(world, dynamodb_local_url)))
        simulation.run()

        assert simulation.world.notices()
