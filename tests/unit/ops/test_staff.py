from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.staff import Role
from chalicelib.table import tokens
from ops import staff
from ops.failure import Failure
from tests.fakes.store import FakeStore


class Hand:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def store(clock: Hand) -> FakeStore:
    return FakeStore(clock)


def made(store: FakeStore, clock: Hand, name: str = "Ibu Invented", days: int = 90) -> str:
    return staff.add(store, clock, name=name, role="officer", offices=("1801",), days=days)


def test_a_new_token_opens_the_desk_to_who_it_was_made_for(store: FakeStore, clock: Hand) -> None:
    token = made(store, clock, days=30)

    item = store.get(tokens.key(token))

    assert item is not None
    holder = tokens.read(item)
    assert (holder.name, holder.role, holder.offices) == ("Ibu Invented", Role.OFFICER, frozenset({"1801"}))
    assert holder.expires_at == clock.now + timedelta(days=30)


def test_a_token_has_256_bits_and_is_never_the_same(store: FakeStore, clock: Hand) -> None:
    made_ones = {made(store, clock) for _ in range(3)}

    assert len(made_ones) == 3
    assert all(len(token) >= 43 for token in made_ones)


def test_the_table_holds_no_token(store: FakeStore, clock: Hand) -> None:
    token = made(store, clock)

    assert token not in repr(store.everything())


def test_the_list_tells_who_holds_a_token_by_name(store: FakeStore, clock: Hand) -> None:
    for name in ("Siti", "Budi"):
        made(store, clock, name=name)

    assert [one.name for one in staff.everybody(store)] == ["Budi", "Siti"]


def test_an_expired_token_is_not_listed(store: FakeStore, clock: Hand) -> None:
    made(store, clock, days=1)

    clock.now += timedelta(days=1, seconds=1)

    assert staff.everybody(store) == []


def test_a_revoked_token_is_gone_and_the_others_stay(store: FakeStore, clock: Hand) -> None:
    gone, stays = made(store, clock, name="Budi"), made(store, clock, name="Siti")
    id_ = staff.everybody(store)[0].id

    assert staff.revoke(store, id_).name == "Budi"

    assert store.get(tokens.key(gone)) is None
    assert store.get(tokens.key(stays)) is not None


@pytest.mark.parametrize("id_", ["", "zzzz"])
def test_an_id_that_fits_none_or_several_revokes_nothing(store: FakeStore, clock: Hand, id_: str) -> None:
    made(store, clock, name="Budi")
    made(store, clock, name="Siti")

    with pytest.raises(Failure):
        staff.revoke(store, id_)

    assert len(staff.everybody(store)) == 2
