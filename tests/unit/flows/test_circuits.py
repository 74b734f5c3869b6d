"""A number or a template that is down is found out once, gone around, probed by one notice a minute, and used again."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.delivery import Remedy, Template
from chalicelib.domain.notice import Channel, State
from chalicelib.domain.request import Status
from tests.data import payloads
from tests.data.payloads import KK, KTP
from tests.fakes.providers import ACCEPTED, KILLED_AFTER, KILLED_BEFORE, LOST_AFTER, Killed, Step, refused
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

TOKEN_EXPIRED, PAUSED = refused("190", Remedy.CHANNEL_DOWN), refused("132015", Remedy.TEMPLATE_DOWN)


class Provider:
    """Refuses everything, or all templates, while it is down."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.down = True

    def __call__(self, message: Any) -> Step:
        concerned = self.step is TOKEN_EXPIRED or isinstance(message.content, Template)
        return self.step if self.down and concerned else ACCEPTED


def owing(count: int, script: Any = ()) -> World:
    world = World(script)
    for number in range(count):
        more = {"at": world.seconds, "sender": f"62812000000{number:02d}"}
        world.receive(payloads.envelope(payloads.value(payloads.photo(**more))))  # type: ignore[arg-type]
    return world


def test_a_number_that_is_down_is_gone_around_by_sms() -> None:
    world = owing(5, Provider(TOKEN_EXPIRED))
    world.run()
    assert len(world.whatsapp.attempts) == 1
    world.advance(seconds=30)
    assert len(world.whatsapp.attempts) == 1
    assert len(world.sms.arrivals) == 5
    assert {one.channel for one in world.notices()} == {Channel.SMS}


def test_the_circuit_opens_and_alarms_once() -> None:
    world = owing(5, Provider(TOKEN_EXPIRED))
    world.run()
    world.advance(minutes=2)
    assert world.metrics.named("CircuitOpened") == [1]


def test_what_no_sms_can_say_waits_until_a_probe_gets_through() -> None:
    provider = Provider(TOKEN_EXPIRED)
    world = World(provider)
    for number in range(3):
        world.say("halo", sender=f"62812000000{number:02d}")
    world.run()
    for _ in range(5):
        world.advance(minutes=1, seconds=1)
    assert {one.state for one in world.notices()} <= {State.HELD, State.PLANNED}
    assert len(world.whatsapp.attempts) <= 6, "one a minute is let through"
    provider.down = False
    for _ in range(4):
        world.advance(minutes=1, seconds=1)
    assert {one.state for one in world.notices()} == {State.ACCEPTED}
    assert world.sms.attempts == []


def test_another_number_goes_on_as_ever() -> None:
    def of_one_number(message: Any) -> Step:
        return TOKEN_EXPIRED if message.phone_number_id == KTP else ACCEPTED

    world = World(of_one_number)
    world.say("halo", number=KTP)
    world.say("halo", number=KK)
    world.run()
    assert {one.phone_number_id: one.state for one in world.notices()} == {KTP: State.PLANNED, KK: State.ACCEPTED}


def test_a_template_that_is_down_is_gone_around_by_free_words_while_the_window_is_open() -> None:
    world = owing(1, Provider(PAUSED))
    world.run()
    [request] = world.requests()
    world.set_status(request, Status.INCOMPLETE, reason="KK belum ada")
    world.run()
    world.advance(seconds=30)
    assert [type(one.content).__name__ for one in world.whatsapp.attempts] == ["FreeText", "Template", "FreeText"]
    assert world.sms.attempts == []


def test_two_who_would_probe_at_once_send_one_probe() -> None:
    def begin() -> World:
        world = World(Provider(TOKEN_EXPIRED))
        for number in range(3):
            world.say("halo", sender=f"62812000000{number:02d}")
        world.run()
        world.clock.now += timedelta(minutes=1, seconds=2)
        return world

    calm = begin()
    for position in range(len(operations(calm.store, partial(calm.deliver, calm.notices()[0].id)))):
        world = begin()
        first, second, *_ = (one.id for one in world.notices())
        before = len(world.whatsapp.attempts)
        with disturbed(world.store, position, "before", partial(world.deliver, second)):
            world.deliver(first)
        assert len(world.whatsapp.attempts) == before + 1


@pytest.mark.parametrize("minutes", [1, 1.5, 2])
def test_a_single_notice_is_not_kept_waiting_by_probing_itself(minutes: float) -> None:
    """Its turn to probe comes with every tick, in a quiet hour."""
    world = owing(1, Provider(TOKEN_EXPIRED))
    world.run()
    for _ in range(3):
        world.advance(minutes=minutes)
    assert len(world.whatsapp.attempts) == 1
    assert len(world.sms.arrivals) == 1


def test_a_template_that_is_refused_though_none_was_sent_goes_by_sms() -> None:
    world = owing(1, lambda _message: PAUSED)
    world.run()
    for _ in range(3):
        world.advance(minutes=1)
    assert len(world.whatsapp.attempts) == 1
    assert len(world.sms.arrivals) == 1
    assert world.items("CIRCUITS#") == []


def test_a_number_that_is_reported_down_is_gone_around_and_alarms_once() -> None:
    """WhatsApp accepts, and tells later that nobody paid."""
    world = owing(5)
    world.run()
    for one in world.notices():
        world.report("failed", f"{one.id}#1", 131042)
    world.advance(seconds=30)
    assert len(world.sms.arrivals) == 5
    assert world.metrics.named("CircuitOpened") == [1]
    world.report("failed", f"{world.notices()[0].id}#1", 131042)
    world.advance(minutes=5)
    assert world.metrics.named("CircuitOpened") == [1], "a repeat of a report opens nothing"
    assert len(world.whatsapp.attempts) == 5


def test_what_no_sms_can_say_ends_though_its_probes_are_accepted_and_reported_failed() -> None:
    world = World()
    world.say("halo")
    world.run()
    [notice] = world.notices()
    for _ in range(200):
        after = world.notice(notice.id)
        world.report("failed", f"{after.id}#{after.attempt}", 131042)
        world.advance(minutes=1)
    assert world.notice(notice.id).state is State.FAILED


def test_an_sms_chosen_at_the_last_moment_is_never_repeated_when_nobody_knows_of_it() -> None:
    """The number is down, so it goes by SMS at once; the function dies, and the ledger must know that it was an SMS."""
    for step in (KILLED_BEFORE, KILLED_AFTER, LOST_AFTER):
        world = World(Provider(TOKEN_EXPIRED), [ACCEPTED, step])
        for number in range(2):
            photo = payloads.photo(at=world.seconds, sender=f"62812000000{number:02d}")
            world.receive(payloads.envelope(payloads.value(photo)))
        first, second = world.notices()
        world.deliver(first.id)
        world.clock.now += timedelta(seconds=10)
        world.deliver(first.id)
        with suppress(Killed):
            world.deliver(second.id)
        for _ in range(40):
            world.advance(minutes=1)
        assert (world.notice(second.id).channel, world.notice(second.id).state) == (Channel.SMS, State.UNKNOWN)
        assert len(world.sms.attempts) == 2


def test_a_claim_that_was_lost_while_an_sms_was_chosen_sends_none() -> None:
    def begin() -> tuple[World, str]:
        world = owing(2, Provider(TOKEN_EXPIRED))
        first, second = world.notices()
        world.deliver(first.id)
        return world, second.id

    world, notice_id = begin()
    position = len(operations(world.store, partial(world.deliver, notice_id))) - 2
    world, notice_id = begin()
    with disturbed(world.store, position, "before", partial(world.report, "delivered", f"{notice_id}#1")) as struck:
        world.deliver(notice_id)
    assert struck == ["put"]
    assert world.notice(notice_id).state is State.DELIVERED
    assert world.sms.attempts == []
    assert [item["mills"] for item in world.items("SPEND#")] == [0]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_circuit_whose_opening_failed_is_opened_by_the_next(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = owing(3, Provider(TOKEN_EXPIRED))
    for position in range(len(operations(calm.store, partial(calm.deliver, calm.notices()[0].id)))):
        world = owing(3, Provider(TOKEN_EXPIRED))
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            world.deliver(world.notices()[0].id)
        world.run()
        for _ in range(30):
            world.advance(seconds=58)
        assert {one.state for one in world.notices()} == {State.ACCEPTED}
        assert len(world.items("CIRCUITS#")) == 1
