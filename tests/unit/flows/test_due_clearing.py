"""What has been kept for long enough goes, a little with each tick; what cannot go now holds nobody up, and is tried again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import NotNow
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Request, Status
from chalicelib.flows.due_clearing import AGAIN, MOST_PER_OFFICE
from chalicelib.ports import Channel, Update
from chalicelib.table import clearing, requests
from tests.data import payloads
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

A_SECOND = timedelta(seconds=1)
MONTH = timedelta(days=30)
ALL_SERVICES = "100000000000009"


def sends_photo(world: World, sender: str = payloads.SITI, number: str = payloads.KTP) -> None:
    """A resident sends a photo of their own, which is fetched."""
    photo = payloads.message("image", {"id": f"photo of {sender}"}, at=world.seconds, sender=sender)
    world.receive(payloads.envelope(payloads.value(photo, number=number)))
    world.run()


def closed(world: World, sender: str = payloads.SITI) -> Request:
    """A request that has come to its end, with a photo of its chat that is kept."""
    sends_photo(world, sender)
    [request] = [one for one in world.requests() if not one.closed]
    return world.set_status(request, Status.CANCELLED)


def loose(count: int, world: World) -> World:
    """So many people have sent a photo to a number for all services, and said nothing."""
    vars(world.secrets.values)["channels"] = {**world.secrets.values.channels, ALL_SERVICES: Channel("1801", None)}
    for number in range(count):
        sends_photo(world, f"62812010{number:05d}", ALL_SERVICES)
    assert world.requests() == []
    return world


def says_what_for(world: World) -> Request:
    """The first of them opens a request, a minute later."""
    world.clock.now += timedelta(minutes=1)
    world.say("OPEN:KTP", number=ALL_SERVICES, sender="6281201000000")
    world.run()
    [request] = world.requests()
    return request


def cleared(world: World) -> list[bool]:
    return ["cleared_at" in item for item in world.items("CONTACT#", "MSG#")]


def bucket_fails(world: World, error: Exception, times: int = 1_000_000) -> list[str]:
    """The bucket refuses so many deletions; yields one entry for each try."""
    tries: list[str] = []

    def fail(moment: str, operation: str) -> None:
        if (moment, operation) == ("before", "delete"):
            tries.append(operation)
            if len(tries) <= times:
                raise error

    world.files.faults = fail
    return tries


def still_due(world: World) -> int:
    return len(world.store.query_index("due", clearing.due_pk("1801")))


def test_the_chat_of_a_closed_request_is_cleared_once_the_offices_time_for_it_is_over() -> None:
    world = World()
    request = closed(world)
    world.clock.now += MONTH
    world.parts.sweep()
    assert (cleared(world), len(world.files.kept)) == ([False], 1)
    world.clock.now += A_SECOND
    world.parts.sweep()
    assert (cleared(world), len(world.files.kept)) == ([True], 0)
    assert world.requests() == [replace(request, look_at=None)]
    assert operations(world.store, world.parts.due_clearing) == ["query_index"]


@pytest.mark.parametrize("people", [closed, lambda world: loose(1, world)], ids=["request", "photo"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_clearing_that_dies_anywhere_is_made_good_when_it_is_due_again(fault: str, people: Callable[[World], object]) -> None:
    moment, error = FAULTS[fault]
    calm = World()
    people(calm)
    calm.clock.now += MONTH + A_SECOND
    for position in range(len(operations(calm.store, calm.parts.due_clearing))):
        world = World()
        people(world)
        world.clock.now += MONTH + A_SECOND
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            world.parts.due_clearing()
        assert struck
        world.clock.now += AGAIN + A_SECOND
        world.parts.due_clearing()
        assert (cleared(world), world.files.kept, still_due(world)) == ([True], {}, 0)


def test_two_sweeps_at_once_clear_once() -> None:
    calm = World()
    closed(calm)
    calm.clock.now += MONTH + A_SECOND
    for position in range(len(operations(calm.store, calm.parts.due_clearing))):
        world = World()
        closed(world)
        world.clock.now += MONTH + A_SECOND
        tries = bucket_fails(world, TransientError("S3"), times=0)
        with disturbed(world.store, position, "before", world.parts.due_clearing) as struck:
            world.parts.due_clearing()
        assert struck
        assert (cleared(world), len(tries), still_due(world)) == ([True], 1, 0)


def test_a_file_that_nobody_may_delete_stops_no_other() -> None:
    world = loose(3, World())
    world.clock.now += MONTH + A_SECOND
    bucket_fails(world, PermissionError("AccessDenied"), times=1)
    with pytest.raises(PermissionError):
        world.parts.due_clearing()
    assert sorted(cleared(world)) == [False, True, True]
    world.clock.now += AGAIN
    world.parts.due_clearing()
    assert cleared(world).count(False) == 1, "it keeps nobody busy each minute"
    world.clock.now += A_SECOND
    world.parts.due_clearing()
    assert (cleared(world), world.files.kept) == ([True] * 3, {})


@pytest.mark.parametrize("error", [TransientError("S3"), PermissionError("AccessDenied")])
def test_what_cannot_be_cleared_is_not_parked_but_tried_again(error: Exception) -> None:
    world = World()
    closed(world)
    world.clock.now += MONTH + A_SECOND
    bucket_fails(world, error, times=1)
    with pytest.raises(type(error)):
        world.parts.due_clearing()
    assert world.items("QUARANTINE#") == []
    world.clock.now += AGAIN + A_SECOND
    world.parts.due_clearing()
    assert (cleared(world), world.files.kept, still_due(world)) == ([True], {}, 0)


def test_a_bucket_that_is_down_is_tried_once_a_tick_and_by_another_file_each_time() -> None:
    world = loose(2, World())
    world.clock.now += MONTH + A_SECOND
    tries = bucket_fails(world, TransientError("S3"))
    for tick in (1, 2):
        with pytest.raises(TransientError):
            world.parts.due_clearing()
        assert len(tries) == tick
    assert world.parts.due_clearing() == 0
    assert len(tries) == 2


def test_a_request_that_cannot_be_read_is_out_of_the_way_and_kept_for_a_person() -> None:
    world = World()
    spoiled = closed(world)
    closed(world, "6281200000002")
    world.store.update(Update(requests.key(spoiled.id), set_={"status": "lost in thought"}))
    world.clock.now += MONTH + A_SECOND
    assert world.parts.due_clearing() == 1
    assert "due_at" not in (world.store.get(requests.key(spoiled.id)) or {})
    assert len(world.items("QUARANTINE#")) == 1


def test_so_many_are_tried_in_a_tick_whatever_comes_of_it() -> None:
    world = loose(MOST_PER_OFFICE + 1, World())
    world.clock.now += MONTH + A_SECOND
    tries = bucket_fails(world, PermissionError("AccessDenied"), times=3)
    with pytest.raises(PermissionError):
        world.parts.due_clearing()
    assert len(tries) == MOST_PER_OFFICE
    assert cleared(world).count(True) == MOST_PER_OFFICE - 3
    assert world.parts.due_clearing() == 1


def test_no_note_and_no_file_waits_for_a_bucket_that_fails() -> None:
    world = loose(MOST_PER_OFFICE, World())
    for number in range(MOST_PER_OFFICE):
        closed(world, f"62812000{number:05d}")
    sends_photo(world, "6281200000099")
    world.clock.now += MONTH - timedelta(minutes=3)
    world.source.files["photo of 6281200000098"] = NotNow("http_500")
    sends_photo(world, "6281200000098")
    world.clock.now += timedelta(minutes=4)
    bucket_fails(world, PermissionError("AccessDenied"))
    with pytest.raises(PermissionError):
        world.parts.sweep()
    assert [one.kind for one in world.notices() if one.kind is Kind.PROGRESS] == [Kind.PROGRESS]
    assert len(world.media_queue.take()) == 1


def test_one_offices_trouble_stops_no_others() -> None:
    world = World(more_offices=("0000",))
    closed(world)
    world.clock.now += MONTH + A_SECOND
    with disturbed(world.store, 0, "before", raising(PermissionError)), pytest.raises(PermissionError):
        world.parts.due_clearing()
    assert cleared(world) == [True]


def test_a_photo_that_was_sent_before_its_request_was_opened_is_there_as_long_as_the_requests_own() -> None:
    world = loose(2, World())
    request = says_what_for(world)
    for _ in range(40):
        world.clock.now += timedelta(days=1)
        world.parts.due_clearing()
    assert len(world.files.kept) == 1, "the other's is gone"
    assert len(world.parts.reading.file(world.officer, request.id).links) == 1

    world.set_status(request, Status.CANCELLED)
    world.clock.now += MONTH - A_SECOND
    world.parts.due_clearing()
    assert len(world.files.kept) == 1
    world.clock.now += 2 * A_SECOND
    world.parts.due_clearing()
    assert (world.files.kept, still_due(world)) == ({}, 0)


def test_a_photo_of_no_request_is_not_looked_at_each_minute_while_its_sender_has_a_request_open() -> None:
    world = loose(1, World())
    says_what_for(world)
    world.clock.now += MONTH + A_SECOND
    world.parts.due_clearing()
    world.clock.now += timedelta(hours=23)
    assert operations(world.store, world.parts.due_clearing) == ["query_index"]
