"""What a circuit is about, and what a provider's word does to it."""

from datetime import timedelta

import pytest

from chalicelib.domain import circuit
from chalicelib.domain.circuit import Circuit, Word, after
from tests.unit.domain.samples import NOW

SCOPE = circuit.template("kabar_opened", "id")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
FOUND_OUT = Circuit(SCOPE, "132001", NOW, NOW + MINUTE)
TOLD = Circuit(SCOPE, "132015", NOW, NOW + HOUR, told=True)


def test_scopes_of_numbers_and_templates_cannot_be_mistaken_for_each_other() -> None:
    assert circuit.SMS == "sms"
    assert circuit.number("100000000000002") == "number:100000000000002"
    assert circuit.template("kabar_opened", "id") == "template:kabar_opened:id"


def test_what_was_told_is_probed_by_the_hour_and_what_was_found_out_by_the_minute() -> None:
    assert (FOUND_OUT.probe_every, TOLD.probe_every) == (MINUTE, HOUR)


def test_a_word_outdates_an_older_one_and_a_bad_one_of_the_same_moment() -> None:
    good, bad = Word(NOW, usable=True), Word(NOW, usable=False)
    assert good.outdates(None)
    assert good.outdates(bad)
    assert good.outdates(Word(NOW - SECOND, usable=True))
    assert not good.outdates(good)
    assert not good.outdates(Word(NOW + SECOND, usable=False))
    assert bad.outdates(Word(NOW - SECOND, usable=True))
    assert not bad.outdates(good)
    assert not bad.outdates(bad)


def test_a_bad_word_opens_a_circuit_that_is_probed_an_hour_after_it_was_said() -> None:
    assert after(Word(NOW, usable=False), "132015", SCOPE, None) == TOLD


@pytest.mark.parametrize("now", [FOUND_OUT, TOLD])
def test_a_bad_word_on_an_open_circuit_keeps_since_when_it_is_open(now: Circuit) -> None:
    later = NOW + MINUTE
    left = after(Word(later, usable=False), "132016", SCOPE, now)
    assert left == Circuit(SCOPE, "132016", NOW, later + HOUR, told=True)


def test_a_good_word_closes_all_but_what_a_notice_found_out_after_it() -> None:
    assert after(Word(NOW, usable=True), "", SCOPE, None) is None
    assert after(Word(NOW, usable=True), "", SCOPE, FOUND_OUT) is None
    assert after(Word(NOW - SECOND, usable=True), "", SCOPE, FOUND_OUT) is FOUND_OUT
    assert after(Word(NOW - SECOND, usable=True), "", SCOPE, TOLD) is None


def test_a_word_that_comes_late_hastens_no_probe() -> None:
    left = after(Word(NOW - 2 * HOUR, usable=False), "132015", SCOPE, FOUND_OUT)
    assert left == Circuit(SCOPE, "132015", NOW, NOW + MINUTE, told=True)
