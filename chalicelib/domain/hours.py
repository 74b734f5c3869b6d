"""An office's hours: local time, opening days, and time that counts only while the office is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

# A calendar without one open day in this many has no next opening.
_HORIZON_DAYS = 400

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SHORT_DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
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
class Season:
    """Some weeks with other hours, such as Ramadan. first, last: its days, both included."""

    first: date
    last: date
    weekly: Mapping[int, Span]


@dataclass(frozen=True)
class Calendar:
    """When an office is open. weekly: weekday (Monday is 0) → hours; closed: days off; extra: days with hours of their own."""

    zone: Zone
    weekly: Mapping[int, Span]
    closed: frozenset[date] = frozenset()
    extra: Mapping[date, Span] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()

    def local(self, at: datetime) -> datetime:
        """The same moment on the office's wall clock."""
        return at.astimezone(self.zone.offset)

    def span(self, day: date) -> Span | None:
        """The hours of that day, None when closed. An extra day beats a closed one."""
        if day in self.extra:
            return self.extra[day]
        return None if day in self.closed else self._week_of(day).get(day.weekday())

    def _week_of(self, day: date) -> Mapping[int, Span]:
        """The usual hours, or those of the season that the day is in."""
        return next((season.weekly for season in self.seasons if season.first <= day <= season.last), self.weekly)

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

    def working_day_after(self, at: datetime) -> datetime:
        """The same time on the next open day, counted from the next opening: a whole working day lies in between."""
        opening = self.local(self.next_opening(at))
        for days in range(1, _HORIZON_DAYS):
            later = opening + timedelta(days=days)
            if self.span(later.date()) is not None:
                return later.astimezone(at.tzinfo)
        return at + timedelta(days=_HORIZON_DAYS)

    def show(self, at: datetime, language: str) -> str:
        """Day, date and time as people of that office say it: `Selasa, 24 November 2026 pukul 14.00 WIB`."""
        local = self.local(at)
        day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
        if language == "en":
            return f"{day}, {local.day} {month} {local.year}, {local:%H:%M} {self.zone}"
        return f"{day}, {local.day} {month} {local.year} pukul {local:%H.%M} {self.zone}"

    def week(self, at: datetime, language: str) -> str:
        """The week's hours at that time: `Senin-Kamis 08.00-15.00, Jumat 08.00-13.00 WIB`."""
        names, form = _DAYS[language], "%H:%M" if language == "en" else "%H.%M"
        return f"{self._told(at, names, lambda time_: time_.strftime(form))} {self.zone}"

    def short_week(self, at: datetime) -> str:
        """The same as an SMS says it: `Sen-Kam 08-15, Jum 08-13 WIB`."""
        return f"{self._told(at, _SHORT_DAYS, _short)} {self.zone}"

    def _told(self, at: datetime, names: Sequence[str], form: Callable[[time], str]) -> str:
        """Days with the same hours in one, as long as they follow each other."""
        runs: list[list[int]] = []
        week = self._week_of(self.local(at).date())
        for day in sorted(week):
            if runs and runs[-1][-1] == day - 1 and week[day] == week[day - 1]:
                runs[-1].append(day)
            else:
                runs.append([day])
        spans = [(f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 1 else names[run[0]], week[run[0]]) for run in runs]
        return ", ".join(f"{days} {form(span.opens)}-{form(span.closes)}" for days, span in spans)


def _short(at: time) -> str:
    return f"{at:%H.%M}" if at.minute else f"{at:%H}"
