"""However a delivery dies, repeats or runs twice: nobody is told twice while a report may come, and nobody is forgotten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.delivery import Remedy
from chalicelib.domain.ledger import LEASE, REPORT_WAIT
from chalicelib.domain.notice import Channel, Notice, State
from chalicelib.domain.request import Status
from tests.data import payloads
from tests.fakes.providers import (
    ACCEPTED,
    KILLED_AFTER,
    KILLED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    NEVER_LEFT,
    Killed,
    Step,
    refused,
)
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising, wait_for_all

UNDELIVERABLE = refused("131026", Remedy.SMS)
# Long enough for the lease and the wait, not for a second one.
SEVERAL_MINUTES = LEASE + REPORT_WAIT + timedelta(minutes=5)


def by_whatsapp(script: Any = (), sms: Any = ()) -> World:
    """Siti wrote a first photo, and is owed its answer."""
    world = World(script, sms)
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    world.dispatch(world.new_records())
    return world


def by_sms(sms: Any = ()) -> World:
    """The same, but WhatsApp said that it does not reach her: the SMS is next."""
    world = by_whatsapp([UNDELIVERABLE], sms)
    deliver(world)
    world.clock.now += timedelta(seconds=1)
    return world


def by_template(script: Any = (), sms: Any = ()) -> World:
    """She is owed a change that must arrive; the circuits, the later notices and the budget are looked at, too."""
    world = World(script, sms)
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    [request] = world.requests()
    world.set_status(request, Status.INCOMPLETE, reason="KK belum ada")
    world.dispatch(world.new_records())
    return world


def only(world: World) -> Notice:
    """The notice that is next."""
    return world.notices()[-1] if len(world.notices()) == 1 else world.notice(f"{world.requests()[0].id}.2")


def deliver(world: World) -> None:
    world.deliver(only(world).id)


def sent(world: World) -> int:
    return len(world.whatsapp.attempts) + len(world.sms.attempts)


def wait(world: World, time: timedelta) -> None:
    """Time passes, with a tick each minute and the queue's messages coming twice."""
    end = world.clock.now + time
    while world.clock.now < end:
        world.clock.now += timedelta(minutes=1)
        world.parts.sweep()
        ids = world.queue.take() * 2
        for notice_id in ids:
            world.deliver(notice_id)


BEGIN: dict[str, Callable[[], World]] = {"whatsapp": by_whatsapp, "sms": by_sms, "template": by_template}


@pytest.mark.parametrize("begin", BEGIN)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_delivery_that_dies_at_any_store_operation_is_told_once_while_a_report_may_come(begin: str, fault: str) -> None:
    calm = BEGIN[begin]()
    names = operations(calm.store, partial(deliver, calm))
    moment, error = FAULTS[fault]
    for position, name in enumerate(names):
        world = BEGIN[begin]()
        before = sent(world)
        with disturbed(world.store, position, moment, raising(error)) as struck, suppress(*STRUCK):
            deliver(world)
        assert struck
        crashed_at = world.clock.now
        for _ in range(3):
            deliver(world)
        while world.clock.now + timedelta(minutes=1) < crashed_at + REPORT_WAIT:
            wait(world, timedelta(minutes=1))
            assert sent(world) <= before + 1, f"told twice after {fault} at {position}, {name}"

        wait(world, SEVERAL_MINUTES)
        notice = only(world)
        if notice.channel is Channel.SMS and notice.state is State.UNKNOWN:
            assert notice.due_at is None, "an SMS whose outcome nobody can know is for staff to see"
            assert world.parts.telling.page(world.officer, State.UNKNOWN, 10, "")[0] == [notice]
        else:
            assert notice.state is State.ACCEPTED, f"{fault} at {position}, {name}"
            assert sent(world) > before
        assert sent(world) <= before + 2


@pytest.mark.parametrize("step", [KILLED_BEFORE, KILLED_AFTER, LOST_BEFORE, LOST_AFTER])
def test_a_send_whose_outcome_is_unknown_is_repeated_once_after_the_wait_and_no_more(step: Step) -> None:
    world = by_whatsapp(lambda _message: step)
    for _ in range(3):
        with suppress(Killed):
            deliver(world)
    asked = world.clock.now
    while world.clock.now + timedelta(minutes=1) < asked + REPORT_WAIT:
        with suppress(Killed):
            wait(world, timedelta(minutes=1))
        assert sent(world) == 1
    for _ in range(60):
        with suppress(Killed):
            wait(world, timedelta(minutes=1))
    assert [one.callback.rpartition("#")[2] for one in world.whatsapp.attempts] == ["1", "2"]
    assert (only(world).state, only(world).due_at) == (State.UNKNOWN, None)
    assert world.parts.telling.page(world.officer, State.UNKNOWN, 10, "")[0] == [only(world)]
    assert world.sms.attempts == []


@pytest.mark.parametrize("step", [KILLED_AFTER, LOST_AFTER])
@pytest.mark.parametrize("word", ["sent", "delivered", "read"])
def test_the_report_of_a_send_whose_outcome_was_unknown_ends_the_wait(step: Step, word: str) -> None:
    world = by_whatsapp([step])
    with suppress(Killed):
        deliver(world)
    world.report(word, f"{only(world).id}#1")
    wait(world, timedelta(hours=1))
    assert only(world).state == word
    assert sent(world) == 1


@pytest.mark.parametrize("step", [KILLED_BEFORE, KILLED_AFTER, LOST_BEFORE, LOST_AFTER])
def test_an_sms_whose_outcome_is_unknown_is_never_repeated(step: Step) -> None:
    world = by_sms([step])
    with suppress(Killed):
        deliver(world)
    for _ in range(60):
        wait(world, timedelta(minutes=1))
        deliver(world)
    assert len(world.sms.attempts) == 1
    assert (only(world).state, only(world).due_at) == (State.UNKNOWN, None)


def test_a_connection_that_was_never_made_is_tried_again_soon() -> None:
    world = by_whatsapp([NEVER_LEFT, NEVER_LEFT])
    deliver(world)
    wait(world, timedelta(minutes=3))
    assert only(world).state is State.ACCEPTED
    assert sent(world) == 3


@pytest.mark.parametrize("begin", BEGIN)
def test_trouble_with_the_table_before_the_send_costs_a_minute_and_not_the_lease(begin: str) -> None:
    calm, world = BEGIN[begin](), BEGIN[begin]()
    before = sent(world)
    read = operations(calm.store, partial(deliver, calm)).index("get_many")
    with disturbed(world.store, read, "before", raising(STRUCK[0])) as struck, pytest.raises(STRUCK):
        deliver(world)
    assert struck == ["get_many"]
    world.clock.now += timedelta(seconds=31)
    deliver(world)
    assert sent(world) == before + 1
    assert only(world).state is State.ACCEPTED


def test_an_owner_that_gives_its_claim_back_too_late_takes_nothing_from_the_next() -> None:
    world = by_whatsapp()

    def faults(moment: str, operation: str) -> None:
        if (moment, operation) == ("before", "get_many"):
            world.store.faults = when_it_gives_back
            raise STRUCK[0]

    def when_it_gives_back(moment: str, operation: str) -> None:
        if (moment, operation) == ("before", "put"):
            world.store.faults = lambda _moment, _operation: None
            wait(world, timedelta(minutes=15))
            assert (only(world).state, only(world).attempt) == (State.ACCEPTED, 2)

    world.store.faults = faults
    with pytest.raises(STRUCK):
        deliver(world)
    assert (only(world).state, only(world).attempt) == (State.ACCEPTED, 2)
    wait(world, timedelta(hours=1))
    assert sent(world) == 1


@pytest.mark.parametrize("begin", BEGIN)
def test_two_at_the_same_notice_send_it_once(begin: str) -> None:
    calm = BEGIN[begin]()
    for position in range(len(operations(calm.store, partial(deliver, calm)))):
        world = BEGIN[begin]()
        before = sent(world)
        with disturbed(world.store, position, "before", partial(deliver, world)) as struck:
            deliver(world)
        assert struck
        assert sent(world) == before + 1
        assert only(world).state is State.ACCEPTED


@pytest.mark.parametrize("begin", BEGIN)
def test_eight_at_the_same_notice_send_it_once(begin: str) -> None:
    world, count = BEGIN[begin](), 8
    notice_id, before = only(world).id, sent(world)
    wait_for_all(world.store, count, "put")
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda number: world.parts.deliver(notice_id, f"owner {number}"), range(count)))
    assert sent(world) == before + 1
    assert only(world).state is State.ACCEPTED


def test_the_queue_and_the_sweep_at_once_send_it_once() -> None:
    world = by_whatsapp()
    world.clock.now += timedelta(minutes=5)
    world.parts.sweep()
    for notice_id in [*world.queue.take(), only(world).id]:
        world.deliver(notice_id)
    assert sent(world) == 1


def test_a_claim_that_was_written_though_its_answer_was_lost_is_ones_own() -> None:
    world = by_whatsapp()
    notice_id = only(world).id
    with disturbed(world.store, 1, "after", raising(Killed)), pytest.raises(Killed):
        world.parts.deliver(notice_id, "the same invocation")
    world.parts.deliver(notice_id, "the same invocation")
    assert sent(world) == 1


def test_a_slow_owner_whose_lease_is_over_records_what_it_did() -> None:
    """The sweep gave it up while it was sending; the resend, if there is one, is another attempt."""
    world: World

    def slow(_message: object) -> Step:
        world.clock.now += LEASE + timedelta(minutes=1)
        world.parts.sweep()
        assert only(world).state is State.UNKNOWN
        return ACCEPTED

    world = by_whatsapp(slow)
    deliver(world)
    assert only(world).state is State.ACCEPTED
    wait(world, timedelta(hours=1))
    assert sent(world) == 1


def test_an_answer_that_is_recorded_after_the_resend_changes_nothing_of_it() -> None:
    world = by_whatsapp([UNDELIVERABLE])
    record = operations_of_deliver() - 1

    def fifteen_minutes_pass() -> None:
        wait(world, timedelta(minutes=15))
        assert (only(world).state, only(world).attempt) == (State.ACCEPTED, 2)

    with disturbed(world.store, record, "before", fifteen_minutes_pass) as struck:
        deliver(world)
    assert struck == ["put"]
    assert (only(world).state, only(world).attempt) == (State.ACCEPTED, 2)
    assert [one.code for one in only(world).attempts if one.number == 1][-1] == "131026"
    wait(world, timedelta(hours=1))
    assert world.sms.attempts == []


def operations_of_deliver() -> int:
    calm = by_whatsapp()
    return len(operations(calm.store, partial(deliver, calm)))


@pytest.mark.parametrize("step", [ACCEPTED, UNDELIVERABLE, LOST_AFTER, NEVER_LEFT])
@pytest.mark.parametrize("fault", ["refused before", "answer lost after"])
def test_whatever_came_of_a_send_is_not_forgotten_when_it_cannot_be_recorded_at_once(step: Step, fault: str) -> None:
    """At most one channel carries it until its fate is known, and in the end it is told or seen by staff."""
    moment, error = FAULTS[fault]
    calm = by_template([step])
    names = operations(calm.store, partial(deliver, calm))
    record = len(names) - 1 - names[::-1].index("put")
    world = by_template([step])
    with disturbed(world.store, record, moment, raising(error)) as struck, pytest.raises(STRUCK):
        deliver(world)
    assert struck == ["put"]
    while world.clock.now < calm.clock.now + REPORT_WAIT - timedelta(minutes=1):
        wait(world, timedelta(minutes=1))
        assert len(world.whatsapp.arrivals) + len(world.sms.arrivals) <= 1
    wait(world, timedelta(hours=1))
    assert only(world).state is State.ACCEPTED
    assert len(world.sms.arrivals) <= 1
