"""The table in memory: `chalicelib.ports.Store` as DynamoDB would carry it out.

Which answers are right is settled by tests/adapters/test_store_contract.py, against AWS's own engine.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Literal, NamedTuple, TypeAlias

from chalicelib.ports import Check, Clock, ConditionFailed, Delete, Item, Key, Put, Update, Write
from tests.fakes.dynamo_rules import (
    INDEXES,
    MOST_AT_ONCE,
    changed,
    copied,
    holds,
    identical,
    require_storable,
    require_storable_key,
    require_transaction,
    require_valid,
    write_key,
)

Faults: TypeAlias = Callable[[Literal["before", "after"], str], None]
"""Called around every operation with its name (`get`, `transact`, …); what it raises, the caller gets.

Raised "before", nothing took place. Raised "after", it did, and the answer was lost. It may itself use the store, like somebody
else who is faster. Operations that failed have no "after".
"""


class StreamRecord(NamedTuple):
    """What the table's stream tells about one write."""

    event_name: Literal["INSERT", "MODIFY", "REMOVE"]
    key: Key


class FakeStore:
    """A table and its two indexes. Safe to use from many threads.

    Attributes:
        faults: To be replaced by a test that wants trouble.
        inserted: Every stream record so far, oldest first; a write that changes nothing has none.
    """

    def __init__(self, clock: Clock) -> None:
        self.faults: Faults = lambda _moment, _operation: None
        self.inserted: list[StreamRecord] = []
        self._clock = clock
        self._lock = RLock()
        self._items: dict[Key, Item] = {}

    def everything(self) -> list[Item]:
        """All items by their keys, expired ones too: what a test wants to see and no flow can."""
        with self._lock:
            return [copied(self._items[key]) for key in sorted(self._items)]

    def get(self, key: Key) -> Item | None:
        with self._operation("get"):
            require_storable_key(key)
            item = self._items.get(key)
            return copied(item) if item is not None and self._lives(item) else None

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        with self._operation("get_many"):
            if len(keys) > MOST_AT_ONCE:
                raise ValueError(f"{len(keys)} keys in one read")
            for key in keys:
                require_storable_key(key)
            found = [self._items[key] for key in dict.fromkeys(keys) if key in self._items]
            return [copied(item) for item in found if self._lives(item)]

    def query(self, pk: str, prefix: str = "", *, limit: int | None = None, newest_first: bool = False) -> list[Item]:
        with self._operation("query"):
            require_storable_key(Key(pk, prefix or "-"))
            keys = [key for key in self._items if key.pk == pk and key.sk.startswith(prefix)]
            found = [self._items[key] for key in sorted(keys, reverse=newest_first)]
            return [copied(item) for item in found if self._lives(item)][:limit]

    def query_index(  # bounds of one read
        self, index: str, pk: str, *, after: str = "", until: str = "", limit: int | None = None, newest_first: bool = False,
        only: tuple[str, ...] = (),
    ) -> list[Item]:  # fmt: skip
        with self._operation("query_index"):
            found = self._indexed(index, pk, after or until)
            if newest_first:
                found.reverse()
            kept = {*only, INDEXES[index].sk, "expires_at"}
            chosen = [item for sk, item in found if sk > after and (not until or sk < until) and self._lives(item)][:limit]
            return [copied({name: value for name, value in item.items() if not only or name in kept}) for item in chosen]

    def count_index(self, index: str, pk: str, *, since: str, until: str, limit: int) -> int:
        with self._operation("count_index"):
            found = self._indexed(index, pk, since)
            return min(limit, sum(since <= sk <= until and self._lives(item) for sk, item in found))

    def _indexed(self, index: str, pk: str, bound: str) -> list[tuple[str, Item]]:
        """An index's partition, by its sort keys."""
        shape = INDEXES[index]
        require_storable_key(Key(pk, bound or "-"))
        found = [
            (str(item[shape.sk]), key, shape.projected(item))
            for key, item in self._items.items()
            if item.get(shape.pk) == pk and shape.sk in item
        ]
        found.sort(key=lambda entry: entry[:2])
        return [(sk, item) for sk, _, item in found]

    def put(self, write: Put) -> None:
        with self._operation("put"):
            self._commit([write])

    def update(self, write: Update) -> Item:
        with self._operation("update"):
            self._commit([write])
            return copied(self._items[write.key])

    def delete(self, write: Delete) -> None:
        with self._operation("delete"):
            self._commit([write])

    def transact(self, writes: Sequence[Write]) -> None:
        with self._operation("transact"):
            require_transaction(writes)
            self._commit(writes)

    @contextmanager
    def _operation(self, name: str) -> Iterator[None]:
        self.faults("before", name)
        with self._lock:
            yield
        self.faults("after", name)

    def _lives(self, item: Item) -> bool:
        expires_at = item.get("expires_at")
        return not isinstance(expires_at, int) or expires_at > self._clock().timestamp()

    def _commit(self, writes: Sequence[Write]) -> None:
        for write in writes:
            require_valid(write)
        refused: dict[int, Item | None] = {}
        for position, write in enumerate(writes):
            old = self._items.get(write_key(write))
            if not all(holds(condition, old) for condition in write.when):
                refused[position] = copied(old) if old is not None else None
        if refused:
            raise ConditionFailed(refused)
        after = {write_key(write): self._after(write) for write in writes if not isinstance(write, Check)}
        for key, item in after.items():
            self._replace(key, item)

    def _after(self, write: Put | Update | Delete) -> Item | None:
        """The item as the write leaves it. Raises Unstorable."""
        match write:
            case Put():
                item = copied(write.item)
            case Update():
                item = changed(self._items.get(write.key), write)
            case Delete():
                return None
        require_storable(item)
        return item

    def _replace(self, key: Key, new: Item | None) -> None:
        old = self._items.pop(key, None)
        if new is not None:
            self._items[key] = new
        if old is None and new is not None:
            self.inserted.append(StreamRecord("INSERT", key))
        elif old is not None and new is None:
            self.inserted.append(StreamRecord("REMOVE", key))
        elif old is not None and new is not None and not identical(old, new):
            self.inserted.append(StreamRecord("MODIFY", key))
