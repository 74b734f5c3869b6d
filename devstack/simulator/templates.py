"""The approved message templates and their state."""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from devstack.simulator.graph_errors import GraphError

Status = Literal["approved", "paused", "disabled"]
STATUSES: tuple[Status, ...] = get_args(Status)

_PLACEHOLDER = re.compile(r"\{\{([0-9]+)\}\}")
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
_LONGEST_BODY = 1024


class Templates:
    """Templates by name and language. Safe for threads."""

    def __init__(self, bodies: Mapping[tuple[str, str], str]) -> None:
        self._lock = threading.Lock()
        self._bodies = dict(bodies)
        self._statuses: dict[tuple[str, str], Status] = {}

    def known(self, name: str, language: str) -> bool:
        """Whether there is such a template."""
        return (name, language) in self._bodies

    def set_status(self, name: str, language: str, status: Status) -> None:
        """Approves, pauses or disables one."""
        with self._lock:
            self._statuses[(name, language)] = status

    def statuses(self) -> list[dict[str, str]]:
        """All templates with their state."""
        with self._lock:
            return [
                {"name": name, "language": language, "status": self._statuses.get((name, language), "approved")}
                for name, language in sorted(self._bodies)
            ]

    def reset(self) -> None:
        """Approves all."""
        with self._lock:
            self._statuses.clear()

    def fill(self, name: str, language: str, parameters: Sequence[str]) -> str:
        """The text that arrives.

        Raises:
            GraphError: There is no such template, it may not be used, or the parameters do not fit it.
        """
        body = self._usable(name, language)
        _check(parameters, wanted=max((int(number) for number in _PLACEHOLDER.findall(body)), default=0))
        text = _PLACEHOLDER.sub(lambda found: parameters[int(found[1]) - 1], body)
        if len(text) > _LONGEST_BODY:
            raise GraphError(132005, f"body: translated text of {len(text)} characters, at most {_LONGEST_BODY}")
        return text

    def _usable(self, name: str, language: str) -> str:
        body = self._bodies.get((name, language))
        with self._lock:
            status = self._statuses.get((name, language), "approved")
        if body is None:
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if status != "approved":
            raise GraphError(132015 if status == "paused" else 132016, f"template ({name}) is {status}")
        return body


def _check(parameters: Sequence[str], wanted: int) -> None:
    """Meta's rules for what fills a placeholder: 131008 for an empty one, 132018 for its white space, seen in practice."""
    if len(parameters) != wanted:
        given = f"number of localizable_params ({len(parameters)})"
        raise GraphError(132000, f"body: {given} does not match the expected number of params ({wanted})")
    for parameter in parameters:
        if not parameter.strip():
            raise GraphError(131008, "Parameter of type text is missing text value")
        if _FORBIDDEN.search(parameter):
            raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
