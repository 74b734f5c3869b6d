"""Values and writes in DynamoDB's own words: attribute values and expressions. No I/O.

Every attribute name and value enters an expression by placeholder: DynamoDB reserves some 570 words, and an attribute may be
called like one of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Check, Condition, Delete, Item, Key, Put, Update, Value, Write

Wire: TypeAlias = dict[str, Any]

_TESTS = {
    "absent": "attribute_not_exists({name})",
    "present": "attribute_exists({name})",
    "equals": "{name} = {value}",
    "below": "(attribute_not_exists({name}) OR {name} < {value})",
    "fewer": "(attribute_not_exists({name}) OR size({name}) < {value})",
}


def text_to_wire(text: str) -> str:
    """The same text. Raises Unstorable for a lone surrogate, to which DynamoDB has no good answer."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unstorable("a string that is not Unicode") from error
    return text


def to_wire(value: Value) -> Wire:
    """A value as DynamoDB's tagged attribute value. Raises Unstorable."""
    match value:
        case str():
            return {"S": text_to_wire(value)}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case frozenset():
            return {"SS": [text_to_wire(member) for member in sorted(value)]}
        case Mapping():
            return {"M": item_to_wire(value)}
        case Sequence() if not isinstance(value, bytes | bytearray):
            return {"L": [to_wire(element) for element in value]}
        case _:
            raise TypeError(f"no attribute can hold a {type(value).__name__}")


def item_to_wire(item: Mapping[str, Value]) -> Wire:
    """Attributes and their tagged values. Raises Unstorable."""
    return {text_to_wire(name): to_wire(value) for name, value in item.items()}


def key_to_wire(key: Key) -> Wire:
    """An item's primary key. Raises Unstorable."""
    return item_to_wire({"pk": key.pk, "sk": key.sk})


def from_wire(wire: Wire) -> Value:
    """A tagged attribute value as the value it was made of; a tag that Kabar never writes is a TypeError."""
    ((tag, content),) = wire.items()
    match tag:
        case "S" | "BOOL":
            value: Value = content
        case "N":
            value = int(content)
        case "SS":
            value = frozenset(content)
        case "M":
            value = item_from_wire(content)
        case "L":
            value = [from_wire(element) for element in content]
        case _:
            raise TypeError(f"an attribute of type {tag}")
    return value


def item_from_wire(wire: Wire) -> Item:
    """An item of plain values."""
    return {name: from_wire(value) for name, value in wire.items()}


def write_key(write: Write) -> Key:
    """The key of the item that a write is about."""
    return Key(str(write.item["pk"]), str(write.item["sk"])) if isinstance(write, Put) else write.key


class Words:
    """Names and values of one request, and the placeholders that stand for them in its expressions."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Wire] = {}

    def name(self, attribute: str) -> str:
        """A placeholder for an attribute."""
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = text_to_wire(attribute)
        return placeholder

    def value(self, value: Value) -> str:
        """A placeholder for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = to_wire(value)
        return placeholder

    def conditions(self, when: Sequence[Condition]) -> str:
        """A ConditionExpression that holds when every condition does."""
        return " AND ".join(self._condition(condition) for condition in when)

    def _condition(self, condition: Condition) -> str:
        words = {"name": self.name(condition.attribute)}
        if condition.test not in {"absent", "present"}:
            words["value"] = self.value(condition.value)
        return _TESTS[condition.test].format(**words)

    def changes(self, write: Update) -> str:
        """An UpdateExpression."""
        clauses = {
            "SET": [f"{self.name(name)} = {self.value(value)}" for name, value in write.set_.items()],
            "REMOVE": [self.name(name) for name in write.remove],
            "ADD": [f"{self.name(name)} {self.value(members)}" for name, members in write.join.items()],
            "DELETE": [f"{self.name(name)} {self.value(members)}" for name, members in write.leave.items()],
        }
        return " ".join(f"{verb} {', '.join(terms)}" for verb, terms in clauses.items() if terms)

    def parameters(self) -> Wire:
        """The request parameters that say what the placeholders stand for; DynamoDB refuses empty ones."""
        meanings = {"ExpressionAttributeNames": self._names, "ExpressionAttributeValues": self._values}
        return {parameter: placeholders for parameter, placeholders in meanings.items() if placeholders}


def write_to_wire(table: str, write: Write) -> tuple[str, Wire]:
    """A write's name inside TransactWriteItems, and its parameters, which the single operation of that kind takes too.

    Raises Unstorable; ValueError for a write that says nothing or contradicts itself, which is a bug of the caller.
    """
    words = Words()
    body: Wire = {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    match write:
        case Put():
            verb = "Put"
            body["Item"] = item_to_wire(write.item)
        case Update():
            verb = "Update"
            _require_changes(write)
            body |= {"Key": key_to_wire(write.key), "UpdateExpression": words.changes(write)}
        case Delete():
            verb = "Delete"
            body["Key"] = key_to_wire(write.key)
        case Check():
            verb = "ConditionCheck"
            _require_conditions(write)
            body["Key"] = key_to_wire(write.key)
    if write.when:
        body["ConditionExpression"] = words.conditions(write.when)
    return verb, body | words.parameters()


def _require_changes(write: Update) -> None:
    names = [*write.set_, *write.remove, *write.join, *write.leave]
    if not names or len({*names, "pk", "sk"}) != len(names) + 2:
        raise ValueError(f"an update changes at least one attribute, each once, never the key: {sorted(names)}")


def _require_conditions(write: Check) -> None:
    if not write.when:
        raise ValueError("a check has at least one condition")
