from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from devstack.clock import OffsetClock, into_the_day


def test_it_starts_with_the_real_time_in_utc() -> None:
    before = datetime.now(UTC)
    now = OffsetClock()()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta()


def test_what_is_skipped_adds_up_and_time_goes_on() -> None:
    clock = OffsetClock()
    before = clock()
    clock.advance(60)
    clock.advance(0.5)
    now = clock()
    assert now - before >= timedelta(seconds=60.5)
    assert clock() >= now
    assert clock() - datetime.now(UTC) <= timedelta(seconds=60.5)


@pytest.mark.parametrize("seconds", [-1.0, float("nan")])
def test_time_never_goes_back(seconds: float) -> None:
    clock = OffsetClock()
    with pytest.raises(ValueError, match="only goes forward"):
        clock.advance(seconds)


@pytest.mark.parametrize("seconds", [float("inf"), 1e12])
def test_a_step_past_the_calendar_is_refused_and_leaves_the_clock_running(seconds: float) -> None:
    clock = OffsetClock()
    with pytest.raises(OverflowError):
        clock.advance(seconds)
    assert clock() - datetime.now(UTC) <= timedelta()


def test_no_step_is_lost_when_several_advance_it_at_once() -> None:
    clock = OffsetClock()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(clock.advance, [1.0] * 2000))
    assert timedelta(seconds=1999) < clock() - datetime.now(UTC) <= timedelta(seconds=2000)


@pytest.mark.parametrize(
    ("now", "shown"),
    [
        ("2026-11-24T00:00:00+00:00", "2026-11-24T07:00:00+07:00"),
        ("2026-11-24T07:59:59+00:00", "2026-11-24T14:59:59+07:00"),
        ("2026-11-24T08:00:00+00:00", "2026-11-24T10:00:00+07:00"),
        ("2026-11-24T16:59:00+00:00", "2026-11-24T10:00:00+07:00"),
        ("2026-11-24T17:00:00+00:00", "2026-11-24T10:00:00+07:00"),
        ("2026-11-24T23:59:59+00:00", "2026-11-24T10:00:00+07:00"),
    ],
)
def test_whoever_starts_it_outside_the_day_starts_in_the_day_before_now(now: str, shown: str) -> None:
    real = datetime.fromisoformat(now)
    offset = into_the_day(real)
    assert offset <= timedelta()
    assert real + offset == datetime.fromisoformat(shown)


def test_a_clock_can_start_in_the_past() -> None:
    assert OffsetClock(timedelta(hours=-3))() - datetime.now(UTC) <= timedelta(hours=-3)
