"""What providers were given, what residents' phones have seen, and whether they should have."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.circuit import PROBE_EVERY, PROBE_TOLD_EVERY
from chalicelib.domain.ledger import REPORT_WAIT
from chalicelib.domain.notice import ANSWER_USEFUL, STATUS_USEFUL, Channel, Notice, silence
from tests.chaos.watched_store import Broken, WatchedStore, place
from tests.fakes.world import World

# How far two clocks may be apart, and how long a call may take from what it decides on to what it sends.
TOLERANCE = timedelta(seconds=5)
CALL = timedelta(seconds=60)


@dataclass
class Message:
    """A message that is on a phone, or may be: the provider took it, or nobody can say.

    arrived: the phone has it. known: the sender learnt what became of it, and wrote it down. sent, failed: Kabar may have been
    told so. delivered: how many writes the table had when Kabar had been told so.
    """

    notice_id: str
    attempt: int
    channel: Channel
    at: datetime
    arrived: bool
    known: bool
    sent: bool = False
    failed: bool = False
    delivered: int | None = None


@dataclass
class Call:
    """A call of `deliver` that is under way. steps: how many writes the table had when it began."""

    steps: int
    began: datetime
    stalled: bool = False


class Phones:
    """All messages by notice.

    Attributes:
        figures: How many second messages there were, by their reason.
        by_day: How many SMS a local day.
    """

    def __init__(self, world: World, store: WatchedStore, *, sms_reports: bool) -> None:
        self.by_notice: dict[str, list[Message]] = defaultdict(list)
        self.figures: Counter[str] = Counter()
        self.by_day: Counter[str] = Counter()
        self._world = world
        self._store = store
        self._office = world.parts.offices["1801"]
        self._sms_reports = sms_reports
        self._probed: dict[str, datetime] = {}

    def sent(
        self, callback: str, channel: Channel, call: Call, *, scopes: Sequence[str], arrived: bool, known: bool
    ) -> Message:
        """A provider is given a message. scopes: the circuits it has to heed; known: its sender learns what becomes of it.

        Raises:
            Broken: it should not have been sent.
        """
        parsed = ids.parse_callback(callback)
        assert parsed is not None, "what is sent carries a callback of ours"
        one = Message(*parsed, channel, self._world.clock(), arrived, known)
        notice = self._store.peek(one.notice_id)
        self._justify(notice, one, call)
        self._heed(notice, call)
        if not call.stalled:
            for scope in scopes:
                self._respect(scope, one, call)
        if arrived or not known:
            self.by_notice[one.notice_id].append(one)
        if arrived and channel is Channel.SMS and not call.stalled:
            self.by_day[self._office.calendar.local(call.began).date().isoformat()] += 1
        return one

    def arrived(self, notice_id: str) -> list[Message]:
        """What the phones have of a notice."""
        return [one for one in self.by_notice[notice_id] if one.arrived]

    def _justify(self, notice: Notice, one: Message, call: Call) -> None:
        """A second message needs a reason."""
        earlier = self.by_notice[one.notice_id]
        if not earlier:
            return
        if any(message.delivered is not None and message.delivered < call.steps for message in earlier):
            raise Broken(f"{notice.id}: sent although it had been delivered: {earlier} {one}")
        reason = self._reason(notice, earlier[-1], one)
        if reason is None:
            raise Broken(f"{notice.id}: sent twice: {earlier} {one}")
        if earlier[-1].arrived:
            self.figures[reason] += 1

    def _reason(self, notice: Notice, last: Message, one: Message) -> str | None:
        """Why a message may follow the last one, None when it may not."""
        gap, quiet = one.at - last.at + TOLERANCE, silence(notice.kind)
        if notice.asked_at is not None and notice.asked_at + TOLERANCE >= last.at:
            return "again because staff asked"
        if last.failed:
            return "again after WhatsApp reported a failure" if last.channel is Channel.WHATSAPP else None
        by_sms = last.channel is Channel.WHATSAPP and one.channel is Channel.SMS
        # The call may have died when all was written down.
        written = any((entry.number, entry.outcome) == (last.attempt, "accepted") for entry in notice.attempts)
        if by_sms and (last.known or last.sent or written) and quiet is not None and gap >= quiet:
            return "by SMS after WhatsApp kept silent"
        if last.known:
            return None
        told = last.channel is Channel.WHATSAPP or self._sms_reports
        return "again after an unknown outcome" if told and gap >= REPORT_WAIT and notice.resent == 1 else None

    def _heed(self, notice: Notice, call: Call) -> None:
        """What was true before the call began must be heeded: opt-outs, later notices, the night, and the time that passed."""
        since = notice.asked_at or notice.caused_at
        if notice.answer:
            if call.began - since > ANSWER_USEFUL + CALL:
                raise Broken(f"{notice.id}: nobody waits for that answer any more")
            return
        if self._store.opted_out.get(notice.contact_id, call.steps) < call.steps:
            raise Broken(f"{notice.id}: told to somebody who had opted out")
        now = self._world.clock()
        if all(self._office.may_tell_at(at) > at for at in (call.began, now)):
            raise Broken(f"{notice.id}: told at night, {self._office.calendar.local(now)}")
        if call.began - self._office.may_tell_at(since) > STATUS_USEFUL + CALL:
            raise Broken(f"{notice.id}: told when it was of no use any more")
        if any(step < call.steps for step in self.later(notice)):
            raise Broken(f"{notice.id}: sent although a later notice was there")

    def later(self, notice: Notice) -> list[int]:
        """When the later notices of the same request were written."""
        noticed = self._store.noticed[str(notice.request_id)] if notice.version else {}
        return [step for other, step in noticed.items() if other > place(notice)]

    def _respect(self, scope: str, one: Message, call: Call) -> None:
        """While a number or a template is known to be down, no more than one a minute tries; one an hour, if Meta told so."""
        step, opened_at = self._store.circuits.get(scope, (call.steps, call.began))
        if step >= call.steps:
            return
        last = max(opened_at, self._probed.get(scope, opened_at))
        if call.began - last < PROBE_EVERY - TOLERANCE:
            raise Broken(f"{one.notice_id}: tried {scope} {call.began - last} after the last one had found it down")
        told_step, told_at = self._store.told.get(scope, (call.steps, call.began))
        probed = self._probed.get(scope, told_at)
        if told_step < call.steps and told_at < probed and call.began - probed < PROBE_TOLD_EVERY - TOLERANCE:
            raise Broken(f"{one.notice_id}: tried {scope} {call.began - probed} after the last one, though Meta had told")
        self._probed[scope] = call.began
