"""Circuits: opened once, probed by one, closed by any."""

from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.domain.circuit import SMS, Circuit, number, template
from chalicelib.ports import ConditionFailed, Update
from chalicelib.table import circuits
from tests.fakes.store import FakeStore
from tests.unit.domain.samples import KTP, NOW
from tests.unit.table import stored
from tests.unit.table.strategies import CIRCUITS

MINUTE = timedelta(minutes=1)


def found(table: FakeStore) -> dict[str, Circuit]:
    return circuits.read(table.get(circuits.key("1801")) or {})


@given(CIRCUITS)
def test_circuit_is_read_back(circuit: Circuit) -> None:
    table = stored.store()
    table.update(circuits.opens("1801", circuit.scope, circuit.code, circuit.since))

    assert found(table) == {circuit.scope: Circuit(circuit.scope, circuit.code, circuit.since, circuit.since + MINUTE)}


def test_circuits_of_all_scopes_stand_beside_each_other() -> None:
    table = stored.store()
    scopes = {number(KTP), template("kabar_opened", "id"), SMS}
    for scope in scopes:
        table.update(circuits.opens("1801", scope, "131042", NOW))

    assert set(found(table)) == scopes
    table.update(circuits.closes("1801", SMS))
    assert set(found(table)) == scopes - {SMS}


def test_circuit_is_opened_once() -> None:
    table = stored.store()
    table.update(circuits.opens("1801", SMS, "131042", NOW))

    with pytest.raises(ConditionFailed):
        table.update(circuits.opens("1801", SMS, "190", NOW + MINUTE))


def test_of_two_that_would_probe_one_has_the_turn() -> None:
    table = stored.store()
    table.update(circuits.opens("1801", SMS, "131042", NOW))
    turn: Update = circuits.probes("1801", found(table)[SMS], NOW + MINUTE)

    table.update(turn)

    with pytest.raises(ConditionFailed):
        table.update(turn)
    assert found(table)[SMS] == Circuit(SMS, "131042", NOW, NOW + 2 * MINUTE)


def test_closing_what_is_closed_is_no_error() -> None:
    table = stored.store()
    table.update(circuits.closes("1801", SMS))

    assert found(table) == {}
