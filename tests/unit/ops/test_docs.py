"""Every command that a page tells people to run exists, with the options that it names."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from ops.__main__ import ops
from ops.project import ROOT

_TOLD = re.compile(r"(?:python -m ops|`ops) ([^`\n]+)")


def told() -> Iterator[tuple[str, str]]:
    for page in sorted((ROOT / "docs").glob("*.md")):
        for line in _TOLD.findall(page.read_text(encoding="utf-8")):
            yield page.name, line.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(told())))
def test_a_command_that_a_page_tells_of_is_there(page: str, line: str) -> None:
    words = shlex.split(line.rstrip(";,.)"))
    command: click.Command = ops
    while isinstance(command, click.Group) and words:
        word = words.pop(0)
        assert word in command.commands, f"{page}: ops {line}"
        command = command.commands[word]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known, f"{page}: ops {line}"


def test_the_pages_tell_of_every_command() -> None:
    mentioned = {shlex.split(line.rstrip(";,.)"))[0] for _, line in told()}
    assert mentioned == set(ops.commands)
