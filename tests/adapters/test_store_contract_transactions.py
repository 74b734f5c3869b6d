"""What transactions do, on every engine."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Check, Condition, ConditionFailed, Delete, Item, Key, Put, Store, Update, Write
from tests.adapters.engines import without_moto

REQUEST = Key("REQ#KTP-1", "REQUEST")
CHANGE = Key("REQ#KTP-1", "CHANGE#000002")
CONTACT = Key("CONTACT#c1", "CONTACT")
NEW = Condition("pk", "absent")


def an_item(key: Key, **attributes: str | int) -> Item:
    return {"pk": key.pk, "sk": key.sk, **attributes}


def test_all_writes_of_a_transaction_happen(store: Store) -> None:
    store.put(Put(an_item(REQUEST, version=1, status="submitted")))
    store.put(Put(an_item(CONTACT, name="Siti")))
    store.put(Put(an_item(Key("KEY#1", "KEY"))))

    store.transact(
        [
            Update(REQUEST, set_={"version": 2, "status": "verified"}, when=(Condition("version", "equals", 1),)),
            Put(an_item(CHANGE), (NEW,)),
            Check(CONTACT, (Condition("opted_out", "absent"),)),
            Delete(Key("KEY#1", "KEY")),
        ]
    )

    assert store.query("REQ#KTP-1") == [an_item(CHANGE), an_item(REQUEST, version=2, status="verified")]
    assert store.get(CONTACT) == an_item(CONTACT, name="Siti")
    assert store.get(Key("KEY#1", "KEY")) is None


def test_a_refused_transaction_writes_nothing_and_names_every_refused_write(store: Store) -> None:
    there = [an_item(REQUEST, version=2), an_item(CONTACT, opted_out="yes")]
    for item in there:
        store.put(Put(item))

    with pytest.raises(ConditionFailed) as refusal:
        store.transact(
            [
                Put(an_item(CHANGE), (NEW,)),
                Update(REQUEST, set_={"version": 2}, when=(Condition("version", "equals", 1),)),
                Put(an_item(Key("KEY#1", "KEY"))),
                Check(CONTACT, (Condition("opted_out", "absent"),)),
                Delete(Key("KEY#2", "KEY"), (Condition("pk", "present"),)),
            ]
        )

    assert refusal.value.refused == {1: there[0], 3: there[1], 4: None}
    assert store.get(REQUEST) == there[0]
    assert store.get_many([CHANGE, Key("KEY#1", "KEY")]) == []


def test_a_transaction_of_one_write_is_one_too(store: Store) -> None:
    store.transact([Put(an_item(REQUEST), (NEW,))])

    with pytest.raises(ConditionFailed) as refusal:
        store.transact([Put(an_item(REQUEST, version=2), (NEW,))])

    assert refusal.value.refused == {0: an_item(REQUEST)}


def test_the_same_transaction_again_is_another_one(store: Store) -> None:
    """Only botocore's own repeats count as the same: the caller's repeat meets its own conditions."""
    opening = [Put(an_item(REQUEST), (NEW,)), Put(an_item(CHANGE))]
    store.transact(opening)

    with pytest.raises(ConditionFailed):
        store.transact(opening)
    store.delete(Delete(REQUEST))

    store.transact(opening)
    assert store.get(REQUEST) == an_item(REQUEST)


def test_a_transaction_takes_a_hundred_writes(store: Store) -> None:
    store.transact([Put(an_item(Key("REQ#1", f"{number:03}"))) for number in range(100)])

    assert len(store.query("REQ#1")) == 100


@pytest.mark.parametrize(
    "writes",
    [
        pytest.param([], id="none"),
        pytest.param([Put(an_item(Key("REQ#1", f"{number:03}"))) for number in range(101)], id="more than a hundred"),
        pytest.param([Put(an_item(REQUEST)), Delete(REQUEST)], id="two on one item"),
        pytest.param([Check(REQUEST, (NEW,)), Update(REQUEST, set_={"a": "b"})], id="a check on a written item"),
        pytest.param([Put(an_item(REQUEST)), Check(CONTACT, ())], id="a check of nothing"),
        pytest.param([Put(an_item(REQUEST)), Update(CONTACT)], id="an update of nothing"),
    ],
)
def test_a_transaction_that_makes_no_sense_is_a_bug(store: Store, writes: Sequence[Write]) -> None:
    with pytest.raises(ValueError, match=r"no transaction|at least one"):
        store.transact(writes)

    assert store.get(REQUEST) is None


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Put(an_item(CHANGE, note="x" * 410_000)), id="too large"),
        pytest.param(Put(an_item(CHANGE, note="\udc00")), id="not Unicode"),
        pytest.param(Put(an_item(Key("REQ#1", ""))), id="empty key"),
        pytest.param(Update(CONTACT, join={"name": frozenset("a")}), id="a string is no set"),
        pytest.param(Update(CONTACT, set_={"note": "x" * 410_000}), id="grown too large"),
    ],
)
def test_one_unstorable_write_stops_the_whole_transaction(store: Store, bad: Write) -> None:
    store.put(Put(an_item(CONTACT, name="Siti")))

    with pytest.raises(Unstorable):
        store.transact([Put(an_item(REQUEST)), bad])

    assert store.get(REQUEST) is None
    assert store.get(CONTACT) == an_item(CONTACT, name="Siti")


@pytest.mark.moto_differs("moto does not add up a transaction")
def test_a_transaction_has_room_for_four_megabytes(store: Store) -> None:
    with pytest.raises(Unstorable):
        store.transact([Put(an_item(Key("REQ#1", f"{number}"), note="x" * 400_000)) for number in range(11)])

    assert store.query("REQ#1") == []


@without_moto("under concurrent requests moto loses what it acknowledged")
def test_of_many_that_open_the_same_request_at_once_one_succeeds(store: Store) -> None:
    def opens(number: int) -> bool:
        try:
            store.transact([Put(an_item(REQUEST, by=number), (NEW,)), Put(an_item(Key("CONTACT#c1", f"MSG#{number}")))])
        except ConditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(opens, range(24)))

    (winner,) = [number for number, opened in enumerate(outcomes) if opened]
    assert store.get(REQUEST) == an_item(REQUEST, by=winner)
    assert store.query("CONTACT#c1") == [an_item(Key("CONTACT#c1", f"MSG#{winner}"))]


@without_moto("under concurrent requests moto loses what it acknowledged")
def test_versions_count_every_change_of_many_writers(store: Store) -> None:
    store.put(Put(an_item(REQUEST, version=0)))

    def raise_version(_number: int) -> None:
        while True:
            version = (store.get(REQUEST) or {})["version"]
            assert isinstance(version, int)
            try:
                store.update(Update(REQUEST, set_={"version": version + 1}, when=(Condition("version", "equals", version),)))
            except ConditionFailed:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(raise_version, range(12)))

    assert store.get(REQUEST) == an_item(REQUEST, version=12)
