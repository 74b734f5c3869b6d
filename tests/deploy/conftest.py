"""One account and one copy of the project for the whole tier; each module deploys a stage of its own in it."""

from collections.abc import Iterator

import pytest

from tests.deploy.place import Place, account, copy_project


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with account() as url:
        yield Place(copy_project(tmp_path_factory.mktemp("project")), url)
