"""One notice to its resident: by the right channel, in the right words, if it is still to be told at all."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.delivery import Buttons, FreeText, Remedy, Template
from chalicelib.domain.notice import Channel, Kind, Notice, State
from chalicelib.domain.request import Request, Status
from chalicelib.flows.desk import Idempotency, WalkIn
from chalicelib.ports import Key, Update
from chalicelib.table import contacts
from tests.data import payloads
from tests.data.payloads import KK, KTP, SITI
from tests.fakes.providers import ACCEPTED, Step, refused
from tests.fakes.world import START, World
from tests.unit.flows.trouble import disturbed, operations

UNDELIVERABLE, OUTSIDE_WINDOW = refused("131026", Remedy.SMS), refused("131047", Remedy.TEMPLATE)
REASON = {"reason": "KK belum ada"}


def opened(script: Any = (), *, run: bool = True) -> tuple[World, Request]:
    """A world in which Siti opened a request by a photo, and was told so unless `run` is off."""
    world = World(script)
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    if run:
        world.run()
    [request] = world.requests()
    return world, request


def last(world: World) -> Notice:
    return world.notices()[-1]


def notice_of(world: World, request: Request) -> Notice:
    return world.notice(f"{request.id}.{request.version}")


def test_an_answer_within_the_window_is_free_words() -> None:
    world, request = opened()
    [arrival] = world.whatsapp.arrivals
    assert isinstance(arrival.message.content, FreeText)
    assert request.id in arrival.message.content.body
    assert (arrival.message.phone_number_id, arrival.message.to.phone) == (KTP, "+" + SITI)
    assert arrival.message.callback == f"{request.id}.1#1"
    notice = notice_of(world, request)
    assert (notice.state, notice.attempt, notice.accepted_at) == (State.ACCEPTED, 1, START)
    assert notice.attempts[0].provider_id == arrival.provider_id


@pytest.mark.parametrize(("hours", "minutes", "kind"), [(23, 54, FreeText), (23, 56, Template), (30, 0, Template)])
def test_outside_the_window_it_is_a_template(hours: int, minutes: int, kind: type) -> None:
    world, request = opened()
    world.clock.now += timedelta(hours=hours, minutes=minutes)
    world.set_status(request, Status.CANCELLED)
    world.run()
    assert isinstance(world.whatsapp.arrivals[-1].message.content, kind)


def test_a_chat_with_one_number_opens_no_window_for_another() -> None:
    world, request = opened()
    world.clock.now += timedelta(hours=25)
    world.say("halo", number=KK)
    world.set_status(request, Status.CANCELLED)
    world.run()
    contents = {one.message.phone_number_id: one.message.content for one in world.whatsapp.arrivals[1:]}
    assert isinstance(contents[KK], Buttons)
    assert isinstance(contents[KTP], Template)


def test_a_window_that_whatsapp_says_is_closed_is_answered_by_a_template_at_once() -> None:
    world, request = opened([OUTSIDE_WINDOW])
    world.advance(seconds=1)
    assert [type(one.content) for one in world.whatsapp.attempts] == [FreeText, Template]
    assert notice_of(world, request).state is State.ACCEPTED
    assert world.sms.attempts == []


@pytest.mark.parametrize("status", [Status.READY, Status.INCOMPLETE, Status.REJECTED])
def test_what_must_arrive_goes_as_a_template_and_by_sms_when_whatsapp_keeps_silent(status: Status) -> None:
    world, request = opened()
    request = world.set_status(request, Status.VERIFIED)
    request = world.set_status(request, status, **({} if status is Status.READY else REASON))
    world.run()
    assert isinstance(world.whatsapp.arrivals[-1].message.content, Template)
    assert notice_of(world, request).channel is Channel.WHATSAPP
    due_at = notice_of(world, request).due_at
    assert due_at is not None
    while world.clock.now < due_at:
        assert world.sms.attempts == []
        world.advance(minutes=1)
    world.advance(minutes=1)
    assert [one.message.phone for one in world.sms.arrivals] == ["+" + SITI]
    assert notice_of(world, request).channel is Channel.SMS
    world.advance(hours=1)
    assert len(world.sms.arrivals) == 1


def test_what_was_delivered_is_followed_by_no_sms() -> None:
    world, request = opened()
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    world.report("sent", f"{request.id}.2#1")
    world.report("delivered", f"{request.id}.2#1")
    world.advance(hours=2)
    assert world.sms.attempts == []


def test_undeliverable_at_once_is_followed_by_the_sms() -> None:
    world, request = opened([UNDELIVERABLE])
    world.advance(seconds=1)
    [arrival] = world.sms.arrivals
    assert (arrival.message.phone, arrival.message.sender) == ("+" + SITI, "DUKCAPIL")
    assert request.id in arrival.message.body
    assert len(arrival.message.body) <= 160
    notice = notice_of(world, request)
    assert (notice.state, notice.channel, notice.attempt, notice.due_at) == (State.ACCEPTED, Channel.SMS, 2, None)


def test_undeliverable_by_webhook_is_followed_by_the_sms() -> None:
    world, request = opened()
    world.report("failed", f"{request.id}.1#1", 131026)
    world.advance(seconds=1)
    assert len(world.sms.arrivals) == 1


def test_an_sms_goes_to_the_phone_that_the_desk_was_given() -> None:
    world = World([UNDELIVERABLE])
    phone = "+6281200000009"
    wanted = WalkIn("KTP", name="Budi", phone=phone, consent=True)
    world.parts.desk.walk_in(world.officer, wanted, world.secrets.values, Idempotency(None, ""))
    world.run()
    world.advance(seconds=1)
    assert isinstance(world.whatsapp.attempts[0].content, Template), "they wrote to no number yet"
    assert [one.message.phone for one in world.sms.arrivals] == [phone]


def test_nobody_is_told_of_a_walk_in_without_a_phone() -> None:
    world = World()
    request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, Idempotency(None, ""))
    world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    assert world.notices() == []
    assert world.whatsapp.attempts == []


def test_a_resident_without_a_phone_who_cannot_be_reached_is_left_to_staff() -> None:
    world = World([UNDELIVERABLE])
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    world.run()
    world.advance(seconds=1)
    assert (last(world).state, last(world).reason, last(world).due_at) == (State.FAILED, "no_phone", None)
    assert world.parts.telling.page(world.officer, State.FAILED, 10, "")[0] == [last(world)]


def test_the_words_for_which_no_sms_exists_are_left_to_staff() -> None:
    world = World([UNDELIVERABLE])
    world.say("halo")
    world.run()
    world.advance(seconds=1)
    assert (last(world).kind, last(world).state, last(world).reason) == (Kind.MENU, State.FAILED, "not_for_sms")


@pytest.mark.parametrize("said", ["STOP", "STOP by user id"])
def test_an_opt_out_counts_until_contact_and_request_are_read(said: str) -> None:
    def begin() -> tuple[World, Request]:
        world, request = opened()
        world.say("halo", from_user_id="ID.siti")
        request = world.set_status(request, Status.INCOMPLETE, **REASON)
        world.dispatch(world.new_records())
        return world, request

    def stop(world: World) -> None:
        person: dict[str, Any] = {"sender": None, "from_user_id": "ID.siti"} if said != "STOP" else {}
        world.say("STOP", **person)

    calm, request = begin()
    names = operations(calm.store, partial(calm.deliver, f"{request.id}.2"))
    read_at = names.index("get_many")
    for position in range(len(names)):
        world, request = begin()
        before = len(world.whatsapp.attempts)
        with disturbed(world.store, position, "before", partial(stop, world)) as struck:
            world.deliver(f"{request.id}.2")
        assert struck
        sent = len(world.whatsapp.attempts) - before
        assert (notice_of(world, request).state, sent) == (
            (State.SUPPRESSED, 0) if position <= read_at else (State.ACCEPTED, 1)
        ), names[position]
        assert world.sms.attempts == []


def test_an_opted_out_resident_gets_no_status_by_any_channel() -> None:
    world, request = opened()
    world.say("STOP")
    world.run()
    before = len(world.whatsapp.attempts)
    for to, more in ((Status.INCOMPLETE, REASON), (Status.VERIFIED, {}), (Status.READY, {}), (Status.CANCELLED, {})):
        request = world.set_status(request, to, **more)
        world.run()
        world.advance(hours=1)
    assert len(world.whatsapp.attempts) == before
    assert world.sms.attempts == []
    assert {one.state for one in world.notices() if not one.answer} == {State.SUPPRESSED}


def test_an_opt_out_between_whatsapps_refusal_and_the_sms_spares_the_sms() -> None:
    world, request = opened([ACCEPTED, UNDELIVERABLE])
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    world.say("STOP")
    world.advance(minutes=1)
    assert notice_of(world, request).state is State.SUPPRESSED
    assert world.sms.attempts == []


def test_an_opt_out_that_whatsapp_answers_with_is_the_contacts() -> None:
    world, request = opened([ACCEPTED, refused("131050", Remedy.OPTED_OUT)])
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    assert notice_of(world, request).state is State.SUPPRESSED
    assert world.contact().opted_out_at == START
    world.advance(hours=1)
    assert world.sms.attempts == []


def merged() -> tuple[World, Request, str]:
    """A request by user id, whose person turned out to be one with a phone, and again one with another phone."""
    world = World()
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    [request] = world.requests()
    for phone in (SITI, "6281200000002"):
        world.say("halo", number=KK, sender=phone)
        world.say("halo", number=KK, sender=phone, from_user_id="ID.siti")
    return world, request, "+6281200000002"


def test_a_notice_to_an_absorbed_contact_reaches_the_person() -> None:
    world, request, phone = merged()
    world.deliver(f"{request.id}.1")
    assert world.whatsapp.arrivals[-1].message.to.phone == phone


def test_an_opt_out_of_the_person_counts_for_notices_to_an_absorbed_contact() -> None:
    world, request, phone = merged()
    world.run()
    world.say("STOP", sender=phone[1:])
    world.run()
    before = len(world.whatsapp.attempts)
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    assert len(world.whatsapp.attempts) == before
    assert notice_of(world, request).state is State.SUPPRESSED


@pytest.mark.parametrize("position", range(8))
def test_an_opt_out_that_whatsapp_answers_with_is_the_persons_although_merged_meanwhile(position: int) -> None:
    world = World([ACCEPTED, refused("131050", Remedy.OPTED_OUT)])
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    world.run()
    world.say("halo", number=KK)
    [request] = world.requests()
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    with disturbed(world.store, position, "before", partial(world.say, "halo", number=KK, from_user_id="ID.siti")):
        world.deliver(f"{request.id}.2")
    assert [one for one in people(world) if one.opted_out_at is None and one.merged_into is None and one.user_id] == []


def people(world: World) -> list[Any]:
    return [contacts.read(item) for item in world.items("CONTACT#", "CONTACT")]


@pytest.mark.parametrize("backwards", [False, True])
def test_of_two_notices_that_wait_the_later_one_is_told(backwards: bool) -> None:  # noqa: FBT001
    world, request = opened()
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    request = world.set_status(request, Status.VERIFIED)
    request = world.set_status(request, Status.READY)
    ids = [f"{request.id}.{version}" for version in (2, 4)]
    for notice_id in reversed(ids) if backwards else ids:
        world.deliver(notice_id)
    assert [world.notice(one).state for one in ids] == [State.SUPERSEDED, State.ACCEPTED]
    assert [getattr(one.message.content, "name", "") for one in world.whatsapp.arrivals[1:]] == ["kabar_ready_card"]


def test_a_later_change_that_owes_no_notice_supersedes_none() -> None:
    world, request = opened()
    request = world.set_status(request, Status.VERIFIED)
    request = world.set_status(request, Status.READY)
    world.set_status(request, Status.COMPLETED)
    world.run()
    assert world.notice(f"{request.id}.3").state is State.ACCEPTED


def test_a_later_notice_does_not_overtake_one_that_is_being_sent() -> None:
    def being_sent() -> tuple[World, Request]:
        world, request = opened()
        return world, world.set_status(request, Status.INCOMPLETE, **REASON)

    def the_next_comes() -> None:
        after = world.set_status(request, Status.CANCELLED)
        world.deliver(f"{after.id}.3")
        assert world.notice(f"{after.id}.3").state is State.PLANNED

    calm, request = being_sent()
    record = len(operations(calm.store, partial(calm.deliver, f"{request.id}.2"))) - 1
    world, request = being_sent()
    with disturbed(world.store, record, "before", the_next_comes) as struck:
        world.deliver(f"{request.id}.2")
    assert struck == ["put"]
    world.advance(minutes=1)
    assert [one.message.callback.rpartition(".")[2] for one in world.whatsapp.arrivals] == ["1#1", "2#1", "3#1"]
    assert world.notice(f"{request.id}.3").state is State.ACCEPTED


def test_a_notice_that_cannot_be_made_into_words_is_failed_with_a_reason_and_seen_by_staff() -> None:
    world, request = opened(run=False)
    world.store.update(Update(Key(f"CONTACT#{request.contact_id}", "CONTACT"), set_={"opted_out_at": "yesterday"}))
    world.run()
    assert (last(world).state, last(world).reason, last(world).due_at) == (State.FAILED, "internal", None)
    assert world.parts.telling.page(world.officer, State.FAILED, 10, "")[0] == [last(world)]
    assert world.whatsapp.attempts == []


def test_a_poisonous_notice_stops_none_behind_it() -> None:
    world, request = opened(run=False)
    world.store.update(Update(Key(f"CONTACT#{request.contact_id}", "CONTACT"), set_={"opted_out_at": "yesterday"}))
    world.say("halo", sender="6281200000002")
    world.run()
    assert [one.message.to.phone for one in world.whatsapp.arrivals] == ["+6281200000002"]


def test_an_earlier_notice_that_cannot_be_read_stops_no_later_one_of_the_request() -> None:
    world, request = opened()
    world.store.update(Update(Key(f"REQ#{request.id}", "NOTICE#000001"), set_={"state": "lost in thought"}))
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.run()
    assert notice_of(world, request).state is State.ACCEPTED


def quiet(world: World) -> None:
    """Half past ten in the evening, in Kalianda."""
    world.clock.now = START.replace(hour=15, minute=30)


def test_a_status_waits_for_the_morning_and_an_answer_does_not() -> None:
    world, request = opened()
    quiet(world)
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.say("CEK")
    world.run()
    assert [one.message.callback.startswith(f"{request.id}.2") for one in world.whatsapp.arrivals[1:]] == [False]
    assert notice_of(world, request).state is State.HELD
    while world.clock.now < START.replace(hour=22, minute=59):
        world.advance(minutes=30)
    assert len(world.whatsapp.arrivals) == 2
    world.advance(minutes=2)
    assert notice_of(world, request).state is State.ACCEPTED


@pytest.mark.parametrize(("wait", "state"), [(timedelta(hours=23), State.ACCEPTED), (timedelta(hours=25), State.FAILED)])
def test_an_answer_is_worth_a_day(wait: timedelta, state: State) -> None:
    world, request = opened(run=False)
    world.clock.now += wait
    world.run()
    assert notice_of(world, request).state is state


@pytest.mark.parametrize(("wait", "state"), [(timedelta(days=6), State.ACCEPTED), (timedelta(days=8), State.FAILED)])
def test_a_status_is_worth_a_week(wait: timedelta, state: State) -> None:
    world, request = opened()
    request = world.set_status(request, Status.INCOMPLETE, **REASON)
    world.clock.now += wait
    world.run()
    assert notice_of(world, request).state is state


@pytest.mark.parametrize(
    "step", [refused("131000", Remedy.RETRY), refused("131056", Remedy.RETRY_CONTACT), refused("4", Remedy.THROTTLED)]
)
def test_a_refusal_that_may_pass_is_tried_again_on_the_same_channel(step: Step) -> None:
    world, request = opened([step, step])
    for _ in range(6):
        world.advance(minutes=1)
    assert notice_of(world, request).state is State.ACCEPTED
    assert len(world.whatsapp.attempts) == 3
    assert world.sms.attempts == []


def test_a_refusal_that_does_not_pass_ends_in_the_sms_within_hours() -> None:
    world, request = opened(lambda _message: refused("131000", Remedy.RETRY))
    for _ in range(60 * 4):
        world.advance(minutes=1)
    assert notice_of(world, request).channel is Channel.SMS
    assert len(world.sms.arrivals) == 1
    assert len(world.whatsapp.attempts) < 40


def test_throttling_spends_none_of_the_retries() -> None:
    world, request = opened(lambda _message: refused("130429", Remedy.THROTTLED))
    for _ in range(60 * 3):
        world.advance(minutes=1)
    notice = notice_of(world, request)
    assert (notice.state, notice.channel, notice.failures) == (State.PLANNED, Channel.WHATSAPP, 0)
    assert world.sms.attempts == []


def test_the_ledger_of_a_notice_stays_small_however_often_it_is_tried() -> None:
    world, request = opened(lambda _message: refused("130429", Remedy.THROTTLED))
    for _ in range(60):
        world.advance(minutes=1)
    notice = notice_of(world, request)
    assert len(notice.attempts) == 20
    assert notice.attempts_dropped + 20 == len(world.whatsapp.attempts)


def test_a_number_of_a_person_in_an_officers_reason_is_not_sent() -> None:
    world, request = opened()
    nik = "1801010101900001"
    world.set_status(request, Status.INCOMPLETE, reason=f"NIK {nik} tidak terbaca, hubungi 0812-0000-0009")
    world.run()
    world.advance(minutes=31)
    told = str(world.whatsapp.arrivals[-1].message.content) + world.sms.arrivals[-1].message.body
    assert nik not in told
    assert "0812-0000-0009" not in told


def test_a_notice_that_nobody_knows_changes_nothing() -> None:
    world, request = opened()
    before = world.store.everything()
    for notice_id in (f"{request.id}.9", "0.0", f"{request.id}.1"):
        world.deliver(notice_id)
    assert world.store.everything() == before
    assert len(world.whatsapp.attempts) == 1


def test_texts_of_the_offices_own_are_used() -> None:
    world, request = opened(run=False)
    own = {("id", "opened"): "Halo, {id} kami terima."}
    world.parts.deliver.offices["1801"] = replace(world.parts.offices["1801"], texts=own)  # type: ignore[index]
    world.run()
    assert world.whatsapp.arrivals[0].message.content == FreeText(f"Halo, {request.id} kami terima.")


NIGHT = timedelta(hours=13)


@pytest.mark.parametrize(
    ("told", "then"),
    [
        ({"to": Status.READY}, {"to": Status.PROCESSING}),
        ({"to": Status.INCOMPLETE, "reason": "foto buram"}, {"to": Status.VERIFIED}),
        ({"to": Status.PROCESSING, "hold": True, "reason": "listrik padam"}, {"to": Status.PROCESSING, "hold": False}),
    ],
)
def test_what_waited_through_the_night_and_is_no_longer_true_is_not_said(told: dict[str, Any], then: dict[str, Any]) -> None:
    world = World()
    world.say("ktp saya hilang")
    world.run()
    request = world.set_status(world.requests()[0], Status.VERIFIED)
    request = world.set_status(request, Status.PROCESSING) if told["to"] is Status.PROCESSING else request
    world.clock.now += NIGHT
    request = world.set_status(request, **told)
    world.run()
    world.set_status(request, **then)
    world.advance(hours=12)
    world.advance(hours=1)
    notice = world.notices()[-1]
    assert (notice.state, notice.reason) == (State.SUPERSEDED, "no_longer_true")
    assert len(world.whatsapp.arrivals) == 1
