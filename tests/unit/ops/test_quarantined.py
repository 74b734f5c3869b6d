import json
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.inbound import NO_DAY, Broken
from chalicelib.ports import Key
from chalicelib.table import messages
from ops.failure import Failure
from ops.quarantined import Element, elements, envelope, find, notice_of, retry
from tests.fakes.store import FakeStore

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = "2026-03-02"


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(lambda: NOW)


def quarantine(store: FakeStore, raw: str, day: str = DAY, reason: str = "no_sender") -> None:
    for put in messages.put_broken(Broken(reason, day, raw), NOW):
        store.put(put)


def found(store: FakeStore) -> list[Element]:
    return elements(store, NOW.date(), 90)


def test_elements_of_all_days_and_of_none_are_found(store: FakeStore) -> None:
    for day in (DAY, "2026-01-15", "2026-03-03", NO_DAY):
        quarantine(store, "{}", day)
    assert [one.id.partition("/")[0] for one in found(store)] == ["2026-03-03", DAY, "2026-01-15", NO_DAY]


def test_one_that_took_several_items_is_one_element_with_all_of_it(store: FakeStore) -> None:
    raw = "x" * (messages.CHUNK * 2 + 5)
    quarantine(store, raw)
    (only,) = found(store)
    assert only.raw == raw


def test_one_whose_first_item_is_missing_is_not_there_yet(store: FakeStore) -> None:
    *rest, _first = messages.put_broken(Broken("no_sender", DAY, "x" * (messages.CHUNK + 1)), NOW)
    for put in rest:
        store.put(put)
    assert found(store) == []


def test_an_id_may_be_cut_short_as_long_as_it_fits_one(store: FakeStore) -> None:
    quarantine(store, "{}")
    (only,) = found(store)
    assert find(store, only.id[:14]).id == only.id
    for nothing in (f"{DAY}/", "2026-03-09/ab", DAY):
        with pytest.raises(Failure):
            find(store, nothing)


def test_what_is_understood_is_gone(store: FakeStore) -> None:
    quarantine(store, "x" * (messages.CHUNK + 1))
    assert retry(store, found(store)[0], lambda _element: True)
    assert store.everything() == []


def test_what_the_system_quarantines_again_is_there_once(store: FakeStore) -> None:
    quarantine(store, "{}")

    def not_understood(_element: Element) -> bool:
        quarantine(store, "{}")
        return False

    assert not retry(store, found(store)[0], not_understood)
    assert len(found(store)) == 1


def test_while_it_is_tried_it_is_neither_lost_nor_in_the_systems_way(store: FakeStore) -> None:
    quarantine(store, "{}")
    before = found(store)[0]
    seen: list[str] = []

    def look(element: Element) -> bool:
        day, _, hash_ = element.id.partition("/")
        assert store.get(Key(f"QUARANTINE#{day}", hash_)) is None
        seen.extend(one.id.partition("/")[0] for one in found(store))
        return True

    retry(store, before, look)
    assert seen == ["retry"]


def test_what_could_not_be_sent_is_back_where_it_was(store: FakeStore) -> None:
    quarantine(store, "x" * (messages.CHUNK + 1))
    before = store.everything()

    def unreachable(_element: Element) -> bool:
        raise Failure("nobody answers")

    with pytest.raises(Failure):
        retry(store, found(store)[0], unreachable)
    assert store.everything() == before


def test_an_elements_webhook_is_put_together_again() -> None:
    value: dict[str, Any] = {"metadata": {"phone_number_id": "1"}, "messages": [{"id": "wamid.1"}]}
    raw = json.dumps({"entry": "7", "field": "messages", **value})
    assert envelope(raw) == {
        "object": "whatsapp_business_account",
        "entry": [{"id": "7", "changes": [{"field": "messages", "value": value}]}],
    }


@pytest.mark.parametrize("raw", ["", "nonsense", "[]", '"text"', '{"eventName": "INSERT"}'])
def test_what_came_by_no_webhook_has_none(raw: str) -> None:
    assert envelope(raw) is None


@pytest.mark.parametrize(
    ("raw", "notice"),
    [
        (json.dumps('{"notice": "KTP-7F3K-9QXM-2DM.1"}'), "KTP-7F3K-9QXM-2DM.1"),
        ("REQ#KTP-7F3K-9QXM-2DM NOTICE#000002", "KTP-7F3K-9QXM-2DM.2"),
        (json.dumps("nonsense"), None),
        (json.dumps('{"other": 1}'), None),
        ("", None),
    ],
)
def test_a_notice_is_known_by_its_message_or_its_key(raw: str, notice: str | None) -> None:
    assert notice_of(raw) == notice
