"""What an office promises, and when it may write to people."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from chalicelib.domain.hours import Calendar, Span, Zone
from chalicelib.domain.request import Status
from tests.unit.domain.samples import NOW, OFFICE


@pytest.mark.parametrize("service", ["KK", "KTP", "PINDAH"])
@pytest.mark.parametrize(
    ("status", "due"),
    [
        # Six office hours after ten on Tuesday: five are left of the day, one is Wednesday's.
        (Status.SUBMITTED, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        (Status.INCOMPLETE, datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        (Status.VERIFIED, NOW + timedelta(hours=24)),
        (Status.PROCESSING, NOW + timedelta(hours=24)),
        (Status.READY, None),
        (Status.COMPLETED, None),
        (Status.REJECTED, None),
        (Status.CANCELLED, None),
    ],
)
def test_decision_is_due_in_open_hours_and_the_document_by_the_clock(
    service: str, status: Status, due: datetime | None
) -> None:
    assert OFFICE.due(service, status, NOW) == due


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    """Kalianda's wall clock, told in UTC; 27 November 2026 is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=Zone.WIB.offset).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (wib(24, 6), wib(24, 6)),
        (wib(24, 20, 59), wib(24, 20, 59)),
        (wib(24, 21), wib(25, 6)),
        (wib(24, 23, 59), wib(25, 6)),
        (wib(24, 0), wib(24, 6)),
        (wib(24, 5, 59), wib(24, 6)),
    ],
)
def test_status_is_told_within_notice_hours_only(now: datetime, may: datetime) -> None:
    assert OFFICE.may_tell_at(now) == may


def test_moment_within_notice_hours_is_that_very_moment() -> None:
    now = wib(24, 10) + timedelta(microseconds=1)

    assert OFFICE.may_tell_at(now) is now


def test_closed_days_are_quiet_where_the_office_wants_it() -> None:
    quiet = replace(OFFICE, notice_on_closed_days=False)

    assert quiet.may_tell_at(wib(27, 20)) == wib(27, 20)
    assert quiet.may_tell_at(wib(27, 21)) == wib(30, 6)
    assert quiet.may_tell_at(wib(28, 10)) == wib(30, 6)
    assert OFFICE.may_tell_at(wib(28, 10)) == wib(28, 10)


def test_extra_day_is_not_quiet() -> None:
    calendar = replace(OFFICE.calendar, extra={date(2026, 11, 28): Span(time(9), time(10))})
    quiet = replace(OFFICE, notice_on_closed_days=False, calendar=calendar)

    assert quiet.may_tell_at(wib(28, 10)) == wib(28, 10)


def test_office_that_is_closed_for_weeks_tells_all_the_same() -> None:
    closed = replace(OFFICE, notice_on_closed_days=False, calendar=Calendar(Zone.WIB, {}))

    assert closed.may_tell_at(wib(24, 23)) == wib(24, 23)
