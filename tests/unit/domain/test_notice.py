"""What a change owes the resident, and what a notice's ledger keeps."""

from datetime import timedelta

import pytest

from chalicelib.domain.notice import (
    ARRIVED,
    FINAL,
    KEPT_ATTEMPTS,
    MARGIN,
    RANK,
    TIME_TO_LIVE,
    Attempt,
    Channel,
    Kind,
    Report,
    State,
    owed,
    silence,
)
from chalicelib.domain.request import Change, Hold, Status
from tests.unit.domain import samples
from tests.unit.domain.samples import NOW, OFFICE

EVERYTHING = frozenset({*Status, "hold"})


def change(from_: Status | None, to: Status, hold: Hold | None = None) -> Change:
    return Change(samples.ID, 2, from_, to, "staff:0123456789ab", NOW, hold=hold)


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        (Status.INCOMPLETE, Kind.INCOMPLETE),
        (Status.VERIFIED, None),
        (Status.PROCESSING, None),
        (Status.READY, Kind.READY),
        (Status.COMPLETED, None),
        (Status.REJECTED, Kind.REJECTED),
        (Status.CANCELLED, Kind.CANCELLED),
        (Status.SUBMITTED, None),
    ],
)
def test_office_tells_what_it_chose_to_tell(to: Status, kind: Kind | None) -> None:
    from_ = Status.INCOMPLETE if to is Status.SUBMITTED else Status.SUBMITTED

    assert owed(change(from_, to), OFFICE.notify) is kind


@pytest.mark.parametrize("to", [status for status in Status if status is not Status.SUBMITTED])
def test_every_status_can_be_told(to: Status) -> None:
    assert owed(change(Status.PROCESSING if to is not Status.PROCESSING else Status.VERIFIED, to), EVERYTHING) == to.value


def test_going_back_to_submitted_is_never_told() -> None:
    assert owed(change(Status.INCOMPLETE, Status.SUBMITTED), EVERYTHING) is None


def test_opening_is_told_unless_the_office_is_silent() -> None:
    assert owed(change(None, Status.SUBMITTED), EVERYTHING) is Kind.OPENED
    assert owed(change(None, Status.SUBMITTED), frozenset()) is None


def test_hold_is_told_and_lifting_it_is_not() -> None:
    held = change(Status.PROCESSING, Status.PROCESSING, Hold("blangko habis"))

    assert owed(held, EVERYTHING) is Kind.HOLD
    assert owed(change(Status.VERIFIED, Status.PROCESSING, Hold("blangko habis")), EVERYTHING) is Kind.HOLD
    assert owed(held, frozenset(Status)) is None
    assert owed(change(Status.PROCESSING, Status.PROCESSING), EVERYTHING) is None


def test_office_that_tells_nothing_owes_nothing() -> None:
    assert not any(owed(change(from_, to), frozenset()) for from_ in Status for to in Status)


def test_twenty_attempts_are_kept_and_the_older_ones_counted() -> None:
    notice = samples.notice()
    for number in range(1, 36):
        notice = notice.with_attempt(Attempt(number, Channel.WHATSAPP, NOW, "unknown"))

    assert [one.number for one in notice.attempts] == list(range(16, 36))
    assert len(notice.attempts) == KEPT_ATTEMPTS
    assert notice.attempts_dropped == 15


def test_words_are_those_that_are_stored_and_those_that_providers_use() -> None:
    """The table holds them, and what is stored must stay readable."""
    assert " ".join(State) == (
        "planned claimed accepted sent delivered read failed unknown held suppressed superseded"
    )  # fmt: skip
    assert " ".join(Channel) == "whatsapp sms"
    assert " ".join(Report) == "sent delivered read played failed"
    assert {"opened", "hold", "status", "menu", "mistyped", "opted_out", "opted_in", "reply"} < {kind.value for kind in Kind}
    assert {status.value for status in Status} < {kind.value for kind in Kind}


def test_states_are_final_once_nothing_more_can_be_done() -> None:
    assert {State.DELIVERED, State.READ, State.FAILED, State.SUPPRESSED, State.SUPERSEDED} == FINAL
    assert ARRIVED <= FINAL
    assert sorted(RANK, key=lambda state: RANK[state]) == [
        State.CLAIMED, State.UNKNOWN, State.ACCEPTED, State.SENT, State.DELIVERED, State.READ,
    ]  # fmt: skip


def test_sms_follows_silence_after_what_must_arrive_only() -> None:
    assert {kind for kind in Kind if silence(kind)} == {Kind.READY, Kind.INCOMPLETE, Kind.REJECTED}
    assert silence(Kind.READY) == timedelta(minutes=5)
    assert silence(Kind.INCOMPLETE) == timedelta(minutes=30)


def test_template_lives_no_longer_than_whatsapp_allows_and_dies_before_the_sms_is_due() -> None:
    for kind, lives in TIME_TO_LIVE.items():
        assert timedelta(seconds=30) <= lives <= timedelta(hours=12)
        assert MARGIN[kind] >= timedelta(minutes=1)
