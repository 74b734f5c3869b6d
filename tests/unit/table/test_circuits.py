"""Circuits: opened once, probed by one, closed by any."""

from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.domain.circuit import SMS, Circuit, Word, number, template
from chalicelib.ports import ConditionFailed, Item, Update
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
    table.update(circuits.closes("1801", SMS, NOW))
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
    table.update(circuits.closes("1801", SMS, NOW))

    assert found(table) == {}


READY = template("kabar_ready_card", "id")
TOLD = Circuit(READY, "132015", NOW, NOW + 60 * MINUTE, told=True)


def item(table: FakeStore) -> Item:
    return table.get(circuits.key("1801")) or {}


def test_a_word_and_the_circuit_that_it_leaves_are_read_back() -> None:
    table = stored.store()
    table.update(circuits.told("1801", READY, Word(NOW, usable=False), TOLD, {}))

    assert (found(table), circuits.word(item(table), READY)) == ({READY: TOLD}, Word(NOW, usable=False))
    table.update(circuits.told("1801", READY, Word(NOW + MINUTE, usable=True), None, item(table)))
    assert (found(table), circuits.word(item(table), READY)) == ({}, Word(NOW + MINUTE, usable=True))


def test_a_word_is_refused_when_another_was_written_or_the_circuit_moved_meanwhile() -> None:
    table = stored.store()
    before = item(table)
    table.update(circuits.opens("1801", READY, "132015", NOW))
    opened = item(table)
    table.update(circuits.told("1801", READY, Word(NOW, usable=False), TOLD, opened))

    for known in (before, opened):
        with pytest.raises(ConditionFailed):
            table.update(circuits.told("1801", READY, Word(NOW, usable=True), None, known))


def test_the_turn_to_probe_what_was_told_comes_once_an_hour() -> None:
    table = stored.store()
    table.update(circuits.told("1801", READY, Word(NOW, usable=False), TOLD, {}))
    table.update(circuits.probes("1801", found(table)[READY], NOW + 61 * MINUTE))

    assert found(table)[READY] == Circuit(READY, "132015", NOW, NOW + 121 * MINUTE, told=True)


def test_a_probe_that_was_accepted_is_a_good_word_on_a_template_and_on_nothing_else() -> None:
    table = stored.store()
    for scope in (READY, number(KTP), SMS):
        table.update(circuits.closes("1801", scope, NOW))

    assert circuits.word(item(table), READY) == Word(NOW, usable=True)
    assert set(item(table)) == {"pk", "sk", f"word:{READY}"}
    assert found(table) == {}
