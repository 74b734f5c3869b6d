"""What an office spent on SMS, day by day."""

from datetime import date, timedelta

import pytest

from chalicelib.domain.hours import Zone
from chalicelib.ports import ConditionFailed
from chalicelib.table import spending
from tests.unit.domain.samples import NOW
from tests.unit.table import stored

LOCAL = NOW.astimezone(Zone.WIB.offset)
TODAY = spending.key("1801", date(2026, 11, 24))


def test_sum_of_a_day_without_any_is_nothing() -> None:
    assert spending.read(None) == (0, 0)


def test_sum_grows_by_writers_that_saw_each_other() -> None:
    table = stored.store()
    table.put(spending.put("1801", LOCAL, 350, 0))
    assert spending.read(table.get(TODAY)) == (350, 1)

    table.put(spending.put("1801", LOCAL, 700, 1))
    assert spending.read(table.get(TODAY)) == (700, 2)

    for unseen in (0, 1):
        with pytest.raises(ConditionFailed):
            table.put(spending.put("1801", LOCAL, 350, unseen))


def test_day_is_the_offices_own() -> None:
    late = (NOW + timedelta(hours=14, minutes=30)).astimezone(Zone.WIB.offset)

    assert spending.put("1801", late, 350, 0).item["sk"] == "DAY#2026-11-25"
