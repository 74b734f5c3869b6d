"""Idempotency keys."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ports import ConditionFailed
from chalicelib.table import keys
from chalicelib.table.values import epoch
from tests.unit.domain.samples import ID, NOW
from tests.unit.table import stored

ACTOR = "staff:0123456789ab"


def test_key_is_remembered_with_its_body_and_what_it_made() -> None:
    item = stored.after(keys.put_new(ACTOR, "once", "hash", ID, NOW))

    assert (item["body_hash"], item["subject"]) == ("hash", ID)
    assert item["expires_at"] == epoch(NOW + timedelta(days=8))


def test_key_is_taken_once_by_each_actor() -> None:
    table = stored.store()
    table.put(keys.put_new(ACTOR, "once", "hash", ID, NOW))
    table.put(keys.put_new("staff:ba9876543210", "once", "hash", ID, NOW))

    with pytest.raises(ConditionFailed):
        table.put(keys.put_new(ACTOR, "once", "other hash", "KTP-AAAA-AAA2-AAA", NOW))


@given(st.text(max_size=300))
def test_what_callers_choose_is_not_in_the_key(chosen: str) -> None:
    key = keys.key(ACTOR, chosen + "081200000001")

    assert "081200000001" not in key.pk
    assert len(key.pk.encode()) < 200
