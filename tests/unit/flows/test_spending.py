"""A day's SMS never cost more than the office is willing to pay; what waits goes the next day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.catalogue import SmsTerms
from chalicelib.domain.delivery import Remedy
from chalicelib.domain.notice import Channel, State
from tests.data import payloads
from tests.fakes.providers import LOST_AFTER, LOST_BEFORE, NEVER_LEFT, FakeWhatsApp, Step, refused
from tests.fakes.world import START, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising, wait_for_all

DAY = 3


def owing(count: int, sms: Any = ()) -> World:
    """So many residents without WhatsApp are owed an answer, at an office that pays for three SMS a day."""
    world = World(lambda _message: refused("131026", Remedy.SMS), sms)
    office = world.parts.offices["1801"]
    vars(world.parts).update(offices={"1801": replace(office, sms=SmsTerms("DUKCAPIL", 350, 350 * DAY + 349))})
    for number in range(count):
        photo = payloads.photo(at=world.seconds, sender=f"62812000000{number:02d}")
        world.receive(payloads.envelope(payloads.value(photo)))
    world.run()
    return world


def test_past_the_days_sum_sms_wait_for_the_next_day() -> None:
    world = owing(5)
    for _ in range(3):
        world.advance(minutes=1)
    assert len(world.sms.arrivals) == DAY
    assert sorted(one.state for one in world.notices()) == [State.ACCEPTED] * DAY + [State.HELD] * 2
    assert world.metrics.named("SmsBudgetReached")
    while world.clock.now < START.replace(hour=16, minute=29):
        world.advance(minutes=30)
    assert len(world.sms.arrivals) == DAY, "it is not midnight in Kalianda yet"
    for _ in range(3):
        world.advance(minutes=30)
    assert len(world.sms.arrivals) == 5


def test_the_sum_is_the_days() -> None:
    world = owing(2)
    world.advance(minutes=1)
    [item] = world.items("SPEND#")
    assert (item["pk"], item["sk"], item["mills"]) == ("SPEND#1801", "DAY#2026-11-24", 700)


def test_two_who_pay_at_once_pay_twice() -> None:
    """Whatever one of them is at when the other comes."""
    calm = owing(2)
    calm.clock.now = START.replace(minute=1)
    for position in range(len(operations(calm.store, partial(calm.deliver, calm.notices()[0].id)))):
        world = owing(2)
        world.clock.now = START.replace(minute=1)
        first, second = (one.id for one in world.notices())
        with disturbed(world.store, position, "before", partial(world.deliver, second)) as struck:
            world.deliver(first)
        assert struck
        assert len(world.sms.arrivals) == 2
        assert [item["mills"] for item in world.items("SPEND#")] == [700]


def test_many_at_once_spend_no_more_than_the_sum() -> None:
    world, count = owing(8), 8
    world.clock.now = START.replace(minute=1)
    ids = [one.id for one in world.notices()]
    wait_for_all(world.store, count, "put")
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda one: world.parts.deliver(one, f"owner of {one}"), ids))
    assert len(world.sms.attempts) == DAY
    [item] = world.items("SPEND#")
    assert item["mills"] == 350 * DAY


@pytest.mark.parametrize(
    "step", [refused("Throttling", Remedy.THROTTLED), refused("InvalidParameter", Remedy.OUR_FAULT), NEVER_LEFT]
)
def test_an_sms_that_nobody_took_is_not_paid_for(step: Step) -> None:
    world = owing(2, lambda _message: step)
    for _ in range(30):
        world.advance(minutes=1)
    assert len(world.sms.attempts) >= 2
    assert [item["mills"] for item in world.items("SPEND#")] == [0]
    assert sum(world.metrics.named("SmsSpend")) == pytest.approx(0)


def test_what_may_have_been_taken_is_paid_for() -> None:
    world = owing(2, [LOST_BEFORE, LOST_AFTER])
    for _ in range(30):
        world.advance(minutes=1)
    assert [item["mills"] for item in world.items("SPEND#")] == [700]


def test_a_number_that_is_back_needs_not_wait_for_the_next_days_sms() -> None:
    """Its circuit is open and the day's sum spent: it is looked at again before midnight."""
    world = owing(DAY)
    world.advance(minutes=1)
    assert len(world.sms.arrivals) == DAY
    vars(world.parts).update(whatsapp=FakeWhatsApp([refused("190", Remedy.CHANNEL_DOWN)]))
    vars(world.parts).pop("deliver")
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender="6281200000099"))))
    world.run()
    for _ in range(20):
        world.advance(minutes=1)
    assert len(world.sms.arrivals) == DAY
    assert world.notices()[-1].state is State.ACCEPTED
    assert world.notices()[-1].channel is Channel.WHATSAPP


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_sent_is_counted_whatever_fails(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = owing(1)
    calm.clock.now = START.replace(minute=1)
    for position in range(len(operations(calm.store, partial(calm.deliver, calm.notices()[0].id)))):
        world = owing(1)
        world.clock.now = START.replace(minute=1)
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            world.deliver(world.notices()[0].id)
        for _ in range(15):
            world.advance(minutes=1)
        spent = sum(int(str(item["mills"])) for item in world.items("SPEND#"))
        assert spent >= 350 * len(world.sms.attempts)
        assert len(world.sms.attempts) <= 1
