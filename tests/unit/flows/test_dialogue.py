"""Whole conversations: what residents write in a row, and what they read."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from chalicelib.domain.conversation import MOST_ANSWERS, Decision, Intent
from chalicelib.domain.delivery import Buttons, Choices
from chalicelib.domain.notice import Kind
from chalicelib.domain.replies import QUIET
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role
from chalicelib.entry import views
from chalicelib.flows.desk import Idempotency
from chalicelib.flows.following import Following, Heard
from chalicelib.ports import Channel, ConditionFailed
from chalicelib.table import talk
from tests.data import payloads
from tests.data.payloads import KTP
from tests.fakes.world import START, World
from tests.unit.domain import samples
from tests.unit.flows.trouble import disturbed, operations

FOR_ALL = "100000000000009"


def send(world: World, message: dict[str, Any], number: str = KTP) -> None:
    world.receive(payloads.envelope(payloads.value(message, number=number)))


def photo(world: World, caption: str | None = None, number: str = KTP) -> None:
    send(world, payloads.photo(caption, at=world.seconds), number)


def press(world: World, button_id: str, number: str = KTP) -> None:
    send(world, payloads.press(button_id, at=world.seconds), number)


def read(world: World) -> list[Any]:
    """What the resident reads for what came last."""
    seen = len(world.whatsapp.arrivals)
    world.run()
    return [arrival.message.content for arrival in world.whatsapp.arrivals[seen:]]


def body(world: World) -> str:
    [content] = read(world)
    return str(content.body)


def wait(world: World, **time: float) -> None:
    world.clock.now += timedelta(**time)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def request_(world: World) -> Request:
    """Siti's open request, whose opening was told more than a bundle ago."""
    photo(world)
    world.run()
    wait(world, minutes=11)
    [request] = world.requests()
    return request


def everything(world: World) -> World:
    """The same world, with a number for all services."""
    channels = {**world.secrets.values.channels, FOR_ALL: Channel("1801", None)}
    world.secrets.values = replace(world.secrets.values, channels=channels)
    return world


class TestBundle:
    def test_of_photos_is_acknowledged_once(self, world: World, request_: Request) -> None:
        for _ in range(6):
            photo(world)
            wait(world, seconds=20)

        assert f"({request_.id}) sudah kami terima" in body(world)
        assert {item["request_id"] for item in world.items("CONTACT#", "MSG#")} == {request_.id}

    def test_that_opens_a_request_is_acknowledged_by_the_opening(self, world: World) -> None:
        world.say("Assalamualaikum, ktp saya hilang")
        for _ in range(5):
            photo(world)
            wait(world, seconds=5)

        assert "sudah kami terima. Nomor:" in body(world)

    def test_in_which_two_lambdas_meet_is_acknowledged_once(self, world: World, request_: Request) -> None:
        heard = Heard(samples.message(), world.contact(), world.parts.offices["1801"], "KTP", world.clock.now)
        both = Decision(Intent.JOIN, request_id=request_.id, answer=Kind.ACK, about=(request_.id,), unless_told=True)
        following = Following(world.store, Random(1))
        [first, _], [second, _] = (following(heard, both)[1] for _ in range(2))

        world.store.transact([first])

        with pytest.raises(ConditionFailed):
            world.store.transact([second])

    def test_after_a_while_is_another(self, world: World, request_: Request) -> None:
        photo(world)
        wait(world, minutes=10)
        photo(world)

        assert len(read(world)) == 2
        assert world.requests() == [request_]


class TestIncomplete:
    @pytest.fixture
    def lacking(self, world: World, request_: Request) -> Request:
        after = world.set_status(request_, Status.INCOMPLETE, reason="foto KK buram")
        world.run()
        wait(world, hours=1)
        return after

    def test_photo_puts_the_request_back_before_the_officer(self, world: World, lacking: Request) -> None:
        photo(world)

        [request] = world.requests()
        assert (request.status, request.version, request.reason) == (Status.SUBMITTED, lacking.version + 1, None)
        [change] = [one for one in world.items(f"REQ#{request.id}", "CHANGE#") if one["version"] == request.version]
        assert (change["from"], change["to"], change["actor"]) == ("incomplete", "submitted", "resident")
        assert "Petugas memeriksanya paling lambat" in body(world)
        assert world.contact().incomplete == frozenset()

    @pytest.mark.parametrize("caption", ["mau bicara petugas", "petugasnya lama sekali, saya kecewa"])
    def test_photo_with_words_for_a_person_does_both(self, world: World, lacking: Request, caption: str) -> None:
        photo(world, caption)

        [request] = world.requests()
        assert (request.status, request.asks_human_at) == (Status.SUBMITTED, world.clock.now)
        assert request.version == lacking.version + 1

    def test_rest_of_the_bundle_joins(self, world: World, lacking: Request) -> None:
        for _ in range(3):
            photo(world)

        [request] = world.requests()
        assert request.version == lacking.version + 1
        assert len(read(world)) == 1

    def test_words_do_not(self, world: World, lacking: Request) -> None:
        world.say("nanti sore saya foto lagi")

        assert world.requests() == [lacking]

    def test_repeat_does_it_once(self, world: World, lacking: Request) -> None:
        payload = payloads.envelope(payloads.value(payloads.photo(at=world.seconds)))
        for _ in range(10):
            world.receive(payload)

        [request] = world.requests()
        assert request.version == lacking.version + 1

    def test_officer_who_was_faster_wins(self, world: World, lacking: Request) -> None:
        contact = world.contact()
        world.set_status(lacking, Status.VERIFIED)
        world.run()
        world.store.update(talk.after_change(lacking_of(lacking, Status.SUBMITTED), lacking, contact.id, world.clock.now))  # type: ignore[arg-type]
        photo(world)

        [request] = world.requests()
        assert (request.status, request.version) == (Status.VERIFIED, lacking.version + 1)
        assert f"({request.id})" in body(world)

    def test_officer_sees_at_once_what_no_longer_lacks(self, world: World, lacking: Request) -> None:
        world.set_status(lacking, Status.SUBMITTED)

        assert world.contact().incomplete == frozenset()

    def test_closing_forgets_that_something_lacked(self, world: World, lacking: Request) -> None:
        world.set_status(lacking, Status.CANCELLED)

        assert world.contact().incomplete == frozenset()


def lacking_of(request: Request, status: Status) -> Request:
    return replace(request, status=status)


class TestCancelling:
    def test_is_asked_and_then_done(self, world: World, request_: Request) -> None:
        world.say("batalkan permohonan saya")
        [content] = read(world)
        assert isinstance(content, Buttons)
        assert world.requests() == [request_]

        press(world, content.buttons[0].id)

        [request] = world.requests()
        assert request.status is Status.CANCELLED
        assert "dibatalkan" in body(world)
        assert world.contact().open == {}
        [change] = [one for one in world.items(f"REQ#{request.id}", "CHANGE#") if one["version"] == 2]
        assert change["actor"] == "resident"

    def test_is_told_even_to_who_opted_out(self, world: World, request_: Request) -> None:
        world.say("stop")
        world.say("batalkan", at=world.seconds + 1)
        world.run()
        wait(world, minutes=1)
        world.say("ya")

        assert f"({request_.id}) dibatalkan" in body(world)

    def test_can_be_thought_better_of(self, world: World, request_: Request) -> None:
        world.say("batalkan")
        world.run()
        world.say("tidak", at=world.seconds + 1)

        assert "tetap kami proses" in body(world)
        assert world.requests() == [request_]

    def test_of_one_among_several_asks_which(self, world: World, request_: Request) -> None:
        world.say("BARU")
        world.run()
        world.say("batalkan")
        [choices] = read(world)
        assert isinstance(choices, Choices)

        press(world, f"DROP:{request_.id}")
        world.run()
        wait(world, seconds=1)
        world.say("iya")
        world.run()

        assert {one.id: one.status for one in world.requests()}[request_.id] is Status.CANCELLED
        assert len(world.contact().open["1801", "KTP"]) == 1

    def test_of_a_request_that_was_closed_meanwhile_tells_how_it_stands(self, world: World, request_: Request) -> None:
        world.say("batalkan")
        world.run()
        wait(world, seconds=1)
        world.set_status(request_, Status.REJECTED, reason="data ganda")
        world.run()
        press(world, f"CANCEL:{request_.id}")

        assert "Ditolak" in body(world)

    def test_of_somebody_elses_request_does_nothing(self, world: World, request_: Request) -> None:
        send(world, payloads.press(f"CANCEL:{request_.id}", at=world.seconds, sender="6281200000002"))

        assert world.requests() == [request_]


class TestPerson:
    @pytest.mark.usefixtures("request_")
    def test_is_called_to_the_request(self, world: World) -> None:
        world.say("mau bicara petugas")

        assert "Petugas menjawab di chat ini paling lambat" in body(world)
        [request] = world.requests()
        assert request.asks_human_at == world.clock.now
        [row], _ = world.parts.reading.page(world.officer, wanted())
        assert row.asks_human_at is not None

    def test_who_complains_is_told_how_it_stands_too(self, world: World, request_: Request) -> None:
        world.say("saya kecewa, pelayanan lambat sekali")

        assert f"{request_.id} Permohonan diterima" in body(world)
        assert world.requests()[0].asks_human_at == world.clock.now

    def test_is_answered_by_an_officers_words(self, world: World, request_: Request) -> None:
        world.say("mau bicara petugas")
        world.parts.telling.reply(world.officer, request_.id, "Silakan, Bu.", Idempotency(None, ""))

        assert world.requests()[0].asks_human_at is None

    @pytest.mark.parametrize("said", ["mau bicara petugas", "english please"])
    def test_nothing_that_is_said_is_lost_when_an_officer_moves_the_request_at_the_same_time(self, said: str) -> None:
        calm = self._opened()
        for position in range(len(operations(calm.store, lambda: calm.set_status(calm.requests()[0], Status.VERIFIED)))):
            world = self._opened()
            [request] = world.requests()
            with disturbed(world.store, position, "before", partial(world.say, said)):
                world.set_status(request, Status.VERIFIED)

            [after] = world.requests()
            assert after.status is Status.VERIFIED
            assert (after.asks_human_at, after.language) == ((START, "id") if "petugas" in said else (None, "en"))

    def _opened(self) -> World:
        world = World()
        photo(world)
        return world

    def test_call_without_a_request_is_listed_for_the_desk(self, world: World) -> None:
        world.say("mau bicara petugas")

        [call] = world.store.query_index("queue", talk.calls_pk("1801"))
        assert (call["contact_id"], call["phone_number_id"]) == (world.contact().id, KTP)
        assert world.requests() == []
        [shown] = world.parts.reading.calls(world.officer)
        assert (shown.office, shown.asked_at, shown.contact) == ("1801", START, world.contact())
        assert views.call(shown) == {
            "id": f"1801.{world.contact().id}",
            "office": "1801",
            "phone_number_id": KTP,
            "asked_at": "2026-11-24T03:00:00.000Z",
            "name": "Siti",
            "phone": "+62…001",
        }
        assert world.parts.reading.calls(world.staff(Role.ADMIN, "7371")) == []


def wanted() -> Any:
    from chalicelib.flows.reading import Wanted

    return Wanted()


class TestLanguage:
    def test_is_spoken_from_then_on(self, world: World, request_: Request) -> None:
        world.say("english please")
        assert body(world) == "All right, we write in English from now on."

        world.set_status(world.requests()[0], Status.CANCELLED)
        assert "has been cancelled" in body(world)
        world.say("CEK")
        assert f"{request_.id} Cancelled" in body(world)

    def test_can_be_changed_back(self, world: World) -> None:
        world.say("english please")
        world.run()
        world.say("bahasa indonesia", at=world.seconds + 1)

        assert body(world) == "Baik, mulai sekarang kami menulis dalam bahasa Indonesia."


class TestSeveralRequests:
    def test_are_listed_and_picked_from(self, world: World, request_: Request) -> None:
        world.say("BARU a.n. Budi Santoso")
        world.run()
        wait(world, minutes=11)
        [other] = [one for one in world.requests() if one.id != request_.id]
        assert other.name == "Budi Santoso"

        world.say("CEK")
        [choices] = read(world)
        assert isinstance(choices, Choices)
        assert "(Siti)" in choices.body
        assert "(Budi Santoso)" in choices.body

        press(world, f"PICK:{request_.id}")
        world.run()
        wait(world, seconds=1)
        photo(world)
        assert world.items("CONTACT#", "MSG#")[-1]["request_id"] == request_.id
        assert request_.id in body(world)

    def test_are_told_apart_by_name(self, world: World, request_: Request) -> None:
        world.say("BARU a.n. Budi Santoso")
        world.say("BARU", at=world.seconds + 1)
        [budi] = [one for one in world.requests() if one.name == "Budi Santoso"]
        photo(world, "ktp budi")

        assert {str(item["request_id"]) for item in world.items("CONTACT#", "MSG#") if item.get("text") == "ktp budi"} == {
            budi.id
        }
        assert request_ in world.requests()

    def test_name_is_forgotten_with_the_request(self, world: World) -> None:
        world.say("mau bikin ktp a.n. Budi Santoso")
        world.set_status(world.requests()[0], Status.CANCELLED)

        assert world.contact().names == {}


class TestNumberForAll:
    def test_lists_the_services_and_opens_the_chosen_one(self, world: World) -> None:
        everything(world)
        world.say("halo", number=FOR_ALL)
        [menu] = read(world)
        assert isinstance(menu, Choices)

        press(world, menu.rows[0].id, FOR_ALL)

        [request] = world.requests()
        assert (request.service, request.phone_number_id) == ("KK", FOR_ALL)
        assert "Kartu Keluarga" in body(world)

    def test_asks_what_a_photo_is_for(self, world: World) -> None:
        everything(world)
        photo(world, number=FOR_ALL)

        [menu] = read(world)
        assert isinstance(menu, Choices)
        assert world.requests() == []

    def test_opens_another_of_the_chosen_service(self, world: World) -> None:
        everything(world)
        world.say("mau bikin kk", number=FOR_ALL)
        world.run()
        world.say("BARU", number=FOR_ALL, at=world.seconds + 1)
        [choices] = read(world)

        send(world, payloads.press(choices.rows[0].id, at=world.seconds + 2), FOR_ALL)

        assert [one.service for one in world.requests()] == ["KK", "KK"]

    def test_help_for_a_chosen_service(self, world: World) -> None:
        everything(world)
        world.say("syaratnya apa", number=FOR_ALL)
        [choices] = read(world)
        press(world, choices.rows[1].id, FOR_ALL)

        [help_] = read(world)
        assert "Untuk *KTP-el*" in help_.body
        assert [button.id for button in help_.buttons] == ["OPEN:KTP", "CEK", "HUMAN"]


class TestCourtesy:
    def test_gets_a_menu_once(self, world: World) -> None:
        for said in ("halo", "pagi pak", "permisi", "assalamualaikum"):
            world.say(said)
            wait(world, minutes=2)

        contents = read(world)
        assert [type(one).__name__ for one in contents] == ["Buttons", "FreeText"]

    def test_thanks_after_an_answer_are_returned(self, world: World) -> None:
        world.say("CEK")
        world.run()
        world.say("makasih pak", at=world.seconds + 1)

        assert "Sama-sama" in body(world)


class TestOutsideHours:
    def test_opening_says_when_the_office_opens(self, world: World) -> None:
        wait(world, hours=12)
        photo(world)

        assert "Kantor sedang tutup dan buka kembali Rabu, 25 November 2026 pukul 08.00 WIB" in body(world)


class TestElsewhere:
    def test_is_told_and_nothing_is_opened(self, world: World) -> None:
        world.say("mau bikin kk")

        [content] = read(world)
        assert "0811-0000-0001" in content.body
        assert [button.id for button in content.buttons] == ["OPEN:KTP", "CEK", "HELP"]
        assert world.requests() == []


class TestRealOrNot:
    def test_number_of_a_notice_is_confirmed(self, world: World, request_: Request) -> None:
        world.say(f"apakah pesan ini asli? {request_.id}")
        assert "Benar, ini terdaftar" in body(world)

    def test_number_that_is_nobodys_is_warned_of(self, world: World) -> None:
        world.say("KTP-0000-0000-0AA asli apa penipuan")
        assert "Hati-hati" in body(world)


class TestRobots:
    def test_answers_within_an_hour_are_bounded(self, world: World) -> None:
        for _ in range(3 * MOST_ANSWERS):
            world.say("CEK")
            wait(world, seconds=1)
        assert len(read(world)) == MOST_ANSWERS

        wait(world, hours=1)
        world.say("CEK")
        assert len(read(world)) == 1
        assert len(world.contact().answered) == 1

    def test_thousand_messages_in_a_minute_are_all_stored(self, world: World) -> None:
        for number in range(1000):
            world.say(f"pesan {number}")
        assert len(world.items("CONTACT#", "MSG#")) == 1000
        assert len(read(world)) == MOST_ANSWERS

    def test_two_that_talk_to_each_other_come_to_rest(self, world: World) -> None:
        world.say("halo")
        sent = 0
        while contents := read(world):
            sent += len(contents)
            wait(world, seconds=3)
            world.say(contents[-1].body)
        assert sent <= MOST_ANSWERS + 1


HARSH = [
    ("text", {"body": "ktp " * 5000}),
    ("text", {"body": "\u202e\u2066ktp hilang\u2069\x00\x07"}),
    ("text", {"body": "   "}),
    ("text", {"body": "NIK saya 1801010401900001"}),
    ("image", {"id": "media-1", "caption": ""}),
    ("image", {"id": "media-1", "caption": "\u200b"}),
    ("audio", {"id": "media-1", "voice": True}),
    ("sticker", {"id": "media-1"}),
    ("location", {"latitude": -5.7, "longitude": 105.6}),
    ("contacts", [{"name": {"formatted_name": "Budi"}}]),
    ("video", {"id": "media-1"}),
]


@pytest.mark.parametrize(("kind", "content"), HARSH, ids=[f"{kind} {number}" for number, (kind, _) in enumerate(HARSH)])
@pytest.mark.parametrize("number", [KTP, FOR_ALL])
def test_harsh_input_is_stored_and_answered_sensibly(world: World, kind: str, content: Any, number: str) -> None:
    everything(world)
    for _ in range(3):
        send(world, payloads.message(kind, content, at=world.seconds), number)
        wait(world, minutes=1)

    assert len(world.items("CONTACT#", "MSG#")) == 3
    assert world.items("QUARANTINE#") == []
    contents = read(world)
    assert 1 <= len(contents) <= 3
    assert all("1801010401900001" not in str(one) for one in contents)


def test_forwarded_chain_opens_nothing(world: World) -> None:
    chain = payloads.text("SEBARKAN! mau bikin ktp gratis kirim ke 10 orang", at=world.seconds, context={"forwarded": True})
    send(world, chain)

    assert world.requests() == []
    [content] = read(world)
    assert isinstance(content, Buttons)


def test_message_on_an_open_request_that_owes_no_answer_costs_two_writes(world: World, request_: Request) -> None:
    photo(world)
    world.run()
    wait(world, seconds=1)
    calls: list[str] = []
    for name in ("put", "update", "transact", "get", "get_many", "query", "query_index"):
        counted(world.store, name, calls)
    photo(world)

    assert calls == ["get", "update", "put"]
    assert request_ in world.requests()


def counted(store: Any, name: str, calls: list[str]) -> None:
    original = getattr(store, name)

    def call(*given: Any, **more: Any) -> Any:
        calls.append(name)
        return original(*given, **more)

    vars(store)[name] = call


def test_quiet_time_is_shorter_than_the_patience_of_people() -> None:
    assert timedelta(minutes=1) < QUIET < timedelta(hours=1)


def test_kinds_of_answers_are_told_without_a_template(world: World) -> None:
    world.say("halo")
    world.clock.now += timedelta(hours=25)
    world.run()

    assert world.notices()[0].kind is Kind.MENU
    assert world.whatsapp.arrivals == []
