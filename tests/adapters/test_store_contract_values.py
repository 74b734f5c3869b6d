"""What the table can hold and what it refuses, on every engine."""

from typing import Any

import pytest

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Condition, Delete, Item, Key, Put, Store, Update, Value
from tests.adapters.engines import without_moto

KEY = Key("CONTACT#c1", "CONTACT")


def an_item(**attributes: Value) -> Item:
    return {"pk": KEY.pk, "sk": KEY.sk, **attributes}


def kinds(value: object) -> object:
    """The types inside a value, since True == 1 in Python."""
    if isinstance(value, dict):
        return {name: kinds(element) for name, element in value.items()}
    return [kinds(element) for element in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " spasi \t\n\r\0 ",
        "KTP-el sudah “siap” — terima kasih 🙏🏽",
        "ꦏꦿꦩ عربي ﷽ e\u0301 \uffff \U0010ffff",
        "#n0 = :v0 OR attribute_exists(pk)",
        0,
        -1,
        2**63,
        10**37 + 1,
        -(10**38) + 1,
        5 * 10**50,
        True,
        False,
        frozenset({"a", "", "é"}),
        [],
        ["a", 1, True, ["b"], {"c": "d"}, frozenset({"e"})],
        {},
        {"attempts": [{"at": 1, "ok": False}, {"at": 2, "ok": True}], "M": {"S": "x"}},
    ],
)
def test_a_value_comes_back_as_it_went(store: Store, value: Value) -> None:
    store.put(Put(an_item(value=value)))

    item = store.get(KEY)

    assert item == an_item(value=value)
    assert kinds(item) == kinds(an_item(value=value))
    assert store.update(Update(KEY, set_={"copy": value})) == an_item(value=value, copy=value)


def test_a_tuple_comes_back_as_a_list(store: Store) -> None:
    store.put(Put(an_item(value=("a", ("b",)))))

    assert store.get(KEY) == an_item(value=["a", ["b"]])


@pytest.mark.parametrize("value", [None, 1.5, b"bytes", object(), ["a", None]])
def test_what_no_attribute_can_hold_is_a_bug(store: Store, value: Any) -> None:
    with pytest.raises(TypeError):
        store.put(Put(an_item(value=value)))


LENIENT = pytest.mark.moto_differs("moto lets this pass")
NOT_UNICODE = "\ud83d"


def nested(levels: int) -> Value:
    value: Value = "x"
    for _ in range(levels):
        value = [value]
    return value


def of_size(size: int, **attributes: Value) -> Item:
    """An item of so many bytes, as DynamoDB counts: the names, the strings' UTF-8, and `attributes`' own size."""
    return an_item(**attributes, body="x" * (size - len("pk" + KEY.pk + "sk" + KEY.sk + "body")))


UNSTORABLE = [
    pytest.param({"value": NOT_UNICODE}, id="value: not Unicode"),
    pytest.param({"value": ["a", {"b": NOT_UNICODE}]}, id="value: not Unicode inside"),
    pytest.param({"value": {NOT_UNICODE: "a"}}, id="value: a name that is not Unicode"),
    pytest.param({"value": frozenset({"a", NOT_UNICODE})}, id="value: a member that is not Unicode"),
    pytest.param({NOT_UNICODE: "a"}, id="name: not Unicode"),
    pytest.param({"": "a"}, id="name: empty"),
    pytest.param({"value": {"": "a"}}, id="name: empty inside"),
    pytest.param({"value": frozenset()}, id="set: empty"),
    pytest.param({"value": "x" * 410_000}, id="size: one string"),
    pytest.param({f"value{number}": "x" * 41_000 for number in range(10)}, id="size: many strings"),
    pytest.param({"value": "é" * 205_000}, id="size: counted in bytes"),
    pytest.param({"value": 10**38 + 1}, id="number: 39 digits"),
    pytest.param({"value": 10**126}, id="number: too large"),
    pytest.param({"value": nested(32)}, id="depth"),
    pytest.param({"queue_pk": ""}, id="index key: empty"),
    pytest.param({"due_at": ""}, id="index key: empty too"),
    pytest.param({"queue_sk": "x" * 1025, "queue_pk": "q"}, id="index key: too long"),
    pytest.param({"due_pk": "é" * 1025, "due_at": "1"}, id="index key: too long in bytes"),
]


@pytest.mark.parametrize("attributes", UNSTORABLE)
@without_moto("it lets half of these pass, more in updates than in puts")
def test_what_the_table_cannot_hold_is_unstorable(store: Store, attributes: Item) -> None:
    with pytest.raises(Unstorable):
        store.put(Put(an_item(**attributes)))
    with pytest.raises(Unstorable):
        store.update(Update(KEY, set_=attributes))

    assert store.get(KEY) is None


@pytest.mark.parametrize("attributes", [{"value": NOT_UNICODE}, {"value": "x" * 410_000}], ids=["not Unicode", "size"])
def test_an_element_that_cannot_be_stored_is_known_on_every_engine(store: Store, attributes: Item) -> None:
    with pytest.raises(Unstorable):
        store.put(Put(an_item(**attributes)))

    assert store.get(KEY) is None


@pytest.mark.moto_differs("moto checks the type of an index key in updates only")
def test_an_index_key_is_a_string(store: Store) -> None:
    with pytest.raises(Unstorable):
        store.put(Put(an_item(queue_pk="q", queue_sk=1)))


@pytest.mark.parametrize(
    "key",
    [
        Key("", "a"),
        Key("a", ""),
        Key(NOT_UNICODE, "a"),
        Key("a", NOT_UNICODE),
        Key("a", "x" * 1025),
        Key("a", "é" * 513),
        Key("x" * 2049, "a"),
    ],
    ids=lambda key: ascii(f"{key.pk[:3]}/{key.sk[:3]}"),
)
def test_no_write_can_have_a_key_that_cannot_be_stored(store: Store, key: Key) -> None:
    with pytest.raises(Unstorable):
        store.put(Put({"pk": key.pk, "sk": key.sk}))


@pytest.mark.parametrize("key", [Key("", "a"), Key("a", NOT_UNICODE)], ids=["empty", "not Unicode"])
@without_moto("it checks keys in puts only")
def test_nor_can_an_update_or_a_delete(store: Store, key: Key) -> None:
    with pytest.raises(Unstorable):
        store.update(Update(key, set_={"a": "b"}))
    with pytest.raises(Unstorable):
        store.delete(Delete(key))


def test_keys_may_be_long(store: Store) -> None:
    key = Key("x" * 2048, "é" * 512)
    item: Item = {"pk": key.pk, "sk": key.sk, "queue_pk": "é" * 1024, "queue_sk": "x" * 1024}

    store.put(Put(item))

    assert store.get(key) == item
    assert store.query_index("queue", "é" * 1024, until="y") == [item]


@pytest.mark.moto_differs("moto draws the line at 405,000 and counts otherwise")
@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        pytest.param({}, 0, id="strings"),
        pytest.param({"n": 1234}, 1 + 3, id="number"),
        pytest.param({"n": -12}, 1 + 3, id="negative number"),
        pytest.param({"n": 100}, 1 + 2, id="round number"),
        pytest.param({"b": True}, 1 + 1, id="boolean"),
        pytest.param({"s": frozenset({"abc", "é"})}, 1 + 5, id="set"),
        pytest.param({"l": ["abc", "abc"]}, 1 + 11, id="list"),
        pytest.param({"m": {"k": "abc", "kk": []}}, 1 + 14, id="map"),
    ],
)
def test_an_item_has_room_for_400_kilobytes_exactly(store: Store, attributes: Item, size: int) -> None:
    store.put(Put(of_size(409_600 - size, **attributes)))

    with pytest.raises(Unstorable):
        store.put(Put(of_size(409_601 - size, **attributes)))
    with pytest.raises(Unstorable):
        store.update(Update(KEY, set_={"z": ""}))

    assert store.get(KEY) == of_size(409_600 - size, **attributes)


@pytest.mark.parametrize(
    "update",
    [
        pytest.param(Update(KEY, join={"name": frozenset("a")}), id="join a string"),
        pytest.param(Update(KEY, leave={"name": frozenset("a")}), id="leave a string"),
        pytest.param(Update(KEY, join={"open": frozenset()}), id="join nothing"),
        pytest.param(Update(KEY, leave={"open": frozenset()}), id="leave nothing", marks=LENIENT),
        pytest.param(Update(KEY, join={"open": frozenset({NOT_UNICODE})}), id="join what is not Unicode"),
    ],
)
def test_what_is_no_set_cannot_be_joined(store: Store, update: Update) -> None:
    store.put(Put(an_item(name="Siti", open=frozenset({"a"}))))

    with pytest.raises(Unstorable):
        store.update(update)

    assert store.get(KEY) == an_item(name="Siti", open=frozenset({"a"}))


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(Condition("name", "equals", NOT_UNICODE), id="not Unicode"),
        pytest.param(Condition(NOT_UNICODE, "absent"), id="a name that is not Unicode"),
        pytest.param(Condition("name", "below", value=True), id="below: a boolean", marks=LENIENT),
        pytest.param(Condition("name", "below", ["a"]), id="below: a list", marks=LENIENT),
    ],
)
def test_what_cannot_be_stored_cannot_be_asked_for(store: Store, condition: Condition) -> None:
    store.put(Put(an_item(name="Siti")))

    with pytest.raises(Unstorable):
        store.delete(Delete(KEY, (condition,)))
