"""Staff and notices: what did not arrive, another attempt at it, and an officer's own words."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.delivery import FreeText, Remedy
from chalicelib.domain.errors import KeyReused, Malformed, NotFound, Rejected, TransientError, WindowClosed
from chalicelib.domain.notice import Kind, Notice, State
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role
from chalicelib.flows.desk import Idempotency, WalkIn
from tests.data import payloads
from tests.data.payloads import KTP
from tests.fakes.providers import Step, refused
from tests.fakes.world import NO_KEY, World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

KEY, SAME_KEY_OTHER_BODY = Idempotency("key-1", "body-1"), Idempotency("key-1", "body-2")
PHOTO = payloads.envelope(payloads.value(payloads.photo(at=1_795_489_200)))


def unreachable(_message: Any) -> Step:
    return refused("131026", Remedy.SMS)


def failed(count: int = 1) -> World:
    """So many residents without a phone, whom WhatsApp does not reach."""
    world = World(unreachable, more_offices=("1701",))
    for number in range(count):
        photo = payloads.photo(at=world.seconds, sender=None, from_user_id=f"ID.{number}")
        world.receive(payloads.envelope(payloads.value(photo)))
        world.clock.now += timedelta(seconds=1)
    world.run()
    world.advance(minutes=1)
    return world


def only(world: World) -> Notice:
    [notice] = world.notices()
    return notice


def opened() -> tuple[World, Request]:
    world = World()
    world.receive(PHOTO)
    world.run()
    [request] = world.requests()
    return world, request


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_of_any_size_hold_what_did_not_arrive_once_and_oldest_first(limit: int) -> None:
    world = failed(8)
    found: list[Notice] = []
    cursor: str | None = ""
    while cursor is not None:
        rows, cursor = world.parts.telling.page(world.staff(Role.OFFICER), State.FAILED, limit, cursor)
        assert len(rows) <= limit
        found += rows
    assert found == world.notices()


def test_what_arrived_is_in_no_list() -> None:
    world, request = opened()
    world.report("delivered", f"{request.id}.1#1")
    for state in State:
        assert world.parts.telling.page(world.officer, state, 10, "") == ([], None)


def test_another_offices_notices_are_not_there() -> None:
    world = failed()
    stranger = world.staff(Role.ADMIN, "1701")
    assert world.parts.telling.page(stranger, State.FAILED, 10, "") == ([], None)
    with pytest.raises(NotFound):
        world.parts.telling.resend(stranger, only(world).id)


def test_a_notice_that_failed_is_tried_again_from_the_start() -> None:
    world = failed()
    after = world.parts.telling.resend(world.officer, only(world).id)
    assert after == only(world)
    assert (after.state, after.due_at) == (State.PLANNED, world.clock.now)
    before = len(world.whatsapp.attempts)
    world.advance(seconds=1)
    assert len(world.whatsapp.attempts) == before + 1


def test_pressing_resend_twice_sends_once() -> None:
    world = failed()
    for _ in range(5):
        world.parts.telling.resend(world.officer, only(world).id)
    before = len(world.whatsapp.attempts)
    world.advance(seconds=1)
    assert len(world.whatsapp.attempts) == before + 1


@pytest.mark.parametrize("word", ["delivered", "read"])
def test_what_arrived_is_not_sent_again(word: str) -> None:
    world, request = opened()
    world.report(word, f"{request.id}.1#1")
    before = picture(world)
    assert world.parts.telling.resend(world.officer, only(world).id).state == word
    assert picture(world) == before


@pytest.mark.parametrize("role", Role)
def test_supervisors_and_admins_alone_may_resend(role: Role) -> None:
    world = failed()
    if role in {Role.SUPERVISOR, Role.ADMIN}:
        assert world.parts.telling.resend(world.staff(role), only(world).id).state is State.PLANNED
    else:
        with pytest.raises(Rejected, match="role"):
            world.parts.telling.resend(world.staff(role), only(world).id)


@pytest.mark.parametrize(
    "notice_id", ["", "x", "KTP-0000-0000-0AA.1", "KTP-0000-0000-0AA.x", "0.0", "..", "a.b#1", "é.1", "x" * 9999]
)
def test_a_notice_that_is_not_there_is_not_found(notice_id: str) -> None:
    world = failed()
    with pytest.raises(NotFound):
        world.parts.telling.resend(world.officer, notice_id)


def test_a_resend_to_somebody_who_opted_out_is_suppressed() -> None:
    world, request = opened()
    request = world.set_status(request, Status.INCOMPLETE, reason="KK belum ada")
    world.say("STOP")
    world.run()
    world.parts.telling.resend(world.officer, f"{request.id}.2")
    before = len(world.whatsapp.attempts)
    world.advance(seconds=1)
    assert len(world.whatsapp.attempts) == before
    assert world.notice(f"{request.id}.2").state is State.SUPPRESSED


def test_a_resend_and_a_report_at_once_end_at_one_of_the_two() -> None:
    calm, request = opened()
    for position in range(len(operations(calm.store, partial(calm.parts.telling.resend, calm.officer, f"{request.id}.1")))):
        world, request = opened()
        with disturbed(world.store, position, "before", partial(world.report, "delivered", f"{request.id}.1#1")):
            world.parts.telling.resend(world.officer, f"{request.id}.1")
        assert only(world).state is State.DELIVERED


# An officer's own words.


def reply(world: World, request: Request, text: str = "Foto KK kurang jelas", repeat: Idempotency = NO_KEY) -> Notice:
    return world.parts.telling.reply(world.officer, request.id, text, repeat)


def test_an_officers_words_reach_the_resident_in_the_chat() -> None:
    world, request = opened()
    notice = reply(world, request)
    assert (notice.kind, notice.answer, notice.state) == (Kind.REPLY, True, State.PLANNED)
    world.run()
    arrival = world.whatsapp.arrivals[-1].message
    assert isinstance(arrival.content, FreeText)
    assert "Foto KK kurang jelas" in arrival.content.body
    assert arrival.phone_number_id == KTP


@pytest.mark.parametrize(("hours", "open_"), [(23, True), (24, False), (48, False)])
def test_words_are_free_within_that_numbers_window_alone(hours: int, open_: bool) -> None:  # noqa: FBT001
    world, request = opened()
    world.clock.now += timedelta(hours=hours)
    world.say("halo", number=payloads.KK)
    if open_:
        assert reply(world, request).state is State.PLANNED
    else:
        with pytest.raises(WindowClosed):
            reply(world, request)


def test_numbers_of_persons_in_an_officers_words_are_neither_sent_nor_stored() -> None:
    world, request = opened()
    reply(world, request, "NIK 1801010101900001 atau telepon 0812-0000-0009")
    world.run()
    assert "1801010101900001" not in str(world.whatsapp.arrivals[-1].message) + str(world.items("", "NOTICE#"))
    assert "0812-0000-0009" not in str(world.whatsapp.arrivals[-1].message) + str(world.items("", "NOTICE#"))


def test_nobody_writes_to_a_walk_in() -> None:
    world = World()
    request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
    with pytest.raises(Malformed):
        reply(world, request)


def test_the_window_of_an_absorbed_contact_is_the_persons() -> None:
    world = World()
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    [request] = world.requests()
    world.clock.now += timedelta(hours=30)
    world.say("halo")
    world.say("halo", from_user_id="ID.siti")
    reply(world, request)
    world.run()
    assert world.whatsapp.arrivals[-1].message.to.phone == "+" + payloads.SITI


def test_the_same_key_writes_once() -> None:
    world, request = opened()
    first = reply(world, request, repeat=KEY)
    assert [reply(world, request, repeat=KEY).id for _ in range(5)] == [first.id] * 5
    with pytest.raises(KeyReused):
        reply(world, request, repeat=SAME_KEY_OTHER_BODY)
    assert [one.kind for one in world.notices()].count(Kind.REPLY) == 1
    world.clock.now += timedelta(hours=30)
    assert reply(world, request, repeat=KEY).id == first.id, "the first answer, although the window is closed now"


@pytest.mark.parametrize("fault", FAULTS)
def test_words_whose_answer_was_lost_are_written_once_by_their_key(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm, request = opened()
    for position in range(len(operations(calm.store, partial(reply, calm, request, repeat=KEY)))):
        world, request = opened()
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            reply(world, request, repeat=KEY)
        assert struck
        reply(world, request, repeat=KEY)
        world.run()
        assert [one.kind for one in world.notices()].count(Kind.REPLY) == 1
        assert len(world.whatsapp.arrivals) == 2


def test_who_may_not_do_the_intake_may_not_write() -> None:
    world, request = opened()
    with pytest.raises(Rejected, match="role"):
        world.parts.telling.reply(world.staff(Role.INTEGRATION), request.id, "halo", NO_KEY)
    with pytest.raises(NotFound):
        world.parts.telling.reply(world.staff(Role.ADMIN, "1701"), request.id, "halo", NO_KEY)


def calling(world: World | None = None) -> World:
    """Somebody without a request wants a person."""
    world = world or World(more_offices=("1701",))
    world.say("halo")
    world.clock.now += timedelta(seconds=1)
    world.say("mau bicara petugas")
    world.run()
    return world


def test_whoever_calls_without_a_request_is_read_and_answered_and_then_listed_no_more() -> None:
    world = calling()
    [call] = world.parts.reading.calls(world.officer)
    assert [one["text"] for one in world.parts.reading.call(world.officer, call.id).messages] == ["halo", "mau bicara petugas"]

    world.parts.telling.answer(world.officer, call.id, "Baik, Ibu. Ada yang bisa dibantu?", NO_KEY)
    world.run()

    sent = world.whatsapp.arrivals[-1].message.content
    assert isinstance(sent, FreeText)
    assert "Ada yang bisa dibantu?" in sent.body
    assert world.parts.reading.calls(world.officer) == []


def test_whoever_calls_again_after_the_answer_is_listed_again() -> None:
    world = calling()
    [call] = world.parts.reading.calls(world.officer)
    world.parts.telling.answer(world.officer, call.id, "Baik, Ibu.", NO_KEY)
    world.advance(minutes=1)
    world.say("mau bicara petugas")
    assert [one.id for one in world.parts.reading.calls(world.officer)] == [call.id]


@pytest.mark.parametrize("call_id", ["1801.", "1801", "1801.0f1e", "", ".", "9999.0f1e"])
def test_a_call_that_is_not_there_is_not_found(call_id: str) -> None:
    world = calling()
    with pytest.raises(NotFound):
        world.parts.telling.answer(world.officer, call_id, "Baik, Ibu.", NO_KEY)
    with pytest.raises(NotFound):
        world.parts.reading.call(world.officer, call_id)


def test_another_offices_calls_are_not_there() -> None:
    world = calling()
    [call] = world.parts.reading.calls(world.officer)
    elsewhere = world.staff(Role.ADMIN, "1701")
    with pytest.raises(NotFound):
        world.parts.telling.answer(elsewhere, call.id, "Baik, Ibu.", NO_KEY)
    with pytest.raises(NotFound):
        world.parts.reading.call(elsewhere, call.id)


def test_a_caller_whose_window_has_closed_cannot_be_answered_and_stays_listed() -> None:
    world = calling()
    [call] = world.parts.reading.calls(world.officer)
    world.clock.now += timedelta(hours=25)
    with pytest.raises(WindowClosed):
        world.parts.telling.answer(world.officer, call.id, "Baik, Ibu.", NO_KEY)
    assert world.parts.reading.calls(world.officer) == [call]


def test_an_answer_to_somebody_who_calls_again_meanwhile_is_tried_again_by_the_officer() -> None:
    world = calling()
    [call] = world.parts.reading.calls(world.officer)
    calm = calling()
    names = operations(calm.store, partial(calm.parts.telling.answer, calm.officer, call.id, "Baik, Ibu.", NO_KEY))

    def again() -> None:
        world.clock.now += timedelta(minutes=1)
        world.say("mau bicara petugas")

    with disturbed(world.store, len(names) - 1, "before", again), pytest.raises(TransientError):
        world.parts.telling.answer(world.officer, call.id, "Baik, Ibu.", NO_KEY)
    assert [one.id for one in world.parts.reading.calls(world.officer)] == [call.id]
    assert not [one for one in world.notices() if one.kind is Kind.REPLY]
