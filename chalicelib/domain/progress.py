"""What time does to a request: when it is looked at by itself, and what it then owes its resident."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.notice import FIRST_DUE, Kind, Notice
from chalicelib.domain.request import Request, Status

# The office is to move, and has promised until when.
WORKING = frozenset({Status.SUBMITTED, Status.VERIFIED, Status.PROCESSING})
_LETTER = "n"


def watched(request: Request, office: Office, before: Request | None = None) -> Request:
    """The request with the time at which the sweep looks at it. before: what it was before the change.

    A promise is looked at once: a change that leaves status and promise as they were leaves that, too.
    """
    if before is not None and (before.status, before.due_at) == (request.status, request.due_at):
        return replace(request, look_at=before.look_at)
    return replace(request, look_at=_look_at(request, office))


def _look_at(request: Request, office: Office) -> datetime | None:
    """A working day after a promise of the office's, or on the date by which the resident was to send something.

    One that is closed is looked at when its chat has been kept for long enough.
    """
    if request.contact_id is None:
        return None
    if request.closed_at is not None:
        return request.closed_at + office.media_time
    if request.due_at is None:
        return None
    if request.status is Status.INCOMPLETE:
        return request.due_at
    return office.calendar.working_day_after(request.due_at) if request.status in WORKING else None


def nudge(request: Request, now: datetime) -> Notice | None:
    """The notice that a request owes when it is looked at, None when it owes none."""
    kind = Kind.REMINDER if request.status is Status.INCOMPLETE else Kind.PROGRESS
    if request.contact_id is None or not still_true(kind, request, now):
        return None
    return Notice(
        id=ids.notice_besides(request.id, request.version, _LETTER), kind=kind, answer=False, office=request.office,
        contact_id=request.contact_id, phone_number_id=request.phone_number_id, caused_at=now, due_at=now + FIRST_DUE,
        service=request.service, request_id=request.id, version=request.version,
    )  # fmt: skip


def still_true(kind: Kind, request: Request, now: datetime) -> bool:
    """Whether a progress note or a reminder says what is so."""
    waits = request.status is Status.INCOMPLETE if kind is Kind.REMINDER else request.status in WORKING
    return waits and request.due_at is not None and request.due_at <= now
