"""What the table's stream tells, on every engine: dispatch lives on it, and the fake's is what flow tests see."""

import pytest

from chalicelib.ports import Condition, ConditionFailed, Delete, Key, Put, Update
from tests.adapters.engines import Engine

KEY = Key("REQ#KTP-1", "NOTICE#000002")
OTHER = Key("REQ#KTP-1", "CHANGE#000002")


def test_the_stream_tells_of_each_change_of_an_item_in_order(engine: Engine) -> None:
    store = engine.store

    store.put(Put({"pk": KEY.pk, "sk": KEY.sk}))
    store.put(Put({"pk": KEY.pk, "sk": KEY.sk, "state": "planned"}))
    store.update(Update(KEY, set_={"state": "claimed"}))
    store.delete(Delete(KEY))
    store.put(Put({"pk": KEY.pk, "sk": KEY.sk}))

    assert engine.stream() == [(name, KEY) for name in ("INSERT", "MODIFY", "MODIFY", "REMOVE", "INSERT")]


def test_a_transaction_tells_of_each_item_it_writes(engine: Engine) -> None:
    engine.store.put(Put({"pk": OTHER.pk, "sk": OTHER.sk}))

    engine.store.transact([Put({"pk": KEY.pk, "sk": KEY.sk}), Update(OTHER, set_={"to": "ready"})])

    assert engine.stream()[0] == ("INSERT", OTHER)
    assert sorted(engine.stream()[1:]) == [("INSERT", KEY), ("MODIFY", OTHER)]


@pytest.mark.moto_differs("moto puts an empty item before it updates it, and tells of both")
def test_an_update_that_creates_an_item_inserts_it(engine: Engine) -> None:
    engine.store.update(Update(KEY, set_={"state": "planned"}))

    assert engine.stream() == [("INSERT", KEY)]


def test_what_was_refused_or_not_there_tells_nothing(engine: Engine) -> None:
    with pytest.raises(ConditionFailed):
        engine.store.put(Put({"pk": KEY.pk, "sk": KEY.sk}, (Condition("pk", "present"),)))
    with pytest.raises(ConditionFailed):
        engine.store.transact([Put({"pk": OTHER.pk, "sk": OTHER.sk}), Delete(KEY, (Condition("pk", "present"),))])
    engine.store.delete(Delete(KEY))

    assert engine.stream() == []


@pytest.mark.moto_differs("moto tells of every put and update")
def test_a_write_that_changes_nothing_tells_nothing(engine: Engine) -> None:
    item = Put({"pk": KEY.pk, "sk": KEY.sk, "version": 1, "to": frozenset({"a"}), "log": ["x", True]})
    engine.store.put(item)

    engine.store.put(item)
    engine.store.update(Update(KEY, set_={"version": 1}, join={"to": frozenset({"a"})}, remove=("never there",)))
    engine.store.transact([item])

    assert engine.stream() == [("INSERT", KEY)]
