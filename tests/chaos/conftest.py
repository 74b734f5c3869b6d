"""AWS's own engine, for the few seeds that are played on it."""

from collections.abc import Iterator

import pytest

from tests import tiers
from tests.adapters import local_dynamodb


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dynamodb_local: runs on AWS's own engine, which needs Java 17 and npm")


@pytest.fixture(scope="session")
def dynamodb_local_url() -> Iterator[str]:
    if not tiers.dynamodb_local_is_there():
        pytest.skip("dynamodb-local needs Java 17 and npm")
    with local_dynamodb.running() as url:
        yield url
