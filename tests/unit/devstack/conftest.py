from collections.abc import Iterator

import pytest

from devstack.aws import LocalAws
from devstack.moto_server import MotoServer


@pytest.fixture(scope="session")
def moto() -> Iterator[MotoServer]:
    with MotoServer() as server:
        yield server


@pytest.fixture(scope="session")
def aws(moto: MotoServer) -> LocalAws:
    return LocalAws(moto.url)
