"""Answers counted without the person."""

import pytest

from chalicelib.ports import ConditionFailed
from chalicelib.table import ratings
from chalicelib.table.ratings import Tally
from tests.fakes.store import FakeStore
from tests.unit.domain.samples import NOW
from tests.unit.table import stored

KEY = ratings.key("1801", "2026-11", "KTP")


def count(table: FakeStore, *scores: int) -> Tally:
    for score in scores:
        table.put(ratings.put_next(KEY, ratings.read(table.get(KEY) or {}), score, NOW))
    return ratings.read(table.get(KEY) or {})


def test_each_answer_is_counted_by_its_score() -> None:
    assert count(stored.store(), 4, 4, 1, 3).counts == (1, 0, 1, 2)


def test_nothing_is_shown_of_less_than_five() -> None:
    assert count(stored.store(), 4, 4, 1, 3).shown == (0, 0, 0, 0)


def test_what_is_shown_moves_five_answers_at_a_time() -> None:
    table = stored.store()

    assert count(table, 4, 4, 4, 4, 1).shown == (1, 0, 0, 4)
    assert count(table, 1, 1, 1, 1).shown == (1, 0, 0, 4)
    assert count(table, 2).shown == (5, 1, 0, 4)


@pytest.mark.parametrize("already", [(), (3, 4)])
def test_of_two_who_count_from_the_same_tally_one_has_to_read_again(already: tuple[int, ...]) -> None:
    table = stored.store()
    before = count(table, *already)
    table.put(ratings.put_next(KEY, before, 1, NOW))

    with pytest.raises(ConditionFailed):
        table.put(ratings.put_next(KEY, before, 4, NOW))


def test_holds_an_office_a_month_a_service_and_no_person() -> None:
    item = stored.after(ratings.put_next(KEY, Tally(), 4, NOW))

    assert set(item) == {"pk", "sk", "counts", "shown", "answers", "expires_at"}
    assert (item["pk"], item["sk"]) == ("RATINGS#1801#2026-11", "KTP")
