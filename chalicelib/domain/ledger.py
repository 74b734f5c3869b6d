"""What happens to a notice: claimed, sent, reported on, looked at again. Pure functions from one ledger to the next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.notice import ARRIVED, FIRST_DUE, RANK, Attempt, Channel, Notice, Report, State, silence

# Longer than deliver may run (60 s), so that nobody else sends while the owner may still be at it.
LEASE = timedelta(seconds=90)
# How long a report may take to say what became of a send without an answer.
REPORT_WAIT = timedelta(minutes=10)
MOST_RESENT = 1
# How long refusals that may pass are tried again, by channel: WhatsApp, then SMS, then it failed.
BUDGET = {Channel.WHATSAPP: timedelta(hours=2), Channel.SMS: timedelta(hours=24)}
THROTTLE_PAUSE = timedelta(seconds=30)
# A channel or template that is down is met by the next claim, which finds the circuit open.
CIRCUIT_PAUSE = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)

_IN_FLIGHT = frozenset({State.CLAIMED, State.UNKNOWN, State.ACCEPTED, State.SENT})
_WAITING = frozenset({State.PLANNED, State.HELD})
_RESENDABLE = frozenset({State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.ACCEPTED, State.SENT, State.HELD})


@dataclass(frozen=True)
class Sent:
    """How one attempt ended: by which channel, and with what outcome. silence: how long none may be reported."""

    attempt: int
    channel: Channel
    outcome: Outcome
    silence: timedelta | None = None


def claim(notice: Notice, owner: str, now: datetime) -> Notice | None:
    """The notice claimed by that owner for a new attempt, None when there is nothing to send now.

    Meeting one's own claim is success: the write may have been repeated after a lost answer.
    """
    if notice.state is State.CLAIMED:
        return notice if notice.owner == owner else None
    waiting = notice.not_before is not None and notice.not_before > now
    resend = _to_resend(notice)
    if waiting or not (notice.state in _WAITING or resend):
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


def give_back(notice: Notice, state: State, until: datetime, reason: str | None = None) -> Notice:
    """The claim given back unused: `planned` or `held` until then."""
    attempt = notice.attempt - 1
    return replace(notice, state=state, reason=reason, owner=None, attempt=attempt, not_before=until, due_at=until)


def record(notice: Notice, sent: Sent, now: datetime, jitter: float) -> Notice:
    """The ledger after an attempt ended. jitter: from 0 up to 1.

    A report may have come before this, or the lease may have run out: what is known already is not undone.
    """
    kept = notice.with_attempt(_entry(sent, now))
    if sent.attempt != notice.attempt:
        return kept
    if isinstance(sent.outcome, Accepted) and notice.state in _IN_FLIGHT | ARRIVED:
        return _accepted(kept, sent, now)
    # A refusal that comes after a report of progress, or after the notice was planned anew, is history.
    if notice.state not in {State.CLAIMED, State.UNKNOWN}:
        return kept
    kept = replace(kept, channel=sent.channel)
    if isinstance(sent.outcome, Refused):
        return _after_refusal(kept, sent.outcome, now, jitter)
    if isinstance(sent.outcome, NotSent):
        return _again(kept, now, _backoff(notice.failures, jitter), sent.outcome.code)
    return _unknown(kept, sent.outcome.code, now) if isinstance(sent.outcome, Unknown) else kept


def advance(
    notice: Notice, attempt: int, report: Report, refusal: Refused | None, now: datetime, jitter: float
) -> Notice | None:
    """What a provider's report does to a notice; None when it adds nothing.

    Reports repeat and arrive out of order: one that would move the notice backwards changes nothing. `delivered` and `read`
    of any attempt win, `failed` counts only for the current attempt while it is in flight. refusal: what a `failed` says.
    """
    if report in {Report.DELIVERED, Report.READ, Report.PLAYED}:
        return _arrived(notice, State.DELIVERED if report is Report.DELIVERED else State.READ, now)
    if attempt != notice.attempt or notice.state not in _IN_FLIGHT:
        return None
    if report is Report.SENT:
        return _sent(notice, now)
    refused = refusal or Refused("unnamed", Remedy.OUR_FAULT)
    kept = notice.with_attempt(Attempt(attempt, notice.channel, now, "refused", refused.code))
    if refused.remedy in {Remedy.CHANNEL_DOWN, Remedy.TEMPLATE_DOWN}:
        # A report opens no circuit that the next claim would meet: the channel's budget must end it.
        return _again(kept, now, _backoff(notice.failures, jitter), refused.code)
    return _after_refusal(kept, refused, now, jitter)


def overdue(notice: Notice, now: datetime) -> tuple[Notice, bool]:
    """What time does to a notice whose due time has come: the ledger after it, and whether to put it on the queue."""
    if notice.state is State.CLAIMED:
        lost = Attempt(notice.attempt, notice.channel, now, "unknown", "lease_expired")
        return _unknown(notice.with_attempt(lost), "lease_expired", now), False
    if notice.state in {State.ACCEPTED, State.SENT} and notice.channel is Channel.WHATSAPP:
        quiet = Attempt(notice.attempt, notice.channel, now, "silent")
        by_sms = _other_channel(notice.with_attempt(quiet), now, "silent")
        return replace(by_sms, due_at=now + FIRST_DUE), True
    if notice.state in _WAITING or _to_resend(notice):
        return replace(notice, due_at=now + FIRST_DUE), True
    return replace(notice, due_at=None), False


def resend(notice: Notice, now: datetime) -> Notice | None:
    """The notice planned anew because a person wants it, None when it is on its way already or has arrived."""
    if notice.state not in _RESENDABLE:
        return None
    fresh = replace(_replan(notice, now, "resent_by_staff"), channel=Channel.WHATSAPP, asked_at=now)
    return replace(fresh, failures=0, tried_since=None, resent=0, force_template=False)


def _to_resend(notice: Notice) -> bool:
    """Whether an unknown outcome may be sent once more."""
    return notice.state is State.UNKNOWN and notice.due_at is not None and notice.resent < MOST_RESENT


def _arrived(notice: Notice, reached: State, now: datetime) -> Notice | None:
    if notice.state in ARRIVED and RANK[notice.state] >= RANK[reached]:
        return None
    return replace(
        notice,
        state=reached,
        arrived_at=notice.arrived_at or now,
        due_at=None,
        not_before=None,
        owner=None,
        reason=None,
    )


def _sent(notice: Notice, now: datetime) -> Notice | None:
    """WhatsApp has it. Before we recorded that it was accepted, this is the first we know of it."""
    if notice.state is State.SENT:
        return None
    quiet = silence(notice.kind) if notice.channel is Channel.WHATSAPP else None
    due_at = notice.due_at if notice.state is State.ACCEPTED else (now + quiet if quiet else None)
    return replace(notice, state=State.SENT, due_at=due_at, not_before=None, owner=None, reason=None)


def _accepted(notice: Notice, sent: Sent, now: datetime) -> Notice:
    """The provider took it; a report may have said more already."""
    known = replace(
        notice, channel=sent.channel, accepted_at=notice.accepted_at or now, owner=None, not_before=None, reason=None
    )
    if notice.state in ARRIVED:
        return known
    state = State.SENT if notice.state is State.SENT else State.ACCEPTED
    return replace(known, state=state, due_at=now + sent.silence if sent.silence else None)


def _unknown(notice: Notice, code: str, now: datetime) -> Notice:
    """Nobody knows: wait for a report. SNS reports nothing, so an SMS without an answer goes to staff at once."""
    until = now + REPORT_WAIT if notice.channel is Channel.WHATSAPP else None
    return replace(notice, state=State.UNKNOWN, owner=None, reason=code, not_before=until, due_at=until)


def _after_refusal(  # noqa: PLR0911  # one return for each remedy
    notice: Notice, refused: Refused, now: datetime, jitter: float
) -> Notice:
    code = refused.code
    match refused.remedy:
        case Remedy.RETRY:
            return _again(notice, now, _backoff(notice.failures, jitter), code)
        case Remedy.RETRY_CONTACT:
            return _again(notice, now, timedelta(seconds=4 ** min(notice.failures + 1, 6)), code)
        case Remedy.THROTTLED:
            return _replan(notice, now + THROTTLE_PAUSE * (1 + jitter), code)
        case Remedy.CHANNEL_DOWN | Remedy.TEMPLATE_DOWN:
            return _replan(notice, now + CIRCUIT_PAUSE, code)
        case Remedy.OPTED_OUT:
            return settle(notice, State.SUPPRESSED, "opted_out")
        case Remedy.TEMPLATE if not notice.force_template:
            return replace(_replan(notice, now, code), force_template=True)
        case _:
            return _other_channel(notice, now, code)


def _again(notice: Notice, now: datetime, pause: timedelta, code: str) -> Notice:
    """The same channel later, while its budget lasts."""
    since = notice.tried_since or now
    if now - since >= BUDGET[notice.channel]:
        return _other_channel(notice, now, code)
    return replace(_replan(notice, now + pause, code), failures=notice.failures + 1, tried_since=since)


def _other_channel(notice: Notice, now: datetime, code: str) -> Notice:
    if notice.channel is Channel.WHATSAPP:
        return replace(_replan(notice, now, code), channel=Channel.SMS, failures=0, tried_since=None)
    return settle(notice, State.FAILED, code)


def _replan(notice: Notice, until: datetime, code: str) -> Notice:
    return replace(notice, state=State.PLANNED, owner=None, reason=code, not_before=until, due_at=until)


def _backoff(failures: int, jitter: float) -> timedelta:
    """Exponential with full jitter. The first one is quick: most failures pass at once."""
    ceiling = timedelta(seconds=5) if failures == 0 else min(LONGEST_BACKOFF, timedelta(seconds=15) * 2 ** min(failures, 12))
    return ceiling * jitter


def _entry(sent: Sent, now: datetime) -> Attempt:
    outcome = sent.outcome
    if isinstance(outcome, Accepted):
        return Attempt(sent.attempt, sent.channel, now, "accepted", provider_id=outcome.provider_id)
    names = {Refused: "refused", NotSent: "not_sent"}
    return Attempt(sent.attempt, sent.channel, now, names.get(type(outcome), "unknown"), outcome.code)
