"""What happens to a notice: claimed, sent, reported on, looked at again. Pure functions from one ledger to the next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy
from chalicelib.domain.notice import ARRIVED, FIRST_DUE, RANK, Attempt, Channel, Notice, Report, State

# Longer than deliver may run (60 s), so that nobody else sends while the owner may still be at it.
LEASE = timedelta(seconds=90)
# How long a report may take to say what became of a send without an answer.
REPORT_WAIT = timedelta(minutes=10)
MOST_RESENT = 1
MOST_FAILURES = 6
THROTTLE_PAUSE = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=1)
_IN_FLIGHT = frozenset({State.CLAIMED, State.UNKNOWN, State.ACCEPTED, State.SENT})


@dataclass(frozen=True)
class Sent:
    """How one attempt ended: by which channel, and with what outcome."""

    attempt: int
    channel: Channel
    outcome: Outcome


def claim(notice: Notice, owner: str, now: datetime) -> Notice | None:
    """The notice claimed by that owner for a new attempt, None when there is nothing to send now.

    Meeting one's own claim is success: the write may have been repeated after a lost answer.
    """
    if notice.state is State.CLAIMED:
        return notice if notice.owner == owner else None
    waiting = notice.not_before is not None and notice.not_before > now
    resend = notice.state is State.UNKNOWN and notice.due_at is not None and notice.resent < MOST_RESENT
    if waiting or not (notice.state in {State.PLANNED, State.HELD} or resend):
        return None
    return replace(
        notice,
        state=State.CLAIMED,
        owner=owner,
        attempt=notice.attempt + 1,
        resent=notice.resent + resend,
        not_before=None,
        due_at=now + LEASE,
    )


def settle(notice: Notice, state: State, reason: str) -> Notice:
    """The notice ended without a send."""
    return replace(notice, state=state, reason=reason, due_at=None, not_before=None, owner=None)


def postpone(notice: Notice, until: datetime) -> Notice:
    """The claim given back unused."""
    return replace(notice, state=State.PLANNED, owner=None, attempt=notice.attempt - 1, not_before=until, due_at=until)


def record(  # noqa: PLR0911  # one return for each ending
    notice: Notice, sent: Sent, now: datetime, jitter: float
) -> Notice:
    """The ledger after an attempt ended. jitter: from 0 up to 1.

    A report may have come before this, or the lease may have run out: what is known already is not undone.
    """
    outcome = sent.outcome
    kept = notice.with_attempt(_entry(sent, now))
    if sent.attempt != notice.attempt:
        return kept
    kept = replace(kept, channel=sent.channel) if notice.state in _IN_FLIGHT else kept
    if notice.state in ARRIVED:
        return _accepted(kept, outcome, now)
    if notice.state not in _IN_FLIGHT:
        return kept
    if isinstance(outcome, Accepted):
        accepted = _accepted(kept, outcome, now)
        return accepted if RANK[notice.state] > RANK[State.ACCEPTED] else replace(accepted, state=State.ACCEPTED, due_at=None)
    if notice.state in {State.ACCEPTED, State.SENT}:
        return kept
    if isinstance(outcome, NotSent):
        return _again(kept, now, now + _backoff(notice.failures, jitter), outcome.code)
    if isinstance(outcome, Refused):
        return _after_refusal(kept, outcome, now, jitter)
    return _unknown(kept, outcome.code, now)


def advance(
    notice: Notice, attempt: int, report: Report, refusal: Refused | None, now: datetime, jitter: float
) -> Notice | None:
    """What a provider's report does to a notice; None when it adds nothing.

    Reports repeat and arrive out of order: one that would move the notice backwards changes nothing. `delivered` and `read`
    of any attempt win, `failed` counts only for the current attempt while it is in flight. refusal: what a `failed` says.
    """
    if report in {Report.DELIVERED, Report.READ, Report.PLAYED}:
        reached = State.DELIVERED if report is Report.DELIVERED else State.READ
        if notice.state in ARRIVED and RANK[notice.state] >= RANK[reached]:
            return None
        arrived_at = notice.arrived_at or now
        return replace(notice, state=reached, arrived_at=arrived_at, due_at=None, not_before=None, owner=None, reason=None)
    if attempt != notice.attempt or notice.state not in _IN_FLIGHT:
        return None
    if report is Report.SENT:
        if RANK[notice.state] >= RANK[State.SENT]:
            return None
        return replace(notice, state=State.SENT, due_at=None, not_before=None, owner=None)
    refused = refusal or Refused("unnamed", Remedy.OUR_FAULT)
    entry = Attempt(attempt, notice.channel, now, "refused", refused.code)
    return _after_refusal(notice.with_attempt(entry), refused, now, jitter)


def overdue(notice: Notice, now: datetime) -> tuple[Notice, bool]:
    """What time does to a notice whose due time has come: the ledger after it, and whether to put it on the queue."""
    if notice.state is State.CLAIMED:
        lost = Attempt(notice.attempt, notice.channel, now, "unknown", "lease_expired")
        return _unknown(notice.with_attempt(lost), "lease_expired", now), False
    resendable = notice.state is State.UNKNOWN and notice.resent < MOST_RESENT
    if notice.state in {State.PLANNED, State.HELD} or resendable:
        return replace(notice, due_at=now + FIRST_DUE), True
    return replace(notice, due_at=None), False


def _accepted(notice: Notice, outcome: Outcome, now: datetime) -> Notice:
    if not isinstance(outcome, Accepted):
        return notice
    return replace(notice, accepted_at=notice.accepted_at or now, owner=None, not_before=None, reason=None)


def _unknown(notice: Notice, code: str, now: datetime) -> Notice:
    """Nobody knows: wait for a report. SNS reports nothing, so an SMS without an answer goes to staff at once."""
    until = now + REPORT_WAIT if notice.channel is Channel.WHATSAPP else None
    return replace(notice, state=State.UNKNOWN, owner=None, reason=code, not_before=until, due_at=until)


def _after_refusal(notice: Notice, refused: Refused, now: datetime, jitter: float) -> Notice:
    match refused.remedy:
        case Remedy.RETRY:
            return _again(notice, now, now + _backoff(notice.failures, jitter), refused.code)
        case Remedy.RETRY_CONTACT:
            return _again(notice, now, now + timedelta(seconds=4 ** (notice.failures + 1)), refused.code)
        case Remedy.THROTTLED:
            pause = now + THROTTLE_PAUSE * (1 + jitter)
            return replace(notice, state=State.PLANNED, owner=None, reason=refused.code, not_before=pause, due_at=pause)
        case Remedy.OPTED_OUT:
            return settle(notice, State.SUPPRESSED, "opted_out")
        case Remedy.TEMPLATE if not notice.force_template:
            return replace(_replan(notice, now, refused.code), force_template=True)
        case _:
            return _other_channel(notice, now, refused.code)


def _again(notice: Notice, now: datetime, until: datetime, code: str) -> Notice:
    if notice.failures + 1 >= MOST_FAILURES:
        return _other_channel(notice, now, code)
    return replace(_replan(notice, until, code), failures=notice.failures + 1)


def _other_channel(notice: Notice, now: datetime, code: str) -> Notice:
    if notice.channel is Channel.WHATSAPP:
        return replace(_replan(notice, now, code), channel=Channel.SMS, failures=0)
    return settle(notice, State.FAILED, code)


def _replan(notice: Notice, until: datetime, code: str) -> Notice:
    return replace(notice, state=State.PLANNED, owner=None, reason=code, not_before=until, due_at=until)


def _backoff(failures: int, jitter: float) -> timedelta:
    """Exponential with full jitter: up to 5 s at first, doubling tenfold of that from the second on."""
    ceiling = timedelta(seconds=5) if failures == 0 else min(LONGEST_BACKOFF, timedelta(seconds=30) * 4**failures)
    return ceiling * jitter


def _entry(sent: Sent, now: datetime) -> Attempt:
    outcome = sent.outcome
    if isinstance(outcome, Accepted):
        return Attempt(sent.attempt, sent.channel, now, "accepted", provider_id=outcome.provider_id)
    names = {Refused: "refused", NotSent: "not_sent"}
    return Attempt(sent.attempt, sent.channel, now, names.get(type(outcome), "unknown"), outcome.code)
