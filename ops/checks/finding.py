"""What a check finds."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from ops.api import Api
from ops.standing import Standing
from ops.target import Target


class Level(IntEnum):
    """How bad it is. The worst one decides how `ops doctor` ends."""

    FINE = 0
    NOTE = 1
    """Could not be looked at, or is worth knowing."""
    WARNING = 2
    """Works, and will not for ever."""
    FAILURE = 3
    """Does not work, or is not safe."""


COLOURS = {Level.FINE: "green", Level.NOTE: "cyan", Level.WARNING: "yellow", Level.FAILURE: "bold red"}


def exit_code(worst: Level) -> int:
    """How a command ends: 0 when all is well, 1 with warnings, 2 with failures."""
    return {Level.FINE: 0, Level.NOTE: 0, Level.WARNING: 1, Level.FAILURE: 2}[worst]


class Finding(NamedTuple):
    """One line of the report. text: what is so, or what to do about it."""

    level: Level
    what: str
    text: str


@dataclass(frozen=True)
class Patient:
    """A stage under examination."""

    target: Target
    here: Standing
    api: Api

    @property
    def table(self) -> str:
        """The live table's name."""
        return self.here.outputs["TableName"]


def fine(what: str, text: str = "") -> Finding:
    """Nothing to be done."""
    return Finding(Level.FINE, what, text)


def bad(what: str, text: str) -> Finding:
    """Something does not work or is not safe."""
    return Finding(Level.FAILURE, what, text)


def judged(what: str, faults: list[str], well: str = "") -> Finding:
    """A failure that lists its faults, or all is well."""
    return bad(what, "; ".join(faults)) if faults else fine(what, well)
