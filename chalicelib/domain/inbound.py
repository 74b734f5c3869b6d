"""The elements of a webhook, once understood; and those that could not be."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from chalicelib.domain.delivery import Refused
from chalicelib.domain.message import Echo, Message, Moved


@dataclass(frozen=True)
class StatusReport:
    """A provider's report on something that was sent. status: an open set of words; day: UTC date of the report.

    callback: what we gave the provider with the send; refusal: what a `failed` says; raw: the element as JSON (ASCII).
    """

    status: str
    at: datetime | None
    callback: str | None
    refusal: Refused | None
    raw: str


@dataclass(frozen=True)
class Event:
    """Something signed that is about no message of a resident. kind: the field or the part it came from; raw: JSON (ASCII)."""

    kind: str
    day: str
    raw: str


@dataclass(frozen=True)
class TemplateReport:
    """Meta's word on a message template of an account. at: when Meta said it, None when that cannot be read.

    usable: whether it can be sent, None where nothing is said on that; code: what a send of an unusable one would be refused
    with; said: Meta's own word, such as `PAUSED`; alarming: whether a person should look at it though it can be sent; event:
    all of it, to be kept.
    """

    account: str
    name: str
    language: str
    at: datetime | None
    usable: bool | None
    code: str
    said: str
    alarming: bool
    event: Event


@dataclass(frozen=True)
class Broken:
    """A signed element that could not be understood, or belongs to no known number. raw: all of it, ASCII."""

    reason: str
    day: str
    raw: str


Element: TypeAlias = Message | Moved | Echo | StatusReport | TemplateReport | Event | Broken

NO_DAY = "0"
