"""The end of a request's chat: its files and its words go, and nothing of another request's."""

from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest

from chalicelib.domain.media import FileState, NotNow
from chalicelib.domain.request import Request, Status
from chalicelib.ports import Channel, Delete, Item
from chalicelib.table import contacts, media
from tests.data import payloads
from tests.fakes.providers import Killed
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

JPEG, OTHER = b"\xff\xd8\xff\xe0 a family card", b"\xff\xd8\xff\xe0 a birth certificate"
SAID = ("text", "media", "file", "raw", "due_pk", "due_at")


def sends(world: World, content: Any, *, number: str = payloads.KTP, caption: str = "ini", sender: str = payloads.SITI) -> None:
    """A resident sends a photo, which is fetched."""
    media_id = f"media-{len(world.items('CONTACT#', 'MSG#'))}"
    world.source.files[media_id] = content
    photo = payloads.message("image", {"id": media_id, "caption": caption}, at=world.seconds, sender=sender)
    world.receive(payloads.envelope(payloads.value(photo, number=number)))
    world.run()


def closed(world: World, service: str = "KTP") -> Request:
    [request] = [one for one in world.requests() if one.service == service]
    return world.set_status(request, Status.CANCELLED)


def messages(world: World, request: Request) -> list[Item]:
    return [item for item in world.items("CONTACT#", "MSG#") if item.get("request_id") == request.id]


def told() -> tuple[World, Request]:
    """A closed request, with two photos and some words."""
    world = World()
    sends(world, JPEG)
    sends(world, OTHER)
    world.say("nama saya Siti")
    return world, closed(world)


def nothing_left(world: World, request: Request) -> bool:
    left = [name for item in messages(world, request) for name in SAID if name in item]
    return not left and all("cleared_at" in item for item in messages(world, request))


def test_files_and_words_go_and_that_they_were_there_stays() -> None:
    world, request = told()
    assert len(world.files.kept) == 2
    world.parts.clearing(request)

    assert world.files.kept == {}
    assert len(messages(world, request)) >= 2
    assert nothing_left(world, request)
    states = [media.state(item) for item in messages(world, request)]
    assert [one for one in states if one] == [FileState.CLEARED, FileState.CLEARED]


def test_photo_that_an_open_request_needs_too_stays_until_that_is_cleared() -> None:
    world = World()
    sends(world, JPEG)
    sends(world, JPEG, number=payloads.KK)
    assert len(world.files.kept) == 1
    world.parts.clearing(closed(world))
    assert len(world.files.kept) == 1

    [other] = [one for one in world.requests() if one.service == "KK"]
    [item] = messages(world, other)
    assert media.state(item) is FileState.KEPT
    world.parts.clearing(closed(world, "KK"))
    assert world.files.kept == {}


def test_nobody_elses_chat_is_touched() -> None:
    world = World()
    sends(world, JPEG)
    sends(world, JPEG, sender="6281200000002")
    [mine, _] = world.requests()
    before = [item for item in world.items("CONTACT#", "MSG#") if item.get("request_id") != mine.id]
    world.parts.clearing(world.set_status(mine, Status.CANCELLED))

    assert [item for item in world.items("CONTACT#", "MSG#") if item.get("request_id") != mine.id] == before
    assert len(world.files.kept) == 1


def test_what_was_said_as_another_contact_is_cleared_too() -> None:
    world = World()
    sends(world, JPEG)
    world.say("halo", from_user_id="ID.siti", sender=None)
    world.say("halo", from_user_id="ID.siti")
    sends(world, OTHER)
    request = closed(world)
    world.parts.clearing(request)

    assert world.files.kept == {}
    assert nothing_left(world, request)


def test_nothing_is_cleared_while_a_file_of_the_persons_is_awaited() -> None:
    """It may be the same photo, and stored already."""
    world = World()
    sends(world, JPEG)
    request = closed(world)
    sends(world, NotNow("http_500"), number=payloads.KK)
    assert not world.parts.clearing(request)
    assert len(world.files.kept) == 1

    world.source.files["media-1"] = JPEG
    world.advance(days=1)
    assert world.parts.clearing(request)
    assert nothing_left(world, request)
    assert len(world.files.kept) == 1, "the other message's"


def test_the_same_photo_may_come_again_at_any_moment_of_its_clearing() -> None:
    calm, request = told()
    for position in range(len(operations(calm.store, partial(calm.parts.clearing, request)))):
        world, request = told()
        with disturbed(world.store, position, "before", partial(sends, world, JPEG, number=payloads.KK)) as struck:
            world.parts.clearing(request)
        assert struck
        assert_whole(world, request)


def test_clearing_may_come_at_any_moment_of_fetching_the_same_photo_again() -> None:
    def sent_again() -> tuple[World, Request, str]:
        world, request = told()
        photo = payloads.message("image", {"id": "again"}, at=world.seconds)
        world.source.files["again"] = JPEG
        world.receive(payloads.envelope(payloads.value(photo, number=payloads.KK)))
        [item] = [item for item in world.items("CONTACT#", "MSG#") if media.state(item) is FileState.WAITING]
        return world, request, media.id_of(str(item["pk"]), str(item["sk"]))

    calm, _, file_id = sent_again()
    for position in range(len(operations(calm.store, partial(calm.parts.media, file_id)))):
        world, request, file_id = sent_again()
        with disturbed(world.store, position, "before", partial(world.parts.clearing, request)) as struck:
            world.parts.media(file_id)
        assert struck
        assert_whole(world, request)


def test_the_same_photo_may_be_stored_just_before_it_is_deleted_and_recorded_after() -> None:
    """Two functions at once, the one that stores it stopped in the middle."""
    world, request = told()
    stored, deleted = Event(), Event()
    photo = payloads.message("image", {"id": "again"}, at=world.seconds)
    world.source.files["again"] = JPEG

    def fetch(file_id: str) -> None:
        world.parts.media(file_id)
        stored.set()

    fetching: list[Thread] = []

    def files(moment: str, operation: str) -> None:
        if (moment, operation) == ("after", "keep"):
            stored.set()
            assert deleted.wait(10)
        if (moment, operation) == ("before", "delete") and not fetching:
            world.receive(payloads.envelope(payloads.value(photo, number=payloads.KK)))
            world.dispatch(world.new_records())
            [file_id] = world.media_queue.take()
            fetching.append(Thread(target=fetch, args=(file_id,)))
            fetching[0].start()
            assert stored.wait(10)

    world.files.faults = files
    world.parts.clearing(request)
    deleted.set()
    fetching[0].join()
    assert_whole(world, request)


def assert_whole(world: World, request: Request) -> None:
    """Whatever was recorded as kept is there, and after a while the request is cleared, and the other one's photo kept."""
    for _ in range(3):
        world.advance(minutes=3)
        kept = {file.key for item in world.items("CONTACT#", "MSG#") if (file := media.kept(item))}
        assert kept == world.files.kept.keys()
    assert world.parts.clearing(request)
    assert nothing_left(world, request)
    assert len(world.files.kept) == 1


def test_clearing_a_walk_in_and_clearing_twice_change_nothing() -> None:
    world, request = told()
    world.parts.clearing(request)
    before = world.store.everything()
    names = operations(world.store, partial(world.parts.clearing, request))
    assert set(names) == {"get", "put", "query"}
    assert world.store.everything() == before
    assert operations(world.store, partial(world.parts.clearing, Request(**(vars(request) | {"contact_id": None})))) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_clearing_that_dies_anywhere_is_made_good_by_the_next_one(fault: str) -> None:
    moment, error = FAULTS[fault]
    world, request = told()
    names = operations(world.store, partial(world.parts.clearing, request))
    for position in range(len(names)):
        world, request = told()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            world.parts.clearing(request)
        world.parts.clearing(request)
        assert world.files.kept == {}
        assert nothing_left(world, request)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_file_whose_deletion_dies_is_deleted_by_the_next_one(moment: str) -> None:
    world, request = told()
    deletions = 0

    def second(now: str, operation: str) -> None:
        nonlocal deletions
        deletions += (now, operation) == (moment, "delete")
        if deletions == 2:
            raise Killed

    world.files.faults = second
    with pytest.raises(Killed):
        world.parts.clearing(request)
    world.files.faults = lambda _moment, _operation: None
    world.parts.clearing(request)

    assert world.files.kept == {}
    assert nothing_left(world, request)


def test_person_who_is_known_no_more_has_messages_all_the_same() -> None:
    world, request = told()
    world.store.delete(Delete(contacts.key(world.contact().id)))
    world.parts.clearing(request)

    assert world.files.kept == {}


def test_photo_of_no_request_goes_after_the_offices_time_and_not_before() -> None:
    world = World()
    number = "100000000000009"
    vars(world.secrets.values)["channels"] = {**world.secrets.values.channels, number: Channel("1801", None)}
    sends(world, JPEG, number=number)
    assert world.requests() == []
    world.advance(days=29, hours=23)
    assert len(world.files.kept) == 1
    world.advance(hours=2)

    assert world.files.kept == {}
    [item] = world.items("CONTACT#", "MSG#")
    assert media.state(item) is FileState.CLEARED
    assert not [name for name in SAID if name in item]


def test_photo_of_no_request_stays_while_a_request_needs_it() -> None:
    world = World()
    number = "100000000000009"
    vars(world.secrets.values)["channels"] = {**world.secrets.values.channels, number: Channel("1801", None)}
    sends(world, JPEG, number=number)
    sends(world, JPEG)
    [loose] = [item for item in world.items("CONTACT#", "MSG#") if "request_id" not in item]
    world.parts.clearing.message(loose)
    assert len(world.files.kept) == 1
    world.parts.clearing(closed(world))

    assert world.files.kept == {}


def test_photo_of_a_request_that_lasts_for_half_a_year_is_there_at_its_end_and_goes_with_it() -> None:
    world = World()
    sends(world, JPEG)
    world.clock.now += timedelta(days=180)
    request = closed(world)
    assert [media.state(item) for item in messages(world, request)] == [FileState.KEPT]
    world.parts.clearing(request)

    assert world.files.kept == {}
