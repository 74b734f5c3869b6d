"""Staff tokens: found by themselves, stored as their hash, listed without revealing anything."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from chalicelib.domain.staff import Role, Staff
from chalicelib.ports import ConditionFailed
from chalicelib.table import tokens
from chalicelib.table.values import epoch
from tests.unit.domain.samples import NOW
from tests.unit.table import stored
from tests.unit.table.strategies import STAFF

TOKEN = "0" * 43
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
BUDI = Staff(HASH[:12], "Budi", Role.OFFICER, frozenset({"1801", "9471"}), NOW + timedelta(days=365))


@given(STAFF)
def test_holder_of_a_token_is_read_back(staff: Staff) -> None:
    item = stored.after(tokens.put_new(TOKEN, staff))

    assert tokens.read(item) == replace(staff, id=HASH[:12])
    assert stored.holds_nothing_empty(item)


def test_token_itself_is_nowhere() -> None:
    item = stored.after(tokens.put_new(TOKEN, BUDI))

    assert (item["pk"], item["sk"]) == tokens.key(TOKEN) == (f"TOKEN#{HASH}", "TOKEN")
    assert TOKEN not in str(item)
    assert tokens.key_of_hash(HASH) == tokens.key(TOKEN)


def test_tokens_are_listed_by_name_and_go_when_they_expire() -> None:
    item = tokens.put_new(TOKEN, BUDI).item

    assert (item["queue_pk"], item["queue_sk"]) == ("TOKEN", f"Budi#{HASH[:12]}")
    assert item["expires_at"] == epoch(BUDI.expires_at)


def test_token_is_given_out_once() -> None:
    table = stored.store()
    table.put(tokens.put_new(TOKEN, BUDI))

    with pytest.raises(ConditionFailed):
        table.put(tokens.put_new(TOKEN, replace(BUDI, role=Role.ADMIN)))
