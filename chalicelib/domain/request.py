"""A resident's case: its status machine, and what a change does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.errors import IllegalChange, Stale


class Status(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    VERIFIED = "verified"
    PROCESSING = "processing"
    READY = "ready"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


S = Status

NEXT: dict[Status, frozenset[Status]] = {
    S.SUBMITTED: frozenset({S.INCOMPLETE, S.VERIFIED, S.PROCESSING, S.REJECTED, S.CANCELLED}),
    S.INCOMPLETE: frozenset({S.SUBMITTED, S.VERIFIED, S.REJECTED, S.CANCELLED}),
    S.VERIFIED: frozenset({S.INCOMPLETE, S.PROCESSING, S.READY, S.REJECTED, S.CANCELLED}),
    S.PROCESSING: frozenset({S.INCOMPLETE, S.READY, S.REJECTED, S.CANCELLED}),
    S.READY: frozenset({S.PROCESSING, S.COMPLETED, S.CANCELLED}),
    S.COMPLETED: frozenset(),
    S.REJECTED: frozenset(),
    S.CANCELLED: frozenset(),
}

CLOSED = frozenset({S.COMPLETED, S.REJECTED, S.CANCELLED})
NEEDS_REASON = frozenset({S.INCOMPLETE, S.REJECTED})


class Met(StrEnum):
    """Whether something that a request needs is there, as an officer saw it."""

    OPEN = "open"
    RECEIVED = "received"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Hold:
    """Why a request waits, in words that the resident may read."""

    reason: str


@dataclass(frozen=True)
class Request:
    """One resident's case. version: number of changes so far; the opening is 1.

    noticed_version: version of the last change that owed a notice, so that earlier notices are known to be stale.
    opened_by: provider's time of the message that opened it. asks_human_at: when its resident last asked for a person, or
    complained. requirements: by code, those that an officer has looked at, last at checked_version. look_at: when the sweep
    looks at it, None when time changes nothing; nudged_version: the last version at which it owed a notice by itself. name and
    sms_phone are personal data.
    """

    id: str
    office: str
    service: str
    status: Status
    version: int
    contact_id: str | None
    phone_number_id: str | None
    language: str
    opened_at: datetime
    opened_by: datetime
    updated_at: datetime
    due_at: datetime | None
    noticed_version: int = 0
    hold: Hold | None = None
    reason: str | None = None
    name: str | None = None
    sms_phone: str | None = None
    closed_at: datetime | None = None
    asks_human_at: datetime | None = None
    requirements: Mapping[str, Met] = field(default_factory=dict)
    checked_version: int = 0
    look_at: datetime | None = None
    nudged_version: int = 0
    by_chat: bool = False
    ready_at: datetime | None = None
    ready_due_at: datetime | None = None
    rating_asked_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more can happen to it."""
        return self.status in CLOSED

    def overdue(self, now: datetime) -> bool:
        """Whether the office, or the resident who is to send something, is late."""
        return late(self.status, self.due_at, now)


def late(status: Status, due_at: datetime | None, now: datetime) -> bool:
    """Whether somebody is to move who has not moved in time."""
    waits = status not in CLOSED and status is not Status.READY
    return waits and due_at is not None and due_at < now


@dataclass(frozen=True)
class Step:
    """What staff ask for. hold: whether the request waits from now on, for `reason`; eta: a new estimate."""

    to: Status
    expected_version: int
    reason: str | None = None
    note: str | None = None
    hold: bool | None = None
    eta: datetime | None = None


@dataclass(frozen=True)
class Change:
    """One status change: immutable, numbered by the request's version after it."""

    request_id: str
    version: int
    from_: Status | None
    to: Status
    actor: str
    at: datetime
    reason: str | None = None
    note: str | None = None
    hold: Hold | None = None
    due_at: datetime | None = None
    idempotency_key: str | None = None
    body_hash: str | None = None


def opened(request: Request, actor: str) -> Change:
    """The first change: the request's opening."""
    return Change(request.id, 1, None, request.status, actor, request.opened_at, due_at=request.due_at)


def apply(request: Request, step: Step, *, actor: str, now: datetime, due_at: datetime | None) -> tuple[Request, Change]:
    """The request after a step, and the change that records it.

    due_at: what the office promises for the new status when the step brings no estimate of its own.

    Raises:
        Stale: the request is no longer at the version that the step expects.
        IllegalChange: the status machine has no such step, or a reason is missing.
    """
    if request.version != step.expected_version:
        raise Stale(f"The request is at version {request.version}, not {step.expected_version}: read it again.")
    hold = _hold_after(request, step)
    closed = step.to in CLOSED
    ready_at, ready_due_at = _ready_after(request, step, now)
    due = None if closed else step.eta or (request.due_at if step.to == request.status else due_at)
    after = replace(
        request,
        status=step.to,
        version=request.version + 1,
        updated_at=now,
        due_at=due,
        hold=hold,
        reason=_reason_after(request, step),
        closed_at=now if closed else None,
        ready_at=ready_at,
        ready_due_at=ready_due_at,
    )
    change = Change(
        request.id, after.version, request.status, step.to, actor, now, step.reason, step.note, hold=hold, due_at=due
    )
    return after, change


def _ready_after(request: Request, step: Step, now: datetime) -> tuple[datetime | None, datetime | None]:
    """When it became ready, and what was promised until then; nothing of it is left when it is taken back."""
    if step.to is Status.READY and request.status is not Status.READY:
        return now, request.due_at
    return (request.ready_at, request.ready_due_at) if step.to in CLOSED | {Status.READY} else (None, None)


def _reason_after(request: Request, step: Step) -> str | None:
    """Why a request is incomplete or rejected; a hold has a reason of its own, and leaves this one be."""
    if step.to == request.status:
        return request.reason
    return step.reason if step.to in NEEDS_REASON else None


def _hold_after(request: Request, step: Step) -> Hold | None:
    if step.to == request.status:
        return _hold_on_same_status(request, step)
    if step.to not in NEXT[request.status]:
        raise IllegalChange(f"A request that is {request.status} cannot become {step.to}.")
    if step.to in NEEDS_REASON and not step.reason:
        raise IllegalChange(f"A change to {step.to} needs a reason.")
    if not step.hold:
        return None
    if not step.reason or step.to in CLOSED:
        raise IllegalChange("A hold needs a reason, and a request that is still open.")
    return Hold(step.reason)


def _hold_on_same_status(request: Request, step: Step) -> Hold | None:
    """Without a word on the hold, a reason sets one and the lack of a reason clears it."""
    wanted = bool(step.reason) if step.hold is None else step.hold
    if request.closed or not (wanted or request.hold):
        raise IllegalChange(f"The request is {request.status} already.")
    if not wanted:
        return None
    if not step.reason:
        raise IllegalChange("A hold needs a reason.")
    return Hold(step.reason)
