"""Runs the Store's contract on each engine."""

from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

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


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=engines.ENGINES)
def engine(request: pytest.FixtureRequest, clock: SettableClock) -> Iterator[Engine]:
    if request.param == "fake":
        yield engines.fake(clock)
        return
    if request.param == "moto":
        engines.excuse_moto(request)
    url = request.getfixturevalue(f"{request.param.replace('-', '_')}_url")
    with engines.dynamo(request.param, url, clock) as real:
        yield real


@pytest.fixture
def store(engine: Engine) -> Store:
    return engine.store
