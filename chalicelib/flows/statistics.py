"""An office's figures, counted from the table's own items."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import Malformed, NotFound
from chalicelib.domain.figures import Figures, Period, Ratings, fate, of_requests
from chalicelib.domain.notice import ARRIVED, Channel, Kind, State
from chalicelib.domain.staff import Right, Staff
from chalicelib.ports import Clock, Item, Store
from chalicelib.table import notices, ratings, requests
from chalicelib.table.values import Reader, stamp

MOST_DAYS = 92
# What is read at most, and for how long, so that an answer comes before API Gateway gives up after 29 s.
MOST_ROWS = 50_000
MOST_NOTICES = 200_000
PATIENCE = timedelta(seconds=15)
_ROWS_AT_ONCE = 5_000
_LISTED = [state for state in State if state not in ARRIVED | {State.SUPERSEDED}]


@dataclass(frozen=True)
class Report:
    """Figures of an office's days, the last one included, and of its services. months: those whose ratings are in it.

    complete: whether everything was counted; what was not is in no figure.
    """

    office: str
    first: date
    last: date
    as_of: datetime
    complete: bool
    months: tuple[str, ...]
    services: Mapping[str, Figures]

    @property
    def in_all(self) -> Figures:
        """All services together."""
        return sum(self.services.values(), Figures())


@dataclass
class _Reading:
    """One report's reading: what it may still read, and until when."""

    until: datetime
    rows: int
    notices: int
    complete: bool = True
    found: dict[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True)
class Statistics:
    """Counts on behalf of staff, within their offices."""

    store: Store
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self, staff: Staff, office: str | None, first: date | None, last: date | None) -> Report:
        """The figures from one day to another, both included, of the office's calendar; this month's so far unless given.

        Raises:
            Forbidden, NotFound (another office), Malformed (no such days, or too many), TransientError.
        """
        staff.require(Right.STATISTICS)
        where, now = self._office(staff, office), self.clock()
        last = last or where.calendar.local(now).date()
        first = first or last.replace(day=1)
        if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
            raise Malformed(f"`from` is not after `to`, and at most {MOST_DAYS} days are counted at once.")
        months = tuple(sorted({f"{first + timedelta(days=day):%Y-%m}" for day in range((last - first).days + 1)}))
        period = Period(_midnight(where, first), _midnight(where, last + timedelta(days=1)))
        reading = _Reading(now + PATIENCE, MOST_ROWS, MOST_NOTICES, found=dict.fromkeys(sorted(where.services), Figures()))
        self._requests(where, period, now, reading)
        self._notices(where, period, reading)
        self._ratings(where, months, reading)
        complete = reading.complete and min(reading.rows, reading.notices) > 0
        return Report(where.code, first, last, now, complete, months, reading.found)

    def _office(self, staff: Staff, code: str | None) -> Office:
        """The office that is named, else the first of the caller's by code."""
        if code is not None:
            staff.require_office(code)
        known = [one for one in ([code] if code else sorted(staff.offices)) if one in self.offices]
        if not known:
            raise NotFound("There is no such office.")
        return self.offices[known[0]]

    def _requests(self, office: Office, period: Period, now: datetime, reading: _Reading) -> None:
        """Open ones, and those closed since the period began: what was opened or ready in it may have been closed after it."""
        for service in reading.found:
            rows = [
                requests.read_course(item)
                for open_, after in ((True, ""), (False, stamp(period.since)))
                for item in self._rows(requests.queue_pk(office.code, service, open_=open_), after, reading)
            ]
            reading.found[service] += of_requests(rows, period, now)

    def _rows(self, pk: str, after: str, reading: _Reading) -> Iterator[Item]:
        while self._may_go_on(reading, reading.rows):
            most = min(_ROWS_AT_ONCE, reading.rows)
            rows = self.store.query_index("queue", pk, after=after, limit=most, only=requests.FIGURED)
            yield from rows
            reading.rows -= len(rows)
            if len(rows) < most:
                return
            after = Reader(rows[-1]).text("queue_sk")

    def _notices(self, office: Office, period: Period, reading: _Reading) -> None:
        """What did not arrive is read, since there is little of it; what did is counted without being read."""
        since, until = stamp(period.since), stamp(period.until)
        for state in _LISTED:
            pk = notices.queue_pk(office.code, state)
            if self._may_go_on(reading, reading.notices):
                rows = self.store.query_index(
                    "queue", pk, after=since, until=until, limit=reading.notices, only=notices.FIGURED
                )
                reading.notices -= len(rows)
                _sort(rows, reading.found)
        for service in reading.found:
            for channel in Channel:
                if self._may_go_on(reading, reading.notices):
                    pk = notices.arrived_pk(office.code, service, channel)
                    count = self.store.count_index("queue", pk, since=since, until=until, limit=reading.notices)
                    reading.notices -= count
                    _add(reading.found, service, fate(State.DELIVERED, channel), count)

    def _ratings(self, office: Office, months: tuple[str, ...], reading: _Reading) -> None:
        for month in months:
            for item in self.store.query(ratings.pk(office.code, month)):
                service = Reader(item).text("sk")
                if service in reading.found:
                    figures = reading.found[service]
                    reading.found[service] = replace(figures, ratings=figures.ratings + Ratings(ratings.read(item).shown))

    def _may_go_on(self, reading: _Reading, left: int) -> bool:
        """Whether there is time and room for more; the report says when there was none."""
        if left > 0 and self.clock() < reading.until:
            return True
        reading.complete = False
        return False


def _sort(rows: list[Item], found: dict[str, Figures]) -> None:
    for row in map(Reader, rows):
        service = row.maybe("service")
        if service in found and notices.counts(Kind(row.text("kind")), row.number("version") or None):
            _add(found, str(service), fate(State(row.text("state")), Channel(row.text("channel"))), 1)


def _add(found: dict[str, Figures], service: str, what: str, count: int) -> None:
    found[service] = replace(found[service], notices=found[service].notices + Counter({what: count}))


def _midnight(office: Office, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=office.calendar.zone.offset)
