"""Requests and changes: stored and read back, found by the desk, kept for as long as the law wants."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.domain.request import CLOSED, Change, Request, Status
from chalicelib.ports import ConditionFailed, Put
from chalicelib.table import requests
from chalicelib.table.values import NEVER_DUE, epoch, stamp
from tests.unit.domain import samples
from tests.unit.domain.samples import ID, NOW
from tests.unit.table import stored
from tests.unit.table.strategies import CHANGES, REQUESTS


@given(REQUESTS)
def test_request_comes_back_as_it_was(request: Request) -> None:
    item = stored.after(Put(requests.put(request).item))

    assert requests.read(item) == request
    assert (item["pk"], item["sk"]) == requests.key(request.id) == (f"REQ#{request.id}", "REQUEST")
    assert stored.holds_nothing_empty(item)


@given(CHANGES)
def test_change_comes_back_as_it_was(change: Change) -> None:
    item = stored.after(requests.put_change(change))

    assert requests.read_change(item) == change
    assert (item["pk"], item["sk"]) == requests.change_key(change.request_id, change.version)
    assert stored.holds_nothing_empty(item)


@given(REQUESTS)
def test_keys_and_indexes_hold_no_phone_number_and_no_name(request: Request) -> None:
    item = requests.put(replace(request, sms_phone=samples.PHONE, name="Siti Rahayu")).item

    for name in ("pk", "sk", "queue_pk", "queue_sk"):
        assert "81200000001" not in str(item[name])
        assert "Siti" not in str(item[name])


def test_first_version_is_written_only_where_none_is_and_a_later_one_only_after_its_predecessor() -> None:
    table = stored.store()
    first = samples.request()
    table.put(requests.put(first))
    with pytest.raises(ConditionFailed):
        table.put(requests.put(first))

    second = replace(first, version=2)
    table.put(requests.put(second))

    for late in (second, replace(first, version=4)):
        with pytest.raises(ConditionFailed):
            table.put(requests.put(late))


def test_change_is_immutable() -> None:
    table = stored.store()
    change = Change(ID, 2, Status.SUBMITTED, Status.VERIFIED, "staff:0123456789ab", NOW)
    table.put(requests.put_change(change))

    with pytest.raises(ConditionFailed):
        table.put(requests.put_change(replace(change, to=Status.REJECTED)))


def test_changes_sort_by_version() -> None:
    versions = [1, 2, 9, 10, 99, 100, 999_999]

    assert [requests.change_key(ID, version).sk for version in versions] == sorted(
        requests.change_key(ID, version).sk for version in versions
    )


@pytest.mark.parametrize("status", Status)
def test_desk_finds_a_request_by_office_service_and_whether_it_is_open(status: Status) -> None:
    closed_at = NOW + timedelta(hours=1) if status in CLOSED else None
    item = requests.put(samples.request(status=status, closed_at=closed_at)).item

    if status in CLOSED:
        assert item["queue_pk"] == requests.queue_pk("1801", "KTP", open_=False) == "1801#KTP#closed"
        assert item["queue_sk"] == f"{stamp(NOW + timedelta(hours=1))}#{ID}"
        assert item["expires_at"] == epoch(NOW + timedelta(hours=1, days=365))
    else:
        assert item["queue_pk"] == "1801#KTP#open"
        assert item["queue_sk"] == f"{stamp(NOW + timedelta(hours=6))}#{ID}"
        assert "expires_at" not in item


def test_request_without_a_due_time_comes_last() -> None:
    assert requests.put(samples.request(due_at=None)).item["queue_sk"] == f"{NEVER_DUE}#{ID}"


def test_sweep_finds_a_request_exactly_when_it_is_to_look_at_it() -> None:
    assert not {"due_pk", "due_at"} & set(requests.put(samples.request()).item)
    looked = requests.put(samples.request(look_at=NOW)).item
    assert (looked["due_pk"], looked["due_at"]) == (requests.due_pk("1801"), stamp(NOW)) == ("1801#REQUESTS", stamp(NOW))


def test_sweep_finds_what_is_closed_apart_from_what_is_open() -> None:
    closed = requests.put(samples.request(status=Status.CANCELLED, closed_at=NOW, look_at=NOW)).item
    assert (closed["due_pk"], closed["due_at"]) == ("1801#CLEARING", stamp(NOW))


def test_looking_at_a_request_leaves_all_else_as_it_was() -> None:
    table = stored.store()
    request = samples.request(look_at=NOW)
    table.put(requests.put(request))
    table.update(requests.asks_human(ID, NOW))
    table.update(requests.looked_at(request, NOW, nudged=True))

    after = requests.read(table.get(requests.key(ID)) or {})
    assert after == replace(request, look_at=None, nudged_version=1, asks_human_at=NOW)
    assert table.query_index("due", requests.due_pk("1801")) == []


def test_request_is_looked_at_once_for_each_promise_and_not_after_a_change() -> None:
    table = stored.store()
    request = samples.request(look_at=NOW)
    table.put(requests.put(request))
    table.put(requests.put(replace(request, version=2, look_at=NOW + timedelta(days=1))))
    with pytest.raises(ConditionFailed):
        table.update(requests.looked_at(request, NOW, nudged=True))

    second = replace(request, version=2)
    with pytest.raises(ConditionFailed):
        table.update(requests.looked_at(second, NOW, nudged=False))
    table.update(requests.looked_at(second, NOW + timedelta(days=1), nudged=False))
    with pytest.raises(ConditionFailed):
        table.update(requests.looked_at(second, NOW + timedelta(days=1), nudged=False))


def test_change_that_does_not_know_of_a_note_is_refused() -> None:
    """It would bring back the time at which the note was due."""
    table = stored.store()
    request = samples.request(look_at=NOW)
    table.put(requests.put(request))
    table.update(requests.looked_at(request, NOW, nudged=True))

    with pytest.raises(ConditionFailed):
        table.put(requests.put(replace(request, version=2)))
    table.put(requests.put(replace(request, version=2, nudged_version=1, look_at=None)))


def test_trail_of_changes_is_kept_for_five_years() -> None:
    change = Change(ID, 2, Status.SUBMITTED, Status.VERIFIED, "staff:0123456789ab", NOW)

    assert requests.put_change(change).item["expires_at"] == epoch(NOW + timedelta(days=5 * 365))


def test_what_a_chat_marks_on_a_request_goes_into_its_change_and_nothing_of_it_is_lost() -> None:
    change = requests.put(samples.request())
    elsewhere = requests.speaks("KTP-0000-0000-000", "en")
    marks = [requests.speaks(ID, "en"), elsewhere, requests.asks_human(ID, NOW), requests.texted_to(ID, "+6281200000009")]

    [whole, left] = requests.marked([change], marks)

    assert isinstance(whole, Put)
    marked = {"language": "en", "asks_human_at": stamp(NOW), "sms_phone": "+6281200000009"}
    assert (whole.item, whole.when) == ({**change.item, **marked}, change.when)
    assert left == elsewhere
