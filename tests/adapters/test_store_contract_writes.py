"""What single writes do, on every engine."""

import pytest

from chalicelib.ports import Condition, ConditionFailed, Delete, Item, Key, Put, Store, Update, Value
from tests.adapters.engines import SettableClock

KEY = Key("REQ#KTP-1", "REQUEST")
ABSENT: Item = {}
BY_PYTHON = pytest.mark.moto_differs("moto compares as Python does: True is 1, and what has no order raises")


def an_item(**attributes: Value) -> Item:
    return {"pk": KEY.pk, "sk": KEY.sk, **attributes}


def test_put_writes_the_whole_item_in_place_of_the_old_one(store: Store) -> None:
    store.put(Put(an_item(status="submitted", hold="KK tidak terbaca")))

    store.put(Put(an_item(status="verified")))

    assert store.get(KEY) == an_item(status="verified")


@pytest.mark.parametrize(
    ("there", "condition"),
    [
        pytest.param(None, Condition("pk", "absent"), id="absent: no item"),
        pytest.param({}, Condition("status", "absent"), id="absent: no such attribute"),
        pytest.param({"status": ""}, Condition("status", "present"), id="present"),
        pytest.param({"status": "ready"}, Condition("status", "equals", "ready"), id="equals: string"),
        pytest.param({"version": 7}, Condition("version", "equals", 7), id="equals: number"),
        pytest.param({"consent": False}, Condition("consent", "equals", value=False), id="equals: boolean"),
        pytest.param({"to": frozenset("ab")}, Condition("to", "equals", frozenset("ba")), id="equals: set"),
        pytest.param({"log": [1, "a"]}, Condition("log", "equals", [1, "a"]), id="equals: list"),
        pytest.param({"hold": {"a": [1]}}, Condition("hold", "equals", {"a": [1]}), id="equals: map"),
        pytest.param(None, Condition("at", "below", 3), id="below: no item"),
        pytest.param({}, Condition("at", "below", 3), id="below: no such attribute"),
        pytest.param({"at": -2}, Condition("at", "below", -1), id="below: number"),
        pytest.param({"at": "2026-03-02"}, Condition("at", "below", "2026-03-02T"), id="below: string"),
        pytest.param({"at": "\uffee"}, Condition("at", "below", "\U0001f4c4"), id="below: by code points"),
        pytest.param(None, Condition("open", "fewer", 1), id="fewer: no item"),
        pytest.param({}, Condition("open", "fewer", 1), id="fewer: no such attribute"),
        pytest.param({"open": frozenset("ab")}, Condition("open", "fewer", 3), id="fewer: set"),
        pytest.param({"open": ["a", "a"]}, Condition("open", "fewer", 3), id="fewer: list"),
    ],
)
def test_a_condition_that_holds_lets_the_write_happen(store: Store, there: Item | None, condition: Condition) -> None:
    if there is not None:
        store.put(Put(an_item(**there)))

    store.put(Put(an_item(new="yes"), (condition,)))

    assert store.get(KEY) == an_item(new="yes")


@pytest.mark.parametrize(
    ("there", "condition"),
    [
        pytest.param({}, Condition("pk", "absent"), id="absent: there is an item"),
        pytest.param({"status": ""}, Condition("status", "absent"), id="absent: there is one"),
        pytest.param(None, Condition("pk", "present"), id="present: no item"),
        pytest.param({}, Condition("status", "present"), id="present: no such attribute"),
        pytest.param({"version": 7}, Condition("version", "equals", 8), id="equals: another"),
        pytest.param({}, Condition("version", "equals", 8), id="equals: no such attribute"),
        pytest.param(None, Condition("version", "equals", 8), id="equals: no item"),
        pytest.param({"version": 7}, Condition("version", "equals", "7"), id="equals: another type"),
        pytest.param({"consent": True}, Condition("consent", "equals", 1), id="equals: True is not 1", marks=BY_PYTHON),
        pytest.param({"log": [True]}, Condition("log", "equals", [1]), id="equals: nor is it in a list", marks=BY_PYTHON),
        pytest.param({"to": frozenset("ab")}, Condition("to", "equals", ["a", "b"]), id="equals: a set is no list"),
        pytest.param({"at": 3}, Condition("at", "below", 3), id="below: as high"),
        pytest.param({"at": 10}, Condition("at", "below", 9), id="below: higher"),
        pytest.param({"at": "3"}, Condition("at", "below", 9), id="below: another type", marks=BY_PYTHON),
        pytest.param({"open": frozenset("ab")}, Condition("open", "fewer", 2), id="fewer: as many"),
        pytest.param({"open": frozenset("abc")}, Condition("open", "fewer", 2), id="fewer: more"),
        pytest.param({"open": 1}, Condition("open", "fewer", 9), id="fewer: of a number", marks=BY_PYTHON),
    ],
)
def test_a_condition_that_does_not_hold_refuses_the_write(store: Store, there: Item | None, condition: Condition) -> None:
    if there is not None:
        store.put(Put(an_item(**there)))
    as_it_is = None if there is None else an_item(**there)

    with pytest.raises(ConditionFailed) as refusal:
        store.put(Put(an_item(new="yes"), (condition,)))

    assert refusal.value.refused == {0: as_it_is}
    assert store.get(KEY) == as_it_is


@pytest.mark.parametrize(
    "holds",
    [
        Condition("status", "equals", "ready"),
        Condition("at", "below", 5),
        Condition("never", "below", 5),
        Condition("open", "fewer", 5),
        Condition("never", "fewer", 5),
    ],
)
def test_a_write_needs_all_of_its_conditions(store: Store, holds: Condition) -> None:
    item = an_item(status="ready", version=3, at=1, open=frozenset({"a"}))
    store.put(Put(item))
    fails = Condition("version", "equals", 2)

    for when in ((holds, fails), (fails, holds), (fails, holds, fails)):
        with pytest.raises(ConditionFailed):
            store.update(Update(KEY, set_={"status": "completed"}, when=when))

    assert store.get(KEY) == item


@pytest.mark.parametrize("there", [None, {"version": 3}])
def test_every_kind_of_write_tells_what_refused_it(store: Store, there: Item | None) -> None:
    if there is not None:
        store.put(Put(an_item(**there)))
    as_it_is = None if there is None else an_item(**there)
    when = (Condition("version", "equals", 2),)

    for attempt in (
        lambda: store.put(Put(an_item(), when)),
        lambda: store.update(Update(KEY, set_={"a": "b"}, when=when)),
        lambda: store.delete(Delete(KEY, when)),
    ):
        with pytest.raises(ConditionFailed) as refusal:
            attempt()
        assert refusal.value.refused == {0: as_it_is}


def test_update_changes_single_attributes_and_returns_the_item(store: Store) -> None:
    store.put(Put(an_item(status="ready", hold="x", kept=1, open=frozenset({"a", "b"}))))

    after = store.update(
        Update(KEY, set_={"status": "processing", "new": True}, remove=("hold", "unknown"), join={"seen": frozenset({"c"})},
               leave={"open": frozenset({"a"})})
    )  # fmt: skip

    assert after == an_item(status="processing", new=True, kept=1, open=frozenset({"b"}), seen=frozenset({"c"}))
    assert store.get(KEY) == after


@pytest.mark.parametrize(
    "update",
    [
        Update(KEY, set_={"a": "b"}),
        Update(KEY, remove=("a",)),
        Update(KEY, join={"a": frozenset("b")}),
        Update(KEY, leave={"a": frozenset("b")}),
    ],
)
def test_update_creates_an_item_that_is_not_there(store: Store, update: Update) -> None:
    after = store.update(update)

    assert after == an_item(**update.set_, **update.join)
    assert store.get(KEY) == after


def test_joining_twice_is_joining_once(store: Store) -> None:
    for members in ({"a"}, {"a", "b"}):
        store.update(Update(KEY, join={"open": frozenset(members)}))

    assert store.get(KEY) == an_item(open=frozenset({"a", "b"}))


def test_a_set_that_loses_its_last_member_is_gone(store: Store) -> None:
    store.update(Update(KEY, join={"open": frozenset({"a", "b"})}))

    store.update(Update(KEY, leave={"open": frozenset({"a", "b", "never there"})}))

    assert store.get(KEY) == an_item()
    store.update(Update(KEY, leave={"open": frozenset({"a"})}, when=(Condition("open", "absent"),)))


def test_attributes_may_be_called_as_they_like(store: Store) -> None:
    names = ("status", "at", "name", "ttl", "size", "a.b", "#n0", ":v0", "spasi di sini", "nomor-1", "ꦏ")

    store.update(Update(KEY, set_=dict.fromkeys(names, "x"), when=tuple(Condition(name, "absent") for name in names)))

    assert store.get(KEY) == an_item(**dict.fromkeys(names, "x"))


@pytest.mark.parametrize(
    "update",
    [
        pytest.param(Update(KEY), id="nothing"),
        pytest.param(Update(KEY, set_={"a": "b"}, remove=("a",)), id="one attribute twice"),
        pytest.param(Update(KEY, set_={"a": "b"}, join={"a": frozenset("b")}), id="set and joined"),
        pytest.param(Update(KEY, set_={"pk": "other"}), id="the key"),
    ],
)
def test_an_update_that_makes_no_sense_is_a_bug(store: Store, update: Update) -> None:
    with pytest.raises(ValueError, match="at least one attribute"):
        store.update(update)


def test_delete_removes_and_does_not_mind_absence(store: Store) -> None:
    store.put(Put(an_item(version=1)))

    store.delete(Delete(KEY, (Condition("version", "equals", 1),)))
    store.delete(Delete(KEY))

    assert store.get(KEY) is None


def test_conditions_see_an_expired_item(store: Store, clock: SettableClock) -> None:
    expired = an_item(expires_at=clock.in_seconds(-3600))
    store.put(Put(expired))

    with pytest.raises(ConditionFailed) as refusal:
        store.put(Put(an_item(), (Condition("pk", "absent"),)))

    assert refusal.value.refused == {0: expired}
    assert store.update(Update(KEY, set_={"a": "b"})) == {**expired, "a": "b"}
