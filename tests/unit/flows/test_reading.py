"""What staff read: the desk's list, page by page without loss or repetition, and a request's whole file."""

from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from chalicelib.domain.errors import Malformed, NotFound, Rejected
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role
from chalicelib.flows.desk import WalkIn
from chalicelib.flows.reading import File, Wanted
from tests.data import payloads
from tests.data.payloads import KK, KTP, SITI
from tests.fakes.world import NO_KEY, START, World

S = Status
BOTH = ("1701", "1801")
NAMES = ("Siti Aminah", "BUDI santoso", "Agus", None)


@cache
def busy() -> World:
    """A hundred walk-ins of two offices and three services, opened minutes apart; a third moved on, a fifth closed."""
    world = World(more_offices=("1701",))
    everywhere = world.staff(Role.ADMIN, *BOTH)
    for number in range(100):
        world.clock.now = START + timedelta(minutes=number * 7 % 100)
        wanted = WalkIn(("KK", "KTP", "PINDAH")[number % 3], office=BOTH[number % 2], name=NAMES[number % 4])
        request = world.parts.desk.walk_in(everywhere, wanted, world.secrets.values, NO_KEY)
        world.officer = everywhere
        if number % 3 == 0:
            request = world.set_status(request, S.VERIFIED)
        if number % 5 == 0:
            world.set_status(request, S.CANCELLED)
    world.clock.now = START + timedelta(hours=2)
    return world


def pages(world: World, limit: int, offices: tuple[str, ...] = BOTH, **wanted: Any) -> list[Request]:
    """All pages, one after the other."""
    staff, found, cursor = world.staff(Role.OFFICER, *offices), [], ""
    for _ in range(300):
        rows, following = world.parts.reading.page(staff, Wanted(limit=limit, cursor=cursor, **wanted))
        assert len(rows) <= limit
        found += rows
        if following is None:
            return found
        assert following != cursor
        cursor = following
    raise AssertionError("the pages have no end")


def expected(world: World, fits: Any) -> list[str]:
    return sorted(one.id for one in world.requests() if fits(one))


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50, 100])
@pytest.mark.parametrize("offices", [BOTH, ("1801",), ("1701",)])
def test_pages_of_any_size_hold_each_open_request_once_by_its_due_time(limit: int, offices: tuple[str, ...]) -> None:
    world = busy()
    found = pages(world, limit, offices)
    assert sorted(one.id for one in found) == expected(world, lambda one: not one.closed and one.office in offices)
    due = [one.due_at for one in found]
    assert due == sorted(due, key=str)


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_closed_requests_come_newest_first(limit: int) -> None:
    world = busy()
    found = pages(world, limit, open=False)
    assert sorted(one.id for one in found) == expected(world, lambda one: one.closed)
    closed = [one.closed_at for one in found]
    assert closed == sorted(closed, key=str, reverse=True)
    assert [one.id for one in pages(world, limit, status=S.CANCELLED)] == [one.id for one in found]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize("service", ["KK", "KTP", "PINDAH"])
def test_one_service(limit: int, service: str) -> None:
    world = busy()
    found = pages(world, limit, service=service)
    assert sorted(one.id for one in found) == expected(world, lambda one: not one.closed and one.service == service)


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize("status", [S.SUBMITTED, S.VERIFIED, S.READY])
def test_one_status(limit: int, status: Status) -> None:
    world = busy()
    found = pages(world, limit, status=status)
    assert sorted(one.id for one in found) == expected(world, lambda one: one.status is status)


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize(("q", "name"), [("siti", "Siti Aminah"), ("SANTOSO", "BUDI santoso"), ("agus", "Agus")])
def test_a_search_by_name_in_any_case(limit: int, q: str, name: str) -> None:
    world = busy()
    found = pages(world, limit, q=q)
    assert sorted(one.id for one in found) == expected(world, lambda one: not one.closed and one.name == name)


@pytest.mark.parametrize("q", ["zzz", "%", ".*"])
def test_a_search_that_finds_nothing_ends(q: str) -> None:
    assert pages(busy(), 1, q=q) == []


def test_a_search_by_a_part_of_the_id() -> None:
    world = busy()
    wanted = next(one for one in world.requests() if not one.closed)
    assert wanted in pages(world, 10, q=wanted.id[-8:].lower())


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_overdue(limit: int) -> None:
    world = busy()
    world.clock.now = START + timedelta(hours=24, minutes=30)
    try:
        found = pages(world, limit, overdue=True)
        overdue = expected(world, lambda one: not one.closed and one.due_at and one.due_at < world.clock.now)
        assert sorted(one.id for one in found) == overdue
        assert 0 < len(found) < len(pages(world, limit))
    finally:
        world.clock.now = START + timedelta(hours=2)


def test_what_changes_between_two_pages_loses_nothing_else() -> None:
    world = World()
    for number in range(9):
        world.clock.now = START + timedelta(minutes=number)
        world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
    rows, cursor = world.parts.reading.page(world.officer, Wanted(limit=4))
    for one in (rows[0], rows[3]):
        world.set_status(one, S.CANCELLED)
    rest, end = world.parts.reading.page(world.officer, Wanted(limit=10, cursor=cursor or ""))
    assert end is None
    assert len({one.id for one in (*rows, *rest)}) == 9


def test_who_may_do_nothing_else_may_read_the_list() -> None:
    for role in Role:
        rows, _ = busy().parts.reading.page(busy().staff(role), Wanted(limit=5))
        assert len(rows) == 5


def test_staff_of_no_known_office_see_nothing() -> None:
    assert pages(busy(), 10, ("9999",)) == []


# A request's file.


def chatty() -> tuple[World, Request]:
    """Siti's KTP request: photos, words, an echo, changes; and a chat of hers with another number."""
    world = World()
    world.receive(payloads.envelope(payloads.value(payloads.photo("kk saya", at=world.seconds))))
    for said in ("ini fotonya", "sudah?", "CEK"):
        world.clock.now += timedelta(minutes=1)
        world.say(said)
    world.say("halo", number=KK)
    echo = payloads.text("Foto kurang jelas, Bu", at=world.seconds, sender=None, to=SITI)
    world.receive(payloads.envelope(payloads.value(message_echoes=[echo]), field="smb_message_echoes"))
    world.run()
    [request] = world.requests()
    return world, world.set_status(request, S.INCOMPLETE, reason="KK tidak terbaca")


def read(world: World, request: Request, role: Role = Role.OFFICER) -> File:
    return world.parts.reading.file(world.staff(role), request.id)


def test_a_file_holds_the_request_its_changes_its_notices_and_the_chat_on_its_number() -> None:
    world, request = chatty()
    file = read(world, request)
    assert file.request == request
    assert [(one.version, one.to) for one in file.changes] == [(1, S.SUBMITTED), (2, S.INCOMPLETE)]
    assert [one.id for one in file.notices] == [f"{request.id}.1", f"{request.id}.2"]
    assert [one.get("text") for one in file.messages] == ["kk saya", "ini fotonya", "sudah?", "CEK", "Foto kurang jelas, Bu"]
    assert {one["phone_number_id"] for one in file.messages} == {KTP}


def test_an_integration_reads_no_messages() -> None:
    world, request = chatty()
    for role in Role:
        assert bool(read(world, request, role).messages) == (role is not Role.INTEGRATION)


def test_a_file_of_a_walk_in_has_no_chat() -> None:
    world = World()
    request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
    file = read(world, request)
    assert (file.messages, file.notices) == ([], [])
    assert len(file.changes) == 1


def test_a_file_holds_what_a_person_wrote_under_every_address() -> None:
    world = World()
    other = "6281200000002"
    people: list[dict[str, Any]] = [{}, {"sender": None, "from_user_id": "ID.siti"}, {"from_user_id": "ID.siti"}]
    people += [{"sender": other}, {"sender": other, "from_user_id": "ID.siti"}]
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    for number, person in enumerate(people):
        world.clock.now += timedelta(minutes=1)
        world.say(f"kata {number}", **person)
    [request] = [one for one in world.requests() if one.opened_at == START]
    assert [one["text"] for one in read(world, request).messages[1:]] == [f"kata {number}" for number in range(5)]


def test_what_was_written_within_a_second_is_shown_as_it_came() -> None:
    world, request = chatty()
    at = world.seconds
    for number in range(9):
        world.clock.now += timedelta(milliseconds=100)
        world.say(f"kata {number}", at=at)
    assert [one["text"] for one in read(world, request).messages[-9:]] == [f"kata {number}" for number in range(9)]


def test_a_long_chat_shows_its_latest() -> None:
    world, request = chatty()
    for number in range(250):
        world.clock.now += timedelta(seconds=1)
        world.say(f"kata {number}")
    messages = read(world, request).messages
    assert len(messages) == 200
    assert messages[-1]["text"] == "kata 249"


def test_a_file_by_the_id_as_somebody_typed_it() -> None:
    world, request = chatty()
    assert world.parts.reading.file(world.officer, request.id.lower().removeprefix("ktp-")).request == request


def test_a_file_that_is_not_there_is_told_apart_from_an_id_that_is_none() -> None:
    world, _ = chatty()
    with pytest.raises(NotFound):
        world.parts.reading.file(world.officer, "KTP-0000-0000-0AA")
    with pytest.raises(Malformed):
        world.parts.reading.file(world.officer, "KTP")
    with pytest.raises(Rejected):
        world.parts.reading.file(world.officer, "")
