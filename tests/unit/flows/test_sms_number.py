"""A resident known by a user id alone is asked once for a number, and gets the SMS there when WhatsApp cannot."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.delivery import Remedy, Template
from chalicelib.domain.notice import Kind, State
from chalicelib.domain.request import Status
from chalicelib.table import contacts, requests
from tests.data.payloads import KK
from tests.fakes.providers import ACCEPTED, refused
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

USER, PHONE = "ID.siti", "+6281200000001"
ASKS = "balas dengan nomor HP Anda"


def say(world: World, text: str, **more: Any) -> dict[str, int]:
    """The resident writes, by their user id alone unless told otherwise."""
    return world.say(text, **({"sender": None, "from_user_id": USER} | more))


def bodies(world: World) -> list[str]:
    seen = len(world.whatsapp.arrivals)
    world.run()
    return [str(getattr(arrival.message.content, "body", "")) for arrival in world.whatsapp.arrivals[seen:]]


def asked() -> World:
    """Somebody with a request, who was asked for a number a minute ago."""
    world = World()
    say(world, "ktp saya hilang")
    [opened] = bodies(world)
    assert ASKS in opened
    world.clock.now += timedelta(minutes=1)
    return world


def test_the_number_is_kept_on_the_request_and_shown_masked() -> None:
    world = asked()
    say(world, "nomor saya 0812-0000-0001")
    [answer] = bodies(world)
    assert "+62…001" in answer
    assert PHONE not in answer
    assert [one.sms_phone for one in world.requests()] == [PHONE]
    assert PHONE not in str([one for one in world.items() if "NOTICE#" in str(one["sk"])])


def test_the_ready_notice_goes_there_when_whatsapp_cannot() -> None:
    world = World(whatsapp=lambda message: refused("131026", Remedy.SMS) if isinstance(message.content, Template) else ACCEPTED)
    say(world, "ktp saya hilang")
    world.clock.now += timedelta(minutes=1)
    say(world, "081200000001")
    world.run()
    [request] = world.requests()
    world.set_status(world.set_status(request, Status.PROCESSING), Status.READY)
    world.run()
    world.advance(minutes=1)
    [sms] = world.sms.arrivals
    assert sms.message.phone == PHONE
    assert "SIAP DIAMBIL" in sms.message.body


def test_nobody_is_asked_twice_and_the_number_serves_later_requests() -> None:
    world = asked()
    say(world, "mau bikin kk", number=KK)
    [opened] = bodies(world)
    assert ASKS not in opened
    world.clock.now += timedelta(minutes=1)
    say(world, "081200000001")
    bodies(world)
    assert [one.sms_phone for one in world.requests()] == [PHONE, PHONE]
    world.clock.now += timedelta(minutes=1)
    say(world, "BARU")
    [opened] = bodies(world)
    assert ASKS not in opened
    assert [one.sms_phone for one in world.requests()] == [PHONE] * 3


def test_who_has_a_phone_is_not_asked() -> None:
    world = World()
    world.say("ktp saya hilang")
    [opened] = bodies(world)
    assert ASKS not in opened


def test_a_number_that_nobody_asked_for_joins_the_request_as_ever() -> None:
    world = World()
    world.say("ktp saya hilang")
    world.run()
    world.clock.now += timedelta(minutes=1)
    world.say("081200000002")
    assert [one.sms_phone for one in world.requests()] == [None]
    assert world.items("CONTACT#", "MSG#")[-1]["intent"] == "join"


def test_the_question_and_the_answer_survive_that_two_people_become_one() -> None:
    world = asked()
    world.say("halo")
    world.say("halo", from_user_id=USER)
    say(world, "081200000002")
    assert [one.sms_phone for one in world.requests()] == ["+6281200000002"]
    assert world.contact().sms_phone == "+6281200000002"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_number_is_kept_once_whatever_the_table_does(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = asked()
    for position in range(len(operations(calm.store, partial(say, calm, "081200000001", id_="wamid.number")))):
        world = asked()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            say(world, "081200000001", id_="wamid.number")
        say(world, "081200000001", id_="wamid.number")
        assert [one.sms_phone for one in world.requests()] == [PHONE]
        assert [one.kind for one in world.notices() if one.state is not State.SUPERSEDED].count(Kind.SMS_NUMBER) == 1


def test_neither_the_number_nor_the_status_is_lost_when_both_come_at_once() -> None:
    calm = asked()
    for position in range(len(operations(calm.store, partial(calm.set_status, calm.requests()[0], Status.VERIFIED)))):
        world = asked()
        with disturbed(world.store, position, "before", partial(say, world, "081200000001")) as struck:
            world.set_status(world.requests()[0], Status.VERIFIED)
        assert struck
        [after] = world.requests()
        assert (after.status, after.sms_phone) == (Status.VERIFIED, PHONE)


def test_two_who_are_opened_for_at_once_are_asked_once() -> None:
    calm = World()
    count = len(operations(calm.store, partial(say, calm, "ktp saya hilang")))
    for position in range(count):
        world = World()
        with disturbed(world.store, position, "before", partial(say, world, "mau bikin kk", number=KK)):
            say(world, "ktp saya hilang")
        assert sum(ASKS in one for one in bodies(world)) == 1
        assert len(world.requests()) == 2


def test_the_number_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    world = asked()
    say(world, "081200000001")
    bodies(world)
    assert "81200000001" not in caplog.text


def test_a_number_that_was_given_survives_that_two_people_become_one() -> None:
    world = asked()
    say(world, "081200000002")
    world.say("halo")
    world.say("halo", from_user_id=USER)
    assert world.contact().sms_phone == "+6281200000002"


def test_another_offices_requests_are_left_alone() -> None:
    world = asked()
    [here] = world.requests()
    there = replace(here, id="KTP-8B3E-5N56-TAK", office="7371")
    world.store.put(requests.put(there))
    world.store.update(contacts.opens(there, only_first=True))
    say(world, "081200000001")
    assert {one.office: one.sms_phone for one in world.requests()} == {"1801": PHONE, "7371": None}
