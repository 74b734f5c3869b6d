"""Figures over some days: what is in them and what is not, to the moment."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.figures import Course, Figures, Period, Ratings, Ready, fate, of_requests
from chalicelib.domain.notice import Channel, State
from chalicelib.domain.request import CLOSED, Status
from tests.unit.domain.samples import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PERIOD = Period(NOW, NOW + DAY)
BEFORE, AFTER = NOW - HOUR, NOW + DAY
LATER = NOW + 2 * DAY


def course(status: Status = Status.SUBMITTED, **more: Any) -> Course:
    fields: dict[str, Any] = {"opened_at": NOW, "closed_at": None, "due_at": None, "ready_at": None, "ready_due_at": None}
    return Course(status, **(fields | more))


def of(*courses: Course) -> Figures:
    return of_requests(courses, PERIOD, LATER)


@pytest.mark.parametrize(("opened_at", "opened"), [(BEFORE, 0), (NOW, 1), (AFTER - timedelta(milliseconds=1), 1), (AFTER, 0)])
def test_opened_is_what_was_opened_in_the_period(opened_at: datetime, opened: int) -> None:
    assert of(course(opened_at=opened_at)).opened == opened
    assert of(course(Status.CANCELLED, opened_at=opened_at, closed_at=LATER)).opened == opened


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_closed_is_what_ended_in_the_period_by_how_it_ended(status: Status) -> None:
    figures = of(*(course(status, opened_at=BEFORE, closed_at=at) for at in (NOW, NOW + HOUR, AFTER)))

    assert (figures.closed, figures.open) == (Counter({status: 2}), Counter())


def test_open_is_what_waits_now_whenever_it_came() -> None:
    figures = of(course(), course(Status.READY, opened_at=BEFORE), course(opened_at=AFTER))

    assert figures.open == Counter({Status.SUBMITTED: 2, Status.READY: 1})


def test_overdue_is_what_is_past_its_time_now() -> None:
    figures = of(course(due_at=LATER - HOUR), course(due_at=LATER), course(Status.READY), course())

    assert figures.overdue == 1


def test_ready_is_what_became_ready_in_the_period_though_it_was_closed_after_it() -> None:
    ready = of(
        course(Status.COMPLETED, opened_at=NOW - 3 * HOUR, ready_at=NOW, closed_at=AFTER, ready_due_at=NOW),
        course(Status.READY, opened_at=NOW, ready_at=NOW + HOUR, ready_due_at=NOW),
        course(Status.READY, opened_at=NOW, ready_at=NOW + 2 * HOUR),
        course(Status.READY, opened_at=BEFORE, ready_at=BEFORE),
        course(Status.PROCESSING),
    ).ready

    assert ready == Ready((3.0, 1.0, 2.0), promised=2, kept=1)
    assert ready.median_hours == 2.0


@pytest.mark.parametrize(("hours", "p90"), [((), None), ((5,), 5), (range(1, 11), 9), (range(1, 12), 10), (range(1, 101), 90)])
def test_nine_of_ten_took_at_most_so_long(hours: Any, p90: float | None) -> None:
    assert Ready(tuple(reversed(tuple(hours)))).p90_hours == p90


def test_times_of_all_services_are_taken_together_and_not_averaged() -> None:
    both = Figures(ready=Ready((1.0,), 1, 1)) + Figures(ready=Ready((3.0, 5.0), 2, 0), opened=2)

    assert (both.ready.median_hours, both.ready.promised, both.ready.kept, both.opened) == (3.0, 3, 1, 2)


@pytest.mark.parametrize(
    ("counts", "average"),
    [((0, 0, 0, 0), None), ((1, 0, 0, 0), 1.0), ((0, 0, 0, 9), 4.0), ((1, 1, 1, 1), 2.5), ((0, 0, 3, 1), 3.25)],
)
def test_average_is_from_one_to_four(counts: tuple[int, ...], average: float | None) -> None:
    assert Ratings(counts).average == average


def test_ratings_of_several_months_are_one() -> None:
    assert Ratings((1, 0, 0, 4)) + Ratings((0, 2, 0, 3)) == Ratings((1, 2, 0, 7))


@pytest.mark.parametrize("state", set(State) - {State.SUPERSEDED})
@pytest.mark.parametrize("channel", Channel)
def test_every_notice_has_one_fate(state: State, channel: Channel) -> None:
    told = {
        State.DELIVERED: f"{channel}_arrived", State.READ: f"{channel}_arrived", State.FAILED: "failed",
        State.UNKNOWN: "unknown", State.SUPPRESSED: "suppressed",
        State.ACCEPTED: "sms_accepted" if channel is Channel.SMS else "on_the_way",
    }  # fmt: skip
    assert fate(state, channel) == told.get(state, "on_the_way")
