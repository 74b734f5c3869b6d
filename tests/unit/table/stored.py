"""What the table makes of a write, by the rules of the table in memory."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.ports import Item, Key, Put, Update
from tests.fakes.store import FakeStore

# Before everything that expires.
EARLY = datetime(1960, 1, 1, tzinfo=UTC)


def store() -> FakeStore:
    return FakeStore(lambda: EARLY)


def after(*writes: Put | Update) -> Item:
    """The item that a put and further updates of it leave."""
    kept = store()
    for write in writes:
        if isinstance(write, Put):
            kept.put(write)
        else:
            kept.update(write)
    [item] = kept.everything()
    found = kept.get(Key(str(item["pk"]), str(item["sk"])))
    assert found is not None
    return found


def holds_nothing_empty(value: Any) -> bool:
    """No null, no empty text, list, set or map, at any depth; no float."""
    if isinstance(value, dict):
        return bool(value) and all(holds_nothing_empty(one) for one in value.values())
    if isinstance(value, list | tuple | frozenset | set):
        return bool(value) and all(holds_nothing_empty(one) for one in value)
    return isinstance(value, bool | int) or (isinstance(value, str) and value != "")
