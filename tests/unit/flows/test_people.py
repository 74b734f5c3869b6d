"""Who somebody is, whatever addresses come together, apart, now or later, and whoever else is at it at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.contact import Contact
from chalicelib.domain.request import Status
from chalicelib.ports import Item
from chalicelib.table import contacts
from tests.data import payloads
from tests.data.payloads import KK, KTP, PINDAH, SITI
from tests.fakes.world import START, World
from tests.unit.flows.trouble import disturbed, operations, wait_for_all

NOW = int(START.timestamp())
PHONE, OTHER_PHONE = "+" + SITI, "+6281200000002"
USER, OTHER_USER = "ID.siti", "ID.budi"
KEY = "address-key"


def who(world: World, phone: str | None, user_id: str | None) -> str:
    return world.parts.people.find(KEY, phone, user_id, world.clock.now)


def contact(world: World, id_: str) -> Contact:
    item = world.store.get(contacts.key(id_))
    assert item is not None
    return contacts.read(item)


def living(world: World) -> list[Contact]:
    found = [contacts.read(item) for item in world.items("CONTACT#", "CONTACT")]
    return [one for one in found if one.merged_into is None]


def addresses(world: World) -> list[Item]:
    return world.items("ADDRESS#")


@pytest.mark.parametrize(("phone", "user_id"), [(PHONE, None), (None, USER), (PHONE, USER)])
def test_a_person_is_made_once_and_found_again(phone: str | None, user_id: str | None) -> None:
    world = World()
    first = world.parts.people.find(KEY, phone, user_id, START, "Siti")
    assert [who(world, phone, user_id) for _ in range(3)] == [first] * 3
    made = contact(world, first)
    assert (made.phone, made.user_id, made.name) == (phone, user_id, "Siti")
    assert len(addresses(world)) == len([one for one in (phone, user_id) if one])


@pytest.mark.parametrize(("phone", "user_id"), [(PHONE, None), (None, USER), (PHONE, USER)])
def test_a_known_person_costs_one_read(phone: str | None, user_id: str | None) -> None:
    world = World()
    who(world, phone, user_id)
    assert operations(world.store, lambda: who(world, phone, user_id)) == ["get"]


def test_both_addresses_lead_to_the_person_that_was_made_with_both() -> None:
    world = World()
    assert who(world, PHONE, USER) == who(world, PHONE, None) == who(world, None, USER)
    assert len(living(world)) == 1


@pytest.mark.parametrize("first", [(PHONE, None), (None, USER)])
def test_an_address_that_comes_later_is_learned(first: tuple[str | None, str | None]) -> None:
    world = World()
    known = who(world, *first)
    assert who(world, PHONE, USER) == known
    assert (contact(world, known).phone, contact(world, known).user_id) == (PHONE, USER)
    assert who(world, PHONE, None) == who(world, None, USER) == known
    assert operations(world.store, lambda: who(world, PHONE, USER)) == ["get"]


def test_the_user_id_that_a_changed_number_brings_leads_to_the_same_person() -> None:
    world = World()
    known = who(world, PHONE, USER)
    assert who(world, OTHER_PHONE, USER) == known
    assert who(world, PHONE, OTHER_USER) == known
    assert contact(world, known).user_id == OTHER_USER


def test_two_people_stay_two() -> None:
    world = World()
    assert who(world, PHONE, USER) != who(world, OTHER_PHONE, OTHER_USER)
    assert len(living(world)) == 2


def test_addresses_are_keyed_hashes() -> None:
    world = World()
    who(world, PHONE, USER)
    assert SITI not in str([one["pk"] for one in addresses(world)])
    assert {one["pk"] for one in addresses(world)} == {
        f"ADDRESS#{hash_}" for hash_ in contacts.address_hashes(KEY, PHONE, USER)
    }
    assert contacts.address_hashes("another key", PHONE, USER) != contacts.address_hashes(KEY, PHONE, USER)


def said(*messages: Any, number: str = KTP) -> dict[str, Any]:
    return payloads.envelope(payloads.value(*messages, number=number))


def by_phone(kind: str = "photo", *, at: int = 0, number: str = KTP) -> dict[str, Any]:
    member = payloads.photo(at=NOW + at) if kind == "photo" else payloads.text(kind, at=NOW + at)
    return said(member, number=number)


def by_user_id(kind: str = "photo", *, at: int = 0, number: str = KTP) -> dict[str, Any]:
    more = {"sender": None, "from_user_id": USER}
    member = payloads.photo(at=NOW + at, **more) if kind == "photo" else payloads.text(kind, at=NOW + at, **more)
    return said(member, number=number)


def by_both(*, at: int = 0) -> dict[str, Any]:
    return said(payloads.text("halo", at=NOW + at, from_user_id=USER), number=KTP)


def two_who_are_one() -> World:
    """Siti has a KTP request by her phone, and one for KK and KTP each by her user id."""
    world = World()
    for payload in (by_phone(at=-60), by_user_id(at=-50, number=KK), by_user_id(at=-40)):
        world.receive(payload)
    return world


def assert_one_person_with_all(world: World, *, opted_out: bool = False) -> Contact:
    """One contact lives, both addresses lead to it, and it has every open request just once."""
    [one] = living(world)
    for phone, user_id in ((PHONE, None), (None, USER), (PHONE, USER)):
        found = contact(world, who(world, phone, user_id))
        assert (found.merged_into or found.id) == one.id
    assert (one.phone, one.user_id) == (PHONE, USER)
    on_contact = sorted(mark.request_id for marks in one.open.values() for mark in marks)
    assert on_contact == sorted(request.id for request in world.requests() if not request.closed)
    assert (one.opted_out_at is not None) == opted_out
    return one


def test_two_who_turn_out_to_be_one_have_all_requests_together() -> None:
    world = two_who_are_one()
    assert len(living(world)) == 2
    world.receive(by_both())
    one = assert_one_person_with_all(world)
    assert {pair: len(marks) for pair, marks in one.open.items()} == {("1801", "KTP"): 2, ("1801", "KK"): 1}
    assert len(one.absorbed) == 1


@pytest.mark.parametrize("who_stops", [by_phone, by_user_id])
def test_an_opt_out_of_either_holds_for_both_together(who_stops: Callable[..., dict[str, Any]]) -> None:
    world = two_who_are_one()
    world.receive(who_stops("STOP", at=-30))
    world.receive(by_both())
    assert_one_person_with_all(world, opted_out=True)


def test_a_message_that_was_stored_before_two_became_one_is_known_after() -> None:
    world = two_who_are_one()
    first = by_user_id("sudah?", at=-10, number=KK)
    assert world.receive(first)["stored"] == 1
    world.receive(by_both())
    assert world.receive(first) == {"stored": 0, "duplicate": 1, "quarantined": 0}


def test_the_window_of_one_person_is_the_later_of_two() -> None:
    world = World()
    world.receive(by_phone("halo", at=-7200))
    world.receive(by_user_id("halo", at=-60))
    world.receive(by_both(at=-90_000))
    [one] = living(world)
    assert one.last_inbound[KTP] == START - timedelta(seconds=60)


def test_the_last_closed_request_of_one_person_is_the_later_of_two() -> None:
    world = World()
    world.receive(by_phone(at=-7200))
    world.receive(by_user_id(at=-7000))
    first, second = sorted(world.requests(), key=lambda one: one.opened_by)
    world.clock.now = START - timedelta(hours=1)
    world.set_status(first, Status.CANCELLED)
    world.clock.now = START
    world.set_status(second, Status.CANCELLED)
    world.receive(by_both(at=-1800))
    [one] = living(world)
    assert one.closed["1801", "KTP"].request_id == second.id
    assert world.receive(by_user_id(at=-600))["stored"] == 1, "written before the second was closed"
    assert len(world.requests()) == 2


MEANWHILE: dict[str, tuple[Callable[[], dict[str, Any]], bool]] = {
    "STOP by user id": (lambda: by_user_id("STOP", at=-5), True),
    "STOP by phone": (lambda: by_phone("STOP", at=-5), True),
    "a photo for a new service by user id": (lambda: by_user_id(at=-5, number=PINDAH), False),
    "a photo for a new service by phone": (lambda: by_phone(at=-5, number=PINDAH), False),
    "BARU by user id": (lambda: by_user_id("BARU", at=-5), False),
    "BARU by phone": (lambda: by_phone("BARU", at=-5), False),
    "the same message once more": (lambda: by_both(at=0), False),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_nothing_is_lost_of_what_happens_while_two_become_one(meanwhile: str) -> None:
    made, opted_out = MEANWHILE[meanwhile]
    calm = two_who_are_one()
    for position in range(len(operations(calm.store, lambda: calm.receive(by_both())))):
        world, other = two_who_are_one(), made()
        with disturbed(world.store, position, "before", partial(world.receive, other)) as struck:
            world.receive(by_both())
        assert struck
        assert_one_person_with_all(world, opted_out=opted_out)
        assert world.receive(other)["duplicate"] == 1


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_nothing_is_lost_of_what_two_do_who_become_one_meanwhile(meanwhile: str) -> None:
    made, opted_out = MEANWHILE[meanwhile]
    calm = two_who_are_one()
    for position in range(len(operations(calm.store, lambda: calm.receive(made())))):
        world, payload = two_who_are_one(), made()
        with disturbed(world.store, position, "before", partial(world.receive, by_both())) as struck:
            world.receive(payload)
        assert struck
        assert_one_person_with_all(world, opted_out=opted_out)
        assert world.receive(payload)["duplicate"] == 1


def test_an_opt_in_while_two_become_one_is_not_undone() -> None:
    def begin() -> World:
        world = two_who_are_one()
        world.receive(by_phone("STOP", at=-30))
        return world

    calm = begin()
    for position in range(len(operations(calm.store, partial(calm.receive, by_both())))):
        world = begin()
        with disturbed(world.store, position, "before", partial(world.receive, by_phone("START", at=-5))) as struck:
            world.receive(by_both())
        assert struck
        assert_one_person_with_all(world, opted_out=False)


def test_a_request_that_is_closed_while_two_become_one_is_not_open_after() -> None:
    calm = two_who_are_one()
    count = len(operations(calm.store, lambda: calm.receive(by_both())))
    for position in range(count):
        for wanted in range(3):
            world = two_who_are_one()
            request = world.requests()[wanted]
            with disturbed(world.store, position, "before", partial(world.set_status, request, Status.CANCELLED)):
                world.receive(by_both())
            assert_one_person_with_all(world)


def test_a_request_is_closed_although_its_two_people_become_one_meanwhile() -> None:
    calm = two_who_are_one()
    for wanted in range(3):
        names = operations(calm.store, partial(calm.set_status, calm.requests()[wanted], Status.CANCELLED))
        for position in range(len(names)):
            world = two_who_are_one()
            with disturbed(world.store, position, "before", partial(world.receive, by_both())) as struck:
                world.set_status(world.requests()[wanted], Status.CANCELLED)
            assert struck
            assert_one_person_with_all(world)


def chain() -> World:
    """Siti's old number was merged into another contact, and that one into a third."""
    world = World()
    world.receive(by_phone(at=-60))
    world.receive(by_user_id(at=-50, number=KK))
    world.receive(by_both(at=-40))
    world.receive(said(payloads.photo(at=NOW - 30, sender=OTHER_PHONE[1:]), number=PINDAH))
    world.receive(said(payloads.text("halo", at=NOW - 20, sender=OTHER_PHONE[1:], from_user_id=USER), number=PINDAH))
    return world


def test_of_three_who_turn_out_to_be_one_all_requests_are_together() -> None:
    world = chain()
    [one] = living(world)
    assert sorted(service for _, service in one.open) == ["KK", "KTP", "PINDAH"]
    assert len(one.absorbed) == 2


@pytest.mark.parametrize("more", [{}, {"from_user_id": USER}, {"from_user_id": OTHER_USER}])
def test_whoever_writes_from_an_address_of_an_absorbed_contact_is_the_same_person(more: dict[str, str]) -> None:
    world = chain()
    assert world.receive(said(payloads.text("halo", at=NOW, **more)))["stored"] == 1
    [one] = living(world)
    assert one.last_inbound[KTP] == START


def test_an_absorbed_contacts_address_and_a_strangers_can_still_be_one_person() -> None:
    world = chain()
    world.receive(said(payloads.text("halo", at=NOW - 10, sender=None, from_user_id=OTHER_USER)))
    assert len(living(world)) == 2
    assert world.receive(said(payloads.text("halo", at=NOW, from_user_id=OTHER_USER)))["stored"] == 1
    assert len(living(world)) == 1


@pytest.mark.parametrize("service", ["KTP", "KK", "PINDAH"])
def test_a_request_of_an_absorbed_contact_can_be_closed(service: str) -> None:
    world = chain()
    [request] = [one for one in world.requests() if one.service == service]
    assert world.set_status(request, Status.CANCELLED).closed
    [one] = living(world)
    assert ("1801", service) not in one.open
    assert one.closed["1801", service].request_id == request.id


@pytest.mark.parametrize(("phone", "user_id"), [(PHONE, None), (None, USER), (PHONE, USER)])
def test_of_many_who_come_at_once_one_person_is_made(phone: str | None, user_id: str | None) -> None:
    world, count = World(), 8
    wait_for_all(world.store, count)
    with ThreadPoolExecutor(count) as pool:
        found = list(pool.map(lambda _number: who(world, phone, user_id), range(count)))
    assert len(set(found)) == len(living(world)) == 1


def test_two_who_link_and_create_at_once_are_one_person() -> None:
    calm = World()
    names = operations(calm.store, lambda: who(calm, PHONE, USER))
    for position in range(len(names)):
        for other in ((PHONE, None), (None, USER), (PHONE, USER)):
            world = World()
            with disturbed(world.store, position, "before", partial(who, world, *other)):
                who(world, PHONE, USER)
            [one] = living(world)
            assert (one.phone, one.user_id) == (PHONE, USER)
            assert who(world, PHONE, None) == who(world, None, USER) == one.id
