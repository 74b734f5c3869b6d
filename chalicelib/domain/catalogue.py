"""What an office offers: its services and what it promises, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.hours import Calendar
from chalicelib.domain.request import CLOSED, Status

LANGUAGES = ("id", "en")


class Output(StrEnum):
    """What the resident gets: a card to pick up, or a PDF to download."""

    CARD = "card"
    PDF = "pdf"


@dataclass(frozen=True)
class Service:
    """What a resident can ask for. Texts are by language.

    words: what people call it, lower case; needs: what to send; bring: what to show when picking it up.
    """

    code: str
    name: Mapping[str, str]
    words: frozenset[str]
    needs: Mapping[str, tuple[str, ...]]
    bring: Mapping[str, str]
    output: Output
    decision_open_time: timedelta
    done_time: timedelta


@dataclass(frozen=True)
class Office:
    """One Dukcapil. notify: the statuses, and `hold`, whose changes owe the resident a notice.

    short: how an SMS begins; sms_sender: its alphanumeric sender; texts: own words, by (language, kind).
    """

    code: str
    name: str
    short: str
    sms_sender: str
    place: str
    hours: Mapping[str, str]
    calendar: Calendar
    services: Mapping[str, Service]
    notify: frozenset[str]
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def due(self, service: str, status: Status, now: datetime) -> datetime | None:
        """When the office promises the next step: a first decision in open hours, the document by the clock."""
        promise = self.services[service]
        if status in CLOSED or status is Status.READY:
            return None
        if status in {Status.SUBMITTED, Status.INCOMPLETE}:
            return self.calendar.after(now, promise.decision_open_time)
        return now + promise.done_time
