"""One thing the office owes a resident to say: what it is, and how far it has come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.request import Change, Status


class Kind(StrEnum):
    """What a notice says."""

    OPENED = "opened"
    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    VERIFIED = "verified"
    PROCESSING = "processing"
    READY = "ready"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    HOLD = "hold"
    PROGRESS = "progress"
    REMINDER = "reminder"
    STATUS = "status"
    MENU = "menu"
    ANOTHER = "another"
    ACK = "ack"
    HELP = "help"
    ELSEWHERE = "elsewhere"
    GREETING = "greeting"
    THANKS = "thanks"
    HUMAN = "human"
    COMPLAINT = "complaint"
    REAL = "real"
    CONFIRM = "confirm"
    WHICH = "which"
    KEPT = "kept"
    LANGUAGE = "language"
    MISTYPED = "mistyped"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    SMS_NUMBER = "sms_number"
    REPLY = "reply"
    RESEND = "resend"
    RATING = "rating"
    RATED = "rated"


class State(StrEnum):
    """How far a notice has come."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    SUPPRESSED = "suppressed"
    SUPERSEDED = "superseded"


class Channel(StrEnum):
    """What carries a notice."""

    WHATSAPP = "whatsapp"
    SMS = "sms"


# What a request owes by itself, when time has passed.
NUDGES = frozenset({Kind.PROGRESS, Kind.REMINDER})
FINAL = frozenset({State.DELIVERED, State.READ, State.FAILED, State.SUPPRESSED, State.SUPERSEDED})
ARRIVED = frozenset({State.DELIVERED, State.READ})
# Progress within one attempt. `unknown` is what a report replaces first.
RANK = {State.CLAIMED: 0, State.UNKNOWN: 1, State.ACCEPTED: 2, State.SENT: 3, State.DELIVERED: 4, State.READ: 5}
KEPT_ATTEMPTS = 20


@dataclass(frozen=True)
class Attempt:
    """One send. outcome: `accepted`, `unknown`, or the reason it failed; code: the provider's."""

    number: int
    channel: Channel
    at: datetime
    outcome: str
    code: str = ""
    provider_id: str = ""


@dataclass(frozen=True)
class Notice:
    """The ledger of one notice.

    answer: the resident asked for it, so it goes even to those who opted out. service: what the channel number is for, None
    on one for all. about: the requests that an answer speaks of; topic: the service, where it is another than the number's.
    body: the officer's own words, for a reply. asks_number: it asks for a phone to send SMS to, too.
    revision: raised by every write, which succeeds only on the revision that was read. due_at: when the sweep looks at it,
    None when nothing is left to do; not_before: not to be claimed earlier. resent: how often an unknown outcome was sent
    again. failures and tried_since: refusals in a row on this channel, and since when. asked_at: when staff asked for another
    attempt. arrived_at: when the first `delivered` or `read` came.
    """

    id: str
    kind: Kind
    answer: bool
    office: str
    contact_id: str
    phone_number_id: str | None
    caused_at: datetime
    due_at: datetime | None
    service: str | None = None
    request_id: str | None = None
    version: int | None = None
    about: tuple[str, ...] = ()
    topic: str | None = None
    body: str | None = None
    asks_number: bool = False
    state: State = State.PLANNED
    revision: int = 0
    attempt: int = 0
    channel: Channel = Channel.WHATSAPP
    force_template: bool = False
    owner: str | None = None
    not_before: datetime | None = None
    resent: int = 0
    failures: int = 0
    tried_since: datetime | None = None
    asked_at: datetime | None = None
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    reason: str | None = None
    attempts: tuple[Attempt, ...] = ()
    attempts_dropped: int = 0

    def with_attempt(self, attempt: Attempt) -> "Notice":
        """The ledger with one more attempt; only the last 20 are kept, older ones are counted."""
        attempts = (*self.attempts, attempt)
        dropped = max(0, len(attempts) - KEPT_ATTEMPTS)
        return replace(self, attempts=attempts[dropped:], attempts_dropped=self.attempts_dropped + dropped)


# A notice is claimed within seconds of its cause; the sweep finds what the stream missed.
FIRST_DUE = timedelta(minutes=2)

# What must arrive goes as a template that WhatsApp gives up on after its time to live: silence for that long and a margin
# means that WhatsApp will not deliver it any more, and the SMS follows.
TIME_TO_LIVE = {
    Kind.READY: timedelta(minutes=4),
    Kind.INCOMPLETE: timedelta(minutes=25),
    Kind.REJECTED: timedelta(minutes=25),
}
MARGIN = {Kind.READY: timedelta(minutes=1), Kind.INCOMPLETE: timedelta(minutes=5), Kind.REJECTED: timedelta(minutes=5)}

# How long a notice is worth sending: an answer as long as its chat is fresh, a status as long as somebody may act on it.
ANSWER_USEFUL = timedelta(hours=24)
STATUS_USEFUL = timedelta(days=7)


def silence(kind: Kind) -> timedelta | None:
    """How long WhatsApp may keep silent about a notice before the SMS follows; None for those that need no SMS."""
    return TIME_TO_LIVE[kind] + MARGIN[kind] if kind in TIME_TO_LIVE else None


def unsaid(kind: Kind) -> State:
    """How a notice ends that nobody got. That a question was not heard calls nobody to the desk."""
    return State.SUPPRESSED if kind is Kind.RATING else State.FAILED


def owed(change: Change, notify: frozenset[str]) -> Kind | None:
    """What a change owes the resident, given what the office chose to tell."""
    if change.from_ is None:
        return Kind.OPENED if Status.SUBMITTED in notify else None
    if change.hold is not None:
        return Kind.HOLD if "hold" in notify else None
    if change.from_ == change.to:
        return None
    # Going back to submitted is the resident's own doing.
    told = change.to in notify and change.to is not Status.SUBMITTED
    return Kind(change.to.value) if told else None


class Report(StrEnum):
    """What a provider can report of an attempt. Other words of theirs add nothing."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
