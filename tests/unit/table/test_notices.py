"""Notices: their ids and keys, their ledgers stored and read back, and who finds them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.domain.notice import Channel, Kind, Notice, State
from chalicelib.ports import ConditionFailed, Key, Put
from chalicelib.table import notices
from chalicelib.table.values import epoch, stamp
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, NOW
from tests.unit.table import stored
from tests.unit.table.strategies import NOTICE_IDS, NOTICES


@given(NOTICES)
def test_notice_comes_back_as_it_was(notice: Notice) -> None:
    item = stored.after(notices.put_new(notice))

    assert notices.read(item) == notice
    assert (item["pk"], item["sk"]) == notices.key(notice.id)
    assert stored.holds_nothing_empty(item)


@given(NOTICE_IDS)
def test_id_gives_the_key_and_the_key_the_id(notice_id: str) -> None:
    key = notices.key(notice_id)

    assert notices.id_of(*key) == notice_id
    assert key.sk.startswith(notices.PREFIX)
    assert key.pk.startswith(("REQ#", "CONTACT#"))


def test_keys_are_those_of_the_request_or_the_contact() -> None:
    assert notices.key(f"{ID}.12") == Key(f"REQ#{ID}", "NOTICE#000012")
    assert notices.key(f"{ID}.12n") == Key(f"REQ#{ID}", "NOTICE#000012n")
    assert notices.key(f"{CONTACT_ID}.{'ab' * 16}") == Key(f"CONTACT#{CONTACT_ID}", f"NOTICE#{'ab' * 16}")


@pytest.mark.parametrize("notice_id", [f"{ID}.abc", f"{ID}.", "KTP-.x", f"{ID}.1nn", f"{ID}.n1"])
def test_id_that_no_notice_can_have_is_refused(notice_id: str) -> None:
    with pytest.raises(ValueError, match="a version is a number"):
        notices.key(notice_id)


@given(NOTICES)
def test_keys_and_indexes_hold_no_words_of_anybody(notice: Notice) -> None:
    item = notices.put_new(replace(notice, body="hubungi +6281200000001")).item

    for name in ("pk", "sk", "queue_pk", "queue_sk", "due_pk", "due_at"):
        assert "81200000001" not in str(item.get(name))


def test_new_notice_is_written_once() -> None:
    table = stored.store()
    table.put(notices.put_new(samples.notice()))

    with pytest.raises(ConditionFailed):
        table.put(notices.put_new(samples.notice()))


def test_of_two_writers_that_read_the_same_revision_one_loses() -> None:
    table = stored.store()
    table.put(notices.put_new(samples.notice()))
    one, other = samples.notice(owner="one"), samples.notice(owner="other")

    table.put(notices.put_next(one))
    with pytest.raises(ConditionFailed) as caught:
        table.put(notices.put_next(other))

    kept = notices.read(caught.value.refused[0] or {})
    assert (kept.owner, kept.revision) == ("one", 1)
    table.put(notices.put_next(replace(kept, owner="other")))


@given(NOTICES)
def test_sweep_finds_exactly_what_is_due_at_some_time(notice: Notice) -> None:
    item = notices.put_new(notice).item

    if notice.due_at is None:
        assert not {"due_pk", "due_at"} & set(item)
    else:
        assert (item["due_pk"], item["due_at"]) == (notice.office, stamp(notice.due_at))


@pytest.mark.parametrize("state", State)
def test_desk_finds_what_has_neither_arrived_nor_been_superseded(state: State) -> None:
    item = notices.put_new(samples.notice(state=state)).item

    if state in {State.DELIVERED, State.READ, State.SUPERSEDED}:
        assert "#NOTICE#" not in str(item.get("queue_pk"))
    else:
        assert item["queue_pk"] == notices.queue_pk("1801", state) == f"1801#NOTICE#{state}"
        assert item["queue_sk"] == f"{stamp(NOW)}#{ID}.2"


@pytest.mark.parametrize("state", [State.DELIVERED, State.READ])
def test_what_arrived_of_a_requests_notices_is_listed_to_be_counted(state: State) -> None:
    item = notices.put_new(samples.notice(state=state, channel=Channel.SMS)).item

    assert item["queue_pk"] == notices.arrived_pk("1801", "KTP", Channel.SMS) == "1801#KTP#ARRIVED#sms"
    assert item["queue_sk"] == f"{stamp(NOW)}#{ID}.2"


@pytest.mark.parametrize(
    "notice",
    [
        samples.notice(state=State.SUPERSEDED),
        samples.notice(state=State.READ, kind=Kind.RATING),
        samples.notice(state=State.READ, kind=Kind.STATUS, answer=True, version=None, request_id=None),
        samples.notice(state=State.READ, service=None),
    ],
)
def test_whatever_else_arrived_or_was_replaced_is_not_listed(notice: Notice) -> None:
    assert not {"queue_pk", "queue_sk"} & set(notices.put_new(notice).item)


def test_write_replaces_all_of_what_was_there() -> None:
    before = samples.notice(owner="me", not_before=NOW, reason="timeout")
    after = replace(before, owner=None, not_before=None, reason=None, due_at=None)

    item = stored.after(notices.put_new(before), Put(notices.put_next(after).item))

    assert notices.read(item) == replace(after, revision=1)


def test_ledger_is_kept_for_two_years() -> None:
    assert notices.put_new(samples.notice()).item["expires_at"] == epoch(NOW + timedelta(days=730))
