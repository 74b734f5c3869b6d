"""The account's message templates, their words and their state."""

import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from devstack.simulator.graph_errors import GraphError

Status = Literal["approved", "pending", "rejected", "paused", "disabled", "pending_deletion"]
STATUSES: tuple[Status, ...] = get_args(Status)
Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]

_PLACEHOLDER = re.compile(r"\{\{([0-9]+)\}\}")
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
_LONGEST_BODY = 1024
# What a send of a template in this state is refused with. One that is not approved is as good as none.
_REFUSALS = {"pending": 132001, "rejected": 132001, "pending_deletion": 132001, "paused": 132015, "disabled": 132016}


@dataclass(frozen=True)
class Template:
    """One template. ttl_s: how long it is tried, None for 30 days; reason: why it was rejected; edits: since it was approved.

    told_s: the last second of which a report said something; pauses: how often it was paused.
    """

    id: int
    name: str
    language: str
    body: str
    category: str = "UTILITY"
    ttl_s: int | None = None
    status: Status = "approved"
    reason: str = "NONE"
    quality: Quality = "UNKNOWN"
    example: tuple[str, ...] = ()
    edits: tuple[datetime, ...] = ()
    told_s: int = 0
    pauses: int = 0


class Templates:
    """Templates by name and language, those of `bodies` approved long ago. Safe for threads."""

    def __init__(self, bodies: Mapping[tuple[str, str], str], lifetimes: Mapping[str, timedelta] | None = None) -> None:
        self._lock = threading.Lock()
        seconds = {name: int(lifetime.total_seconds()) for name, lifetime in (lifetimes or {}).items()}
        self._held = {
            (name, language): Template(_new_id(), name, language, body, ttl_s=seconds.get(name))
            for (name, language), body in bodies.items()
        }

    def get(self, name: str, language: str) -> Template | None:
        """One template."""
        with self._lock:
            return self._held.get((name, language))

    def with_id(self, identifier: str) -> Template | None:
        """One template, by what Meta calls it."""
        with self._lock:
            return next((one for one in self._held.values() if str(one.id) == identifier), None)

    def all(self) -> list[Template]:
        """All of them, in the order of their names."""
        with self._lock:
            return [self._held[key] for key in sorted(self._held)]

    def add(self, name: str, language: str, **content: object) -> Template:
        """Takes a new one, to be looked at."""
        made = Template(_new_id(), name, language, status="pending", **content)  # type: ignore[arg-type]  # see graph_templates
        with self._lock:
            self._held[name, language] = made
        return made

    def change(self, template: Template, **changes: object) -> Template:
        """Changes one; returns it as it is then."""
        key = (template.name, template.language)
        with self._lock:
            self._held[key] = replace(self._held[key], **changes)  # type: ignore[arg-type]  # fields of Template
            return self._held[key]

    def told(self, template: Template, now: datetime) -> tuple[Template, int]:
        """The template as it is, and a second to report on it that no report on it has had before."""
        key = (template.name, template.language)
        with self._lock:
            at = max(int(now.timestamp()), self._held[key].told_s + 1)
            self._held[key] = replace(self._held[key], told_s=at)
            return self._held[key], at

    def statuses(self) -> list[dict[str, str]]:
        """All templates with their state."""
        return [{"name": one.name, "language": one.language, "status": one.status} for one in self.all()]

    def lifetime(self, name: str, otherwise: timedelta) -> timedelta:
        """How long a template is tried."""
        seconds = next((one.ttl_s for one in self.all() if one.name == name), None)
        return otherwise if seconds is None else timedelta(seconds=seconds)

    def reset(self) -> None:
        """Approves all."""
        with self._lock:
            self._held = {key: replace(one, status="approved", quality="UNKNOWN") for key, one in self._held.items()}

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
        template = self.get(name, language)
        if template is None:
            raise GraphError(132001, f"template name ({name}) does not exist in {language}")
        if template.status != "approved":
            raise GraphError(_REFUSALS[template.status], f"template ({name}) is {template.status}")
        return template.body


def _new_id() -> int:
    return 10**15 + secrets.randbelow(9 * 10**15)


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
