from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.domain.notice import Kind, Notice, State
from chalicelib.ports import Item, Key, Put
from chalicelib.table import notices, requests
from ops.restored import carry_over
from tests.fakes.store import FakeStore
from tests.unit.domain import samples

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PLANNED = Notice(
    id="KTP-7F3K-9QXM-2DM.1",
    kind=Kind.READY,
    answer=False,
    office="1801",
    contact_id="c1",
    phone_number_id="1",
    caused_at=NOW,
    due_at=NOW,
    request_id="KTP-7F3K-9QXM-2DM",
    version=1,
)
CONTACT: Item = {"pk": "CONTACT#c1", "sk": "CONTACT", "name": "Invented"}
TOKEN: Item = {"pk": "TOKEN#abc", "sk": "TOKEN", "name": "Invented"}


@pytest.fixture
def former() -> FakeStore:
    return FakeStore(lambda: NOW)


@pytest.fixture
def restored() -> FakeStore:
    return FakeStore(lambda: NOW)


def carried(former: FakeStore, restored: FakeStore) -> dict[str, int]:
    items: Iterator[Item] = iter(restored.everything())
    return dict(carry_over(items, former, restored))


def state(store: FakeStore) -> State:
    item = store.get(notices.key(PLANNED.id))
    assert item is not None
    return notices.read(item).state


def test_what_was_sent_since_is_not_to_be_sent_again(former: FakeStore, restored: FakeStore) -> None:
    restored.put(notices.put_new(PLANNED))
    former.put(Put(notices.put_next(replace(PLANNED, state=State.DELIVERED, due_at=None, revision=3)).item))

    assert carried(former, restored) == {"notices": 1}
    assert state(restored) is State.DELIVERED


@pytest.mark.parametrize(("later", "told"), [({"nudged_version": 2}, 2), ({"version": 5, "nudged_version": 4}, 2)])
def test_a_promise_that_was_told_of_since_is_not_told_of_again(
    former: FakeStore, restored: FakeStore, later: dict[str, int], told: int
) -> None:
    item = Put(requests.put(samples.request(version=2, look_at=NOW)).item)
    restored.put(item)
    former.put(Put({**item.item, **later}))

    assert carried(former, restored) == {"reminders": 1}
    after = requests.read(restored.get(requests.key(samples.ID)) or {})
    assert after == samples.request(version=2, nudged_version=told)
    assert carried(former, restored) == {}


def test_what_is_as_it_was_is_left_alone(former: FakeStore, restored: FakeStore) -> None:
    for store in (former, restored):
        store.put(notices.put_new(PLANNED))
        store.put(Put(CONTACT))
        store.put(Put(TOKEN))
        store.put(requests.put(samples.request(look_at=NOW)))
    assert carried(former, restored) == {}
    assert state(restored) is State.PLANNED


def test_a_notice_that_is_lost_in_the_former_table_is_kept(former: FakeStore, restored: FakeStore) -> None:
    restored.put(notices.put_new(PLANNED))
    assert carried(former, restored) == {}
    assert state(restored) is State.PLANNED


def test_who_opted_out_since_is_not_written_to(former: FakeStore, restored: FakeStore) -> None:
    restored.put(Put(CONTACT))
    former.put(Put({**CONTACT, "opted_out_at": "2026-03-02T01:00:00.000Z", "name": "Changed since"}))

    assert carried(former, restored) == {"opt-outs": 1}

    contact = restored.get(Key("CONTACT#c1", "CONTACT"))
    assert contact == {**CONTACT, "opted_out_at": "2026-03-02T01:00:00.000Z"}


def test_who_had_opted_out_already_is_no_news(former: FakeStore, restored: FakeStore) -> None:
    restored.put(Put({**CONTACT, "opted_out_at": "2026-03-01T01:00:00.000Z"}))
    former.put(Put({**CONTACT, "opted_out_at": "2026-03-01T01:00:00.000Z"}))
    assert carried(former, restored) == {}


def test_a_token_that_was_revoked_since_opens_nothing(former: FakeStore, restored: FakeStore) -> None:
    restored.put(Put(TOKEN))
    assert carried(former, restored) == {"revoked tokens": 1}
    assert restored.everything() == []


def test_doing_it_twice_changes_nothing_more(former: FakeStore, restored: FakeStore) -> None:
    restored.put(notices.put_new(PLANNED))
    former.put(Put(notices.put_next(replace(PLANNED, state=State.DELIVERED, due_at=None, revision=3)).item))
    carried(former, restored)
    assert carried(former, restored) == {}
