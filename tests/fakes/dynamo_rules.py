"""What DynamoDB allows, how it compares and how it counts, as plain functions over plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Check, Condition, Item, Key, Put, Update, Value, Write

MOST_AT_ONCE = 100
_ITEM_BYTES = 400 * 1024
_PK_BYTES = 2048
_SK_BYTES = 1024
_DIGITS = 38
_MAGNITUDE = 10**126
_LEVELS = 32
_TRANSACTION_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Index:
    """A sparse index: it holds the items that have both of its keys. keys_only: and of them nothing but keys."""

    pk: str
    sk: str
    keys_only: bool

    def projected(self, item: Item) -> Item:
        return {name: item[name] for name in ("pk", "sk", self.pk, self.sk)} if self.keys_only else item


INDEXES = {"queue": Index("queue_pk", "queue_sk", keys_only=False), "due": Index("due_pk", "due_at", keys_only=True)}
_KEY_BYTES = {"pk": _PK_BYTES, "sk": _SK_BYTES}
_KEY_BYTES |= {name: size for index in INDEXES.values() for name, size in ((index.pk, _PK_BYTES), (index.sk, _SK_BYTES))}


def write_key(write: Write) -> Key:
    return Key(str(write.item["pk"]), str(write.item["sk"])) if isinstance(write, Put) else write.key


def copied(item: Mapping[str, Value]) -> Item:
    """A copy that shares nothing that could change, in the types in which a store hands values out."""
    return {name: _copied(value) for name, value in item.items()}


def _copied(value: Value) -> Value:
    match value:
        case str() | bool() | int() | frozenset():
            return value
        case Mapping():
            return copied(value)
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [_copied(element) for element in value]
        case _:
            raise TypeError(f"no attribute can hold a {type(value).__name__}")


def _kind(value: Value) -> type:
    kinds: tuple[type, ...] = (str, bool, int, frozenset, Mapping)
    return next((kind for kind in kinds if isinstance(value, kind)), Sequence)


def identical(one: "Value | None", other: "Value | None") -> bool:
    """Equality that tells True from 1."""
    if one is None or other is None or _kind(one) is not _kind(other):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(identical(one[name], other[name]) for name in one)
    if isinstance(one, str | int | frozenset) or isinstance(other, str | int | frozenset | Mapping):
        return one == other
    return len(one) == len(other) and all(identical(*pair) for pair in zip(one, other, strict=True))


def holds(condition: Condition, old: Item | None) -> bool:
    """Whether the item as it is before the write satisfies the condition."""
    value = (old or {}).get(condition.attribute)
    wanted = condition.value
    match condition.test:
        case "absent":
            return value is None
        case "present":
            return value is not None
        case "equals":
            return identical(value, wanted)
        case "below":
            return value is None or _is_below(value, wanted)
        case "fewer":
            return value is None or _has_fewer(value, wanted)


def _is_below(value: Value, wanted: Value) -> bool:
    if _kind(value) is not _kind(wanted):
        return False
    return (isinstance(value, str) and isinstance(wanted, str) and value < wanted) or (
        isinstance(value, int) and isinstance(wanted, int) and value < wanted
    )


def _has_fewer(value: Value, wanted: Value) -> bool:
    return not isinstance(value, int) and isinstance(wanted, int) and len(value) < wanted


def changed(old: Item | None, write: Update) -> Item:
    """The item after an update. Raises Unstorable when a set's operand is no set."""
    item = copied(old or {"pk": write.key.pk, "sk": write.key.sk}) | copied(write.set_)
    for name in write.remove:
        item.pop(name, None)
    for name, members in write.join.items():
        item[name] = _members(item, name) | members
    for name, members in write.leave.items():
        item[name] = _members(item, name) - members
        if not item[name]:
            del item[name]
    return item


def _members(item: Item, name: str) -> frozenset[str]:
    members = item.get(name, frozenset())
    if not isinstance(members, frozenset):
        raise Unstorable("members for something that is no set")
    return members


def require_transaction(writes: Sequence[Write]) -> None:
    if not 0 < len(writes) <= MOST_AT_ONCE or len({write_key(write) for write in writes}) != len(writes):
        raise ValueError(f"{len(writes)} writes are no transaction: 1 to {MOST_AT_ONCE}, each on another item")
    if sum(item_size(write.item) for write in writes if isinstance(write, Put)) > _TRANSACTION_BYTES:
        raise Unstorable("a transaction over 4 MB")


def require_valid(write: Write) -> None:
    """Raises what can be known without looking at the table: Unstorable, or ValueError for a caller's bug."""
    require_storable_key(write_key(write))
    match write:
        case Put():
            require_storable(write.item)
        case Update():
            names = [*write.set_, *write.remove, *write.join, *write.leave]
            if not names or len({*names, "pk", "sk"}) != len(names) + 2:
                raise ValueError("an update changes at least one attribute, each once, never the key")
            item_size({**write.set_, **write.join, **write.leave})
        case Check():
            if not write.when:
                raise ValueError("a check has at least one condition")
    for condition in write.when:
        _require_condition(condition)


def _require_condition(condition: Condition) -> None:
    size_of(condition.attribute)
    if condition.test in {"equals", "below", "fewer"}:
        size_of(condition.value)
        if condition.test != "equals" and _kind(condition.value) not in {str, int}:
            raise Unstorable("an operand without an order")


def require_storable_key(key: Key) -> None:
    require_storable({"pk": key.pk, "sk": key.sk})


def require_storable(item: Mapping[str, Value]) -> None:
    """Raises Unstorable for what DynamoDB refuses: keys that are empty, too long or no strings, and items over 400 KB."""
    for name, limit in _KEY_BYTES.items():
        if name in item and (not isinstance(item[name], str) or not 0 < size_of(item[name]) <= limit):
            raise Unstorable(f"{name} cannot be a key")
    if item_size(item) > _ITEM_BYTES:
        raise Unstorable("an item over 400 KB")


def item_size(item: Mapping[str, Value], level: int = 1) -> int:
    """Bytes as DynamoDB counts them. Raises Unstorable for what it refuses at any size."""
    _require_level(level)
    if "" in item:
        raise Unstorable("an attribute without a name")
    return sum(_text_size(name) + size_of(value, level) for name, value in item.items())


def size_of(value: Value, level: int = 1) -> int:
    """Bytes of an attribute's value. Raises Unstorable."""
    match value:
        case str():
            return _text_size(value)
        case bool():
            return 1
        case int():
            return _number_size(value)
        case frozenset():
            if not value:
                raise Unstorable("an empty set")
            return sum(map(_text_size, value))
        case Mapping():
            return 3 + len(value) + item_size(value, level + 1)
        case _:
            _require_level(level + 1)
            return 3 + len(value) + sum(size_of(element, level + 1) for element in value)


def _require_level(level: int) -> None:
    if level > _LEVELS:
        raise Unstorable(f"more than {_LEVELS} levels of lists and maps")


def _text_size(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Unstorable("a string that is not Unicode") from error


def _number_size(number: int) -> int:
    digits = str(abs(number)).rstrip("0")
    if len(digits) > _DIGITS or abs(number) >= _MAGNITUDE:
        raise Unstorable(f"a number of more than {_DIGITS} digits, or too large")
    return (len(digits) + 1) // 2 + 1 + (number < 0)
