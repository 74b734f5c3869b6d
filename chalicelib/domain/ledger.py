"""What happens to a notice: claimed, sent, reported on, looked at again. Pure functions from one ledger to the next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.notice import ARRIVED, FIRST_DUE, RANK, Attempt, Channel, Notice, Report, State, silence, unsaid
from chalicelib.domain.retries import after_refusal, again, backoff, other_channel, replan, settle

# Longer than deliver may run (60 s), so that nobody else sends while the owner may still be at it.
LEASE = timedelta(seconds=90)
# How long a report may take to say what became of a send without an answer.
REPORT_WAIT = timedelta(minutes=10)
MOST_RESENT = 1
# WhatsApp tries to deliver for so long; a carrier may take so long to tell what became of an SMS. After that nobody ever will.
WHATSAPP_GIVES_UP = timedelta(days=30)
CARRIER_REPORTS = timedelta(hours=72)

_IN_FLIGHT = frozenset({State.CLAIMED, State.UNKNOWN, State.ACCEPTED, State.SENT})
_WAITING = frozenset({State.PLANNED, State.HELD})
_RESENDABLE = frozenset({State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.ACCEPTED, State.SENT, State.HELD})


@dataclass(frozen=True)
class Sent:
    """How one attempt ended: by which channel, and with what outcome.

    silence: how long none may be reported before the SMS follows. sms_reports: whether the engine for SMS tells what becomes
    of them; WhatsApp does.
    """

    attempt: int
    channel: Channel
    outcome: Outcome
    silence: timedelta | None = None
    sms_reports: bool = False

    @property
    def reports(self) -> bool:
        """Whether somebody will tell what became of it."""
        return self.sms_reports or self.channel is Channel.WHATSAPP


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


def give_back(notice: Notice, state: State, until: datetime, reason: str | None = None) -> Notice:
    """The claim given back unused: `planned` or `held` until then."""
    attempt = notice.attempt - 1
    return replace(notice, state=state, reason=reason, owner=None, attempt=attempt, not_before=until, due_at=until)


def turn_to_sms(notice: Notice, owner: str) -> Notice | None:
    """The notice as it is before an SMS goes that was chosen at the last moment, None when it is not that owner's any more.

    Should the owner die, it must be known that it was an SMS whose outcome nobody knows.
    """
    if notice.state is not State.CLAIMED or notice.owner != owner:
        return None
    return notice if notice.channel is Channel.SMS else replace(notice, channel=Channel.SMS)


def record(notice: Notice, sent: Sent, now: datetime, jitter: float) -> Notice:
    """The ledger after an attempt ended. jitter: from 0 up to 1.

    A report may have come before this, or the lease may have run out: what is known already is not undone.
    """
    kept = notice.with_attempt(_entry(sent, now))
    if sent.attempt != notice.attempt:
        return kept
    if isinstance(sent.outcome, Accepted) and (_undecided(notice) or notice.state in ARRIVED):
        return _accepted(kept, sent, now)
    # A refusal that comes after a report of progress, or after the notice was planned anew, is history.
    if notice.state not in {State.CLAIMED, State.UNKNOWN}:
        return kept
    kept = replace(kept, channel=sent.channel)
    if isinstance(sent.outcome, Refused):
        return after_refusal(kept, sent.outcome, now, jitter)
    if isinstance(sent.outcome, NotSent):
        return again(kept, now, backoff(notice.failures, jitter), sent.outcome.code)
    return _unknown(kept, sent.outcome.code, now, reports=sent.reports) if isinstance(sent.outcome, Unknown) else kept


def advance(
    notice: Notice, attempt: int, report: Report, refusal: Refused | None, now: datetime, jitter: float
) -> Notice | None:
    """What a provider's report does to a notice; None when it adds nothing.

    Reports repeat and arrive out of order: one that would move the notice backwards changes nothing. `delivered` and `read`
    of any attempt win, `failed` counts only for the current attempt while it is in flight. refusal: what a `failed` says.
    """
    if report in {Report.DELIVERED, Report.READ, Report.PLAYED}:
        return _arrived(notice, attempt, State.DELIVERED if report is Report.DELIVERED else State.READ, now)
    if attempt != notice.attempt or not _undecided(notice):
        return None
    if report is Report.SENT:
        return _sent(notice, now)
    refused = refusal or Refused("unnamed", Remedy.OUR_FAULT)
    kept = notice.with_attempt(Attempt(attempt, notice.channel, now, "refused", refused.code))
    if refused.remedy is Remedy.CHANNEL_DOWN:
        # A probe that is accepted closes the circuit, though its failure may be reported later: the budget must end this.
        return again(kept, now, backoff(notice.failures, jitter), refused.code)
    if refused.remedy is Remedy.TEMPLATE_DOWN:
        # A report does not say which template it was, so that no circuit keeps the next claim from trying it again.
        return other_channel(kept, now, refused.code)
    return after_refusal(kept, refused, now, jitter)


def overdue(notice: Notice, now: datetime, *, sms_reports: bool = False) -> tuple[Notice, bool]:
    """What time does to a notice whose due time has come: the ledger after it, and whether to put it on the queue.

    sms_reports: whether the engine for SMS tells what becomes of them.
    """
    if notice.state is State.CLAIMED:
        lost = Attempt(notice.attempt, notice.channel, now, "unknown", "lease_expired")
        reports = sms_reports or notice.channel is Channel.WHATSAPP
        return _unknown(notice.with_attempt(lost), "lease_expired", now, reports=reports), False
    if notice.state in {State.ACCEPTED, State.SENT}:
        return _after_silence(notice.with_attempt(Attempt(notice.attempt, notice.channel, now, "silent")), now)
    if notice.state in _WAITING or _to_resend(notice):
        return replace(notice, due_at=now + FIRST_DUE), True
    return replace(notice, due_at=None), False


def resend(notice: Notice, now: datetime) -> Notice | None:
    """The notice planned anew because a person wants it, None when it is on its way already or has arrived."""
    if notice.state not in _RESENDABLE:
        return None
    fresh = replace(replan(notice, now, "resent_by_staff"), channel=Channel.WHATSAPP, asked_at=now)
    return replace(fresh, failures=0, tried_since=None, resent=0, force_template=False)


def _to_resend(notice: Notice) -> bool:
    """Whether an unknown outcome may be sent once more."""
    return notice.state is State.UNKNOWN and notice.due_at is not None and notice.resent < MOST_RESENT


def _undecided(notice: Notice) -> bool:
    """Whether nobody knows yet that the current attempt arrived or failed.

    So it is also while a notice waits to be sent once more after an unknown outcome.
    """
    told = {one.outcome for one in notice.attempts if one.number == notice.attempt}
    return notice.state in _IN_FLIGHT or (notice.state in _WAITING and told == {"unknown"})


def _after_silence(notice: Notice, now: datetime) -> tuple[Notice, bool]:
    """Nothing was reported for as long as it may take: the SMS, or an end that staff see."""
    if notice.channel is Channel.SMS:
        return replace(notice, state=State.UNKNOWN, reason="silent", due_at=None), False
    if silence(notice.kind) is None:
        return settle(notice, unsaid(notice.kind), "silent"), False
    return replace(other_channel(notice, now, "silent"), due_at=now + FIRST_DUE), True


def _arrived(notice: Notice, attempt: int, reached: State, now: datetime) -> Notice | None:
    """It is there, by the channel of that attempt, whatever has been planned since."""
    if notice.state in ARRIVED and RANK[notice.state] >= RANK[reached]:
        return None
    return replace(
        notice,
        state=reached,
        channel=next((one.channel for one in notice.attempts if one.number == attempt), notice.channel),
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
    by_whatsapp = silence(notice.kind) or WHATSAPP_GIVES_UP
    quiet = by_whatsapp if notice.channel is Channel.WHATSAPP else CARRIER_REPORTS
    due_at = notice.due_at if notice.state is State.ACCEPTED else now + quiet
    return replace(notice, state=State.SENT, due_at=due_at, not_before=None, owner=None, reason=None)


def _accepted(notice: Notice, sent: Sent, now: datetime) -> Notice:
    """The provider took it; a report may have said more already."""
    known = replace(
        notice, channel=sent.channel, accepted_at=notice.accepted_at or now, owner=None, not_before=None, reason=None
    )
    if notice.state in ARRIVED:
        return known
    state = State.SENT if notice.state is State.SENT else State.ACCEPTED
    quiet = sent.silence or (WHATSAPP_GIVES_UP if sent.channel is Channel.WHATSAPP else CARRIER_REPORTS)
    return replace(known, state=state, due_at=now + quiet if sent.reports else None)


def _unknown(notice: Notice, code: str, now: datetime, *, reports: bool) -> Notice:
    """Nobody knows: wait for a report. SNS reports nothing, so an SMS without an answer goes to staff at once."""
    until = now + REPORT_WAIT if reports else None
    return replace(notice, state=State.UNKNOWN, owner=None, reason=code, not_before=until, due_at=until)


def _entry(sent: Sent, now: datetime) -> Attempt:
    outcome = sent.outcome
    if isinstance(outcome, Accepted):
        return Attempt(sent.attempt, sent.channel, now, "accepted", provider_id=outcome.provider_id)
    names = {Refused: "refused", NotSent: "not_sent"}
    return Attempt(sent.attempt, sent.channel, now, names.get(type(outcome), "unknown"), outcome.code)
