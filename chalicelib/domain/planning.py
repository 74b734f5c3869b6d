"""What to do with a claimed notice, given contact, request and circuits as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from chalicelib.domain import circuit, ids, texts
from chalicelib.domain.circuit import Circuit
from chalicelib.domain.contact import Contact
from chalicelib.domain.delivery import Content, Outbound, Template, TextMessage
from chalicelib.domain.notice import ANSWER_USEFUL, NUDGES, STATUS_USEFUL, Channel, Kind, State, silence, unsaid
from chalicelib.domain.progress import still_true
from chalicelib.domain.request import Request, Status
from chalicelib.domain.texts import Occasion

# What is moot once an officer has written: they have said it better.
_LEFT_TO_PEOPLE = frozenset({Kind.ACK, Kind.MENU, Kind.GREETING, Kind.THANKS, Kind.HUMAN, Kind.COMPLAINT})
# Another notice of the same request is on its way: it has its answer within seconds.
_BEHIND_ANOTHER = timedelta(seconds=30)
# Where it is for the provider to say that a template is back, that may be long before the next probe.
_LOOK_AGAIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Settle:
    """Send nothing: the notice ends here."""

    state: State
    reason: str


@dataclass(frozen=True)
class Wait:
    """Send nothing now."""

    until: datetime
    state: State
    reason: str


@dataclass(frozen=True)
class Send:
    """Send this. silence: how long no `delivered` may come before the SMS follows; probes: open circuits that this tests."""

    message: Outbound | TextMessage
    silence: timedelta | None = None
    probes: tuple[Circuit, ...] = ()


Plan: TypeAlias = Send | Settle | Wait


@dataclass(frozen=True)
class Situation:
    """What is true when a notice is claimed. behind: an earlier notice of the request is being sent at this moment."""

    occasion: Occasion
    contact: Contact
    now: datetime
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    behind: bool = False


def plan(situation: Situation) -> Plan:
    """The one send that this attempt makes, or why there is none."""
    return _end(situation) or _pause(situation) or _send(situation)


def _end(situation: Situation) -> Settle | None:
    notice, request, now = situation.occasion.notice, situation.occasion.request, situation.now
    if situation.contact.opted_out_at is not None and not notice.answer:
        return Settle(State.SUPPRESSED, "opted_out")
    if request is not None and notice.version is not None and _stale(notice.kind, notice.version, request):
        return Settle(State.SUPERSEDED, "later_notice")
    if request is not None and notice.version is not None and not _true(notice.kind, request, now):
        return Settle(State.SUPERSEDED, "no_longer_true")
    if _moot(situation):
        return Settle(State.SUPERSEDED, "officer_spoke")
    since = notice.asked_at or notice.caused_at
    # The days on which the office tells nobody anything do not count.
    late = now - since > ANSWER_USEFUL if notice.answer else now - situation.occasion.office.may_tell_at(since) > STATUS_USEFUL
    return Settle(unsaid(notice.kind), "too_late") if late else None


def _moot(situation: Situation) -> bool:
    """Whether an officer has written on the office's phone since this answer was planned."""
    notice = situation.occasion.notice
    spoke = situation.contact.spoke.get(notice.phone_number_id or "")
    return notice.answer and notice.kind in _LEFT_TO_PEOPLE and spoke is not None and spoke >= notice.caused_at


def _stale(kind: Kind, version: int, request: Request) -> bool:
    """Whether the request has said more since: by a later change, or by itself after the change."""
    nudged = request.nudged_version - (kind in NUDGES)
    return version < request.noticed_version or version <= nudged


def _true(kind: Kind, request: Request, now: datetime) -> bool:
    """Whether what a status notice says still holds, after changes that owed no notice of their own.

    Who waited through the night must not come to the office for a card that was taken back meanwhile.
    """
    if kind is Kind.READY:
        return request.status in {Status.READY, Status.COMPLETED}
    if kind in NUDGES:
        return still_true(kind, request, now)
    if kind is Kind.INCOMPLETE:
        return request.status is Status.INCOMPLETE
    return kind is not Kind.HOLD or request.hold is not None


def _pause(situation: Situation) -> Wait | None:
    notice, now = situation.occasion.notice, situation.now
    if situation.behind:
        return Wait(now + _BEHIND_ANOTHER, State.PLANNED, "behind_another")
    may = now if notice.answer else situation.occasion.office.may_tell_at(now)
    return Wait(may, State.HELD, "quiet_hours") if may > now else None


def _send(situation: Situation) -> Plan:
    notice, contact = situation.occasion.notice, situation.contact
    if notice.channel is Channel.SMS or contact.recipient is None or notice.phone_number_id is None:
        return _by_sms(situation)
    content = _content(situation, notice.phone_number_id)
    scopes = [circuit.number(notice.phone_number_id)]
    if isinstance(content, Template):
        scopes.append(circuit.template(content.name, content.language))
    down = [situation.circuits[scope] for scope in scopes if scope in situation.circuits]
    blocked = any(one.probe_at > situation.now for one in down)
    # Who was refused already does not probe again, minute after minute, while an SMS can say it.
    if blocked or notice.reason in {one.code for one in down}:
        around = _around(situation, down)
        if blocked or isinstance(around, Send):
            return around
    message = Outbound(notice.phone_number_id, contact.recipient, content, ids.callback(notice.id, notice.attempt))
    follows = silence(notice.kind) if isinstance(content, Template) and _phone(situation) else None
    return Send(message, follows, tuple(down))


def _content(situation: Situation, phone_number_id: str) -> Content:
    """Free words while the window is open; but what must arrive goes as a template, whose silence means something.

    While that template is down, free words are better than an SMS; one notice a minute, none that was refused, probes it.
    """
    occasion, notice = situation.occasion, situation.occasion.notice
    if not situation.contact.window_open(phone_number_id, situation.now) or notice.force_template:
        return texts.template(occasion)
    if silence(notice.kind) is None or not _phone(situation):
        return texts.free(occasion)
    content = texts.template(occasion)
    down = situation.circuits.get(circuit.template(content.name, content.language))
    spared = down is not None and (down.probe_at > situation.now or notice.reason == down.code)
    return texts.free(occasion) if spared else content


def _around(situation: Situation, down: list[Circuit]) -> Plan:
    """The SMS instead of a channel that is down, or patience where no SMS can say it."""
    by_sms = _by_sms(situation)
    if isinstance(by_sms, Send):
        return by_sms
    until = max(one.probe_at for one in down)
    soon = situation.now + _LOOK_AGAIN
    return Wait(min(until, soon) if any(one.told for one in down) else until, State.HELD, down[0].code)


def _by_sms(situation: Situation) -> Plan:
    occasion = situation.occasion
    if occasion.notice.kind is Kind.RATING and Status.COMPLETED not in occasion.office.notify:
        # A question is not worth an SMS; that it is completed is, where the office wants that told.
        return Settle(State.SUPPRESSED, "not_for_sms")
    phone = _phone(situation)
    if phone is None:
        nowhere = situation.contact.recipient is None
        return Settle(State.SUPPRESSED, "no_address") if nowhere else Settle(State.FAILED, "no_phone")
    body = texts.sms(situation.occasion)
    if body is None:
        return Settle(State.FAILED, "not_for_sms")
    notice, down = situation.occasion.notice, situation.circuits.get(circuit.SMS)
    if down is not None and down.probe_at > situation.now:
        return Wait(down.probe_at, State.HELD, down.code)
    message = TextMessage(phone, body, situation.occasion.office.sms.sender, ids.callback(notice.id, notice.attempt))
    return Send(message, probes=(down,) if down else ())


def _phone(situation: Situation) -> str | None:
    """The person's own, which goes with them when they move; what was written on a request may be somebody else's by now."""
    request = situation.occasion.request
    return situation.contact.phone or (request.sms_phone if request else None)
