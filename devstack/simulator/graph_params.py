"""Reading a Graph request field by field; whatever is wrong is refused in Graph's way."""

import re
from typing import Any

from devstack.simulator.graph_errors import GraphError

INVALID = 100  # Graph's own code for a wrong parameter
NOT_VALID = 131009  # WhatsApp's code for a value out of its limits


class Param:
    """One JSON object of a request, at `path` (empty for the request itself), with no other keys than `allowed`.

    Raises:
        GraphError: From every method: 100 for what is missing or of the wrong kind, 131009 for what is out of its limits.
    """

    def __init__(self, value: object, path: str, allowed: frozenset[str]) -> None:
        if not isinstance(value, dict):
            raise GraphError(INVALID, f"Param {path or 'request'} must be a JSON object.")
        for key in value:
            if key not in allowed:
                raise GraphError(INVALID, f'Unexpected key "{_plain(key)}" on param "{path or "request"}".')
        self._fields: dict[str, object] = value
        self._path = path

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(key) is not None

    def text(self, key: str, longest: int, code: int = NOT_VALID, shortest: int = 1) -> str:
        """A string of `shortest` to `longest` characters."""
        value = self._required(key)
        if not isinstance(value, str):
            raise GraphError(INVALID, f"Param {self._at(key)} must be a string.")
        if not shortest <= len(value) <= longest:
            raise GraphError(code, f"Length of {self._at(key)} invalid. Min length: {shortest}, Max length: {longest}")
        if re.search("[\ud800-\udfff]", value):
            raise GraphError(INVALID, f"Param {self._at(key)} is not valid UTF-8.")
        return value

    def one_of(self, key: str, *choices: str) -> str:
        """One of some words."""
        value = self._required(key)
        if value not in choices:
            raise GraphError(INVALID, f"Param {self._at(key)} must be one of {{{', '.join(choices)}}}.")
        return str(value)

    def nested(self, key: str, *allowed: str) -> "Param":
        """An object with no other keys than these."""
        return Param(self._required(key), self._at(key), frozenset(allowed))

    def list_of(self, key: str, *allowed: str) -> "list[Param]":
        """A list of such objects."""
        value = self._required(key)
        if not isinstance(value, list):
            raise GraphError(INVALID, f"Param {self._at(key)} must be an array.")
        return [Param(item, f"{self._at(key)}[{position}]", frozenset(allowed)) for position, item in enumerate(value)]

    def whole_number(self, key: str) -> int:
        """A whole number."""
        value = self._required(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise GraphError(INVALID, f"Param {self._at(key)} must be an integer.")
        return value

    def texts_of_texts(self, key: str) -> list[list[str]]:
        """A list of lists of strings."""
        value = self._required(key)
        rows: list[Any] = value if isinstance(value, list) else [value]
        if not all(isinstance(row, list) and all(isinstance(one, str) for one in row) for row in rows):
            raise GraphError(INVALID, f"Param {self._at(key)} must be an array of arrays of strings.")
        return rows

    def _required(self, key: str) -> object:
        if not self.has(key):
            raise GraphError(INVALID, f"The parameter {self._at(key)} is required.")
        return self._fields[key]

    def _at(self, key: str) -> str:
        return f"{self._path}['{key}']" if self._path else key


def _plain(key: object) -> str:
    """A caller's key, fit to be told back."""
    return str(key)[:40].encode("ascii", "backslashreplace").decode()
