"""Officers write on the office's own phone: that is an answer, and a status word of theirs can be a status change."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.catalogue import Coexistence
from chalicelib.domain.notice import Kind, State
from chalicelib.domain.request import Request, Status
from tests.data import payloads
from tests.data.payloads import KK, KTP, SITI
from tests.fakes.world import START, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

BUDI = "6281200000002"
WORDS = {
    "/proses": Status.PROCESSING, "/siap": Status.READY, "/selesai": Status.COMPLETED, "/kurang": Status.INCOMPLETE,
}  # fmt: skip


def with_request(*, words: bool = True, status: Status = Status.PROCESSING) -> World:
    """Siti's KTP request, of which she was told half an hour ago, at that status."""
    world = World()
    if words:
        world.set_office(coexistence=Coexistence(words=WORDS))
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    world.run()
    if status is not Status.SUBMITTED:
        world.set_status(world.requests()[0], status)
    world.clock.now += timedelta(minutes=30)
    world.run()
    return world


@pytest.fixture
def world() -> World:
    return with_request()


@pytest.fixture
def request_(world: World) -> Request:
    [request] = world.requests()
    return request


def told(world: World) -> list[str]:
    """What went out since the last time: the kinds of notices that were accepted."""
    seen = len(world.whatsapp.arrivals)
    world.run()
    callbacks = [str(one.message.callback) for one in world.whatsapp.arrivals[seen:]]
    return [world.notice(one.split("#")[0]).kind.value for one in callbacks]


def by_user_id(world: World) -> Any:
    """A username writes."""
    said = payloads.text("halo", at=world.seconds, sender=None, from_user_id="ID.1")
    return payloads.envelope(payloads.value(said))


def refusals(world: World) -> list[str]:
    return [str(one["kind"]) for one in world.items("QUARANTINE#")]


class TestAnOfficersWords:
    def test_are_an_answer_after_which_the_robot_is_quiet_for_a_while(self, world: World) -> None:
        world.officer_writes("Sebentar ya Bu, kami cek.")
        world.clock.now += timedelta(minutes=29, seconds=59)
        world.say("ini fotonya")
        assert told(world) == []
        world.clock.now += timedelta(seconds=1)
        world.say("ini fotonya ya")
        assert told(world) == [Kind.ACK.value]

    def test_keep_nothing_from_who_asks_the_machine(self, world: World, request_: Request) -> None:
        world.officer_writes("Sebentar ya Bu.")
        for said in ("CEK", request_.id, "BERHENTI", "MULAI", "BARU", "batalin aja"):
            world.clock.now += timedelta(seconds=1)
            world.say(said)
        assert told(world) == ["status", "status", "opted_out", "opted_in", "opened", "which"]

    def test_keep_no_notice_of_a_status_back(self, world: World, request_: Request) -> None:
        world.officer_writes("Sebentar ya Bu.")
        world.set_status(request_, Status.READY)
        assert told(world) == ["ready"]

    def test_silence_the_robot_on_that_number_only(self, world: World) -> None:
        world.officer_writes("Sebentar ya Bu.")
        world.say("halo", number=KK)
        assert told(world) == ["menu"]

    def test_let_what_follows_from_a_message_happen(self, world: World, request_: Request) -> None:
        world.set_status(request_, Status.INCOMPLETE, reason="KK belum ada")
        told(world)
        world.officer_writes("KK-nya belum ada, Bu.")
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
        assert told(world) == []
        assert world.requests()[0].status is Status.SUBMITTED

    def test_end_the_wait_of_who_wants_a_person(self, world: World) -> None:
        world.say("mau bicara petugas")
        assert world.requests()[0].asks_human_at is not None
        world.clock.now += timedelta(minutes=1)
        world.officer_writes("Ada yang bisa dibantu, Bu?")
        assert world.requests()[0].asks_human_at is None

    def test_end_the_wait_of_who_has_no_request_too(self) -> None:
        world = World()
        world.say("mau bicara petugas")
        assert len(world.parts.reading.calls(world.officer)) == 1
        world.officer_writes("Ada yang bisa dibantu, Bu?")
        assert world.parts.reading.calls(world.officer) == []
        world.clock.now += timedelta(minutes=1)
        world.say("mau bicara petugas lagi")
        assert len(world.parts.reading.calls(world.officer)) == 1

    def test_end_the_wait_of_who_turned_out_to_be_somebody_else_too(self) -> None:
        world = World()
        world.say("halo")
        world.say("mau bicara petugas", sender=None, from_user_id="ID.1")
        world.say("halo", from_user_id="ID.1")
        assert len(world.parts.reading.calls(world.officer)) == 1
        world.officer_writes("Ada yang bisa dibantu, Bu?")
        assert world.parts.reading.calls(world.officer) == []

    def test_on_another_number_or_before_it_was_asked_end_nothing(self, world: World) -> None:
        world.say("mau bicara petugas")
        world.officer_writes("Selamat pagi", number=KK)
        world.officer_writes("Selamat pagi", at=world.seconds - 60)
        assert world.requests()[0].asks_human_at is not None

    def test_that_come_late_or_again_lower_nothing(self, world: World) -> None:
        payload = payloads.echo("Selamat pagi", at=world.seconds)
        assert world.receive(payload)["stored"] == 1
        world.officer_writes("Yang tadi", at=world.seconds - 3600)
        assert world.receive(payload)["duplicate"] == 1
        assert world.contact().spoke == {KTP: world.clock.now}
        assert len(world.items("CONTACT#", "ECHO#")) == 2

    def test_are_believed_to_be_written_no_later_than_now(self, world: World) -> None:
        world.officer_writes("Selamat pagi", at=world.seconds + 86_400)
        assert world.contact().spoke == {KTP: world.clock.now}

    def test_to_somebody_unknown_make_them_known(self, world: World) -> None:
        world.officer_writes("Selamat pagi", to=BUDI)
        assert world.contact("+" + BUDI).spoke == {KTP: world.clock.now}

    @pytest.mark.parametrize("kind", ["revoke", "reaction", "edit"])
    def test_are_not_what_says_nothing(self, world: World, kind: str) -> None:
        said = payloads.message(kind, {"emoji": "👍"}, at=world.seconds, sender=None, to=SITI)
        world.receive(payloads.envelope(payloads.value(message_echoes=[said]), field="smb_message_echoes"))
        assert world.contact().spoke == {}
        assert len(world.items("CONTACT#", "ECHO#")) == 1

    def test_that_come_before_an_answer_is_sent_make_it_moot(self, world: World) -> None:
        world.say("mau bicara petugas")
        world.officer_writes("Ada yang bisa dibantu, Bu?")
        assert told(world) == []
        assert (world.notices()[-1].state, world.notices()[-1].reason) == (State.SUPERSEDED, "officer_spoke")

    def test_survive_that_two_people_become_one(self) -> None:
        world = World()
        world.say("halo")
        world.receive(
            payloads.envelope(payloads.value(payloads.text("halo", at=world.seconds, sender=None, from_user_id="ID.1")))
        )
        echo = payloads.text("Selamat pagi", at=world.seconds, sender=None, to_user_id="ID.1")
        echoed = payloads.envelope(payloads.value(message_echoes=[echo]), field="smb_message_echoes")
        world.receive(echoed)
        both = payloads.text("halo", at=world.seconds, from_user_id="ID.1")
        world.receive(payloads.envelope(payloads.value(both)))
        assert world.contact().spoke == {KTP: START}
        assert (
            world.receive(payloads.envelope(payloads.value(message_echoes=[echo]), field="smb_message_echoes"))["duplicate"]
            == 1
        )


class TestAStatusWord:
    def test_makes_the_request_ready_and_the_resident_is_told_once(self, world: World, request_: Request) -> None:
        payload = payloads.echo(f"/siap {request_.id}", "62721000000", at=world.seconds)
        for _ in range(3):
            world.receive(payload)
        assert told(world) == ["ready"]
        [after] = world.requests()
        assert (after.status, after.version) == (Status.READY, request_.version + 1)
        change = world.parts.reading.file(world.officer, request_.id).changes[-1]
        assert (change.actor, change.to) == (f"app:{KTP}", Status.READY)

    def test_means_nothing_unless_the_office_turns_it_on(self) -> None:
        world = with_request(words=False)
        world.officer_writes(f"/siap {world.requests()[0].id}", "itself")
        assert world.requests()[0].status is Status.PROCESSING
        assert refusals(world) == []

    def test_in_the_offices_own_chat_is_nobodys_conversation(self, world: World, request_: Request) -> None:
        before = world.items("CONTACT#")
        world.officer_writes(f"/siap {request_.id.lower().replace('-', ' ')} ya", "itself")
        assert world.requests()[0].status is Status.READY
        assert world.items("CONTACT#", "ECHO#") == []
        assert world.items("CONTACT#", "CONTACT") == [one for one in before if one["sk"] == "CONTACT"]
        assert [one["pk"] for one in world.items("CHANNEL#")] == [f"CHANNEL#{KTP}"]

    def test_in_the_residents_chat_counts_as_words_too(self, world: World, request_: Request) -> None:
        world.officer_writes(f"/siap {request_.id}")
        assert world.requests()[0].status is Status.READY
        assert world.contact().spoke == {KTP: world.clock.now}

    def test_takes_the_rest_for_the_reason(self, request_: Request, world: World) -> None:
        world.officer_writes(f"/KURANG {request_.id}: foto KK buram", "itself")
        [after] = world.requests()
        assert (after.status, after.reason) == (Status.INCOMPLETE, "foto KK buram")
        assert world.contact().incomplete == {request_.id}

    def test_closes_the_request_of_whoever_its_contact_has_become(self, world: World, request_: Request) -> None:
        world.receive(
            payloads.envelope(payloads.value(payloads.text("halo", at=world.seconds, sender=None, from_user_id="ID.1")))
        )
        world.receive(payloads.envelope(payloads.value(payloads.text("halo", at=world.seconds, from_user_id="ID.1"))))
        world.set_status(request_, Status.READY)
        world.officer_writes(f"/selesai {request_.id}", "itself")
        assert world.contact().open == {}

    @pytest.mark.parametrize(
        ("said", "to", "why"),
        [
            ("/selesai {id}", "itself", "illegal"),
            ("/proses {id} sebentar lagi", "itself", "unchanged"),
            ("/kurang {id}", "itself", "illegal"),
            ("/siap {mistyped}", "itself", "mistyped"),
            ("/siap KTP-8B3E-5N56-TAK", "itself", "unknown"),
            ("/siap bu Siti", "itself", "no_number"),
            ("/siap {id}", BUDI, "not_theirs"),
        ],
    )
    def test_that_cannot_be_carried_out_is_kept_and_counted_once(
        self, world: World, request_: Request, said: str, to: str, why: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        mistyped = request_.id[:-1] + ("1" if request_.id[-1] != "1" else "2")
        payload = payloads.echo(
            said.format(id=request_.id, mistyped=mistyped), "62721000000" if to == "itself" else to, at=world.seconds
        )
        for _ in range(2):
            world.receive(payload)
        assert world.requests() == [request_]
        assert refusals(world) == [f"status_word_{why}"]
        assert world.metrics.named("StatusWordRefused") == [1]
        assert request_.id not in caplog.text

    def test_of_another_numbers_service_or_office_is_unknown(self, world: World, request_: Request) -> None:
        world.officer_writes(f"/siap {request_.id}", "itself", number=KK)
        assert refusals(world) == ["status_word_unknown"]
        assert world.requests() == [request_]

    def test_that_is_only_mentioned_is_none(self, world: World, request_: Request) -> None:
        world.officer_writes(f"sudah /siap {request_.id}", "itself")
        world.officer_writes(f"/siapkan {request_.id}", "itself")
        assert world.requests() == [request_]
        assert refusals(world) == []

    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("to", ["62721000000", SITI])
    def test_is_carried_out_once_whatever_the_table_does(self, fault: str, to: str) -> None:
        moment, error = FAULTS[fault]
        calm = with_request()
        payload = partial(self._word, to=to)
        for position in range(len(operations(calm.store, lambda: calm.receive(payload(calm))))):
            world = with_request()
            echo = payload(world)
            with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
                world.receive(echo)
            world.receive(echo)
            assert told(world) == ["ready"]
            assert len(world.items("", "ECHO#")) == 1

    def test_and_the_desk_at_once_tell_the_resident_once(self) -> None:
        calm = with_request()
        payload = partial(self._word, to="62721000000")
        for position in range(len(operations(calm.store, lambda: calm.receive(payload(calm))))):
            world = with_request()
            desk = partial(world.set_status, world.requests()[0], Status.READY)
            with disturbed(world.store, position, "before", desk) as struck:
                world.receive(payload(world))
            assert struck
            assert told(world) == ["ready"]

    @staticmethod
    def _word(world: World, to: str) -> Any:
        return payloads.echo(f"/siap {world.requests()[0].id}", to, at=world.seconds)


@pytest.mark.parametrize("meanwhile", ["halo", "mau bicara petugas", "BERHENTI", "BARU", "CEK"])
def test_nothing_is_lost_of_what_a_resident_says_while_an_officer_writes(meanwhile: str) -> None:
    calm = with_request()
    for position in range(len(operations(calm.store, lambda: calm.officer_writes("Selamat pagi")))):
        world = with_request()
        world.say("mau bicara petugas", at=world.seconds - 60)
        said = partial(world.say, meanwhile)
        with disturbed(world.store, position, "before", said):
            world.officer_writes("Selamat pagi")
        assert world.contact().spoke == {KTP: world.clock.now}
        assert len(world.items("CONTACT#", "MSG#")) == 3
        assert (world.contact().opted_out_at is not None) == (meanwhile == "BERHENTI")
        assert len(world.requests()) == (2 if meanwhile == "BARU" else 1)


@pytest.mark.parametrize("known", [True, False])
def test_who_asks_again_while_an_officer_answers_waits_on(known: bool) -> None:  # noqa: FBT001
    def begin() -> World:
        world = with_request() if known else World()
        world.say("mau bicara petugas", at=world.seconds - 60)
        return world

    def answer(world: World) -> None:
        world.officer_writes("Selamat pagi", at=world.seconds + 30)

    def ask_again(world: World) -> None:
        world.clock.now += timedelta(seconds=45)
        world.say("mau bicara petugas")

    calm = begin()
    calm.clock.now += timedelta(minutes=1)
    for position in range(len(operations(calm.store, partial(answer, calm)))):
        world = begin()
        world.clock.now += timedelta(seconds=30)
        with disturbed(world.store, position, "before", partial(ask_again, world)) as struck:
            answer(world)
        assert struck
        waits = [one.asks_human_at for one in world.requests() if one.asks_human_at]
        waits += [one.asked_at for one in world.parts.reading.calls(world.officer)]
        assert waits == [world.clock.now]
