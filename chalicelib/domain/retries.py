"""What follows an attempt that did not get through: the same channel later, the other one, or the end."""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.notice import Channel, Notice, State

# How long refusals that may pass are tried again, by channel: WhatsApp, then SMS, then it failed.
BUDGET = {Channel.WHATSAPP: timedelta(hours=2), Channel.SMS: timedelta(hours=24)}
THROTTLE_PAUSE = timedelta(seconds=30)
# A channel or template that is down is met by the next claim, which finds the circuit open.
CIRCUIT_PAUSE = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)


def after_refusal(  # noqa: PLR0911  # one return for each remedy
    notice: Notice, refused: Refused, now: datetime, jitter: float
) -> Notice:
    """What the provider's no asks for. jitter: from 0 up to 1."""
    code = refused.code
    match refused.remedy:
        case Remedy.RETRY:
            return again(notice, now, backoff(notice.failures, jitter), code)
        case Remedy.RETRY_CONTACT:
            return again(notice, now, timedelta(seconds=4 ** min(notice.failures + 1, 6)), code)
        case Remedy.THROTTLED:
            return replan(notice, now + THROTTLE_PAUSE * (1 + jitter), code)
        case Remedy.CHANNEL_DOWN | Remedy.TEMPLATE_DOWN:
            return replan(notice, now + CIRCUIT_PAUSE, code)
        case Remedy.OPTED_OUT:
            return settle(notice, State.SUPPRESSED, "opted_out")
        case Remedy.TEMPLATE if not notice.force_template:
            return replace(replan(notice, now, code), force_template=True)
        case _:
            return other_channel(notice, now, code)


def again(notice: Notice, now: datetime, pause: timedelta, code: str) -> Notice:
    """The same channel later, while its budget lasts."""
    since = notice.tried_since or now
    if now - since >= BUDGET[notice.channel]:
        return other_channel(notice, now, code)
    return replace(replan(notice, now + pause, code), failures=notice.failures + 1, tried_since=since)


def other_channel(notice: Notice, now: datetime, code: str) -> Notice:
    """The SMS after WhatsApp, and after the SMS the end."""
    if notice.channel is Channel.WHATSAPP:
        return replace(replan(notice, now, code), channel=Channel.SMS, failures=0, tried_since=None)
    return settle(notice, State.FAILED, code)


def replan(notice: Notice, until: datetime, code: str) -> Notice:
    """Planned anew, not to be claimed earlier than that."""
    return replace(notice, state=State.PLANNED, owner=None, reason=code, not_before=until, due_at=until)


def backoff(failures: int, jitter: float) -> timedelta:
    """Exponential with full jitter. The first one is quick: most failures pass at once."""
    ceiling = timedelta(seconds=5) if failures == 0 else min(LONGEST_BACKOFF, timedelta(seconds=15) * 2 ** min(failures, 12))
    return ceiling * jitter


def settle(notice: Notice, state: State, reason: str) -> Notice:
    """The notice ended without a send."""
    return replace(notice, state=state, reason=reason, due_at=None, not_before=None, owner=None)
