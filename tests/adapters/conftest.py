"""Runs the Store's contract on each engine."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chalicelib.ports import Store
from tests import tiers
from tests.adapters import engines, local_dynamodb
from tests.adapters.engines import Engine, SettableClock


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dynamodb_local: runs on AWS's own engine, which needs Java 17 and npm")
    config.addinivalue_line("markers", "moto_differs(reason): what the test says is true of DynamoDB and not of moto")


@pytest.fixture(scope="session")
def dynamodb_local_url() -> Iterator[str]:
    if not tiers.dynamodb_local_is_there():
        pytest.skip("dynamodb-local needs Java 17 and npm")
    with local_dynamodb.running() as url:
        yield url


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(params=engines.ENGINES)
def engine(request: pytest.FixtureRequest, clock: SettableClock) -> Iterator[Engine]:
    with ExitStack() as stack:
        match request.param:
            case "fake":
                yield engines.fake(clock)
            case "moto":
                _excuse_moto(request)
                yield stack.enter_context(engines.moto(clock))
            case _:
                url = request.getfixturevalue("dynamodb_local_url")
                yield stack.enter_context(engines.dynamodb_local(url, clock))


@pytest.fixture
def store(engine: Engine) -> Store:
    return engine.store


def _excuse_moto(request: pytest.FixtureRequest) -> None:
    """Strictly: an excuse that moto no longer needs fails its test."""
    marker = request.node.get_closest_marker("moto_differs")
    if marker is not None:
        request.applymarker(pytest.mark.xfail(reason=marker.args[0], strict=True))
