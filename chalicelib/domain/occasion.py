"""What a notice's words are about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.catalogue import Office, Output, Service
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.request import Request, Status


@dataclass(frozen=True)
class Occasion:
    """All that a notice's words can draw on, as it is when they are sent. requests: those that an answer is about."""

    notice: Notice
    office: Office
    service: str | None
    language: str
    request: Request | None = None
    requests: Sequence[Request] = ()

    @property
    def now(self) -> datetime:
        """When its cause happened: what its words say is true then."""
        return self.notice.caused_at

    @property
    def subject(self) -> Request | None:
        """The one request that it is about, None when there is none or several."""
        return self.request or (self.requests[0] if len(self.requests) == 1 else None)

    @property
    def topic(self) -> Service | None:
        """The service that it is about, None when it is about all."""
        subject = self.subject
        code = subject.service if subject else self.notice.topic or self.service
        return self.office.services.get(code or "")

    @property
    def text_name(self) -> str:
        """Which text says it: most kinds have one, some one for each case."""
        kind = self.notice.kind
        chosen = _CASES[kind](self) if kind in _CASES else kind.value
        return "no_request" if kind in _NEEDS_REQUESTS and not self.requests else chosen


def _ready(occasion: Occasion) -> str:
    """A document is either picked up or downloaded."""
    return f"ready_{occasion.topic.output if occasion.topic else Output.CARD}"


def _ack(occasion: Occasion) -> str:
    """A deadline is told while it lies ahead and the office is to move."""
    subject = occasion.subject
    due = subject.due_at if subject and subject.status in {Status.SUBMITTED, Status.VERIFIED, Status.PROCESSING} else None
    return "ack" if due and due > occasion.now else "ack_noted"


def _elsewhere(occasion: Occasion) -> str:
    return "elsewhere" if occasion.topic and occasion.topic.number else "elsewhere_office"


def _hold(occasion: Occasion) -> str:
    """An estimate is told while it lies ahead."""
    due = occasion.subject.due_at if occasion.subject else None
    return "hold" if due and due > occasion.now else "hold_open"


def _progress(occasion: Occasion) -> str:
    return "progress_hold" if occasion.subject and occasion.subject.hold else "progress"


_NEEDS_REQUESTS = frozenset({Kind.STATUS, Kind.ACK, Kind.CONFIRM, Kind.WHICH})
_CASES: Mapping[Kind, Callable[[Occasion], str]] = {
    Kind.READY: _ready,
    Kind.HOLD: _hold,
    Kind.PROGRESS: _progress,
    Kind.ACK: _ack,
    Kind.ELSEWHERE: _elsewhere,
    Kind.HELP: lambda occasion: "help" if occasion.topic else "help_all",
    Kind.REAL: lambda occasion: "real" if occasion.requests else "real_unknown",
    Kind.COMPLAINT: lambda occasion: "complaint_status" if occasion.requests else "complaint",
}
