"""An office's figures over some days: what came and went, what waits, how long it took, and what residents say."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from chalicelib.domain.notice import Channel, State
from chalicelib.domain.request import Status, late

_HOUR = timedelta(hours=1)
_TENTH_OF_TEN = 0.9


@dataclass(frozen=True)
class Period:
    """From a moment up to another, which is not in it."""

    since: datetime
    until: datetime

    def has(self, at: datetime | None) -> bool:
        """Whether a moment is in it."""
        return at is not None and self.since <= at < self.until


@dataclass(frozen=True)
class Course:
    """How a request went so far. due_at: what is promised now; ready_due_at: what was, when it became ready."""

    status: Status
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    ready_at: datetime | None
    ready_due_at: datetime | None


@dataclass(frozen=True)
class Ready:
    """The requests that became ready in the period, the last time if they were taken back in between.

    hours: from opening until then, by the clock. promised: those that had a due time when they became ready, a new estimate
    included; kept: those of them that were ready by then.
    """

    hours: Sequence[float] = ()
    promised: int = 0
    kept: int = 0

    def __add__(self, other: "Ready") -> "Ready":
        return Ready((*self.hours, *other.hours), self.promised + other.promised, self.kept + other.kept)

    @property
    def median_hours(self) -> float | None:
        """As many took less as took more; None of none."""
        return median(self.hours) if self.hours else None

    @property
    def p90_hours(self) -> float | None:
        """Nine of ten took at most so long (nearest rank); None of none."""
        return sorted(self.hours)[ceil(_TENTH_OF_TEN * len(self.hours)) - 1] if self.hours else None


@dataclass(frozen=True)
class Ratings:
    """Answers by score, from 1 to 4."""

    counts: tuple[int, ...] = (0, 0, 0, 0)

    def __add__(self, other: "Ratings") -> "Ratings":
        return Ratings(tuple(one + another for one, another in zip(self.counts, other.counts, strict=True)))

    @property
    def answers(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """From 1 to 4; times 25 it is the index of Permenpan RB 14/2017. None of none."""
        total = sum(score * count for score, count in enumerate(self.counts, start=1))
        return total / self.answers if self.answers else None


@dataclass(frozen=True)
class Figures:
    """Of one service, or of several together. opened and closed: in the period; open and overdue: now.

    notices: those of causes in the period, by what became of them (`fate`).
    """

    opened: int = 0
    closed: Counter[Status] = field(default_factory=Counter)
    open: Counter[Status] = field(default_factory=Counter)
    overdue: int = 0
    ready: Ready = Ready()
    notices: Counter[str] = field(default_factory=Counter)
    ratings: Ratings = Ratings()

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.opened + other.opened, self.closed + other.closed, self.open + other.open, self.overdue + other.overdue,
            self.ready + other.ready, self.notices + other.notices, self.ratings + other.ratings,
        )  # fmt: skip


def of_requests(courses: Iterable[Course], period: Period, now: datetime) -> Figures:
    """The figures of requests: all that are open, and those closed since the period began."""
    opened, overdue, promised, kept = 0, 0, 0, 0
    closed, open_, hours = Counter[Status](), Counter[Status](), []
    for one in courses:
        opened += period.has(one.opened_at)
        if one.closed_at is None:
            open_[one.status] += 1
            overdue += late(one.status, one.due_at, now)
        elif period.has(one.closed_at):
            closed[one.status] += 1
        if one.ready_at is not None and period.has(one.ready_at):
            hours.append((one.ready_at - one.opened_at) / _HOUR)
            promised += one.ready_due_at is not None
            kept += one.ready_due_at is not None and one.ready_at <= one.ready_due_at
    return Figures(opened, closed, open_, overdue, Ready(tuple(hours), promised, kept))


def fate(state: State, channel: Channel) -> str:
    """What became of a notice, as figures tell it.

    An SMS that was accepted is the last that SNS tells of one; all else that is under way is on the way.
    """
    if state in {State.DELIVERED, State.READ}:
        return f"{channel}_arrived"
    if state is State.ACCEPTED and channel is Channel.SMS:
        return "sms_accepted"
    return state.value if state in {State.FAILED, State.UNKNOWN, State.SUPPRESSED} else "on_the_way"
