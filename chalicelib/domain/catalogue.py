"""What an office offers: its services and what it promises, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.hours import Calendar, Span
from chalicelib.domain.request import CLOSED, Status

LANGUAGES = ("id", "en")
MOST_REQUIREMENTS = 10
MEDIA_KEPT = timedelta(days=30)
# An office that is closed for longer than this has its notices sent all the same.
_LONGEST_SILENCE_DAYS = 14


class Output(StrEnum):
    """What the resident gets: a card to pick up, or a PDF to download."""

    CARD = "card"
    PDF = "pdf"


@dataclass(frozen=True)
class Requirement:
    """One thing to send. code: stays what it is, on every request; name: what residents call it, by language."""

    code: str
    name: Mapping[str, str]


@dataclass(frozen=True)
class Service:
    """What a resident can ask for. Texts are by language.

    words: what people call it, lower case; needs: what to send, in the order in which it is told; bring: what to show when
    picking it up; number: where to write for it, as people read it, None where the office does not say.
    """

    code: str
    name: Mapping[str, str]
    words: frozenset[str]
    needs: tuple[Requirement, ...]
    bring: Mapping[str, str]
    output: Output
    decision_open_time: timedelta
    done_time: timedelta
    number: str | None = None

    def needed(self, language: str) -> list[str]:
        """What to send, as residents call it."""
        return [one.name[language] for one in self.needs]


@dataclass(frozen=True)
class SmsTerms:
    """What an office pays for SMS. sender: alphanumeric, ≤ 11 characters; prices in thousandths of a US dollar."""

    sender: str
    price_mills: int
    max_per_day_mills: int


@dataclass(frozen=True)
class Coexistence:
    """An office that keeps the WhatsApp Business app on its phones.

    quiet: for how long after an officer's words the robot does not talk over them. words: what officers type to change a
    request's status, such as `/siap`, lower case; none unless the office turns that on.
    """

    quiet: timedelta = timedelta(minutes=30)
    words: Mapping[str, Status] = field(default_factory=dict)


@dataclass(frozen=True)
class Office:
    """One Dukcapil. notify: the statuses, and `hold`, whose changes owe the resident a notice.

    short: how an SMS begins; notice_hours: when status notices may go out, local time, on closed days too if
    `notice_on_closed_days`; media_time: how long a request's chat and files are kept once it is closed; texts: own words, by
    (language, kind); links: hosts that its texts may name; rating: whether whoever asked by chat is asked how it was, once the
    request is completed.
    """

    code: str
    name: str
    short: str
    sms: SmsTerms
    place: str
    calendar: Calendar
    services: Mapping[str, Service]
    notify: frozenset[str]
    notice_hours: Span
    notice_on_closed_days: bool
    media_time: timedelta = MEDIA_KEPT
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    links: frozenset[str] = frozenset()
    coexistence: Coexistence = Coexistence()
    rating: bool = False

    @property
    def names(self) -> Mapping[str, str]:
        """What people call the services → code."""
        return {word: service.code for service in self.services.values() for word in service.words}

    def may_tell_at(self, now: datetime) -> datetime:
        """The next moment at which a status notice may go out: `now` itself within the notice hours."""
        local = self.calendar.local(now)
        for days in range(_LONGEST_SILENCE_DAYS):
            day = local.date() + timedelta(days=days)
            opens = datetime.combine(day, self.notice_hours.opens, local.tzinfo)
            closes = datetime.combine(day, self.notice_hours.closes, local.tzinfo)
            if (self.notice_on_closed_days or self.calendar.span(day)) and local < closes:
                return now if opens <= local else opens.astimezone(now.tzinfo)
        return now

    def due(self, service: str, status: Status, now: datetime) -> datetime | None:
        """When the office promises the next step: a first decision in open hours, the document by the clock."""
        promise = self.services[service]
        if status in CLOSED or status is Status.READY:
            return None
        if status in {Status.SUBMITTED, Status.INCOMPLETE}:
            return self.calendar.after(now, promise.decision_open_time)
        return now + promise.done_time
