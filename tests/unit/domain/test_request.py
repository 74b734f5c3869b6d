"""The status machine: every step that there is, what each leaves behind, and every refusal."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import IllegalChange, Stale
from chalicelib.domain.request import CLOSED, NEEDS_REASON, NEXT, Change, Hold, Request, Status, Step, apply, opened
from tests.unit.domain import samples
from tests.unit.domain.samples import NOW

LATER = NOW + timedelta(hours=1)
DUE = NOW + timedelta(days=1)
ETA = NOW + timedelta(days=3)

# From (row) to (column): x is allowed, - is not, = is the same status.
#                  sub inc ver pro rea com rej can
ALLOWED = {
    "submitted":  "=   x   x   x   -   -   x   x",
    "incomplete": "x   =   x   -   -   -   x   x",
    "verified":   "-   x   =   x   x   -   x   x",
    "processing": "-   x   -   =   x   -   x   x",
    "ready":      "-   -   -   x   =   x   -   x",
    "completed":  "-   -   -   -   -   =   -   -",
    "rejected":   "-   -   -   -   -   -   =   -",
    "cancelled":  "-   -   -   -   -   -   -   =",
}  # fmt: skip
PAIRS = [(Status(row), to, mark) for row, marks in ALLOWED.items() for to, mark in zip(Status, marks.split(), strict=True)]


def step(request: Request, to: Status, **more: Any) -> tuple[Request, Change]:
    return apply(request, Step(to, request.version, **more), actor="staff:0123456789ab", now=LATER, due_at=DUE)


def at(status: Status, **more: Any) -> Request:
    return samples.request(status=status, version=4, closed_at=NOW if status in CLOSED else None, **more)


@pytest.mark.parametrize(("from_", "to"), [(from_, to) for from_, to, mark in PAIRS if mark == "x"])
def test_allowed_step_is_taken_and_recorded(from_: Status, to: Status) -> None:
    after, change = step(at(from_), to, reason="foto buram", note="lihat berkas")

    assert (after.status, after.version, after.updated_at) == (to, 5, LATER)
    assert (change.from_, change.to, change.version, change.at) == (from_, to, 5, LATER)
    assert (change.request_id, change.actor) == (samples.ID, "staff:0123456789ab")
    assert (change.reason, change.note) == ("foto buram", "lihat berkas")
    assert after.closed == (to in CLOSED)
    assert after.closed_at == (LATER if to in CLOSED else None)


@pytest.mark.parametrize(("from_", "to"), [(from_, to) for from_, to, mark in PAIRS if mark == "-"])
def test_any_other_step_is_refused(from_: Status, to: Status) -> None:
    with pytest.raises(IllegalChange) as caught:
        step(at(from_), to, reason="foto buram")

    assert str(caught.value) == f"A request that is {from_} cannot become {to}."


@pytest.mark.parametrize("status", Status)
def test_same_status_without_a_word_on_a_hold_is_no_change(status: Status) -> None:
    with pytest.raises(IllegalChange):
        step(at(status), status)


def test_table_covers_every_status() -> None:
    assert set(NEXT) == set(Status) == {from_ for from_, _, _ in PAIRS}
    assert {to for all_ in NEXT.values() for to in all_} == set(Status)
    assert {status for status, following in NEXT.items() if not following} == CLOSED


def test_everything_but_what_the_step_says_stays_as_it_is() -> None:
    before = at(Status.VERIFIED, name="Siti", sms_phone=samples.PHONE, noticed_version=3)

    after, _ = step(before, Status.PROCESSING)

    changed = {"status": Status.PROCESSING, "version": 5, "updated_at": LATER, "due_at": DUE}
    assert after == replace(before, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("to", sorted(NEEDS_REASON))
@pytest.mark.parametrize("reason", [None, ""])
def test_incomplete_and_rejected_need_a_reason(to: Status, reason: str | None) -> None:
    with pytest.raises(IllegalChange):
        step(at(Status.SUBMITTED), to, reason=reason)


def test_reason_stays_with_a_request_for_as_long_as_it_says_something() -> None:
    incomplete, _ = step(at(Status.SUBMITTED), Status.INCOMPLETE, reason="KK tidak terbaca")
    verified, change = step(incomplete, Status.VERIFIED, reason="sudah jelas")

    assert incomplete.reason == "KK tidak terbaca"
    assert verified.reason is None
    assert change.reason == "sudah jelas"


def test_stale_beats_illegal() -> None:
    for to in Status:
        with pytest.raises(Stale) as caught:
            apply(at(Status.COMPLETED), Step(to, 3), actor="a", now=LATER, due_at=None)
        assert str(caught.value) == "The request is at version 4, not 3: read it again."


def test_version_ahead_of_the_request_is_stale_too() -> None:
    with pytest.raises(Stale):
        apply(at(Status.SUBMITTED), Step(Status.VERIFIED, 5), actor="a", now=LATER, due_at=None)


class TestHold:
    def test_reason_on_the_same_status_sets_one(self) -> None:
        after, change = step(at(Status.PROCESSING), Status.PROCESSING, reason="blangko habis")

        assert after.hold == change.hold == Hold("blangko habis")
        assert (after.status, after.version) == (Status.PROCESSING, 5)

    def test_another_reason_takes_its_place(self) -> None:
        held = at(Status.PROCESSING, hold=Hold("blangko habis"))

        after, _ = step(held, Status.PROCESSING, reason="listrik padam")

        assert after.hold == Hold("listrik padam")

    @pytest.mark.parametrize("more", [{}, {"hold": False}, {"hold": False, "reason": "sudah ada"}])
    def test_is_lifted_by_the_lack_of_a_reason_or_by_word(self, more: dict[str, Any]) -> None:
        after, change = step(at(Status.PROCESSING, hold=Hold("blangko habis")), Status.PROCESSING, **more)

        assert after.hold is None
        assert change.hold is None

    @pytest.mark.parametrize(("before", "more"), [(None, {"hold": False}), (None, {"hold": True}), (Hold("x"), {"hold": True})])
    def test_is_neither_lifted_nor_set_without_its_cause(self, before: Hold | None, more: dict[str, Any]) -> None:
        with pytest.raises(IllegalChange):
            step(at(Status.PROCESSING, hold=before), Status.PROCESSING, **more)

    def test_comes_with_a_step_when_it_is_asked_for(self) -> None:
        after, change = step(at(Status.VERIFIED), Status.PROCESSING, hold=True, reason="blangko habis")

        assert after.hold == change.hold == Hold("blangko habis")

    def test_does_not_come_with_a_step_by_its_reason_alone(self) -> None:
        after, _ = step(at(Status.VERIFIED), Status.PROCESSING, reason="blangko habis")

        assert after.hold is None

    def test_with_a_step_needs_a_reason(self) -> None:
        with pytest.raises(IllegalChange):
            step(at(Status.VERIFIED), Status.PROCESSING, hold=True)

    @pytest.mark.parametrize("to", [Status.REJECTED, Status.CANCELLED])
    def test_is_none_on_what_is_closed(self, to: Status) -> None:
        with pytest.raises(IllegalChange):
            step(at(Status.VERIFIED), to, hold=True, reason="blangko habis")
        for closed in CLOSED:
            with pytest.raises(IllegalChange):
                step(at(closed), closed, reason="blangko habis")

    def test_ends_with_the_next_step(self) -> None:
        for to in (Status.READY, Status.CANCELLED):
            after, change = step(at(Status.PROCESSING, hold=Hold("blangko habis")), to)
            assert after.hold is None
            assert change.hold is None

    def test_leaves_the_reason_for_being_incomplete_alone(self) -> None:
        incomplete = at(Status.INCOMPLETE, reason="KK tidak terbaca")

        held, _ = step(incomplete, Status.INCOMPLETE, reason="listrik padam")
        lifted, _ = step(held, Status.INCOMPLETE)

        assert (held.reason, held.hold) == ("KK tidak terbaca", Hold("listrik padam"))
        assert (lifted.reason, lifted.hold) == ("KK tidak terbaca", None)


class TestDueTime:
    def test_is_what_the_office_promises_for_the_new_status(self) -> None:
        after, change = step(at(Status.SUBMITTED), Status.VERIFIED)

        assert after.due_at == change.due_at == DUE

    def test_is_the_estimate_when_there_is_one(self) -> None:
        assert step(at(Status.SUBMITTED), Status.VERIFIED, eta=ETA)[0].due_at == ETA
        assert step(at(Status.PROCESSING), Status.PROCESSING, reason="x", eta=ETA)[0].due_at == ETA

    def test_stays_as_it_was_on_a_hold_without_estimate(self) -> None:
        before = at(Status.PROCESSING, due_at=NOW)

        assert step(before, Status.PROCESSING, reason="blangko habis")[0].due_at == NOW

    @pytest.mark.parametrize("to", [Status.REJECTED, Status.CANCELLED])
    def test_ends_with_the_request(self, to: Status) -> None:
        after, change = step(at(Status.SUBMITTED), to, reason="x", eta=ETA)

        assert after.due_at is None
        assert change.due_at is None


def test_opening_is_the_first_change() -> None:
    request = samples.request()

    change = opened(request, "resident")

    assert change == Change(samples.ID, 1, None, Status.SUBMITTED, "resident", NOW, due_at=request.due_at)


class TestReady:
    def test_is_remembered_with_what_was_promised_until_then(self) -> None:
        after, _ = step(at(Status.PROCESSING, due_at=DUE), Status.READY)

        assert (after.ready_at, after.ready_due_at) == (LATER, DUE)

    @pytest.mark.parametrize("to", [Status.COMPLETED, Status.CANCELLED, Status.READY])
    def test_stays_when_it_is_handed_over_or_waits(self, to: Status) -> None:
        after, _ = step(at(Status.READY, ready_at=NOW, ready_due_at=DUE), to, reason="x" if to is Status.READY else None)

        assert (after.ready_at, after.ready_due_at) == (NOW, DUE)

    def test_is_forgotten_when_it_is_taken_back(self) -> None:
        after, _ = step(at(Status.READY, ready_at=NOW, ready_due_at=DUE), Status.PROCESSING)

        assert (after.ready_at, after.ready_due_at) == (None, None)
