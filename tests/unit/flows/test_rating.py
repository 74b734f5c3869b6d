"""How it was, asked once after a request is completed, answered by a press or a digit, and counted without the person."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from chalicelib.domain.conversation import Intent
from chalicelib.domain.delivery import Choices, Remedy, Template
from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import Kind, State
from chalicelib.domain.request import Request, Status
from chalicelib.flows.desk import WalkIn
from chalicelib.ports import Item
from chalicelib.table import ratings
from tests.data import payloads
from tests.data.payloads import KK, KTP
from tests.fakes.providers import ACCEPTED, Step, refused
from tests.fakes.world import NO_KEY, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising, wait_for_all

THROUGH = (Status.VERIFIED, Status.PROCESSING, Status.READY, Status.COMPLETED)
SCORES = (1, 2, 3, 4)


def opened(world: World, number: str = KTP, **more: Any) -> Request:
    before = {one.id for one in world.requests()}
    photo = payloads.photo(at=world.seconds, **more)
    world.receive(payloads.envelope(payloads.value(photo, number=number)))
    [request] = [one for one in world.requests() if one.id not in before]
    return request


def complete(world: World, request: Request) -> Request:
    for to in THROUGH:
        request = world.set_status(request, to)
    world.run()
    world.clock.now += timedelta(minutes=1)
    return request


def rates_off(world: World) -> None:
    office = replace(world.parts.offices["1801"], rating=False)
    vars(world.parts).update(offices={"1801": office})


def pressed(world: World, request_id: str, score: int, number: str = KTP, **more: Any) -> dict[str, int]:
    row = payloads.choose(f"RATE:{request_id}:{score}", **({"at": world.seconds} | more))
    return world.receive(payloads.envelope(payloads.value(row, number=number)))


def counted(world: World, service: str = "KTP", month: str = "2026-11") -> tuple[int, ...]:
    item = world.store.get(ratings.key("1801", month, service))
    return ratings.read(item or {}).counts


def last_message(world: World) -> Item:
    return max(world.items("CONTACT#", "MSG#"), key=lambda item: str(item["received_at"]))


def answers(world: World, kind: Kind) -> int:
    return sum(one.kind is kind for one in world.notices())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def request_(world: World) -> Request:
    """Siti's request, completed a minute ago; she was asked how it was."""
    return complete(world, opened(world))


class TestQuestion:
    def test_is_one_message_with_a_row_for_each_answer(self, world: World, request_: Request) -> None:
        content = world.whatsapp.arrivals[-1].message.content

        assert isinstance(content, Choices)
        assert "telah selesai" in content.body
        assert [row.id for row in content.rows] == [f"RATE:{request_.id}:{score}" for score in SCORES]
        assert [row.title for row in content.rows] == ["1 Tidak baik", "2 Kurang baik", "3 Baik", "4 Sangat baik"]
        assert [one.kind for one in world.notices() if one.version == request_.version] == [Kind.RATING]

    def test_goes_as_a_template_when_the_window_has_closed(self, world: World) -> None:
        request = opened(world)
        world.run()
        world.clock.now += timedelta(days=2)
        complete(world, request)

        content = world.whatsapp.arrivals[-1].message.content
        assert isinstance(content, Template)
        assert content.name == "kabar_rating"

    def test_takes_the_place_of_the_word_that_it_is_completed(self, world: World) -> None:
        office = world.parts.offices["1801"]
        vars(world.parts).update(offices={"1801": replace(office, notify=office.notify | {"completed"})})
        complete(world, opened(world))

        assert (answers(world, Kind.RATING), answers(world, Kind.COMPLETED)) == (1, 0)

    def test_is_not_asked_where_the_office_does_not_want_it(self, world: World) -> None:
        rates_off(world)
        complete(world, opened(world))

        assert answers(world, Kind.RATING) == 0
        assert world.contact().rates == {}

    def test_is_not_asked_of_somebody_from_the_counter(self, world: World) -> None:
        wanted = WalkIn("KTP", name="Budi", phone="+6281200000009", consent=True)
        complete(world, world.parts.desk.walk_in(world.officer, wanted, world.secrets.values, NO_KEY))

        assert answers(world, Kind.RATING) == 0

    @pytest.mark.parametrize("to", [Status.CANCELLED, Status.REJECTED])
    def test_is_not_asked_when_it_ends_otherwise(self, world: World, to: Status) -> None:
        world.set_status(opened(world), to, reason="x" if to is Status.REJECTED else None)
        world.say("4")

        assert answers(world, Kind.RATING) == 0
        assert counted(world) == (0, 0, 0, 0)

    def test_lets_the_word_that_it_is_ready_go_first(self, world: World) -> None:
        """Programs of an office take a document from ready to completed at once."""
        request = opened(world)
        for to in THROUGH:
            request = world.set_status(request, to)
        world.run()

        states = {one.kind: one.state for one in world.notices()}
        assert (states[Kind.READY], states[Kind.RATING]) == (State.ACCEPTED, State.ACCEPTED)

    def test_is_not_put_to_who_opted_out(self, world: World) -> None:
        request = opened(world)
        world.say("BERHENTI")
        complete(world, request)
        world.say("4")

        assert next(one.state for one in world.notices() if one.kind is Kind.RATING) is State.SUPPRESSED
        assert counted(world) == (0, 0, 0, 0)

    def test_waits_for_the_morning(self, world: World) -> None:
        request = opened(world)
        world.run()
        world.clock.now += timedelta(hours=12)
        complete(world, request)

        assert next(one.state for one in world.notices() if one.kind is Kind.RATING) is State.HELD
        world.say("4")
        assert counted(world) == (0, 0, 0, 0), "before it is asked, a digit is no answer"
        world.advance(hours=9)
        world.say("4")
        assert counted(world) == (0, 0, 0, 1)

    def test_that_whatsapp_refuses_is_neither_an_sms_nor_an_alarm(self) -> None:
        def unreachable(message: Any) -> Step:
            return refused("131026", Remedy.SMS) if isinstance(message.content, Choices) else ACCEPTED

        world = World(unreachable)
        complete(world, opened(world))
        sent = len(world.sms.attempts)
        world.advance(minutes=1)

        notice = next(one for one in world.notices() if one.kind is Kind.RATING)
        assert (notice.state, notice.reason) == (State.SUPPRESSED, "not_for_sms")
        assert len(world.sms.attempts) == sent
        assert world.metrics.named("NoticeFailed") == []

    def test_says_by_sms_that_it_is_completed_where_that_is_told(self) -> None:
        world = World(lambda _message: refused("131026", Remedy.SMS))
        office = world.parts.offices["1801"]
        vars(world.parts).update(offices={"1801": replace(office, notify=office.notify | {"completed"})})
        complete(world, opened(world))
        world.advance(minutes=1)

        assert world.sms.arrivals[-1].message.body.endswith("telah selesai. Terima kasih.")


class TestAnswer:
    @pytest.mark.parametrize("score", SCORES)
    def test_by_a_press_is_counted_and_thanked_once(self, world: World, request_: Request, score: int) -> None:
        pressed(world, request_.id, score)

        assert counted(world) == tuple(int(one == score) for one in SCORES)
        assert answers(world, Kind.RATED) == 1
        assert world.contact().rates == {}

    @pytest.mark.parametrize("text", ["3", "3 baik", " 3. ", "nilai 3 pak, terima kasih", "3️⃣"])
    def test_by_a_digit_counts_as_well(self, world: World, request_: Request, text: str) -> None:
        world.say(text)

        assert counted(world) == (0, 0, 1, 0), request_
        assert answers(world, Kind.RATED) == 1

    def test_opens_nothing_and_joins_nothing(self, world: World, request_: Request) -> None:
        world.say("4")

        assert [one.id for one in world.requests()] == [request_.id]
        assert "request_id" not in last_message(world)

    @pytest.mark.parametrize("how", ["press", "digit"])
    def test_is_not_kept_with_the_person(self, world: World, request_: Request, how: str) -> None:
        if how == "press":
            pressed(world, request_.id, 2)
        else:
            world.say("2")

        item = last_message(world)
        assert item["intent"] == Intent.RATING
        assert not {"text", "button_id", "raw", "replies_to"} & set(item)
        thanks = [one for one in world.notices() if one.kind is Kind.RATED]
        other = World()
        good = complete(other, opened(other))
        pressed(other, good.id, 4)
        assert [(one.about, one.body, one.topic) for one in thanks] == [((), None, None)]
        assert [one.kind for one in other.notices()] == [one.kind for one in world.notices()], "bad and good look alike"

    def test_is_nowhere_in_the_residents_file_nor_among_the_figures(self, world: World, request_: Request) -> None:
        pressed(world, request_.id, 1)
        read = world.parts.reading.file(world.officer, request_.id)

        assert "RATE:" not in str(read)
        assert not [name for name, _, _ in world.metrics.figures if "rat" in name.lower()]

    def test_that_comes_twice_counts_once(self, world: World, request_: Request) -> None:
        first = pressed(world, request_.id, 4, id_="wamid.rating")
        again = pressed(world, request_.id, 4, id_="wamid.rating")

        assert (first["stored"], again["duplicate"]) == (1, 1)
        assert counted(world) == (0, 0, 0, 1)

    def test_given_again_changes_nothing_and_is_not_kept_either(self, world: World, request_: Request) -> None:
        pressed(world, request_.id, 4)
        world.clock.now += timedelta(minutes=1)
        pressed(world, request_.id, 1)
        assert "button_id" not in last_message(world)
        world.clock.now += timedelta(minutes=1)
        world.say("2")
        assert "text" not in last_message(world)

        assert counted(world) == (0, 0, 0, 1)
        assert answers(world, Kind.RATED) == 1

    def test_pressed_again_another_day_is_thanked_at_most(self, world: World, request_: Request) -> None:
        pressed(world, request_.id, 4)
        world.clock.now += timedelta(days=1)
        pressed(world, request_.id, 1)

        assert counted(world) == (0, 0, 0, 1)
        assert answers(world, Kind.RATED) == 2

    def test_in_words_is_a_complaint_if_it_is_one(self, world: World, request_: Request) -> None:
        world.say("1 pelayanannya lambat sekali, saya kecewa")

        assert last_message(world)["intent"] == Intent.COMPLAINT
        assert counted(world) == (0, 0, 0, 0)
        world.say("1")
        assert counted(world) == (1, 0, 0, 0), request_

    def test_of_a_forwarded_message_is_somebody_elses(self, world: World, request_: Request) -> None:
        world.say("4", context={"forwarded": True})

        assert counted(world) == (0, 0, 0, 0), request_

    def test_is_for_the_request_that_was_asked_about_last_on_that_number(self, world: World) -> None:
        card, family = complete(world, opened(world)), complete(world, opened(world, KK))
        world.say("4")
        world.say("2", number=KK)

        assert (counted(world, "KTP"), counted(world, "KK")) == ((0, 0, 0, 1), (0, 1, 0, 0)), (card, family)

    def test_of_two_requests_counts_for_each(self, world: World) -> None:
        first, second = complete(world, opened(world)), complete(world, opened(world))
        pressed(world, first.id, 1)
        pressed(world, second.id, 4)

        assert counted(world) == (1, 0, 0, 1)

    def test_of_a_request_of_somebody_else_counts_for_nobody(self, world: World, request_: Request) -> None:
        pressed(world, request_.id, 1, sender="6281200000002")

        assert counted(world) == (0, 0, 0, 0)

    def test_on_another_number_than_it_was_asked_on_counts_for_nobody(self, world: World, request_: Request) -> None:
        pressed(world, request_.id, 1, number=KK)

        assert counted(world) == (0, 0, 0, 0)

    def test_that_never_came_is_waited_for_until_some_later_request_ends(self, world: World, request_: Request) -> None:
        world.clock.now += timedelta(days=91)
        later = complete(world, opened(world))

        assert set(world.contact().rates) == {later.id}, request_

    def test_counts_in_the_month_of_the_offices_clock(self, world: World, request_: Request) -> None:
        world.clock.now = world.clock.now.replace(day=30, hour=18)  # the first of December in Kalianda
        pressed(world, request_.id, 4)

        assert counted(world, month="2026-12") == (0, 0, 0, 1)

    def test_after_the_question_is_stale_is_no_answer_but_a_press_is(self, world: World, request_: Request) -> None:
        world.clock.now += timedelta(days=3)
        world.say("4")
        assert last_message(world)["text"] == "4"
        assert counted(world) == (0, 0, 0, 0)
        pressed(world, request_.id, 4)
        assert counted(world) == (0, 0, 0, 1)


def test_a_digit_that_nobody_asked_for_means_what_it_meant(world: World) -> None:
    request = opened(world)
    world.run()
    world.clock.now += timedelta(minutes=11)
    world.say("4")

    assert (last_message(world)["intent"], last_message(world)["request_id"]) == (Intent.JOIN, request.id)


def test_a_rating_follows_a_contact_that_turns_out_to_be_known(world: World) -> None:
    request = complete(world, opened(world, sender=None, from_user_id="ID.siti"))
    world.say("halo")
    world.say("halo lagi", from_user_id="ID.siti")
    pressed(world, request.id, 3)

    assert counted(world) == (0, 0, 1, 0)
    assert world.contact().rates == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rating_that_fails_anywhere_counts_once_when_it_comes_again(fault: str) -> None:
    moment, error = FAULTS[fault]

    def asked() -> tuple[World, Request]:
        world = World()
        return world, complete(world, opened(world))

    world, request = asked()
    steps = operations(world.store, lambda: pressed(world, request.id, 4, id_="wamid.rating"))
    assert steps[-1] == "transact"
    for position in range(len(steps)):
        world, request = asked()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises((*STRUCK, TransientError)):
            pressed(world, request.id, 4, id_="wamid.rating")
        pressed(world, request.id, 4, id_="wamid.rating")

        assert (counted(world), answers(world, Kind.RATED)) == ((0, 0, 0, 1), 1)


def test_two_answers_at_once_count_once(world: World, request_: Request) -> None:
    wait_for_all(world.store, 2)
    both = [Thread(target=pressed, args=(world, request_.id, score)) for score in (1, 4)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sum(counted(world)) == 1


def test_answers_of_several_at_once_all_count(world: World) -> None:
    asked = [complete(world, opened(world, sender=f"62812000000{number:02d}")) for number in range(4)]
    wait_for_all(world.store, len(asked))
    all_ = [
        Thread(target=pressed, args=(world, one.id, 3), kwargs={"sender": f"62812000000{number:02d}"})
        for number, one in enumerate(asked)
    ]
    for one in all_:
        one.start()
    for one in all_:
        one.join()

    assert counted(world) == (0, 0, 4, 0)
