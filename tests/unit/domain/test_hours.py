"""Office hours: what counts as open, when so many open hours are over, and how times are told."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.hours import Calendar, Span, Zone

LONG, SHORT = Span(time(8), time(15)), Span(time(8), time(13))
WEEK = {0: LONG, 1: LONG, 2: LONG, 3: LONG, 4: SHORT}
KALIANDA = Calendar(
    Zone.WIB,
    WEEK,
    closed=frozenset({date(2026, 12, 25), date(2026, 12, 26)}),
    extra={date(2026, 12, 26): Span(time(9), time(11)), date(2026, 11, 29): Span(time(9), time(10))},
)
NEVER = Calendar(Zone.WIB, {})


def wib(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A moment on Kalianda's wall clock; 24 November 2026 is a Tuesday."""
    return datetime(2026, month, day, hour, minute, tzinfo=Zone.WIB.offset)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        pytest.param(wib(24, 8), 6, wib(24, 14), id="within a day"),
        pytest.param(wib(24, 8), 7, wib(24, 15), id="to the minute of closing"),
        pytest.param(wib(24, 14), 6, wib(25, 13), id="over a night"),
        pytest.param(wib(24, 15), 1, wib(25, 9), id="from the moment of closing"),
        pytest.param(wib(24, 3), 1, wib(24, 9), id="from before opening"),
        pytest.param(wib(24, 23, 30), 1, wib(25, 9), id="from the night"),
        pytest.param(wib(27, 12), 3, wib(30, 9), id="over a weekend with a short Friday and an hour on Sunday"),
        pytest.param(wib(20, 12), 2, wib(23, 9), id="over a weekend with a short Friday"),
        pytest.param(wib(28, 12), 1, wib(29, 10), id="on an extra day"),
        pytest.param(wib(24, 14, month=12), 2, wib(26, 10, month=12), id="over a closed day to one that is open for once"),
        pytest.param(wib(24, 8), 20, wib(26, 14), id="over several days"),
    ],
)
def test_open_time_counts_only_while_the_office_is_open(start: datetime, hours: int, end: datetime) -> None:
    assert KALIANDA.after(start, timedelta(hours=hours)) == end


def test_end_is_told_in_the_zone_of_the_start() -> None:
    end = KALIANDA.after(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), timedelta(hours=6))

    assert end == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert end.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        (wib(24, 10), wib(24, 10)),
        (wib(24, 8), wib(24, 8)),
        (wib(24, 7, 59), wib(24, 8)),
        (wib(24, 15), wib(25, 8)),
        (wib(27, 13), wib(29, 9)),
        (wib(29, 10), wib(30, 8)),
    ],
)
def test_next_opening_is_now_or_the_next_morning_that_somebody_is_there(at: datetime, opening: datetime) -> None:
    assert KALIANDA.next_opening(at) == opening


@pytest.mark.parametrize(
    ("at", "later"),
    [
        pytest.param(wib(24, 10), wib(25, 10), id="within the week"),
        pytest.param(wib(20, 12), wib(23, 12), id="over a weekend"),
        pytest.param(wib(20, 16), wib(24, 8), id="from after hours: all of the next open day"),
        pytest.param(wib(21, 10), wib(24, 8), id="from a closed day: all of the next open one"),
        pytest.param(wib(24, 15), wib(26, 8), id="from the moment of closing"),
        pytest.param(wib(24, 6), wib(25, 8), id="from before opening"),
        pytest.param(wib(26, 14), wib(27, 14), id="to a shorter day"),
    ],
)
def test_a_working_day_later_a_whole_working_day_has_passed(at: datetime, later: datetime) -> None:
    assert KALIANDA.working_day_after(at) == later
    assert KALIANDA.working_day_after(at.astimezone(UTC)).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (wib(24, 7, 59), False), (wib(24, 8), True), (wib(24, 14, 59), True), (wib(24, 15), False),
        (wib(27, 12, 59), True), (wib(27, 13), False), (wib(28, 9), False), (wib(29, 9), True), (wib(29, 10), False),
        (wib(25, 9, month=12), False), (wib(26, 9, month=12), True), (wib(26, 8, month=12), False),
    ],
)  # fmt: skip
def test_office_is_open_from_opening_until_before_closing(at: datetime, is_open: bool) -> None:  # noqa: FBT001
    assert KALIANDA.is_open(at) is is_open
    assert KALIANDA.is_open(at.astimezone(UTC)) is is_open


def test_extra_day_beats_a_closed_one() -> None:
    assert KALIANDA.span(date(2026, 12, 26)) == Span(time(9), time(11))
    assert KALIANDA.span(date(2026, 12, 25)) is None


@pytest.mark.parametrize(
    "calendar", [NEVER, Calendar(Zone.WIB, {0: Span(time(15), time(8))}), Calendar(Zone.WIB, {0: Span(time(8), time(8))})]
)
def test_calendar_that_never_opens_ends_at_its_horizon(calendar: Calendar) -> None:
    start = wib(24, 10)

    assert calendar.after(start, timedelta(hours=1)) == start + timedelta(days=400)
    assert calendar.next_opening(start) == start + timedelta(days=400)
    assert not calendar.is_open(start)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # given one
DURATIONS = st.integers(0, 100 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(MOMENTS, DURATIONS, DURATIONS)
def test_open_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    assert KALIANDA.after(KALIANDA.after(start, first), second) == KALIANDA.after(start, first + second)


@given(MOMENTS, DURATIONS)
def test_end_is_never_before_the_start_and_always_within_hours(start: datetime, open_time: timedelta) -> None:
    end = KALIANDA.after(start, open_time)

    assert end >= start + open_time
    assert KALIANDA.is_open(end) or KALIANDA.is_open(end - timedelta(microseconds=1))


@pytest.mark.parametrize(("zone", "hours"), [(Zone.WIB, 7), (Zone.WITA, 8), (Zone.WIT, 9)])
def test_each_zone_has_its_distance_from_utc(zone: Zone, hours: int) -> None:
    calendar = Calendar(zone, WEEK)

    assert zone.offset.utcoffset(None) == timedelta(hours=hours)
    assert calendar.after(datetime(2026, 11, 24, 0, 0, tzinfo=UTC) - timedelta(hours=hours), timedelta(hours=1)) == datetime(
        2026, 11, 24, 9 - hours, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        (Zone.WIB, "id", "Selasa, 24 November 2026 pukul 14.05 WIB"),
        (Zone.WITA, "id", "Selasa, 24 November 2026 pukul 15.05 WITA"),
        (Zone.WIT, "id", "Selasa, 24 November 2026 pukul 16.05 WIT"),
        (Zone.WIB, "en", "Tuesday, 24 November 2026, 14:05 WIB"),
        (Zone.WIT, "en", "Tuesday, 24 November 2026, 16:05 WIT"),
    ],
)
def test_time_is_told_as_people_of_that_office_say_it(zone: Zone, language: str, words: str) -> None:
    assert Calendar(zone, WEEK).show(datetime(2026, 11, 24, 7, 5, tzinfo=UTC), language) == words


def test_days_and_months_have_their_names_in_both_languages() -> None:
    shown = [KALIANDA.show(datetime(2026, month, month + 1, tzinfo=UTC), "id") for month in range(1, 13)]

    assert [text.split(" ")[2] for text in shown] == [
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ]  # fmt: skip
    week = [KALIANDA.show(datetime(2026, 11, day, tzinfo=UTC), "id").split(",")[0] for day in range(23, 30)]
    assert week == ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
    for month in range(1, 13):
        at = datetime(2026, month, month, tzinfo=UTC)
        assert KALIANDA.show(at, "en").startswith(at.strftime("%A, ") + str(month) + at.strftime(" %B 2026"))
    assert KALIANDA.show(datetime(2026, 11, 24, 17, 30, tzinfo=UTC), "en").startswith("Wednesday, 25 November")
