"""The open circuits of an office: one small item, an attribute for each, and one for the last word on each template."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from chalicelib.domain.circuit import PROBE_EVERY, SMS, Circuit, Word
from chalicelib.ports import Condition, Item, Key, Update, Value
from chalicelib.table.values import Reader, stamp

_WORD = "word:"


def key(office: str) -> Key:
    """Where an office's circuits are."""
    return Key(f"CIRCUITS#{office}", "CIRCUITS")


def opens(office: str, scope: str, code: str, now: datetime) -> Update:
    """Opens a circuit; refused when it is open already."""
    return Update(
        key(office), set_={scope: _value(Circuit(scope, code, now, now + PROBE_EVERY))}, when=(Condition(scope, "absent"),)
    )


def probes(office: str, circuit: Circuit, now: datetime) -> Update:
    """Takes the turn to probe; refused when somebody else has it."""
    after = Circuit(circuit.scope, circuit.code, circuit.since, now + circuit.probe_every, circuit.told)
    return Update(key(office), set_={circuit.scope: _value(after)}, when=(Condition(circuit.scope, "equals", _value(circuit)),))


def closes(office: str, scope: str, now: datetime) -> Update:
    """Closes a circuit that a probe found to work; one that is closed already is no error.

    Of a template it is remembered, so that a report from before it does not open the circuit again.
    """
    said = {_WORD + scope: _word_value(Word(now, usable=True))} if scope.startswith("template:") else {}
    return Update(key(office), set_=said, remove=(scope,))


def told(office: str, scope: str, word: Word, circuit: Circuit | None, known: Item) -> Update:
    """Writes a provider's word on a template and the circuit that it leaves, None for a closed one.

    known: the item as it was read. Refused when a word or the circuit has changed since.
    """
    changed: dict[str, Value] = {_WORD + scope: _word_value(word)}
    if circuit is not None:
        changed[scope] = _value(circuit)
    unchanged = tuple(_as_read(known, name) for name in (_WORD + scope, scope))
    return Update(key(office), set_=changed, remove=() if circuit else (scope,), when=unchanged)


def read(item: Item) -> dict[str, Circuit]:
    """The open circuits of an item, by scope."""
    found = {}
    for scope, value in item.items():
        if scope == SMS or scope.startswith(("number:", "template:")):
            reader = Reader(cast("Mapping[str, Value]", value))
            found[scope] = Circuit(
                scope, reader.text("code"), reader.time("since"), reader.time("probe_at"), reader.flag("told")
            )
    return found


def word(item: Item, scope: str) -> Word | None:
    """The last word on a template."""
    value = item.get(_WORD + scope)
    if value is None:
        return None
    reader = Reader(cast("Mapping[str, Value]", value))
    return Word(reader.time("at"), reader.flag("usable"))


def _as_read(known: Item, attribute: str) -> Condition:
    value = known.get(attribute)
    return Condition(attribute, "absent") if value is None else Condition(attribute, "equals", value)


def _word_value(said: Word) -> Value:
    return {"at": stamp(said.at), "usable": said.usable}


def _value(circuit: Circuit) -> Value:
    told_ = {"told": True} if circuit.told else {}
    return {"code": circuit.code, "since": stamp(circuit.since), "probe_at": stamp(circuit.probe_at), **told_}
