import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devstack.clock import OffsetClock
from devstack.runtime.bootstrap import FileClock, WhenWired


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package in whose wiring a clock can be set, in place of the real one."""
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / "chalicelib" / "__init__.py").touch()
    (tmp_path / "chalicelib" / "wiring.py").write_text("clock = None\ndef use_clock(one):\n    global clock\n    clock = one\n")
    (tmp_path / "chalicelib" / "other.py").touch()
    real = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "chalicelib"}
    for name in real:
        del sys.modules[name]
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "chalicelib"]:
        del sys.modules[name]
    sys.modules.update(real)


def test_the_clock_of_a_function_is_the_one_that_the_stack_keeps_in_a_file(tmp_path: Path) -> None:
    kept, file = OffsetClock(timedelta(hours=-3)), tmp_path / "clock"
    kept.tell(file)
    there = FileClock(file)
    assert timedelta() <= there() - kept() + timedelta(seconds=1) <= timedelta(seconds=2)
    kept.advance(86_400.5)
    assert timedelta() <= there() - kept() + timedelta(seconds=1) <= timedelta(seconds=2)
    assert there() - datetime.now(UTC) > timedelta(hours=20)
    assert there().utcoffset() == timedelta()


def test_the_clock_is_set_when_the_wiring_is_imported_and_not_before(package: Path) -> None:
    (package / "clock").write_text("0\n")
    clock = FileClock(package / "clock")
    sys.meta_path.insert(0, WhenWired(clock))
    importlib.import_module("chalicelib.other")
    assert "chalicelib.wiring" not in sys.modules
    assert importlib.import_module("chalicelib.wiring").clock is clock


def test_a_package_without_its_wiring_fails_as_it_would_without_the_clock(package: Path) -> None:
    (package / "chalicelib" / "wiring.py").unlink()
    sys.meta_path.insert(0, WhenWired(FileClock(package / "clock")))
    with pytest.raises(ModuleNotFoundError, match=r"chalicelib\.wiring"):
        importlib.import_module("chalicelib.wiring")
