"""An office's hours: local time, opening days, and time that counts only while the office is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

# A calendar without one open day in this many has no next opening.
_HORIZON_DAYS = 400

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
           "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip


class Zone(StrEnum):
    """Indonesia's time zones. None of them has summer time, so an offset says all."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"

    @property
    def offset(self) -> timezone:
        """Its distance from UTC."""
        return timezone(timedelta(hours={"WIB": 7, "WITA": 8, "WIT": 9}[self.value]))


@dataclass(frozen=True)
class Span:
    """One day's opening hours, local time."""

    opens: time
    closes: time


@dataclass(frozen=True)
class Calendar:
    """When an office is open. weekly: weekday (Monday is 0) → hours; closed: days off; extra: days with hours of their own."""

    zone: Zone
    weekly: Mapping[int, Span]
    closed: frozenset[date] = frozenset()
    extra: Mapping[date, Span] = field(default_factory=dict)

    def local(self, at: datetime) -> datetime:
        """The same moment on the office's wall clock."""
        return at.astimezone(self.zone.offset)

    def span(self, day: date) -> Span | None:
        """The hours of that day, None when closed. An extra day beats a closed one."""
        if day in self.extra:
            return self.extra[day]
        return None if day in self.closed else self.weekly.get(day.weekday())

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there."""
        local = self.local(at)
        span = self.span(local.date())
        return span is not None and span.opens <= local.time() < span.closes

    def after(self, start: datetime, open_time: timedelta) -> datetime:
        """The moment when the office has been open for `open_time` since `start`, in the zone of `start`.

        A calendar that hardly ever opens ends at its horizon of 400 days, so that this always returns.
        """
        local = self.local(start)
        left = open_time
        for days in range(_HORIZON_DAYS):
            day = local.date() + timedelta(days=days)
            span = self.span(day)
            if span is None:
                continue
            opens = max(local, datetime.combine(day, span.opens, local.tzinfo))
            closes = datetime.combine(day, span.closes, local.tzinfo)
            if closes <= opens:
                continue
            if left <= closes - opens:
                return (opens + left).astimezone(start.tzinfo)
            left -= closes - opens
        return start + timedelta(days=_HORIZON_DAYS)

    def next_opening(self, at: datetime) -> datetime:
        """When somebody is there next: `at` itself while the office is open."""
        return self.after(at, timedelta(0))

    def show(self, at: datetime, language: str) -> str:
        """Day, date and time as people of that office say it: `Selasa, 24 November 2026 pukul 14.00 WIB`."""
        local = self.local(at)
        day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
        if language == "en":
            return f"{day}, {local.day} {month} {local.year}, {local:%H:%M} {self.zone}"
        return f"{day}, {local.day} {month} {local.year} pukul {local:%H.%M} {self.zone}"
