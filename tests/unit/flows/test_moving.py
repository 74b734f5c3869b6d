"""People change their number and their user id: what they have goes with them, whatever comes twice, late or meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest

from chalicelib.domain.contact import Contact
from chalicelib.domain.delivery import Remedy
from chalicelib.domain.request import Status
from chalicelib.flows.desk import WalkIn
from chalicelib.table import contacts
from tests.data import payloads
from tests.data.payloads import KK, KTP, PINDAH
from tests.fakes.providers import refused
from tests.fakes.world import NO_KEY, START, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

A, B, C = "6281200000001", "6281200000002", "6281200000003"
USER, NEW_USER, LAST_USER = "ID.siti1", "ID.siti2", "ID.siti3"
NOW = int(START.timestamp())
Payload = dict[str, Any]


def said(*members: Any, number: str = KTP) -> Payload:
    """Messages as WhatsApp brings them; system messages have no contacts beside them."""
    value = payloads.value(*members, number=number)
    return payloads.envelope(value)


def photo(sender: str, *, at: int = 0, number: str = KTP, **more: Any) -> Payload:
    return said(payloads.photo(at=NOW + at, sender=sender, **more), number=number)


def word(text: str, sender: str | None, *, at: int = 0, number: str = KTP, **more: Any) -> Payload:
    return said(payloads.text(text, at=NOW + at, sender=sender, **more), number=number)


def moves(old: str, new: str, *, at: int = 0, number: str = KTP, **ids: str) -> Payload:
    """WhatsApp tells one of the office's numbers that somebody's phone has changed."""
    return payloads.moved(old, new, at=NOW + at, number=number, **ids)


def moves_id(old: str, new: str, *, at: int = 0, **more: Any) -> Payload:
    """The same of a user id alone."""
    system = {"body": "User Siti changed", "previous_user_id": old, "user_id": new, "type": "user_changed_user_id"}
    return said(payloads.message("system", system, at=NOW + at, sender=None, **more))


def living(world: World) -> list[Contact]:
    found = [contacts.read(item) for item in world.items("CONTACT#", "CONTACT")]
    return [one for one in found if one.merged_into is None]


def owner(world: World, phone: str) -> Contact | None:
    """Who is found at a phone."""
    [hash_] = contacts.address_hashes(world.secrets.values.address_key, "+" + phone, None)
    item = world.store.get(contacts.address_key(hash_))
    if item is None or "contact_id" not in item:
        return None
    contact_id: Any = item["contact_id"]
    while (found := contacts.read(world.store.get(contacts.key(str(contact_id))) or {})).merged_into:
        contact_id = found.merged_into
    return found


def world_of(*events: Payload) -> World:
    world = World()
    world.clock.now += timedelta(hours=1)
    for event in events:
        world.receive(event)
    return world


def open_of(contact: Contact) -> int:
    return sum(len(marks) for marks in contact.open.values())


class TestAChangedNumber:
    def test_takes_the_contact_along_and_the_ready_notice_goes_there(self) -> None:
        world = world_of(photo(A, at=-60))
        world.run()
        [request] = world.requests()
        assert world.receive(moves(A, B)) == {"stored": 1, "duplicate": 0, "quarantined": 0}
        world.set_status(world.set_status(request, Status.PROCESSING), Status.READY)
        world.run()
        assert world.whatsapp.arrivals[-1].message.to.phone == "+" + B
        [one] = living(world)
        assert (one.id, one.phone) == (request.contact_id, "+" + B)

    def test_of_a_walk_in_takes_its_sms_along(self) -> None:
        world = World([refused("131026", Remedy.SMS)])
        wanted = WalkIn("KTP", phone="+" + A, consent=True)
        world.parts.desk.walk_in(world.officer, wanted, world.secrets.values, NO_KEY)
        world.receive(moves(A, B))
        world.run()
        world.advance(seconds=1)
        assert [one.message.phone for one in world.sms.arrivals] == ["+" + B]

    def test_is_a_note_in_the_conversation_that_opens_no_window(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B))
        notes = [item for item in world.items("CONTACT#", "MSG#") if item["kind"] == "system"]
        assert [(note["intent"], note["pk"]) for note in notes] == [("note", f"CONTACT#{living(world)[0].id}")]
        assert living(world)[0].last_inbound == {KTP: START - timedelta(seconds=60)}

    def test_leaves_the_old_number_to_somebody_new(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B), word("CEK", A, at=5))
        assert owner(world, A) != owner(world, B)
        assert len(living(world)) == 2
        world.run()
        assert "tidak menemukan" in world.whatsapp.arrivals[-1].message.content.body  # type: ignore[union-attr]

    def test_is_not_undone_when_it_comes_again(self) -> None:
        moved = moves(A, B)
        world = world_of(photo(A, at=-60), moved, word("halo", A, at=5))
        before = world.items()
        assert world.receive(moved)["duplicate"] == 1
        assert world.items() == before

    def test_that_each_of_the_offices_numbers_is_told_moves_nobody_else(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B), photo(A, at=5, number=KK), moves(A, B, at=9, number=KK))
        new = owner(world, A)
        assert new is not None
        assert open_of(new) == 1, "it is the new owner's"
        assert owner(world, B) != new

    def test_merges_with_who_wrote_from_the_new_number_before(self) -> None:
        world = world_of(photo(A, at=-60), photo(B, at=-5, number=KK), moves(A, B, at=-10))
        [one] = living(world)
        assert (one.phone, open_of(one)) == ("+" + B, 2)
        assert owner(world, A) is None

    @pytest.mark.parametrize("opted_out", [A, B])
    def test_opted_out_wins(self, opted_out: str) -> None:
        world = world_of(photo(A, at=-60), photo(B, at=-50, number=KK), word("STOP", opted_out, at=-40), moves(A, B))
        [one] = living(world)
        assert one.opted_out_at is not None

    def test_of_somebody_unknown_makes_them_known(self) -> None:
        world = world_of(moves(A, B))
        assert owner(world, A) is None
        found = owner(world, B)
        assert found is not None
        assert found.phone == "+" + B

    def test_brings_the_new_user_id(self) -> None:
        world = world_of(
            word("halo", A, at=-60, from_user_id=USER), moves(A, B, previous_user_id=USER, user_id=NEW_USER),
            photo(B, at=5), word("BARU", None, at=6, from_user_id=NEW_USER),
        )  # fmt: skip
        [one] = living(world)
        assert (one.phone, one.user_id, open_of(one)) == ("+" + B, NEW_USER, 2)

    def test_is_not_taken_back_by_an_older_message_with_both_old_addresses(self) -> None:
        world = world_of(
            word("halo", A, at=-60, from_user_id=USER), moves(A, B, previous_user_id=USER, user_id=NEW_USER),
            word("halo", A, at=-70, from_user_id=USER),
        )  # fmt: skip
        [one] = living(world)
        assert one.phone == "+" + B
        assert owner(world, A) is None

    def test_is_somebody_elses_who_comes_with_a_user_id_of_their_own(self) -> None:
        world = world_of(word("halo", A, at=-60), moves(A, B), word("halo", None, at=1, from_user_id="ID.budi"))
        world.receive(word("halo", A, at=2, from_user_id="ID.budi"))
        found = owner(world, A)
        assert found is not None
        assert found.user_id == "ID.budi"

    def test_may_be_changed_back(self) -> None:
        there, back, again = moves(A, B, at=1), moves(B, A, at=2), moves(A, B, at=3)
        world = world_of(photo(A, at=-60), there, back)
        assert (owner(world, A), owner(world, B)) == (living(world)[0], None)
        world.receive(again)
        assert (owner(world, A), owner(world, B)) == (None, living(world)[0])
        for one in (there, back, again, there):
            assert world.receive(one)["duplicate"] == 1
        assert living(world)[0].phone == "+" + B

    def test_keeps_the_number_for_sms_that_was_given(self) -> None:
        world = world_of(photo(A, at=-60))
        [request] = world.requests()
        world.receive(moves(A, B))
        assert world.requests() == [request]


class TestAChangedUserId:
    def test_takes_the_contact_along(self) -> None:
        world = world_of(word("ktp saya hilang", None, at=-60, from_user_id=USER), moves_id(USER, NEW_USER))
        world.receive(word("BARU", None, at=5, from_user_id=NEW_USER))
        [one] = living(world)
        assert (one.user_id, open_of(one)) == (NEW_USER, 2)

    def test_leads_an_older_message_to_the_same_person(self) -> None:
        world = world_of(moves_id(USER, NEW_USER), word("halo", None, at=-60, from_user_id=USER))
        assert len(living(world)) == 1

    def test_leaves_a_phone_as_it_is(self) -> None:
        world = world_of(word("halo", A, at=-60, from_user_id=USER), moves_id(USER, NEW_USER))
        [one] = living(world)
        assert (one.phone, one.user_id) == ("+" + A, NEW_USER)
        world.receive(word("halo", A, at=5, from_user_id=NEW_USER))
        assert len(living(world)) == 1

    @pytest.mark.parametrize("order", list(permutations(range(2))))
    def test_twice_in_either_order_ends_at_the_last(self, order: tuple[int, ...]) -> None:
        news = [moves_id(USER, NEW_USER, at=1), moves_id(NEW_USER, LAST_USER, at=2)]
        world = world_of(word("ktp saya hilang", None, at=-60, from_user_id=USER), *(news[one] for one in order))
        [one] = living(world)
        assert (one.user_id, open_of(one)) == (LAST_USER, 1)


class TestALateWordFromTheOldNumber:
    """Stored after the move, written before it: it is the word of who had the number then."""

    def test_is_known_when_it_comes_again(self) -> None:
        first = photo(A, at=-60)
        world = world_of(first, moves(A, B))
        before = world.items()
        assert world.receive(first)["duplicate"] == 1
        assert world.items() == before

    @pytest.mark.parametrize("heir", [False, True])
    def test_to_stop_is_obeyed_and_nobody_is_made(self, heir: bool) -> None:  # noqa: FBT001
        world = world_of(photo(A, at=-60), moves(A, B), *([word("halo", A, at=5)] if heir else []))
        people = len(living(world))
        assert world.receive(word("STOP", A, at=-5))["stored"] == 1
        assert len(living(world)) == people
        stopped = [one for one in living(world) if one.opted_out_at]
        assert stopped == [owner(world, B)]
        assert stopped[0].phone == "+" + B

    def test_opens_their_request_once(self) -> None:
        late = photo(A, at=-5, number=KK)
        world = world_of(photo(A, at=-60), moves(A, B), late)
        assert world.receive(late)["duplicate"] == 1
        assert [open_of(one) for one in living(world)] == [2]

    def test_of_somebody_who_is_only_known_by_the_move_is_theirs(self) -> None:
        world = world_of(moves(A, B), photo(A, at=-60))
        assert [(one.phone, open_of(one)) for one in living(world)] == [("+" + B, 1)]

    def test_is_the_next_owners_once_they_have_it(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B), moves(C, A, at=20), word("STOP", A, at=25), word("halo", A, at=-5))
        heir = owner(world, A)
        assert heir is not None
        assert heir.opted_out_at is not None
        assert heir.last_inbound == {KTP: START + timedelta(seconds=25)}

    def test_is_theirs_who_have_come_back(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B, at=1), moves(B, A, at=5))
        for at in (-5, 1, 3, 7):
            world.receive(word("halo", A, at=at))
            assert len(living(world)) == 1
        assert living(world)[0].phone == "+" + A

    @pytest.mark.parametrize("also", [{}, {"from_user_id": USER}])
    def test_leaves_them_reached_where_they_are_now(self, also: dict[str, str]) -> None:
        world = world_of(
            photo(A, at=-60), moves(A, B), word("halo", B, at=3, from_user_id=NEW_USER), word("halo", A, at=-5, **also)
        )
        [one] = living(world)
        assert (one.phone, one.user_id) == ("+" + B, NEW_USER)
        world.receive(word("halo", B, at=7, from_user_id=NEW_USER))
        world.receive(word("halo", None, at=8, **{"from_user_id": USER} | also))
        assert len(living(world)) == (1 if also else 2)

    def test_with_both_old_addresses_makes_one_of_two(self) -> None:
        world = world_of(photo(A, at=-60), word("STOP", None, at=-50, from_user_id=USER), moves(A, B))
        world.receive(word("halo", A, at=-5, from_user_id=USER))
        [one] = living(world)
        assert (one.phone, open_of(one)) == ("+" + B, 1)
        assert one.opted_out_at is not None

    def test_with_a_user_id_that_has_changed_teaches_the_phone_only(self) -> None:
        world = world_of(
            word("halo", None, at=-60, from_user_id=USER), moves_id(USER, NEW_USER), word("halo", A, at=-5, from_user_id=USER)
        )
        [one] = living(world)
        assert (one.phone, one.user_id) == ("+" + A, NEW_USER)

    def test_of_an_officer_to_it_is_written_to_them(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B))
        world.officer_writes("Sudah kami terima, Bu.", A, at=NOW - 5)
        [one] = living(world)
        assert one.spoke == {KTP: START - timedelta(seconds=5)}
        world.officer_writes("Halo, Pak.", A, at=NOW + 5)
        assert owner(world, A) is not None
        assert len(living(world)) == 2

    def test_costs_a_read_for_each_move_and_a_word_of_whoever_is_there_none(self) -> None:
        world = world_of(photo(A, at=-60), moves(A, B, at=1), moves(B, C, at=2), word("halo", A, at=5))
        find = partial(world.parts.people.find, world.secrets.values.address_key, "+" + A, None)
        assert operations(world.store, lambda: find(START + timedelta(seconds=6))) == ["get"]
        assert operations(world.store, lambda: find(START)) == ["get"] * 3


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("both", [False, True])
def test_a_word_of_before_a_move_is_its_persons_although_they_move_meanwhile(known: bool, both: bool) -> None:  # noqa: FBT001
    also = {"from_user_id": USER} if both else {}

    def begin() -> World:
        return world_of(*([photo(A, at=-60)] if known else []))

    late, calm = word("STOP", A, at=-5, **also), begin()
    for position in range(len(operations(calm.store, partial(calm.receive, late)))):
        world = begin()
        with disturbed(world.store, position, "before", partial(world.receive, moves(A, B))) as struck:
            world.receive(late)
        assert struck
        [one] = living(world)
        assert (one.phone, owner(world, A), owner(world, B)) == ("+" + B, None, one)
        assert one.opted_out_at is not None
        assert world.receive(late)["duplicate"] == 1


def chain() -> dict[str, Payload]:
    """Siti goes from A to B to C, and writes from each."""
    return {
        "photo from A": photo(A, at=-60),
        "A to B": moves(A, B, at=10),
        "photo from B": photo(B, at=20, number=KK),
        "B to C": moves(B, C, at=30),
        "photo from C": photo(C, at=40, number=PINDAH),
    }


def assert_all_are_at_c(world: World, requests: int = 3) -> None:
    found = owner(world, C)
    assert found is not None
    assert (found.phone, open_of(found)) == ("+" + C, requests)
    assert owner(world, A) is None
    assert owner(world, B) is None
    assert len(living(world)) == 1


@pytest.mark.parametrize("order", list(permutations(chain())), ids=" · ".join)
def test_in_any_order_and_twice_everything_ends_at_the_last_number(order: tuple[str, ...]) -> None:
    news = chain()
    world = world_of(*(news[name] for name in order))
    assert_all_are_at_c(world)
    before = world.items()
    for name in reversed(order):
        assert world.receive(news[name])["duplicate"] == 1
    assert world.items() == before


def test_late_news_of_a_number_that_has_a_new_owner_takes_nothing_of_theirs() -> None:
    news = chain()
    late = news.pop("A to B")
    world = world_of(*news.values(), photo(B, at=50))
    new = owner(world, B)
    world.receive(late)
    assert owner(world, B) == new
    found = owner(world, C)
    assert found is not None
    assert open_of(found) == 3
    world.receive(moves(B, "6281200000009", at=60))
    assert owner(world, C) == found


MEANWHILE: dict[str, Callable[[], Payload]] = {
    "a photo from the new number": lambda: photo(B, at=-5, number=KK),
    "STOP from the new number": lambda: word("STOP", B, at=-5),
    "STOP from the old number, before": lambda: word("STOP", A, at=-15),
    "STOP from the old number": lambda: word("STOP", A, at=-5),
    "a photo from the old number": lambda: photo(A, at=-5, number=KK),
    "the same news": lambda: moves(A, B, at=-10),
    "the same news to another number": lambda: moves(A, B, at=-9, number=KK),
    "later news": lambda: moves(B, C, at=30),
    "the user id": lambda: word("halo", B, at=-5, from_user_id=USER),
}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_nothing_is_lost_of_what_happens_while_somebody_moves(meanwhile: str, known: bool) -> None:  # noqa: FBT001
    def begin() -> World:
        more = [photo(B, at=-50, number=PINDAH)] if known else []
        return world_of(photo(A, at=-60), *more)

    calm = begin()
    for position in range(len(operations(calm.store, lambda: calm.receive(moves(A, B, at=-10))))):
        world, news, other = begin(), moves(A, B, at=-10), MEANWHILE[meanwhile]()
        with disturbed(world.store, position, "before", partial(world.receive, other)) as struck:
            world.receive(news)
        assert struck
        last = C if meanwhile == "later news" else B
        found = owner(world, last)
        assert found is not None
        assert found.phone == "+" + last
        assert ("1801", "KTP") in found.open
        assert (("1801", "PINDAH") in found.open) == known
        stayed = owner(world, A)
        together = [found] if stayed is None else [found, stayed]
        assert living(world) == sorted(together, key=lambda one: one.id)
        if "STOP" in meanwhile:
            assert any(one.opted_out_at for one in together)
        if "before" in meanwhile:
            assert together == [found]
        if "photo" in meanwhile:
            assert sum(("1801", "KK") in one.open for one in together) == 1
        for again in (news, other):
            world.receive(again)
        assert owner(world, last) == found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("known", [False, True])
def test_a_move_is_made_once_whatever_the_table_does(fault: str, known: bool) -> None:  # noqa: FBT001
    moment, error = FAULTS[fault]

    def begin() -> World:
        more = [photo(B, at=-50, number=KK)] if known else []
        return world_of(word("ktp saya hilang", A, at=-60, from_user_id=USER), *more)

    def news() -> Payload:
        return moves(A, B, previous_user_id=USER, user_id=NEW_USER)

    calm = begin()
    for position in range(len(operations(calm.store, partial(calm.receive, news())))):
        world, payload = begin(), news()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            world.receive(payload)
        world.receive(payload)
        [one] = living(world)
        assert (one.phone, one.user_id, open_of(one)) == ("+" + B, NEW_USER, 1 + known)
        assert owner(world, A) is None
        assert len([item for item in world.items("CONTACT#", "MSG#") if item["kind"] == "system"]) == 1


def test_two_people_of_a_phone_and_a_user_id_are_one_before_they_move() -> None:
    world = world_of(photo(A, at=-60), said(payloads.photo(at=NOW - 50, sender=None, from_user_id=USER), number=KK))
    assert len(living(world)) == 2
    world.receive(moves(A, B, previous_user_id=USER, user_id=NEW_USER))
    [one] = living(world)
    assert (one.phone, one.user_id, open_of(one)) == ("+" + B, NEW_USER, 2)


def test_nobody_who_moves_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world_of(photo(A, at=-60), moves(A, B, previous_user_id=USER, user_id=NEW_USER))
    assert not {one for one in (A, B, USER, NEW_USER) if one in caplog.text}


def test_a_user_id_that_changes_while_its_person_turns_out_to_have_a_phone_is_the_new_one() -> None:
    def begin() -> World:
        return world_of(word("halo", None, at=-60, from_user_id=USER), word("halo", A, at=-50))

    calm = begin()
    for position in range(len(operations(calm.store, lambda: calm.receive(word("halo", A, at=5, from_user_id=USER))))):
        world = begin()
        with disturbed(world.store, position, "before", partial(world.receive, moves_id(USER, NEW_USER, at=9))) as struck:
            world.receive(word("halo", A, at=5, from_user_id=USER))
        assert struck
        [one] = living(world)
        assert (one.phone, one.user_id) == ("+" + A, NEW_USER)
