"""What an address's item remembers of who left it and who came."""

from datetime import datetime, timedelta

import pytest

from chalicelib.ports import ConditionFailed
from chalicelib.table import addresses, contacts
from chalicelib.table.addresses import Place
from tests.fakes.store import FakeStore
from tests.unit.domain.samples import CONTACT_ID, NOW
from tests.unit.table import stored

OTHER_ID = "b1b2c3d4e5f6a7b8c9d0"
LATER = NOW + timedelta(minutes=1)


def place(table: FakeStore, hash_: str = "old") -> Place:
    return addresses.read(hash_, table.get(contacts.address_key(hash_)))


def lived_in() -> FakeStore:
    table = stored.store()
    table.update(addresses.begin(Place("old"), CONTACT_ID, "user"))
    return table


def test_an_unused_address_is_nobodys() -> None:
    assert place(stored.store()) == Place("old", moved={})


def test_who_takes_an_address_is_found_there_since_then() -> None:
    table = stored.store()
    table.update(addresses.take(place(table), NOW, CONTACT_ID, "user"))
    assert place(table) == Place("old", CONTACT_ID, "user", NOW, {}, moves=1)
    assert table.get(contacts.address_key("old")) == {
        "pk": "ADDRESS#old", "sk": "ADDRESS", "contact_id": CONTACT_ID, "since": "2026-11-24T03:00:00.000Z", "other": "user",
        "moves": 1,
    }  # fmt: skip


def test_a_phone_that_was_left_is_nobodys_and_can_be_somebody_elses() -> None:
    table = lived_in()
    table.update(addresses.leave(place(table), NOW, "new", CONTACT_ID, forget=True))
    assert place(table) == Place("old", moved={NOW: "new"}, moves=1)
    assert (table.get(contacts.address_key("old")) or {}).get("left_by") == CONTACT_ID
    table.update(addresses.begin(place(table), OTHER_ID, None))
    assert place(table) == Place("old", OTHER_ID, moved={NOW: "new"}, moves=1)


def test_whoever_came_upon_an_address_that_is_being_left_has_to_look_again() -> None:
    table = stored.store()
    seen = place(table)
    table.update(addresses.leave(seen, NOW, "new", CONTACT_ID, forget=True))
    with pytest.raises(ConditionFailed):
        table.update(addresses.begin(seen, OTHER_ID, None))


def test_a_user_id_that_was_left_leads_to_its_person_still() -> None:
    table = lived_in()
    table.update(addresses.leave(place(table), NOW, "new", CONTACT_ID, forget=False))
    assert place(table).contact_id == CONTACT_ID


@pytest.mark.parametrize("first", ["leave", "take"])
@pytest.mark.parametrize("second", ["leave", "take"])
def test_of_two_who_come_or_go_at_once_one_has_to_look_again(first: str, second: str) -> None:
    table = lived_in()
    seen = place(table)

    def write(which: str, at: datetime) -> None:
        leaves = which == "leave"
        update = addresses.leave(seen, at, "new", CONTACT_ID, forget=False) if leaves else None
        table.update(update or addresses.take(seen, at, CONTACT_ID, None))

    write(first, NOW)
    with pytest.raises(ConditionFailed):
        write(second, LATER)


class TestHistory:
    def test_a_move_after_the_last_is_none(self) -> None:
        assert not Place("a", CONTACT_ID, moved={NOW: "b"}).is_history(LATER, "c")

    def test_a_move_before_one_that_is_known_is(self) -> None:
        assert Place("a", None, moved={LATER: "b"}).is_history(NOW, "c")

    def test_a_move_before_its_person_moved_in_is(self) -> None:
        assert Place("a", CONTACT_ID, since=LATER, moved={}).is_history(NOW, "c")

    def test_the_same_move_is_unless_its_person_came_back(self) -> None:
        assert Place("a", CONTACT_ID, moved={NOW: "b"}).is_history(LATER, "b")
        back = Place("a", CONTACT_ID, since=LATER, moved={NOW: "b"})
        assert not back.is_history(LATER + timedelta(minutes=1), "b")

    def test_the_first_move_after_a_time_is_the_one_that_leads_on(self) -> None:
        moved = {NOW: "b", LATER: "c"}
        assert Place("a", moved=moved).next_after(NOW + timedelta(seconds=1)) == (LATER, "c")
        assert Place("a", moved=moved).next_after(NOW) == (NOW, "b")
        assert Place("a", moved=moved).next_after(LATER + timedelta(seconds=1)) is None
