"""The fake's own side: the trouble that tests can order, and what they can see."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from threading import Event
from typing import Literal

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.ports import Condition, ConditionFailed, Delete, Key, Put, Update
from tests.adapters.engines import SettableClock
from tests.fakes.store import FakeStore

KEY = Key("REQ#KTP-1", "REQUEST")
OTHER = Key("REQ#KTP-1", "CHANGE#1")
NEW = (Condition("pk", "absent"),)

CALLS: dict[str, Callable[[FakeStore], object]] = {
    "get": lambda store: store.get(KEY),
    "get_many": lambda store: store.get_many([KEY]),
    "query": lambda store: store.query(KEY.pk),
    "query_index": lambda store: store.query_index("queue", "q"),
    "put": lambda store: store.put(Put({"pk": KEY.pk, "sk": KEY.sk}, NEW)),
    "update": lambda store: store.update(Update(KEY, set_={"a": "b"}, when=NEW)),
    "delete": lambda store: store.delete(Delete(KEY)),
    "transact": lambda store: store.transact([Update(KEY, set_={"a": "b"}, when=NEW)]),
}
WRITES = ("put", "update", "transact")


@pytest.fixture
def fake(clock: SettableClock) -> FakeStore:
    return FakeStore(clock)


@pytest.mark.parametrize(("name", "call"), CALLS.items())
def test_faults_are_asked_before_and_after_every_operation(
    fake: FakeStore, name: str, call: Callable[[FakeStore], object]
) -> None:
    asked: list[tuple[str, str]] = []
    fake.faults = lambda moment, operation: asked.append((moment, operation))

    call(fake)

    assert asked == [("before", name), ("after", name)]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(("when", "happens"), [("before", False), ("after", True)])
def test_a_fault_stops_a_write_or_loses_its_answer(fake: FakeStore, name: str, when: str, happens: bool) -> None:  # noqa: FBT001
    def fault(moment: Literal["before", "after"], _operation: str) -> None:
        if moment == when:
            raise TransientError("lost")

    fake.faults = fault
    with pytest.raises(TransientError):
        CALLS[name](fake)

    assert [Key(str(item["pk"]), str(item["sk"])) for item in fake.everything()] == ([KEY] if happens else [])
    assert fake.inserted == ([("INSERT", KEY)] if happens else [])


def test_a_fault_can_be_somebody_who_is_faster(fake: FakeStore) -> None:
    def overtake(moment: Literal["before", "after"], operation: str) -> None:
        if (moment, operation) == ("before", "transact"):
            fake.put(Put({"pk": KEY.pk, "sk": KEY.sk, "by": "somebody else"}))

    fake.faults = overtake
    with pytest.raises(ConditionFailed) as refusal:
        CALLS["transact"](fake)

    assert refusal.value.refused == {0: {"pk": KEY.pk, "sk": KEY.sk, "by": "somebody else"}}


def test_a_refused_operation_has_no_answer_to_lose(fake: FakeStore) -> None:
    fake.put(Put({"pk": KEY.pk, "sk": KEY.sk}))
    asked: list[str] = []
    fake.faults = lambda moment, _operation: asked.append(moment)

    with pytest.raises(ConditionFailed):
        CALLS["put"](fake)

    assert asked == ["before"]


def test_everything_shows_expired_items_too(fake: FakeStore, clock: SettableClock) -> None:
    fake.put(Put({"pk": KEY.pk, "sk": KEY.sk, "expires_at": clock.in_seconds(-1)}))
    fake.put(Put({"pk": OTHER.pk, "sk": OTHER.sk}))

    assert [item["sk"] for item in fake.everything()] == [OTHER.sk, KEY.sk]


def test_operations_of_many_threads_take_turns() -> None:
    """One is held inside the fake by the clock that it reads; the other has to wait for it."""
    inside, go_on = Event(), Event()

    def slow_clock() -> datetime:
        inside.set()
        assert go_on.wait(10)
        return datetime(2026, 3, 2, tzinfo=UTC)

    fake = FakeStore(slow_clock)
    fake.put(Put({"pk": KEY.pk, "sk": KEY.sk, "expires_at": 1}))

    with ThreadPoolExecutor(2) as pool:
        reader = pool.submit(fake.get, KEY)
        assert inside.wait(10)
        writer = pool.submit(fake.put, Put({"pk": KEY.pk, "sk": KEY.sk}))
        still_at_work = wait([writer], timeout=0.05).not_done
        go_on.set()

    assert still_at_work == {writer}
    assert reader.result() is None
    assert fake.everything() == [{"pk": KEY.pk, "sk": KEY.sk}]
