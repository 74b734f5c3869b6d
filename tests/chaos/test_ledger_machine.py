"""The ledger of one notice alone, whatever happens to it and in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.domain import ledger
from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.ledger import Sent
from chalicelib.domain.notice import ARRIVED, FINAL, Channel, Kind, Notice, Report, State, silence
from chalicelib.domain.retries import settle
from chalicelib.table import notices
from tests.chaos.watched_store import DELIVER_RUNS, Broken, check_step

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Accepted("wamid.1")), st.just(NotSent("connect_failed")), st.just(Unknown("timeout")),
    st.builds(Refused, st.just("131000"), st.sampled_from(Remedy)),
)  # fmt: skip
PASSING = st.sampled_from((0.5, 5, 30, 61, 95, 301, 601, 3600, 9 * 3600, 26 * 3600, 73 * 3600, 31 * 86400))
A_REPORTS_TIME = timedelta(minutes=9)
CHANCE = st.floats(0, 1, exclude_max=True)


class LedgerMachine(RuleBasedStateMachine):
    """One notice, the calls that are at work on it, its providers, the sweep, and staff."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.calls: dict[str, tuple[Notice, datetime]] = {}
        self.sent: list[Sent] = []
        self.names = 0

    @initialize(kind=st.sampled_from((Kind.READY, Kind.CANCELLED)), sms_reports=st.booleans())
    def begins(self, kind: Kind, sms_reports: bool) -> None:  # noqa: FBT001
        self.sms_reports = sms_reports
        self.notice = Notice(
            id="KTP-8B3E-5N56-TAK.2", kind=kind, answer=False, office="1801", contact_id="0" * 20,
            phone_number_id="100000000000002", caused_at=START, due_at=START + timedelta(minutes=2), service="KTP",
            request_id="KTP-8B3E-5N56-TAK", version=2,
        )  # fmt: skip

    @rule(seconds=PASSING)
    def time_passes(self, seconds: float) -> None:
        """Functions end with it."""
        self.now += timedelta(seconds=seconds)
        self.calls = {name: one for name, one in self.calls.items() if self.now - one[1] < DELIVER_RUNS}

    @precondition(lambda self: self.notice.due_at is not None)
    @rule()
    def the_wait_ends(self) -> None:
        """What it is due for is at hand."""
        assert self.notice.due_at is not None
        self.time_passes(max(0.0, (self.notice.due_at - self.now).total_seconds()))

    @rule()
    def somebody_claims(self) -> None:
        """Nobody is at work on it who could still send."""
        self.names += 1
        before, name = self.notice, f"call {self.names}"
        if not self._becomes(ledger.claim(before, name, self.now)):
            return
        assert before.not_before is None or before.not_before <= self.now
        assert not self.calls, "two live claims"
        if before.state is State.UNKNOWN:
            assert self.now - before.attempts[-1].at >= A_REPORTS_TIME
        self.calls[name] = (self.notice, self.now)

    @precondition(lambda self: self.calls)
    @rule()
    def a_claim_is_written_twice(self) -> None:
        """It is one's own."""
        for name, (claimed, _) in self.calls.items():
            if self.notice.owner == name:
                assert ledger.claim(self.notice, name, self.now) is self.notice
                assert self.notice.attempt == claimed.attempt

    @precondition(lambda self: self.calls)
    @rule(outcome=OUTCOMES, by_sms=st.booleans())
    def a_call_sends(self, outcome: Outcome, by_sms: bool) -> None:  # noqa: FBT001
        """It has not written down yet what came of it."""
        name = min(self.calls)
        claimed, _ = self.calls.pop(name)
        if by_sms and not self._becomes(ledger.turn_to_sms(self.notice, name)):
            return
        channel = Channel.SMS if by_sms or claimed.channel is Channel.SMS else Channel.WHATSAPP
        quiet = silence(self.notice.kind) if channel is Channel.WHATSAPP else None
        self.sent.append(Sent(claimed.attempt, channel, outcome, quiet, self.sms_reports))

    @precondition(lambda self: self.sent)
    @rule(jitter=CHANCE)
    def a_call_records(self, jitter: float) -> None:
        """Maybe late: after reports, after it was given up, after the next attempt."""
        sent, before = self.sent.pop(0), self.notice
        self._becomes(ledger.record(before, sent, self.now, jitter))
        if before.state not in {State.CLAIMED, State.UNKNOWN} and not isinstance(sent.outcome, Accepted):
            assert (self.notice.state, self.notice.channel, self.notice.due_at) == (before.state, before.channel, before.due_at)
        if before.state is State.CLAIMED and sent.attempt == before.attempt and isinstance(sent.outcome, Unknown):
            assert self.notice.state is State.UNKNOWN

    @precondition(lambda self: self.calls)
    @rule(state=st.sampled_from((State.PLANNED, State.HELD)), seconds=PASSING)
    def a_call_waits(self, state: State, seconds: float) -> None:
        """It gives the claim back, if it is its own."""
        name = min(self.calls)
        del self.calls[name]
        if self.notice.owner == name:
            self._becomes(ledger.give_back(self.notice, state, self.now + timedelta(seconds=seconds), "quiet_hours"))

    @precondition(lambda self: self.calls)
    @rule(state=st.sampled_from((State.SUPPRESSED, State.SUPERSEDED, State.FAILED)))
    def a_call_settles(self, state: State) -> None:
        """There is nothing to send."""
        name = min(self.calls)
        del self.calls[name]
        if self.notice.owner == name:
            self._becomes(settle(self.notice, state, "reason"))

    @precondition(lambda self: self.notice.attempt > 0)
    @rule(back=st.integers(0, 3), report=st.sampled_from(Report), remedy=st.sampled_from(Remedy), jitter=CHANCE)
    def a_report_comes(self, back: int, report: Report, remedy: Remedy, jitter: float) -> None:
        """Of any attempt so far; only that it arrived counts for an earlier one."""
        attempt, before = max(1, self.notice.attempt - back), self.notice
        if attempt == before.attempt and self.calls:
            return  # it has not been sent yet
        moved = self._becomes(ledger.advance(before, attempt, report, Refused("131026", remedy), self.now, jitter))
        if attempt < before.attempt and report in {Report.SENT, Report.FAILED}:
            assert not moved
        if report in {Report.DELIVERED, Report.READ, Report.PLAYED}:
            assert self.notice.state in ARRIVED

    @precondition(lambda self: self.notice.due_at is not None and self.notice.due_at <= self.now)
    @rule()
    def the_sweep_looks(self) -> None:
        """It gives up on no call that may still be at work, and queues only what can be claimed."""
        if self.notice.state is State.CLAIMED:
            assert not self.calls
        before = self.notice
        after, queue_it = ledger.overdue(before, self.now, sms_reports=self.sms_reports)
        self._becomes(after)
        if before.state is State.CLAIMED:
            assert (self.notice.state, queue_it) == (State.UNKNOWN, False)
        if queue_it:
            assert ledger.claim(self.notice, "any", self.now) is not None
            assert self.notice.due_at is not None

    @rule()
    def staff_want_it_again(self) -> None:
        """Not what is on its way or has arrived."""
        before = self.notice
        if self._becomes(ledger.resend(before, self.now)):
            assert before.state not in ARRIVED | {State.PLANNED, State.CLAIMED, State.SUPERSEDED}

    @invariant()
    def somebody_sees_to_it(self) -> None:
        """It has ended, or is due, or staff see it."""
        if not hasattr(self, "notice"):
            return
        notice = self.notice
        told_nothing = notice.state is State.ACCEPTED and notice.channel is Channel.SMS and not self.sms_reports
        assert notice.state in FINAL | {State.UNKNOWN} or notice.due_at is not None or told_nothing
        item = notices.put_next(notice).item
        # What arrived of a status change stays, among what has arrived.
        listed = (
            notice.state is not State.SUPERSEDED if notice.state not in ARRIVED else "#ARRIVED#" in str(item.get("queue_pk"))
        )
        assert ("queue_pk" in item) is listed
        assert ("due_at" in item) is (notice.due_at is not None)
        assert replace(notices.read(item), revision=0) == replace(notice, revision=0)

    def teardown(self) -> None:
        """Left alone in a world without trouble, it comes to an end."""
        if not hasattr(self, "notice"):
            return
        self.time_passes(120)
        for _ in range(12):
            if self.notice.due_at is None:
                break
            self.now = max(self.now, self.notice.due_at)
            after, queue_it = ledger.overdue(self.notice, self.now, sms_reports=self.sms_reports)
            self._becomes(after)
            if queue_it and self._becomes(ledger.claim(self.notice, "last", self.now)):
                sent = Sent(self.notice.attempt, self.notice.channel, Accepted("wamid.2"), None, self.sms_reports)
                self._becomes(ledger.record(self.notice, sent, self.now, 0.5))
        assert self.notice.due_at is None
        assert self.notice.state in FINAL | {State.UNKNOWN, State.ACCEPTED}

    def _becomes(self, after: Notice | None) -> bool:
        """Takes the step, if it is one, and holds it to the rules; whether there was one."""
        if after is None:
            return False
        # As it is stored, times end with milliseconds.
        stored: Any = notices.read(notices.put_next(after).item)
        if after is not self.notice:
            try:
                check_step(self.notice, stored)
            except Broken as error:
                raise AssertionError(str(error)) from error
            self.notice = stored
        return True


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=400, stateful_step_count=50, deadline=None)
