"""A resident's data is found wherever it is, and erased without touching anybody else's."""

import json
from datetime import timedelta

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import State
from chalicelib.domain.request import Request, Status
from ops.erasure import Person, address, erase, known_at, person
from ops.failure import Failure
from tests.data import payloads
from tests.fakes.providers import Killed
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, disturbed, operations, raising

PHONE = "+" + payloads.SITI
OTHER = "6281200000077"


def lived_in() -> World:
    """Siti has a request that is complete, one by name at the counter, and reports on what she was sent; so has another."""
    world = World()
    for sender, name in ((payloads.SITI, "Siti"), (OTHER, "Budi")):
        world.say("ktp saya hilang a.n. Sitibudi", sender=sender, name=name)
        world.run()
        [one] = [each for each in world.requests() if not each.closed]
        done = world.set_status(world.set_status(one, Status.PROCESSING), Status.READY)
        world.run()
        world.set_status(done, Status.COMPLETED)
        world.report("delivered", f"{one.id}.3#9")
        report = payloads.status("delivered", "somebody's", at=world.seconds)
        world.receive(payloads.envelope(payloads.value(statuses=[report | {"recipient_id": sender}])))
    return world


def found(world: World, phone: str = PHONE) -> Person:
    place = address(world.secrets.values.address_key, phone)
    return person(known_at(world.store, place, phone), world.store.everything(), place)


def is_known(world: World, phone: str = PHONE) -> bool:
    return bool(known_at(world.store, address(world.secrets.values.address_key, phone), phone))


def text(world: World) -> str:
    return json.dumps(world.store.everything(), default=sorted)


def siti(world: World) -> Request:
    return next(one for one in world.requests() if one.contact_id == world.contact().id)


def test_nothing_of_the_person_is_left_and_all_of_the_others() -> None:
    world = lived_in()
    others = [item for item in world.store.everything() if item not in found(world).items]
    assert payloads.SITI in text(world)
    contact = world.contact().id
    erase(world.store, found(world))
    assert payloads.SITI not in text(world)
    assert not world.items(f"CONTACT#{contact}")
    assert "wamid" not in json.dumps([one for one in world.items("REQ#") if one.get("contact_id") == contact], default=sorted)
    assert all(item in world.store.everything() for item in others)
    assert {one.name for one in world.requests() if one.contact_id == contact} == {None}
    assert OTHER in text(world)


def test_whoever_is_erased_is_known_no_more_and_writes_as_somebody_new() -> None:
    world = lived_in()
    before = world.contact().id
    erase(world.store, found(world))
    assert not is_known(world)
    world.say("mau buat ktp")
    assert world.contact().id != before


def test_requests_can_still_be_looked_up_and_opened_at_the_desk() -> None:
    world = lived_in()
    request = siti(world)
    erase(world.store, found(world))
    assert world.parts.lookup(request.id).status is Status.COMPLETED
    file = world.parts.reading.file(world.officer, request.id)
    assert [one.to for one in file.changes][-1] is Status.COMPLETED
    assert file.messages == []


def test_nobody_is_erased_while_a_request_is_open() -> None:
    world = lived_in()
    world.advance(minutes=1)
    world.say("ktp saya hilang")
    before = text(world)
    with pytest.raises(Failure, match=r"Still open: KTP-"):
        erase(world.store, found(world))
    assert text(world) == before


def test_a_notice_that_waits_is_not_sent_any_more_and_one_that_staff_resend_finds_no_address() -> None:
    world = World()
    world.say("ktp saya hilang")
    request = world.set_status(siti(world), Status.REJECTED, reason="data tidak cocok")
    erase(world.store, found(world))
    world.run()
    world.advance(hours=3)
    assert not world.whatsapp.attempts
    assert not world.sms.attempts
    world.parts.telling.resend(world.officer, f"{request.id}.2")
    world.advance(minutes=3)
    assert (world.notice(f"{request.id}.2").state, world.notice(f"{request.id}.2").reason) == (State.SUPPRESSED, "no_address")


def test_both_of_two_contacts_that_became_one_are_erased() -> None:
    world = World()
    world.say("halo", from_user_id="ID.1349", sender=None)
    world.say("halo lagi")
    world.say("ini saya juga", from_user_id="ID.1349")
    erase(world.store, found(world))
    assert "ID.1349" not in text(world)
    assert not world.items("CONTACT#")
    assert not world.items("ADDRESS#")


@pytest.mark.parametrize("fault", FAULTS)
def test_an_erasure_that_is_broken_off_is_completed_by_the_next(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = lived_in()
    whole = found(calm)
    for position in range(len(operations(calm.store, lambda: erase(calm.store, whole)))):
        world = lived_in()
        whom = found(world)
        with disturbed(world.store, position, moment, raising(error)), pytest.raises((TransientError, Killed)):
            erase(world.store, whom)
        if is_known(world):
            erase(world.store, found(world))
        assert payloads.SITI not in text(world)


def test_a_number_that_was_left_goes_too_and_its_next_owner_stays() -> None:
    world = lived_in()
    world.receive(payloads.moved(payloads.SITI, "6281200000078", at=world.seconds))
    assert not is_known(world)
    world.clock.now += timedelta(minutes=1)
    world.say("halo")
    next_owner = world.contact()
    erase(world.store, found(world, "+6281200000078"))
    assert world.contact() == next_owner
    assert not any("left_by" in item for item in world.items("ADDRESS#"))


def test_the_traces_of_an_earlier_number_go_too_and_whoever_has_it_now_stays() -> None:
    world = World()
    world.say("halo", sender=OTHER)
    world.advance(minutes=1)
    world.receive(payloads.moved(OTHER, payloads.SITI, at=world.seconds))
    before = world.contact().id
    world.advance(minutes=1)
    world.say("halo, saya baru", sender=OTHER)
    heir = world.contact("+" + OTHER).id
    assert before in text(world)

    erase(world.store, found(world))

    assert before not in text(world)
    assert payloads.SITI not in text(world)
    assert world.contact("+" + OTHER).id == heir
    world.say("halo lagi", sender=OTHER)
    assert world.contact("+" + OTHER).id == heir
