"""The open circuits of an office: one small item, an attribute for each."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from chalicelib.domain.circuit import PROBE_EVERY, SMS, Circuit
from chalicelib.ports import Condition, Item, Key, Update, Value
from chalicelib.table.values import Reader, stamp


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
    after = Circuit(circuit.scope, circuit.code, circuit.since, now + PROBE_EVERY)
    return Update(key(office), set_={circuit.scope: _value(after)}, when=(Condition(circuit.scope, "equals", _value(circuit)),))


def closes(office: str, scope: str) -> Update:
    """Closes a circuit; one that is closed already is no error."""
    return Update(key(office), remove=(scope,))


def read(item: Item) -> dict[str, Circuit]:
    """The open circuits of an item, by scope."""
    found = {}
    for scope, value in item.items():
        if scope == SMS or scope.startswith(("number:", "template:")):
            reader = Reader(cast("Mapping[str, Value]", value))
            found[scope] = Circuit(scope, reader.text("code"), reader.time("since"), reader.time("probe_at"))
    return found


def _value(circuit: Circuit) -> Value:
    return {"code": circuit.code, "since": stamp(circuit.since), "probe_at": stamp(circuit.probe_at)}
