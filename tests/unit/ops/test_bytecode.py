"""Compiled modules in the package: the same each time, for Lambda's place, and never taken for another source's."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from ops.bytecode import compile_modules
from ops.failure import Failure


def project(folder: Path, source: str = "ANSWER = 'one'\n") -> Path:
    module = folder / "chalicelib" / "module.py"
    module.parent.mkdir(parents=True)
    module.write_text(source)
    return folder


def compiled(folder: Path) -> Path:
    return Path(importlib.util.cache_from_source(str(folder / "chalicelib" / "module.py")))


def answer(folder: Path) -> str:
    command = [sys.executable, "-B", "-c", "from chalicelib.module import ANSWER; print(ANSWER)"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_the_same_source_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    source = "KNOWN = {'a', 'b', 'c'}\ndef known(name):\n    return name in {'one', 'two', 'three'}\n"
    one, other = project(tmp_path / "one", source), project(tmp_path / "other", source)
    for folder in (one, one, other):
        compile_modules(folder)
    assert compiled(one).read_bytes() == compiled(other).read_bytes()
    assert str(tmp_path).encode() not in compiled(one).read_bytes()


def test_a_source_that_was_changed_since_counts(tmp_path: Path) -> None:
    """Even when it has the same length and the same time: whoever develops here must not run what was deployed."""
    folder = project(tmp_path)
    compile_modules(folder)
    (folder / "chalicelib" / "module.py").write_text("ANSWER = 'two'\n")
    assert answer(folder) == "two"


def test_in_a_package_the_files_times_do_not_count(tmp_path: Path) -> None:
    folder = project(tmp_path)
    compile_modules(folder)
    flags = int.from_bytes(compiled(folder).read_bytes()[4:8], "little")
    assert flags == 0b11, "its hash is checked, its time is not (PEP 552)"


def test_what_is_no_python_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be compiled"):
        compile_modules(project(tmp_path, "def\n"))
