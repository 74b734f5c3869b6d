from pathlib import Path

import pytest

from devstack.moto_server import StartError
from devstack.runtime import emulator


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(emulator, "_CACHE", tmp_path)
    return tmp_path


def test_where_nothing_was_fetched_there_is_no_emulator(cache: Path) -> None:
    assert list(cache.iterdir()) == []
    assert emulator.program() is None


def test_a_program_with_another_hash_is_not_taken_for_the_emulator(cache: Path) -> None:
    (cache / f"aws-lambda-rie-{emulator.architecture()}").write_bytes(b"#!/bin/sh\n")
    assert emulator.program() is None


def test_a_processor_that_lambda_does_not_have_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert emulator.program() is None
    with pytest.raises(StartError, match="Lambda does not run on riscv64"):
        emulator.architecture()
