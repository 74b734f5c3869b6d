"""What reads return, on every engine."""

from collections.abc import Callable, Sequence

import pytest

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Item, Key, Put, Store, Update
from tests.adapters.engines import SettableClock

PK = "CONTACT#c1"
HUGE = "x" * 300_000
"""Four of these are more than a page, which ends at 1 MB."""


def write(store: Store, sort_keys: Sequence[str], pk: str = PK, **attributes: str | int) -> None:
    for sk in sort_keys:
        store.put(Put({"pk": pk, "sk": sk, **attributes}))


def enqueue(store: Store, sort_keys: Sequence[str], queue: str = "1801#KTP#open", **attributes: str | int) -> None:
    for at, queue_sk in enumerate(sort_keys):
        store.put(Put({"pk": f"REQ#{at}", "sk": queue, "queue_pk": queue, "queue_sk": queue_sk, **attributes}))


def sort_keys_of(items: Sequence[Item], name: str = "sk") -> list[object]:
    return [item[name] for item in items]


def test_get_finds_by_the_whole_key(store: Store) -> None:
    write(store, ["a", "ab"])

    assert store.get(Key(PK, "a")) == {"pk": PK, "sk": "a"}
    assert store.get(Key(PK, "b")) is None
    assert store.get(Key("CONTACT#c2", "a")) is None


def test_get_many_leaves_out_what_is_not_there(store: Store) -> None:
    write(store, ["a", "b", "c"])

    found = store.get_many([Key(PK, "c"), Key(PK, "nowhere"), Key(PK, "a"), Key(PK, "c")])

    assert sorted(sort_keys_of(found)) == ["a", "c"]  # type: ignore[type-var]
    assert store.get_many([]) == []
    assert store.get_many([Key(PK, "nowhere")]) == []


def test_get_many_takes_a_hundred_keys_and_no_more(store: Store) -> None:
    write(store, ["50"])
    keys = [Key(PK, str(number)) for number in range(101)]

    assert sort_keys_of(store.get_many(keys[:100])) == ["50"]
    with pytest.raises(ValueError, match="101 keys"):
        store.get_many(keys)


def test_get_many_reads_all_even_beyond_what_one_answer_holds(store: Store) -> None:
    keys = [Key(PK, f"{number:02}") for number in range(44)]
    write(store, [key.sk for key in keys], body="x" * 390_000)

    assert len(store.get_many(keys)) == len(keys)


def test_query_returns_a_partition_in_the_order_of_its_sort_keys(store: Store) -> None:
    write(store, ["MSG#2", "MSG#10", "CONTACT", "MSG#1", "NOTICE#1", "~", "é", "\U0001f4c4", "\uffee"])
    write(store, ["MSG#3"], pk="CONTACT#c2")

    assert sort_keys_of(store.query(PK)) == [
        "CONTACT", "MSG#1", "MSG#10", "MSG#2", "NOTICE#1", "~", "é", "\uffee", "\U0001f4c4",
    ]  # fmt: skip
    assert sort_keys_of(store.query(PK, "MSG#")) == ["MSG#1", "MSG#10", "MSG#2"]
    assert sort_keys_of(store.query(PK, "MSG#1")) == ["MSG#1", "MSG#10"]
    assert store.query(PK, "CHANGE#") == []
    assert store.query("CONTACT#nobody") == []


def test_query_can_start_with_the_newest_and_stop_early(store: Store) -> None:
    write(store, ["MSG#1", "MSG#2", "MSG#3", "NOTICE#1"])

    assert sort_keys_of(store.query(PK, "MSG#", limit=2)) == ["MSG#1", "MSG#2"]
    assert sort_keys_of(store.query(PK, "MSG#", limit=2, newest_first=True)) == ["MSG#3", "MSG#2"]
    assert sort_keys_of(store.query(PK, newest_first=True)) == ["NOTICE#1", "MSG#3", "MSG#2", "MSG#1"]
    assert sort_keys_of(store.query(PK, "MSG#", limit=9)) == ["MSG#1", "MSG#2", "MSG#3"]


def test_query_reads_on_beyond_a_page(store: Store) -> None:
    write(store, [f"{number}" for number in range(9)], body=HUGE)

    assert sort_keys_of(store.query(PK)) == [f"{number}" for number in range(9)]
    assert sort_keys_of(store.query(PK, limit=5)) == ["0", "1", "2", "3", "4"]
    assert sort_keys_of(store.query(PK, limit=5, newest_first=True)) == ["8", "7", "6", "5", "4"]


def test_index_returns_between_its_bounds_in_order(store: Store) -> None:
    enqueue(store, ["05", "01", "04", "02", "03"])
    enqueue(store, ["03"], queue="1801#KK#open")

    def read(after: str = "", until: str = "") -> list[object]:
        return sort_keys_of(store.query_index("queue", "1801#KTP#open", after=after, until=until), "queue_sk")

    assert read() == ["01", "02", "03", "04", "05"]
    assert read(after="02") == ["03", "04", "05"]
    assert read(until="04") == ["01", "02", "03"]
    assert read(after="01", until="05") == ["02", "03", "04"]
    assert read(after="01x", until="04x") == ["02", "03", "04"]
    assert read(after="03", until="03") == []
    assert read(after="04", until="02") == []
    assert read(after="05") == read(until="01") == []
    assert store.query_index("queue", "1801#KTP#closed") == []


def test_index_can_start_with_the_newest_and_stop_early(store: Store) -> None:
    enqueue(store, ["05", "01", "04", "02", "03"])

    def read(after: str = "", until: str = "") -> list[object]:
        found = store.query_index("queue", "1801#KTP#open", after=after, until=until, limit=2, newest_first=True)
        return sort_keys_of(found, "queue_sk")

    assert read() == ["05", "04"]
    assert read(until="05") == ["04", "03"]
    assert read(after="03") == ["05", "04"]
    assert read(after="01", until="05") == ["04", "03"]
    assert sort_keys_of(store.query_index("queue", "1801#KTP#open", after="01", until="04", limit=2), "queue_sk") == [
        "02",
        "03",
    ]


def test_index_reads_on_beyond_a_page(store: Store) -> None:
    enqueue(store, [f"{number}" for number in range(9)], body=HUGE)

    found = store.query_index("queue", "1801#KTP#open", after="0", until="8")

    assert sort_keys_of(found, "queue_sk") == ["1", "2", "3", "4", "5", "6", "7"]
    assert found[0]["body"] == HUGE


def test_index_holds_only_items_with_both_of_its_keys(store: Store) -> None:
    store.put(Put({"pk": "REQ#1", "sk": "REQUEST", "queue_pk": "q"}))
    store.put(Put({"pk": "REQ#2", "sk": "REQUEST", "queue_sk": "1"}))
    assert store.query_index("queue", "q") == []

    after = store.update(Update(Key("REQ#1", "REQUEST"), set_={"queue_sk": "1"}))
    assert store.query_index("queue", "q") == [after]

    store.update(Update(Key("REQ#1", "REQUEST"), set_={"queue_pk": "other"}))
    assert store.query_index("queue", "q") == []
    assert len(store.query_index("queue", "other")) == 1

    store.update(Update(Key("REQ#1", "REQUEST"), remove=("queue_pk", "queue_sk")))
    assert store.query_index("queue", "other") == []


def test_due_index_holds_keys_alone(store: Store) -> None:
    due = {"due_pk": "1801", "due_at": "2026-03-02T01:30:00.000Z"}
    store.put(Put({"pk": "REQ#1", "sk": "NOTICE#1", "state": "planned", **due}))

    assert store.query_index("due", "1801", until="2026-03-02T01:31") == [{"pk": "REQ#1", "sk": "NOTICE#1", **due}]
    assert store.query_index("due", "1801", until="2026-03-02T01:30:00.000Z") == []


def test_index_tells_no_more_of_an_item_than_is_wanted(store: Store) -> None:
    enqueue(store, ["1"], body="long", status="ready", expires_at=2**40)
    enqueue(store, ["2"], queue="other", body="long")

    assert store.query_index("queue", "1801#KTP#open", only=("status", "reason")) == [
        {"status": "ready", "queue_sk": "1", "expires_at": 2**40}
    ]
    assert store.query_index("queue", "other", only=("status",)) == [{"queue_sk": "2"}]


def test_index_counts_from_one_key_to_another(store: Store) -> None:
    enqueue(store, ["1", "2", "3", "4"])

    def count(since: str, until: str, limit: int = 9) -> int:
        return store.count_index("queue", "1801#KTP#open", since=since, until=until, limit=limit)

    assert count("1", "4") == 4
    assert count("2", "3") == 2
    assert count("2x", "9") == 2
    assert count("1", "4", limit=3) == 3
    assert count("4", "1") == 0
    assert store.count_index("queue", "nowhere", since="1", until="4", limit=9) == 0


def test_index_counts_beyond_a_page_what_has_not_expired(store: Store, clock: SettableClock) -> None:
    now = int(clock().timestamp())
    enqueue(store, [f"{number}" for number in range(7)], body=HUGE, expires_at=now + 1)
    store.put(Put({"pk": "REQ#8", "sk": "x", "queue_pk": "1801#KTP#open", "queue_sk": "8", "expires_at": now}))

    assert store.count_index("queue", "1801#KTP#open", since="0", until="9", limit=99) == 7
    assert store.count_index("queue", "1801#KTP#open", since="0", until="9", limit=5) == 5


READS: list[Callable[[Store], object]] = [
    lambda store: store.get(Key(PK, "a")),
    lambda store: store.get_many([Key(PK, "a")]),
    lambda store: store.query(PK),
    lambda store: store.query_index("queue", "q"),
]


@pytest.mark.parametrize("read", READS, ids=["get", "get_many", "query", "query_index"])
def test_reads_drop_what_has_expired(store: Store, clock: SettableClock, read: Callable[[Store], object]) -> None:
    write(store, ["a"], queue_pk="q", queue_sk="1", expires_at=clock.in_seconds(60))

    clock.pass_seconds(59.999)
    assert read(store)

    clock.pass_seconds(0.001)
    assert not read(store)


def test_what_expires_later_or_never_stays(store: Store, clock: SettableClock) -> None:
    write(store, ["never"])
    write(store, ["later"], expires_at=clock.in_seconds(1))
    write(store, ["said in words"], expires_at="2020-01-01")

    assert sort_keys_of(store.query(PK)) == ["later", "never", "said in words"]


def test_expired_items_do_not_count_for_a_limit(store: Store, clock: SettableClock) -> None:
    write(store, [f"{number:03}" for number in range(150)], expires_at=clock.in_seconds(-1))
    write(store, ["900", "901", "902"])

    assert sort_keys_of(store.query(PK, limit=2)) == ["900", "901"]


def test_due_index_cannot_know_what_has_expired(store: Store, clock: SettableClock) -> None:
    write(store, ["a"], due_pk="1801", due_at="1", expires_at=clock.in_seconds(-1))

    assert len(store.query_index("due", "1801")) == 1


def test_what_a_caller_does_to_an_item_stays_with_the_caller(store: Store) -> None:
    log = ["one"]
    mine: Item = {"pk": PK, "sk": "a", "log": log, "hold": {"reason": "x"}}
    store.put(Put(mine))

    log.append("two")
    mine["new"] = "x"
    for item in (store.get(Key(PK, "a")), *store.query(PK), *store.get_many([Key(PK, "a")])):
        assert item is not None
        item["hold"]["reason"] = "y"  # type: ignore[index]
        item.clear()

    assert store.get(Key(PK, "a")) == {"pk": PK, "sk": "a", "log": ["one"], "hold": {"reason": "x"}}


NOT_UNICODE = "\ud83d"
UNCHECKED = pytest.mark.moto_differs("moto checks the keys of fewer reads, and their length in none")


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda store: store.get(Key("", "a")), id="get: empty"),
        pytest.param(lambda store: store.get(Key(PK, NOT_UNICODE)), id="get: not Unicode"),
        pytest.param(lambda store: store.get(Key(PK, "a" * 1025)), id="get: too long", marks=UNCHECKED),
        pytest.param(lambda store: store.get_many([Key(PK, "a"), Key(PK, "")]), id="get_many: empty", marks=UNCHECKED),
        pytest.param(lambda store: store.get_many([Key(NOT_UNICODE, "a")]), id="get_many: not Unicode"),
        pytest.param(lambda store: store.query(""), id="query: empty"),
        pytest.param(lambda store: store.query(PK, NOT_UNICODE), id="query: not Unicode"),
        pytest.param(lambda store: store.query(PK, "a" * 1025), id="query: too long", marks=UNCHECKED),
        pytest.param(lambda store: store.query_index("queue", ""), id="query_index: empty"),
        pytest.param(lambda store: store.query_index("due", "1801", after=NOT_UNICODE), id="query_index: not Unicode"),
    ],
)
def test_no_read_can_ask_for_a_key_that_cannot_be_stored(store: Store, read: Callable[[Store], object]) -> None:
    with pytest.raises(Unstorable):
        read(store)
