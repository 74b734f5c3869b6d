"""What time made due comes back to the queue; what is lost is found; what cannot be read is out of the way."""

from datetime import timedelta
from functools import partial

import pytest

from chalicelib.domain.delivery import Remedy
from chalicelib.domain.errors import TransientError
from chalicelib.domain.ledger import LEASE, REPORT_WAIT
from chalicelib.domain.notice import FIRST_DUE, Kind, Notice, State
from chalicelib.flows.due_notices import MOST_PER_OFFICE
from chalicelib.flows.sweep import Sweep
from chalicelib.ports import Key, Put, Update
from chalicelib.table import notices
from tests.data import payloads
from tests.fakes.providers import KILLED_BEFORE, FakeQueue, Killed, refused
from tests.fakes.world import START, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising


def owing(count: int = 1, world: World | None = None) -> World:
    """So many residents are owed an answer, of which neither stream nor queue knows."""
    world = world or World()
    for number in range(count):
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=f"6281200{number:06d}"))))
    return world


def tick(world: World) -> list[str]:
    """A minute's tick; what it put on the queue."""
    world.parts.sweep()
    return sorted(world.queue.take())


def ids(world: World) -> list[str]:
    return sorted(one.id for one in world.notices())


def only(world: World) -> Notice:
    [notice] = world.notices()
    return notice


def test_a_notice_that_the_stream_missed_is_queued_when_it_is_due_and_not_before() -> None:
    world = owing(3)
    for _ in range(2):
        assert tick(world) == []
        world.clock.now += timedelta(minutes=1)
    world.clock.now += timedelta(milliseconds=1)
    assert tick(world) == ids(world)


def test_a_queued_notice_is_not_queued_again_until_it_is_due_again() -> None:
    world = owing(3)
    world.clock.now += FIRST_DUE + timedelta(seconds=1)
    assert tick(world) == ids(world)
    assert tick(world) == []
    world.clock.now += timedelta(minutes=1)
    assert tick(world) == []
    world.clock.now += timedelta(minutes=1, seconds=1)
    assert tick(world) == ids(world), "the queue's message was lost"


def test_the_due_time_is_moved_before_the_notice_is_queued() -> None:
    seen = []

    class Watching(FakeQueue):
        def enqueue(self, notice_ids: object) -> None:
            seen.append([world.notice(str(one)).due_at for one in notice_ids])  # type: ignore[attr-defined]

    world = World()
    vars(world.parts).update(queue=Watching())
    owing(3, world)
    world.clock.now += timedelta(minutes=3)
    world.parts.sweep()
    assert seen == [[world.clock.now + FIRST_DUE] * 3]


@pytest.mark.parametrize("reached", [0, 1, 2])
def test_a_queue_that_fails_loses_nothing(reached: int) -> None:
    world = World()
    queue = FakeQueue([reached])
    vars(world.parts).update(queue=queue)
    owing(3, world)
    world.clock.now += timedelta(minutes=3)
    with pytest.raises(TransientError):
        world.parts.sweep()
    found = set(queue.take())
    for _ in range(3):
        world.clock.now += timedelta(minutes=1)
        world.parts.sweep()
        found |= set(queue.take())
    assert sorted(found) == ids(world)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sweep_that_dies_anywhere_is_made_good_by_the_next_ones(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = owing(3)
    calm.clock.now += timedelta(minutes=3)
    for position in range(len(operations(calm.store, calm.parts.sweep))):
        world = owing(3)
        world.clock.now += timedelta(minutes=3)
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            world.parts.sweep()
        assert struck
        for _ in range(4):
            world.advance(minutes=1)
        assert {one.state for one in world.notices()} == {State.ACCEPTED}
        assert len(world.whatsapp.attempts) == 3


def test_two_sweeps_at_once_queue_each_notice_once() -> None:
    calm = owing(3)
    calm.clock.now += timedelta(minutes=3)
    for position in range(len(operations(calm.store, calm.parts.sweep))):
        world = owing(3)
        world.clock.now += timedelta(minutes=3)
        with disturbed(world.store, position, "before", world.parts.sweep) as struck:
            world.parts.sweep()
        assert struck
        assert sorted(world.queue.take()) == ids(world)


def test_a_sweep_and_a_delivery_at_once_send_once() -> None:
    calm = owing()
    calm.clock.now += timedelta(minutes=3)
    for position in range(len(operations(calm.store, calm.parts.sweep))):
        world = owing()
        world.clock.now += timedelta(minutes=3)
        with disturbed(world.store, position, "before", partial(world.deliver, only(world).id)):
            world.parts.sweep()
        for notice_id in world.queue.take():
            world.deliver(notice_id)
        world.advance(minutes=3)
        assert len(world.whatsapp.attempts) == 1
        assert only(world).state is State.ACCEPTED


def test_an_expired_claim_becomes_unknown_and_is_not_queued_before_a_report_may_have_come() -> None:
    world = owing(world=World([KILLED_BEFORE]))
    with pytest.raises(Killed):
        world.deliver(only(world).id)
    for _ in range(2):
        assert tick(world) == []
        assert only(world).state is State.CLAIMED, "a delivery may run for a minute, and nobody else may send meanwhile"
        world.clock.now += timedelta(seconds=60) if world.clock.now == START else LEASE - timedelta(seconds=61)
    world.clock.now += timedelta(seconds=2)
    assert tick(world) == []
    assert (only(world).state, only(world).reason, only(world).owner) == (State.UNKNOWN, "lease_expired", None)
    asked = world.clock.now
    while world.clock.now < asked + REPORT_WAIT - timedelta(minutes=1):
        world.clock.now += timedelta(minutes=1)
        assert tick(world) == []
    world.clock.now += timedelta(minutes=1, seconds=1)
    assert tick(world) == ids(world)


def test_what_is_settled_is_never_due_again() -> None:
    world = owing(3)
    world.run()
    for one in ids(world):
        world.report("read", f"{one}#1")
    assert world.store.query_index("due", "1801") == []


def test_what_whatsapp_never_reports_on_is_seen_by_staff_once_whatsapp_has_given_up() -> None:
    world = owing()
    world.run()
    assert only(world).state is State.ACCEPTED
    opened = only(world).id
    world.advance(days=29)
    assert world.notice(opened).state is State.ACCEPTED
    world.advance(days=1, seconds=1)
    ended = world.notice(opened)
    assert (ended.state, ended.reason, ended.due_at) == (State.FAILED, "silent", None)
    assert [one.callback for one in world.whatsapp.attempts].count(f"{opened}#1") == 1
    assert world.sms.attempts == []


def test_what_is_not_before_later_is_not_queued_earlier() -> None:
    world = owing(world=World([refused("130429", Remedy.THROTTLED)]))
    world.deliver(only(world).id)
    assert only(world).not_before == only(world).due_at
    world.clock.now += timedelta(seconds=29)
    assert tick(world) == []
    world.clock.now += timedelta(seconds=60)
    assert tick(world) == ids(world)


def spoil(world: World, notice: Notice, **attributes: str) -> None:
    key = notices.key(notice.id)
    world.store.update(Update(Key(*key), set_=attributes))


@pytest.mark.parametrize("attributes", [{"state": "lost in thought"}, {"caused_at": "yesterday"}, {"channel": "pigeon"}])
def test_a_notice_that_cannot_be_read_is_taken_out_of_the_way_and_kept_for_a_person(attributes: dict[str, str]) -> None:
    world = owing(3)
    spoiled, *others = world.notices()
    spoil(world, spoiled, **attributes)
    world.clock.now += timedelta(minutes=3)
    assert tick(world) == sorted(one.id for one in others)
    [mark] = world.items("QUARANTINE#")
    assert mark["kind"] == "unreadable_due_item"
    assert str(mark["raw"]).split() == list(notices.key(spoiled.id))
    world.clock.now += timedelta(minutes=3)
    assert tick(world) == sorted(one.id for one in others)
    [item] = world.items(notices.key(spoiled.id).pk, notices.PREFIX)
    assert "due_at" not in item
    assert all(item[name] == value for name, value in attributes.items()), "it is kept as it is"


@pytest.mark.parametrize("fault", FAULTS)
def test_parking_is_completed_by_the_next_sweep(fault: str) -> None:
    moment, error = FAULTS[fault]

    def begin() -> World:
        world = owing(2)
        spoil(world, world.notices()[0], state="lost in thought")
        world.clock.now += timedelta(minutes=3)
        return world

    calm = begin()
    for position in range(len(operations(calm.store, calm.parts.sweep))):
        world = begin()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            world.parts.sweep()
        for _ in range(4):
            world.clock.now += timedelta(minutes=1)
            world.parts.sweep()
        assert len(world.queue.take()) >= 1
        assert len(world.items("QUARANTINE#")) == 1


def test_many_that_are_due_are_queued_at_a_bounded_rate_oldest_first() -> None:
    world = World()
    for number in range(MOST_PER_OFFICE + 50):
        owed = replicate(world, number)
        world.store.put(notices.put_new(owed))
    world.clock.now += timedelta(hours=1)
    first = tick(world)
    assert len(first) == MOST_PER_OFFICE
    assert max(first) < "0" * 10 + f".{MOST_PER_OFFICE:032d}"
    world.clock.now += timedelta(minutes=1)
    assert len(tick(world)) == 50


def replicate(world: World, number: int) -> Notice:
    """A notice of its own, due a second after the one before it."""
    due_at = START + timedelta(seconds=number)
    return Notice(
        id=f"0000000000.{number:032d}", kind=Kind.MENU, answer=True, office="1801", contact_id="0000000000",
        phone_number_id=payloads.KTP, caused_at=world.clock.now, due_at=due_at,
    )  # fmt: skip


def two_offices() -> World:
    """One notice is due at 1801, and one at each of two other offices."""
    world = World(more_offices=("1701", "1901"))
    for number, office in enumerate(("1701", "1801", "1901")):
        item = notices.put_new(replicate(world, number)).item
        world.store.put(Put({**item, "office": office, "due_pk": office}))
    world.clock.now += timedelta(minutes=1)
    return world


def test_every_office_is_swept() -> None:
    assert len(tick(two_offices())) == 3


def test_one_offices_trouble_stops_no_others() -> None:
    calm = two_offices()
    names = operations(calm.store, calm.parts.sweep)
    for position in range(len(names)):
        world = two_offices()
        with disturbed(world.store, position, "before", raising(STRUCK[0])), pytest.raises(TransientError):
            world.parts.sweep()
        assert len(world.queue.take()) >= 2, "the others were swept, and the failure was told"


def orphaned() -> World:
    """A report on an attempt that nobody knows of waits, and a notice is due."""
    world = owing()
    world.run()
    world.report("delivered", f"{only(world).id}#2")
    owing(2, world)  # the first of them has a request already
    world.clock.now += timedelta(minutes=3)
    return world


def settle_the_report(world: World) -> None:
    [report] = world.items("EVENT#")
    world.store.update(Update(Key(str(report["pk"]), str(report["sk"])), remove=("due_pk", "due_at")))


def test_a_sweep_does_not_stumble_over_a_report_that_another_settles() -> None:
    calm = orphaned()
    for position in range(len(operations(calm.store, calm.parts.sweep))):
        world = orphaned()
        with disturbed(world.store, position, "before", partial(settle_the_report, world)) as struck:
            world.parts.sweep()
        assert struck
        assert len(world.queue.take()) == 1
        assert "due_at" not in world.items("EVENT#")[0]


@pytest.mark.parametrize("spoiled", ["notice", "report"])
def test_a_report_that_cannot_be_read_or_applied_stops_nothing_and_is_kept(spoiled: str) -> None:
    world = orphaned()
    [report] = world.items("EVENT#")
    first = next(one for one in world.notices() if str(report["callback"]).startswith(one.id))
    if spoiled == "notice":
        spoil(world, first, state="lost in thought")
    else:
        world.store.update(Update(Key(str(report["pk"]), str(report["sk"])), remove=("status",)))
    assert len(tick(world)) == 1
    world.clock.now += timedelta(minutes=10)
    tick(world)
    [report] = world.items("EVENT#")
    assert "due_at" not in report
    marks = [str(one["raw"]) for one in world.items("QUARANTINE#")]
    assert f"{report['pk']} {report['sk']}" in marks


@pytest.mark.parametrize("error", [TransientError("S3"), RuntimeError("AccessDenied")])
def test_one_chores_trouble_stops_no_other_and_is_told_in_the_end(error: Exception) -> None:
    done: list[str] = []

    def fails() -> None:
        raise error

    with pytest.raises(type(error)):
        Sweep([lambda: done.append("first"), fails, lambda: done.append("last")])()

    assert done == ["first", "last"]
