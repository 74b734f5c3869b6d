"""What residents get for what they write: the first rules of the conversation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.contact import MOST_OPEN
from chalicelib.domain.delivery import Buttons, FreeText
from chalicelib.domain.ids import parse
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Request, Status
from tests.data import payloads
from tests.data.payloads import KK, KTP
from tests.fakes.world import START, World

OTHER = "6281200000002"


def send(world: World, message: dict[str, Any], number: str = KTP) -> None:
    world.receive(payloads.envelope(payloads.value(message, number=number)))


def answers(world: World) -> list[Any]:
    """What the resident reads in the chat for what came last."""
    seen = len(world.whatsapp.arrivals)
    world.run()
    return [arrival.message.content for arrival in world.whatsapp.arrivals[seen:]]


def words(world: World) -> str:
    [content] = answers(world)
    assert isinstance(content, FreeText)
    return content.body


def intents(world: World) -> list[Any]:
    return [item.get("intent") for item in world.items("CONTACT#", "MSG#")]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def request_(world: World) -> Request:
    """An open KTP request of Siti's, of which she was told."""
    send(world, payloads.photo(at=world.seconds - 600))
    world.run()
    [request] = world.requests()
    return request


@pytest.mark.parametrize(
    "message",
    [
        payloads.photo(at=0),
        payloads.photo("ini foto ktp saya", at=0),
        payloads.message("document", {"id": "media-1"}, at=0),
        payloads.message("video", {"id": "media-1"}, at=0),
        payloads.message("audio", {"id": "media-1", "voice": True}, at=0),
        payloads.text("Mau urus KTP hilang", at=0),
        payloads.text("e-KTP rusak", at=0),
        payloads.text("baru", at=0),
        payloads.press("OPEN:KTP", at=0),
    ],
)
def test_media_and_words_for_the_service_open_a_request(world: World, message: dict[str, Any]) -> None:
    send(world, message | {"timestamp": str(world.seconds)})
    [request] = world.requests()
    assert (request.office, request.service, request.status, request.version) == ("1801", "KTP", Status.SUBMITTED, 1)
    assert request.opened_at == request.opened_by == START
    assert request.name == "Siti"
    assert request.id in words(world)
    assert intents(world) == ["open"]


@pytest.mark.parametrize("said", ["Selamat pagi", "assalamualaikum", "halo", "saya mau urus kk", "?", "terima kasih", "12345"])
def test_anything_else_without_a_request_gets_the_menu_with_buttons(world: World, said: str) -> None:
    world.say(said)
    assert world.requests() == []
    [content] = answers(world)
    assert isinstance(content, Buttons)
    assert [button.id for button in content.buttons] == ["OPEN:KTP", "CEK", "HELP"]


def test_the_menus_button_opens_a_request(world: World) -> None:
    world.say("halo")
    [menu] = answers(world)
    send(world, payloads.press(menu.buttons[0].id, menu.buttons[0].title, at=world.seconds))
    assert [request.service for request in world.requests()] == ["KTP"]


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "hologram", "edit", "revoke"])
def test_what_says_nothing_opens_and_answers_nothing(world: World, kind: str) -> None:
    send(world, payloads.message(kind, {"emoji": "👍"}, at=world.seconds))
    assert world.requests() == []
    assert answers(world) == []
    assert intents(world) == ["note"]


@pytest.mark.parametrize("said", ["ini fotonya", "KTP saya hilang kemarin", "jangan berhenti ya"])
def test_text_in_a_bundle_joins_the_open_request_without_an_answer(world: World, request_: Request, said: str) -> None:
    world.say(said)
    assert world.requests() == [request_]
    assert answers(world) == []
    assert {item["request_id"] for item in world.items("CONTACT#", "MSG#")} == {request_.id}
    assert intents(world)[-1] == "join"


def test_media_on_an_open_request_join_it(world: World, request_: Request) -> None:
    for _ in range(3):
        send(world, payloads.photo(at=world.seconds))
    assert world.requests() == [request_]
    assert answers(world) == []


def test_a_message_that_opened_a_request_is_answered_once(world: World) -> None:
    payload = payloads.envelope(payloads.value(payloads.photo(at=world.seconds)))
    for _ in range(10):
        world.receive(payload)
        world.run()
    assert len(world.whatsapp.arrivals) == len(world.notices()) == 1


def test_each_number_has_requests_of_its_own(world: World, request_: Request) -> None:
    send(world, payloads.photo(at=world.seconds), number=KK)
    assert [request.service for request in world.requests()] == ["KK", request_.service]


def test_another_resident_has_requests_of_their_own(world: World, request_: Request) -> None:
    send(world, payloads.photo(at=world.seconds, sender=OTHER))
    assert len(world.requests()) == 2
    assert len({one.contact_id for one in world.requests()}) == 2
    assert request_ in world.requests()


@pytest.mark.parametrize("said", ["BARU", "baru", " Baru! "])
def test_baru_opens_another_and_what_follows_joins_that_one(world: World, request_: Request, said: str) -> None:
    world.say(said)
    [other] = [one for one in world.requests() if one != request_]
    assert other.id in words(world)
    world.clock.now += timedelta(minutes=1)
    world.say("ini untuk anak saya")
    assert world.items("CONTACT#", "MSG#")[-1]["request_id"] == other.id


def test_an_older_message_that_comes_after_baru_opens_nothing(world: World, request_: Request) -> None:
    world.say("BARU")
    world.say("BARU", at=world.seconds - 30)
    assert len(world.requests()) == 2
    assert request_ in world.requests()


def test_nobody_has_more_open_requests_than_a_contact_can_hold(world: World) -> None:
    for _ in range(MOST_OPEN + 3):
        world.clock.now += timedelta(seconds=1)
        world.say("BARU")
    assert len(world.requests()) == MOST_OPEN
    assert set(intents(world)) == {"open", "join"}


@pytest.mark.parametrize("said", ["CEK", "cek", "Status", "status permohonan saya", "CEK!"])
def test_cek_answers_how_it_stands(world: World, request_: Request, said: str) -> None:
    world.say(said)
    answer = words(world)
    assert request_.id in answer
    assert "Permohonan diterima" in answer
    assert len(world.requests()) == 1


def test_cek_tells_of_what_is_true_when_it_is_answered(world: World, request_: Request) -> None:
    world.say("CEK")
    world.set_status(request_, Status.VERIFIED)
    assert "Berkas lengkap" in words(world)


def test_cek_without_an_open_request_tells_of_the_last_closed(world: World, request_: Request) -> None:
    closed = world.set_status(request_, Status.CANCELLED)
    world.run()
    world.say("CEK")
    assert f"{closed.id} Dibatalkan" in words(world)


def test_cek_without_any_request_says_so(world: World) -> None:
    world.say("CEK")
    assert "tidak menemukan" in words(world)


@pytest.mark.parametrize("change", [str.lower, lambda id_: id_.replace("-", " "), lambda id_: id_.removeprefix("KTP-")])
def test_a_request_id_in_any_writing_is_answered(world: World, request_: Request, change: Any) -> None:
    world.say(f"Kalau {change(request_.id)} bagaimana?")
    assert request_.id in words(world)


def test_an_id_of_nothing_is_answered_with_nothing_found(world: World) -> None:
    world.say("KTP-0000-0000-0AA")
    assert "tidak menemukan" in words(world)


def test_a_mistyped_id_is_said_to_be_mistyped(world: World, request_: Request) -> None:
    last = "1" if request_.id[-1] != "1" else "2"
    with pytest.raises(Exception, match="typing error"):
        parse(request_.id[:-1] + last)
    world.say(request_.id[:-1] + last)
    assert "salah ketik" in words(world)


@pytest.mark.parametrize("said", ["BERHENTI", "stop", "STOP."])
def test_berhenti_opts_out_and_is_answered(world: World, request_: Request, said: str) -> None:
    world.say(said)
    assert world.contact().opted_out_at == START
    assert "tidak akan menerima pemberitahuan" in words(world)
    world.set_status(request_, Status.INCOMPLETE, reason="KK belum ada")
    assert answers(world) == []
    world.say("CEK")
    assert request_.id in words(world)


@pytest.mark.parametrize("said", ["MULAI", "start"])
def test_mulai_opts_in_again(world: World, request_: Request, said: str) -> None:
    world.say("STOP")
    world.say(said, at=world.seconds + 1)
    assert world.contact().opted_out_at is None
    assert len(answers(world)) == 2
    world.set_status(request_, Status.INCOMPLETE, reason="KK belum ada")
    assert len(answers(world)) == 1


def test_an_opted_out_resident_who_opens_a_request_is_told_its_number(world: World) -> None:
    world.say("STOP")
    world.run()
    world.say("mau bikin KTP")
    [request] = world.requests()
    assert request.id in words(world)


@pytest.mark.parametrize("said", ["photo", "mau bikin KTP", "BARU", "halo"])
def test_a_message_from_before_the_last_closing_joins_that_request(world: World, request_: Request, said: str) -> None:
    world.clock.now += timedelta(hours=1)
    world.set_status(request_, Status.REJECTED, reason="Data tidak sama")
    world.run()
    before = world.seconds - 60
    send(world, payloads.photo(at=before) if said == "photo" else payloads.text(said, at=before))
    assert len(world.requests()) == 1
    assert world.items("CONTACT#", "MSG#")[-1]["request_id"] == request_.id
    assert answers(world) == []


def test_a_message_from_after_the_last_closing_opens_another(world: World, request_: Request) -> None:
    world.set_status(request_, Status.CANCELLED)
    world.clock.now += timedelta(minutes=1)
    send(world, payloads.photo(at=world.seconds))
    assert len(world.requests()) == 2


@pytest.mark.parametrize("at", [-86_400 * 400, 86_400 * 400])
def test_a_providers_time_is_believed_no_further_than_now(world: World, at: int) -> None:
    send(world, payloads.photo(at=world.seconds + at))
    [request] = world.requests()
    assert request.opened_at == START
    assert request.opened_by == min(START, START + timedelta(seconds=at))
    assert world.contact().last_inbound[KTP] == request.opened_by
    assert world.contact().window_open(KTP, START) == (at > 0)


def test_an_old_message_does_not_lower_the_last_inbound(world: World) -> None:
    world.say("halo")
    world.say("halo", at=world.seconds - 3600)
    assert world.contact().last_inbound[KTP] == START


def test_the_offices_own_words_are_stored_in_the_conversation_and_open_nothing(world: World, request_: Request) -> None:
    before = world.contact()
    world.receive(payloads.echo("Foto kurang jelas, Bu", at=world.seconds))
    [item] = world.items("CONTACT#", "ECHO#")
    assert (item["pk"], item["text"]) == (f"CONTACT#{request_.contact_id}", "Foto kurang jelas, Bu")
    assert world.contact() == replace(before, spoke={KTP: START})
    assert world.requests() == [request_]


def test_each_answer_is_owed_by_its_message(world: World) -> None:
    for said, kind in (("halo", Kind.MENU), ("STOP", Kind.OPTED_OUT), ("MULAI", Kind.OPTED_IN), ("CEK", Kind.STATUS)):
        world.clock.now += timedelta(seconds=1)
        world.say(said)
        assert (world.notices()[-1].kind, world.notices()[-1].answer) == (kind, True)
