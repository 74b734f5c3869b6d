"""What is due to be cleared: by one sweep at a time, and not any more once it is done."""

from datetime import timedelta

import pytest

from chalicelib.ports import ConditionFailed, Key, Put
from chalicelib.table import clearing, due
from chalicelib.table.values import stamp
from tests.fakes.store import FakeStore
from tests.fakes.world import ManualClock
from tests.unit.domain.samples import NOW
from tests.unit.table import stored

KEY = Key("REQ#x", "REQUEST")
LATER = NOW + timedelta(hours=1)


def table_with_one() -> FakeStore:
    table = stored.store()
    table.put(Put({**KEY._asdict(), "due_pk": clearing.due_pk("1801"), "due_at": stamp(NOW), "status": "cancelled"}))
    return table


def test_is_put_off_by_the_first_who_saw_it_due() -> None:
    table = table_with_one()
    assert table.update(due.again(KEY, stamp(NOW), LATER))["due_at"] == stamp(LATER)
    for late in (due.again(KEY, stamp(NOW), LATER), due.over(KEY, stamp(NOW))):
        with pytest.raises(ConditionFailed):
            table.update(late)


def test_is_over_once_and_nothing_else_of_it_goes() -> None:
    table = table_with_one()
    assert table.update(due.over(KEY, stamp(NOW))) == {**KEY._asdict(), "status": "cancelled"}
    assert table.query_index("due", "1801#CLEARING") == []
    with pytest.raises(ConditionFailed):
        table.update(due.over(KEY, stamp(NOW)))


def test_a_hold_on_somebodys_files_ends_by_itself_and_outlasts_a_sweep() -> None:
    clock = ManualClock(NOW)
    table = FakeStore(clock)
    table.put(clearing.hold("x", NOW))
    clock.now += timedelta(seconds=60)
    assert table.get(clearing.hold_key("x")) is not None
    clock.now += timedelta(seconds=60)
    assert table.get(clearing.hold_key("x")) is None
