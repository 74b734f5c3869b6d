"""What becomes of a notice: by claims, outcomes, reports in any order, and time."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import ledger
from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.ledger import (
    CARRIER_REPORTS,
    LEASE,
    REPORT_WAIT,
    WHATSAPP_GIVES_UP,
    Sent,
    advance,
    claim,
    give_back,
    overdue,
    record,
    turn_to_sms,
)
from chalicelib.domain.notice import ARRIVED, FINAL, RANK, Channel, Kind, Notice, Report, State
from chalicelib.domain.retries import BUDGET, settle
from tests.unit.domain import samples
from tests.unit.domain.samples import NOW

WHATSAPP, SMS = Channel.WHATSAPP, Channel.SMS
IN_FLIGHT = {State.CLAIMED, State.UNKNOWN, State.ACCEPTED, State.SENT}
QUIET = timedelta(minutes=5)


def ready(**more: Any) -> Notice:
    return samples.notice(**more)


def claimed(attempt: int = 1, **more: Any) -> Notice:
    return ready(state=State.CLAIMED, owner="me", attempt=attempt, due_at=NOW + LEASE, **more)


def in_state(state: State, **more: Any) -> Notice:
    """Attempt 1, come as far as that."""
    return replace(claimed(), **({"state": state, "owner": "me" if state is State.CLAIMED else None, "due_at": None} | more))


def refused(remedy: Remedy, code: str = "131000") -> Refused:
    return Refused(code, remedy)


def outcome_of(notice: Notice, outcome: Outcome, *, channel: Channel = WHATSAPP, jitter: float = 0.5, **sent: Any) -> Notice:
    return record(notice, Sent(notice.attempt, channel, outcome, **sent), NOW, jitter)


class TestClaim:
    @pytest.mark.parametrize("state", [State.PLANNED, State.HELD])
    def test_what_waits_is_taken_for_a_new_attempt(self, state: State) -> None:
        after = claim(ready(state=state, attempt=3, not_before=NOW), "me", NOW)

        assert after == ready(state=State.CLAIMED, attempt=4, owner="me", due_at=NOW + LEASE)

    @pytest.mark.parametrize("state", sorted(set(State) - {State.PLANNED, State.HELD, State.CLAIMED}))
    def test_nothing_else_is_taken(self, state: State) -> None:
        assert claim(ready(state=state, due_at=None), "me", NOW) is None

    def test_ones_own_claim_is_success_when_met_again(self) -> None:
        mine = claimed()

        assert claim(mine, "me", NOW + timedelta(hours=1)) is mine

    def test_somebody_elses_claim_is_theirs(self) -> None:
        assert claim(claimed(), "you", NOW + timedelta(hours=1)) is None

    def test_nothing_is_taken_before_its_time(self) -> None:
        waiting = ready(not_before=NOW + timedelta(seconds=1))

        assert claim(waiting, "me", NOW) is None
        assert claim(waiting, "me", NOW + timedelta(seconds=1)) is not None

    def test_unknown_outcome_is_sent_again_once_and_not_before_a_report_had_its_time(self) -> None:
        unknown = outcome_of(claimed(), Unknown("timeout"))
        assert claim(unknown, "me", NOW + REPORT_WAIT - timedelta(seconds=1)) is None

        again = claim(unknown, "me", NOW + REPORT_WAIT)

        assert again is not None
        assert (again.state, again.attempt, again.resent) == (State.CLAIMED, 2, 1)
        lost_again = outcome_of(again, Unknown("timeout"))
        assert claim(lost_again, "me", NOW + timedelta(days=1)) is None


class TestGivingBack:
    @pytest.mark.parametrize("state", [State.PLANNED, State.HELD])
    def test_leaves_no_attempt_behind(self, state: State) -> None:
        until = NOW + timedelta(minutes=1)

        after = give_back(claimed(attempt=3), state, until, "quiet_hours")

        assert after == ready(state=state, attempt=2, not_before=until, due_at=until, reason="quiet_hours")
        assert claim(after, "me", NOW) is None
        assert claim(after, "me", until) is not None

    def test_does_not_give_an_unknown_outcome_another_resend(self) -> None:
        unknown = outcome_of(claimed(), Unknown("timeout"))
        again = claim(unknown, "me", NOW + REPORT_WAIT)
        assert again is not None

        back = claim(give_back(again, State.PLANNED, NOW), "me", NOW)

        assert back is not None
        assert back.resent == 1
        assert claim(outcome_of(back, Unknown("timeout")), "me", NOW + timedelta(days=1)) is None


def test_settled_notice_has_ended() -> None:
    after = settle(claimed(), State.SUPPRESSED, "opted_out")

    assert after == ready(state=State.SUPPRESSED, attempt=1, reason="opted_out", due_at=None)
    assert claim(after, "me", NOW) is None


#                                     state         channel   waits until           force_template
ENDINGS: dict[str, tuple[Outcome, tuple[State, Channel, timedelta | None, bool]]] = {
    "accepted":      (Accepted("wamid.1"), (State.ACCEPTED, WHATSAPP, None, False)),
    "not sent":      (NotSent("connect_failed"), (State.PLANNED, WHATSAPP, timedelta(seconds=2.5), False)),
    "unknown":       (Unknown("timeout"), (State.UNKNOWN, WHATSAPP, REPORT_WAIT, False)),
    "retry":         (refused(Remedy.RETRY), (State.PLANNED, WHATSAPP, timedelta(seconds=2.5), False)),
    "throttled":     (refused(Remedy.THROTTLED), (State.PLANNED, WHATSAPP, timedelta(seconds=45), False)),
    "retry contact": (refused(Remedy.RETRY_CONTACT), (State.PLANNED, WHATSAPP, timedelta(seconds=4), False)),
    "template":      (refused(Remedy.TEMPLATE), (State.PLANNED, WHATSAPP, timedelta(0), True)),
    "sms":           (refused(Remedy.SMS), (State.PLANNED, SMS, timedelta(0), False)),
    "opted out":     (refused(Remedy.OPTED_OUT), (State.SUPPRESSED, WHATSAPP, None, False)),
    "channel down":  (refused(Remedy.CHANNEL_DOWN), (State.PLANNED, WHATSAPP, timedelta(seconds=5), False)),
    "template down": (refused(Remedy.TEMPLATE_DOWN), (State.PLANNED, WHATSAPP, timedelta(seconds=5), False)),
    "our fault":     (refused(Remedy.OUR_FAULT), (State.PLANNED, SMS, timedelta(0), False)),
}  # fmt: skip
UNDECIDED = [State.CLAIMED, State.UNKNOWN]


class TestOutcome:
    @pytest.mark.parametrize("state", UNDECIDED)
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_decides_what_is_undecided(self, state: State, ending: str) -> None:
        outcome, (reached, channel, wait, force_template) = ENDINGS[ending]

        after = outcome_of(in_state(state), outcome)

        assert (after.state, after.channel, after.force_template) == (reached, channel, force_template)
        assert after.not_before == (NOW + wait if wait is not None else None)
        assert after.due_at == (NOW + WHATSAPP_GIVES_UP if reached is State.ACCEPTED else after.not_before)
        assert after.owner is None
        assert after.attempt == 1
        assert len(after.attempts) == 1

    @pytest.mark.parametrize("state", sorted(set(State) - {State.CLAIMED, State.UNKNOWN}))
    @pytest.mark.parametrize("ending", [name for name in ENDINGS if name != "accepted"])
    def test_that_is_bad_does_not_undo_what_is_known(self, state: State, ending: str) -> None:
        before = in_state(state)

        after = outcome_of(before, ENDINGS[ending][0])

        assert replace(after, attempts=()) == before
        assert len(after.attempts) == 1

    @pytest.mark.parametrize("state", sorted(set(State) - IN_FLIGHT - ARRIVED))
    def test_accepted_does_not_bring_back_what_has_moved_on(self, state: State) -> None:
        before = in_state(state)

        after = outcome_of(before, Accepted("wamid.1"))

        assert replace(after, attempts=()) == before
        assert after.attempts[0].provider_id == "wamid.1"

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT, State.DELIVERED, State.READ])
    def test_accepted_leaves_a_better_report_as_it_is(self, state: State) -> None:
        after = outcome_of(in_state(state), Accepted("wamid.1"))

        assert after.state is state
        assert after.accepted_at == NOW

    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_of_an_earlier_attempt_is_history(self, state: State, ending: str) -> None:
        before = replace(in_state(state), attempt=2)

        after = record(before, Sent(1, WHATSAPP, ENDINGS[ending][0]), NOW, 0.5)

        assert replace(after, attempts=()) == before
        assert after.attempts[0].number == 1

    def test_tells_what_the_provider_said(self) -> None:
        outcomes: list[Outcome] = [
            Accepted("wamid.1"),
            refused(Remedy.SMS, "131026"),
            NotSent("connect_failed"),
            Unknown("timeout"),
        ]

        told = [outcome_of(claimed(), outcome).attempts[0] for outcome in outcomes]

        assert [(one.outcome, one.code, one.provider_id) for one in told] == [
            ("accepted", "", "wamid.1"),
            ("refused", "131026", ""),
            ("not_sent", "connect_failed", ""),
            ("unknown", "timeout", ""),
        ]

    def test_accepted_is_looked_at_again_when_silence_would_mean_something(self) -> None:
        assert outcome_of(claimed(), Accepted("wamid.1"), silence=QUIET).due_at == NOW + QUIET
        assert outcome_of(in_state(State.SENT), Accepted("wamid.1"), silence=QUIET).due_at == NOW + QUIET
        assert outcome_of(in_state(State.DELIVERED), Accepted("wamid.1"), silence=QUIET).due_at is None

    def test_refused_template_goes_by_sms(self) -> None:
        after = outcome_of(claimed(force_template=True), refused(Remedy.TEMPLATE))

        assert (after.state, after.channel) == (State.PLANNED, SMS)

    def test_unknown_sms_goes_to_staff_since_nobody_reports_on_it(self) -> None:
        after = outcome_of(claimed(channel=SMS), Unknown("timeout"), channel=SMS)

        assert (after.state, after.due_at) == (State.UNKNOWN, None)
        assert claim(after, "me", NOW + timedelta(days=1)) is None

    def test_accepted_sms_is_looked_at_again_when_its_engine_reports(self) -> None:
        silent = outcome_of(claimed(channel=SMS), Accepted("sms-1"), channel=SMS)
        told = outcome_of(claimed(channel=SMS), Accepted("sms-1"), channel=SMS, sms_reports=True)

        assert (silent.state, silent.due_at) == (State.ACCEPTED, None)
        assert (told.state, told.due_at) == (State.ACCEPTED, NOW + CARRIER_REPORTS)

    def test_unknown_sms_waits_for_its_report_and_goes_once_more_when_its_engine_reports(self) -> None:
        lost, _ = overdue(claimed(channel=SMS), NOW, sms_reports=True)
        for after in (lost, outcome_of(claimed(channel=SMS), Unknown("timeout"), channel=SMS, sms_reports=True)):
            assert (after.state, after.due_at) == (State.UNKNOWN, NOW + REPORT_WAIT)
            again = claim(after, "me", NOW + REPORT_WAIT)
            assert again is not None
            assert (again.channel, again.resent) == (SMS, 1)

    @pytest.mark.parametrize("remedy", [Remedy.SMS, Remedy.OUR_FAULT, Remedy.TEMPLATE])
    def test_refused_sms_has_failed(self, remedy: Remedy) -> None:
        after = outcome_of(claimed(channel=SMS, force_template=True), refused(remedy, "x"), channel=SMS)

        assert (after.state, after.reason, after.due_at) == (State.FAILED, "x", None)

    def test_channel_that_carried_it_is_the_one_that_counts(self) -> None:
        # Nobody knows a WhatsApp number of a walk-in: the SMS was chosen at the last moment.
        after = outcome_of(claimed(), refused(Remedy.OUR_FAULT, "x"), channel=SMS)

        assert (after.state, after.channel) == (State.FAILED, SMS)

    def test_sms_chosen_at_the_last_moment_is_written_down_first(self) -> None:
        turned = turn_to_sms(claimed(), "me")
        assert turned == claimed(channel=SMS)

        lost, _ = overdue(turned, NOW)

        assert (lost.state, lost.channel, lost.due_at) == (State.UNKNOWN, SMS, None)
        assert turn_to_sms(turned, "me") is turned
        assert turn_to_sms(claimed(), "you") is None
        assert turn_to_sms(in_state(State.DELIVERED), "me") is None


class TestPatience:
    @pytest.mark.parametrize(("channel", "then"), [(WHATSAPP, (State.PLANNED, SMS)), (SMS, (State.FAILED, SMS))])
    def test_ends_with_the_channels_budget(self, channel: Channel, then: tuple[State, Channel]) -> None:
        since = NOW - BUDGET[channel]
        almost = claimed(channel=channel, tried_since=since + timedelta(seconds=1), failures=9)
        enough = claimed(channel=channel, tried_since=since, failures=9)

        kept = outcome_of(almost, NotSent("connect_failed"), channel=channel)
        ended = outcome_of(enough, NotSent("connect_failed"), channel=channel)

        assert (kept.state, kept.channel, kept.failures) == (State.PLANNED, channel, 10)
        assert (ended.state, ended.channel) == then

    def test_begins_anew_with_the_next_channel(self) -> None:
        after = outcome_of(claimed(tried_since=NOW - BUDGET[WHATSAPP], failures=9), NotSent("connect_failed"))

        assert (after.failures, after.tried_since) == (0, None)

    def test_counts_from_the_first_failure(self) -> None:
        first = outcome_of(claimed(), NotSent("connect_failed"))
        again = replace(first, state=State.CLAIMED, attempt=2)
        second = record(again, Sent(2, WHATSAPP, NotSent("connect_failed")), NOW + timedelta(minutes=5), 0.5)

        assert (first.failures, first.tried_since) == (1, NOW)
        assert (second.failures, second.tried_since) == (2, NOW)

    @given(st.integers(0, 5000), st.floats(0, 1, exclude_max=True))
    def test_is_a_pause_of_bounded_length_at_each_retry(self, failures: int, jitter: float) -> None:
        before = claimed(failures=failures, tried_since=NOW)
        for remedy in (Remedy.RETRY, Remedy.RETRY_CONTACT, Remedy.THROTTLED):
            after = record(before, Sent(1, WHATSAPP, refused(remedy)), NOW, jitter)

            assert after.not_before is not None
            assert NOW <= after.not_before <= NOW + timedelta(hours=2)

    def test_grows_with_every_failure_up_to_a_quarter_of_an_hour(self) -> None:
        pauses = [
            outcome_of(claimed(failures=failures, tried_since=NOW), refused(Remedy.RETRY), jitter=1.0).not_before
            for failures in range(9)
        ]

        assert [(pause - NOW).total_seconds() for pause in pauses if pause] == [5, 30, 60, 120, 240, 480, 900, 900, 900]

    def test_with_one_contact_grows_by_four(self) -> None:
        pauses = [
            outcome_of(claimed(failures=failures, tried_since=NOW), refused(Remedy.RETRY_CONTACT)).not_before
            for failures in range(8)
        ]

        assert [(pause - NOW).total_seconds() for pause in pauses if pause] == [4, 16, 64, 256, 1024, 4096, 4096, 4096]

    @pytest.mark.parametrize("remedy", [Remedy.THROTTLED, Remedy.CHANNEL_DOWN, Remedy.TEMPLATE_DOWN])
    def test_is_not_spent_by_what_no_notice_is_to_blame_for(self, remedy: Remedy) -> None:
        before = claimed(failures=2, tried_since=NOW - timedelta(days=1))

        after = outcome_of(before, refused(remedy))

        assert (after.state, after.channel, after.failures) == (State.PLANNED, WHATSAPP, 2)


#             sent      delivered    read      played    failed
REACHED = {
    "claimed":    "sent      delivered    read      read      planned",
    "unknown":    "sent      delivered    read      read      planned",
    "accepted":   "sent      delivered    read      read      planned",
    "sent":       "-         delivered    read      read      planned",
    "delivered":  "-         -            read      read      -",
    "read":       "-         -            -         -         -",
    "planned":    "-         delivered    read      read      -",
    "held":       "-         delivered    read      read      -",
    "failed":     "-         delivered    read      read      -",
    "suppressed": "-         delivered    read      read      -",
    "superseded": "-         delivered    read      read      -",
}  # fmt: skip
REPORT_CASES = [
    (State(row), report, cell)
    for row, cells in REACHED.items()
    for report, cell in zip(Report, cells.split(), strict=True)
]  # fmt: skip


class TestReport:
    @pytest.mark.parametrize(("state", "report", "reached"), REPORT_CASES)
    def test_of_the_current_attempt_moves_a_notice_by_the_table(self, state: State, report: Report, reached: str) -> None:
        after = advance(in_state(state), 1, report, refused(Remedy.SMS, "131026"), NOW, 0.5)

        assert ("-" if after is None else after.state) == reached

    def test_table_covers_every_state_and_report(self) -> None:
        assert {(state, report) for state, report, _ in REPORT_CASES} == {
            (state, report) for state in State for report in Report
        }

    @pytest.mark.parametrize("state", State)
    def test_of_an_earlier_attempt_counts_only_when_it_arrived(self, state: State) -> None:
        notice = replace(in_state(state), attempt=2)

        for report in (Report.SENT, Report.FAILED):
            assert advance(notice, 1, report, refused(Remedy.SMS), NOW, 0.5) is None
        read = advance(notice, 1, Report.READ, None, NOW, 0.5)
        assert read is None if state is State.READ else read is not None and read.state is State.READ

    def test_of_failure_asks_for_what_the_code_asks_for(self) -> None:
        assert self._failed(Remedy.SMS).channel is SMS
        assert self._failed(Remedy.TEMPLATE).force_template
        assert self._failed(Remedy.RETRY).failures == 1
        assert self._failed(Remedy.OPTED_OUT).state is State.SUPPRESSED

    def test_of_a_template_that_is_down_goes_by_sms(self) -> None:
        assert (self._failed(Remedy.TEMPLATE_DOWN).state, self._failed(Remedy.TEMPLATE_DOWN).channel) == (State.PLANNED, SMS)

    def test_of_a_channel_that_is_down_spends_the_budget_since_a_probe_may_be_accepted_all_the_same(self) -> None:
        assert self._failed(Remedy.CHANNEL_DOWN).failures == 1
        late = in_state(State.ACCEPTED, tried_since=NOW - BUDGET[WHATSAPP], failures=9)

        after = advance(late, 1, Report.FAILED, refused(Remedy.CHANNEL_DOWN), NOW, 0.5)

        assert after is not None
        assert (after.state, after.channel) == (State.PLANNED, SMS)

    @staticmethod
    def _failed(remedy: Remedy) -> Notice:
        after = advance(in_state(State.SENT), 1, Report.FAILED, refused(remedy), NOW, 0.5)
        assert after is not None
        return after

    def test_of_failure_without_a_code_goes_by_sms(self) -> None:
        after = advance(in_state(State.ACCEPTED), 1, Report.FAILED, None, NOW, 0.5)

        assert after is not None
        assert (after.state, after.channel, after.reason) == (State.PLANNED, SMS, "unnamed")
        assert after.attempts[-1].outcome == "refused"

    def test_of_arrival_ends_the_waiting(self) -> None:
        waiting = in_state(State.UNKNOWN, due_at=NOW, not_before=NOW, reason="timeout")

        after = advance(waiting, 1, Report.DELIVERED, None, NOW, 0.5)

        assert after == in_state(State.DELIVERED, arrived_at=NOW)

    def test_of_reading_keeps_the_time_of_arrival(self) -> None:
        delivered = in_state(State.DELIVERED, arrived_at=NOW)

        after = advance(delivered, 1, Report.READ, None, NOW + QUIET, 0.5)

        assert after is not None
        assert after.arrived_at == NOW

    def test_sent_keeps_the_time_at_which_silence_ends(self) -> None:
        accepted = outcome_of(claimed(), Accepted("wamid.1"), silence=QUIET)

        after = advance(accepted, 1, Report.SENT, None, NOW + timedelta(minutes=3), 0.5)

        assert after is not None
        assert after.due_at == NOW + QUIET

    def test_sent_before_our_own_record_begins_the_wait_for_more(self) -> None:
        for notice, quiet in (
            (claimed(), QUIET),
            (claimed(kind=Kind.CANCELLED), WHATSAPP_GIVES_UP),
            (claimed(channel=SMS), CARRIER_REPORTS),
        ):
            after = advance(notice, 1, Report.SENT, None, NOW, 0.5)
            assert after is not None
            assert (after.state, after.due_at) == (State.SENT, NOW + quiet)

    @pytest.mark.parametrize("state", [State.PLANNED, State.HELD])
    def test_of_what_was_unknown_counts_while_the_resend_waits(self, state: State) -> None:
        again = claim(outcome_of(claimed(), Unknown("timeout")), "me", NOW + REPORT_WAIT)
        assert again is not None
        waiting = give_back(again, state, NOW + timedelta(hours=9))

        sent = advance(waiting, 1, Report.SENT, None, NOW, 0.5)
        failed = advance(waiting, 1, Report.FAILED, refused(Remedy.SMS), NOW, 0.5)
        accepted = outcome_of(waiting, Accepted("wamid.1"))

        assert sent is not None
        assert (sent.state, sent.not_before) == (State.SENT, None)
        assert failed is not None
        assert (failed.state, failed.channel) == (State.PLANNED, SMS)
        assert accepted.state is State.ACCEPTED

    def test_of_failure_counts_once_though_it_overtook_an_answer_that_never_came(self) -> None:
        failed = advance(claimed(), 1, Report.FAILED, refused(Remedy.SMS), NOW, 0.5)
        assert failed is not None
        lost = outcome_of(failed, Unknown("timeout"))

        assert advance(lost, 1, Report.FAILED, refused(Remedy.SMS), NOW, 0.5) is None
        assert (lost.state, lost.channel) == (State.PLANNED, SMS)

    def test_of_sending_does_not_undo_a_refusal_that_waits_for_its_retry(self) -> None:
        waiting = outcome_of(claimed(), refused(Remedy.RETRY))

        assert advance(waiting, 1, Report.SENT, None, NOW, 0.5) is None


REPORTS = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(Report), st.sampled_from(Remedy)), max_size=12)


@given(st.sampled_from(sorted(IN_FLIGHT)), REPORTS)
def test_no_order_or_repetition_of_reports_moves_a_notice_backwards(
    state: State, reports: list[tuple[int, Report, Remedy]]
) -> None:
    notice = replace(in_state(state), attempt=2)
    for attempt, report, remedy in reports:
        before = notice
        after = advance(notice, attempt, report, refused(remedy), NOW, 0.5)
        notice = after or before

        assert after is None or after != before
        assert notice.attempt == 2
        if before.state in ARRIVED:
            assert notice.state in ARRIVED
        if before.state in FINAL:
            assert notice.state in {before.state} | ARRIVED
        if before.state in RANK and notice.state in RANK:
            assert RANK[notice.state] >= RANK[before.state]
        elif before.state in IN_FLIGHT:
            assert (attempt, report) == (2, Report.FAILED)
        elif before.state is State.PLANNED:
            assert notice.state in {State.PLANNED} | ARRIVED

    told = {report for _, report, _ in reports}
    if told & {Report.READ, Report.PLAYED}:
        assert notice.state is State.READ
    elif Report.DELIVERED in told:
        assert notice.state is State.DELIVERED


@given(st.permutations(["accepted", Report.SENT, Report.DELIVERED, Report.READ]), st.integers(0, 4))
def test_own_record_and_reports_end_alike_in_every_order(events: list[Any], known: int) -> None:
    wanted = {"accepted", *list(Report)[: max(0, known - 1)]}
    notice = claimed()
    for event in events:
        if event == "accepted":
            notice = outcome_of(notice, Accepted("wamid.1"), silence=QUIET)
        elif event in wanted:
            notice = advance(notice, 1, event, None, NOW, 0.5) or notice

    reached = [State.ACCEPTED, State.ACCEPTED, State.SENT, State.DELIVERED, State.READ][known]
    assert notice.state is reached
    assert notice.accepted_at == NOW
    assert (notice.arrived_at == NOW) is (reached in ARRIVED)
    assert notice.due_at == (None if reached in ARRIVED else NOW + QUIET)
    assert notice.owner is None


def test_failure_reported_before_its_own_record_is_not_undone_by_it() -> None:
    failed = advance(claimed(), 1, Report.FAILED, refused(Remedy.SMS, "131026"), NOW, 0.5)
    assert failed is not None

    after = outcome_of(failed, Accepted("wamid.1"))

    assert (after.state, after.channel) == (State.PLANNED, SMS)
    assert [one.outcome for one in after.attempts] == ["refused", "accepted"]


def test_what_whatsapp_delivers_after_all_is_not_told_to_have_come_by_the_sms_that_was_planned() -> None:
    failed = advance(claimed(), 1, Report.FAILED, refused(Remedy.SMS, "131026"), NOW, 0.5)
    assert failed is not None

    arrived = advance(failed, 1, Report.DELIVERED, None, NOW, 0.5)

    assert arrived is not None
    assert (arrived.state, arrived.channel) == (State.DELIVERED, WHATSAPP)


class TestOverdue:
    def test_claim_whose_lease_ran_out_is_unknown(self) -> None:
        after, queue_it = overdue(claimed(), NOW)

        assert not queue_it
        assert (after.state, after.reason, after.owner) == (State.UNKNOWN, "lease_expired", None)
        assert after.due_at == after.not_before == NOW + REPORT_WAIT
        assert (after.attempts[-1].outcome, after.attempts[-1].code) == ("unknown", "lease_expired")

    @pytest.mark.parametrize("state", [State.PLANNED, State.HELD])
    def test_what_waits_is_queued_and_due_again_should_that_fail(self, state: State) -> None:
        after, queue_it = overdue(ready(state=state), NOW)

        assert queue_it
        assert after == ready(state=state, due_at=NOW + timedelta(minutes=2))

    def test_unknown_outcome_is_queued_once_and_then_left_to_staff(self) -> None:
        unknown = outcome_of(claimed(), Unknown("timeout"))

        again, queue_it = overdue(unknown, NOW + REPORT_WAIT)
        assert queue_it
        assert claim(again, "me", NOW + REPORT_WAIT) is not None

        left, queue_it = overdue(replace(unknown, resent=1), NOW + REPORT_WAIT)
        assert not queue_it
        assert (left.state, left.due_at) == (State.UNKNOWN, None)

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT])
    def test_silence_of_whatsapp_is_followed_by_an_sms(self, state: State) -> None:
        after, queue_it = overdue(in_state(state, due_at=NOW), NOW)

        assert queue_it
        assert (after.state, after.channel, after.reason) == (State.PLANNED, SMS, "silent")
        assert after.attempts[-1].outcome == "silent"
        assert claim(after, "me", NOW) is not None

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT])
    def test_what_no_sms_follows_has_failed_once_whatsapp_gives_up(self, state: State) -> None:
        after, queue_it = overdue(in_state(state, kind=Kind.CANCELLED, due_at=NOW), NOW)

        assert not queue_it
        assert (after.state, after.reason, after.due_at) == (State.FAILED, "silent", None)

    def test_a_question_that_whatsapp_gave_up_on_calls_nobody_to_the_desk(self) -> None:
        after, _ = overdue(in_state(State.SENT, kind=Kind.RATING, due_at=NOW), NOW)

        assert (after.state, after.reason) == (State.SUPPRESSED, "silent")

    @pytest.mark.parametrize("state", [State.ACCEPTED, State.SENT])
    def test_an_sms_of_which_the_carrier_tells_nothing_is_left_to_staff(self, state: State) -> None:
        after, queue_it = overdue(in_state(state, channel=SMS, due_at=NOW), NOW)

        assert not queue_it
        assert (after.state, after.reason, after.due_at) == (State.UNKNOWN, "silent", None)
        assert claim(after, "me", NOW + timedelta(days=1)) is None

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_what_has_ended_is_not_due_any_more(self, state: State) -> None:
        after, queue_it = overdue(in_state(state, due_at=NOW), NOW)

        assert not queue_it
        assert after == in_state(state)


class TestResendByStaff:
    @pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN, State.SUPPRESSED, State.ACCEPTED, State.SENT, State.HELD])
    def test_plans_the_notice_anew_by_whatsapp(self, state: State) -> None:
        before = in_state(state, channel=SMS, failures=5, tried_since=NOW, resent=1, force_template=True)

        after = ledger.resend(before, NOW)

        assert after is not None
        assert (after.state, after.channel, after.reason, after.asked_at) == (State.PLANNED, WHATSAPP, "resent_by_staff", NOW)
        assert (after.failures, after.tried_since, after.resent, after.force_template) == (0, None, 0, False)
        assert claim(after, "me", NOW) is not None

    @pytest.mark.parametrize("state", [State.PLANNED, State.CLAIMED, State.DELIVERED, State.READ, State.SUPERSEDED])
    def test_leaves_what_is_on_its_way_or_has_arrived(self, state: State) -> None:
        assert ledger.resend(in_state(state), NOW) is None


def test_whole_life_of_a_notice_without_whatsapp() -> None:
    """Claimed, refused, sent by SMS; the late report of the first attempt adds nothing."""
    first = claim(ready(), "a", NOW)
    assert first is not None
    by_sms = claim(outcome_of(first, refused(Remedy.SMS, "131026")), "b", NOW)
    assert by_sms is not None
    after = outcome_of(by_sms, Accepted("sms-1"), channel=SMS)

    assert (after.state, after.channel, after.attempt, after.due_at) == (State.ACCEPTED, SMS, 2, None)
    assert advance(after, 1, Report.FAILED, refused(Remedy.SMS), NOW, 0.5) is None


def test_every_order_of_two_attempts_reports_ends_with_what_arrived() -> None:
    events = [(1, Report.FAILED), (2, Report.SENT), (1, Report.DELIVERED), (2, Report.FAILED)]
    for order in permutations(events):
        notice = replace(in_state(State.ACCEPTED), attempt=2)
        for attempt, report in order:
            notice = advance(notice, attempt, report, refused(Remedy.SMS), NOW, 0.5) or notice

        assert notice.state is State.DELIVERED
        assert notice.due_at is None
