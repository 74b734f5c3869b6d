"""Providers' reports move a notice forward, whatever the order they come in, how often, and whatever else goes on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest

from chalicelib.domain.notice import Channel, Notice, State
from chalicelib.domain.request import Status
from chalicelib.domain.staff import Role
from tests.data import payloads
from tests.data.payloads import KK
from tests.fakes.providers import ACCEPTED, LOST_AFTER, Step
from tests.fakes.world import START, World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import disturbed, operations

UNDELIVERABLE, OPTED_OUT, OVERLOADED, OUTSIDE_WINDOW = 131026, 131050, 131000, 131047
STORED, DUPLICATE = ({"stored": 0, "duplicate": 0, "quarantined": 0} | {one: 1} for one in ("stored", "duplicate"))


def told(script: list[Step] | None = None) -> tuple[World, str]:
    """A world in which Siti's first photo was answered, and the callback of that answer."""
    world = World(script or ())
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    world.run()
    return world, f"{world.notices()[0].id}#1"


def only(world: World) -> Notice:
    [notice] = world.notices()
    return notice


@pytest.mark.parametrize(
    "words", [*permutations(["sent", "delivered", "read"]), *permutations(["sent", "delivered", "played"])]
)
def test_in_any_order_and_however_often_reports_end_at_the_furthest(words: tuple[str, ...]) -> None:
    world, callback = told()
    for word in (*words, *words, *reversed(words)):
        world.report(word, callback)
    notice = only(world)
    assert (notice.state, notice.due_at, notice.arrived_at) == (State.READ, None, START)
    assert world.report("sent", callback) == DUPLICATE


@pytest.mark.parametrize("words", [*permutations(["sent", "delivered", "failed"])])
def test_in_any_order_a_delivery_beats_a_failure(words: tuple[str, ...]) -> None:
    world, callback = told()
    for word in (*words, *words):
        world.report(word, callback, UNDELIVERABLE if word == "failed" else None)
    assert only(world).state is State.DELIVERED
    world.advance(hours=1)
    assert world.sms.arrivals == []


@pytest.mark.parametrize("words", [("sent", "failed"), ("failed", "sent")])
def test_undeliverable_goes_by_sms_once(words: tuple[str, ...]) -> None:
    world, callback = told()
    for word in (*words, *words, *words):
        world.report(word, callback, UNDELIVERABLE if word == "failed" else None)
        world.run()
    world.advance(minutes=1)
    world.report("failed", callback, UNDELIVERABLE)
    world.advance(minutes=1)
    assert len(world.sms.arrivals) == 1
    notice = only(world)
    assert (notice.state, notice.channel, notice.attempt) == (State.ACCEPTED, Channel.SMS, 2)


def test_a_read_that_comes_after_the_sms_is_the_end_of_it() -> None:
    world, callback = told()
    world.report("failed", callback, UNDELIVERABLE)
    world.advance(minutes=1)
    world.report("read", callback)
    assert only(world).state is State.READ


def test_sms_that_were_in_vain_are_counted_once() -> None:
    world, callback = told()
    world.report("failed", callback, UNDELIVERABLE)
    world.advance(minutes=1)
    for word in ("delivered", "delivered", "read"):
        world.report(word, callback)
    assert world.metrics.named("DeliveredAfterSms") == [1]


def test_a_delivery_report_that_comes_before_the_sms_spares_it() -> None:
    world, callback = told()
    world.report("failed", callback, UNDELIVERABLE)
    world.report("delivered", callback)
    world.advance(hours=1)
    assert world.sms.attempts == []


def test_a_failure_of_an_earlier_attempt_says_nothing_of_the_current_one() -> None:
    world, callback = told()
    world.report("failed", callback, OVERLOADED)
    world.advance(minutes=1)
    assert only(world).attempt == 2
    assert world.report("failed", callback, UNDELIVERABLE) == DUPLICATE
    assert only(world).state is State.ACCEPTED
    assert world.sms.attempts == []


def test_a_delivery_of_an_earlier_attempt_is_a_delivery() -> None:
    world, callback = told()
    world.report("failed", callback, OVERLOADED)
    world.advance(minutes=1)
    world.report("delivered", callback)
    assert only(world).state is State.DELIVERED


def test_a_failure_without_a_reason_goes_by_sms() -> None:
    world, callback = told()
    world.report("failed", callback)
    world.advance(minutes=1)
    assert len(world.sms.arrivals) == 1


def test_free_words_outside_the_window_go_again_as_a_template() -> None:
    world, callback = told()
    world.report("failed", callback, OUTSIDE_WINDOW)
    world.advance(minutes=1)
    assert [type(one.message.content).__name__ for one in world.whatsapp.arrivals] == ["FreeText", "Template"]
    assert only(world).state is State.ACCEPTED


def test_a_report_tells_what_became_of_a_send_without_an_answer() -> None:
    world, callback = told([LOST_AFTER])
    assert only(world).state is State.UNKNOWN
    world.report("delivered", callback)
    world.advance(hours=1)
    assert only(world).state is State.DELIVERED
    assert len(world.whatsapp.attempts) == 1


@pytest.mark.parametrize("code", [UNDELIVERABLE, OPTED_OUT, OVERLOADED, None])
@pytest.mark.parametrize("word", ["sent", "delivered", "read", "failed"])
def test_a_report_that_overtakes_our_own_record_counts_all_the_same(word: str, code: int | None) -> None:
    """The report comes while the send is still under way, or at any moment until its answer is recorded."""
    code = code if word == "failed" else None
    after, callback = told()
    after.report(word, callback, code)
    calm = World()
    calm.receive(payloads.envelope(payloads.value(payloads.photo(at=calm.seconds))))
    count = len(operations(calm.store, calm.run))

    def begin(script: Callable[[object], Step] | None = None) -> World:
        world = World(script or ())
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
        return world

    def while_sending(_message: object) -> Step:
        during.report(word, f"{only(during).id}#1", code)
        return ACCEPTED

    during = begin(while_sending)
    during.run()
    worlds = [during]
    for position in range(2, count):
        world = begin()
        with disturbed(world.store, position, "before", lambda: world.report(word, f"{only(world).id}#1", code)):  # noqa: B023
            world.run()
        worlds.append(world)

    for world in worlds:
        for one in (world, after):
            one.report("sent", f"{only(one).id}#1")
        ours, expected = only(world), only(after)
        assert (ours.state, ours.channel, ours.due_at is None) == (expected.state, expected.channel, expected.due_at is None)
        assert world.contact().opted_out_at == after.contact().opted_out_at
        assert any(one.provider_id for one in ours.attempts), "what the provider called it is known"


@pytest.mark.parametrize("first", ["sent", "delivered", "read", "failed"])
@pytest.mark.parametrize("second", ["sent", "delivered", "read", "failed"])
def test_two_reports_at_once_end_as_one_after_the_other(first: str, second: str) -> None:
    def code(word: str) -> int | None:
        return UNDELIVERABLE if word == "failed" else None

    calm, callback = told()
    count = len(operations(calm.store, partial(calm.report, first, callback, code(first))))
    calm.report(second, callback, code(second))
    for position in range(count):
        world, callback = told()
        with disturbed(world.store, position, "before", partial(world.report, second, callback, code(second))):
            world.report(first, callback, code(first))
        assert (only(world).state, only(world).due_at) == (only(calm).state, only(calm).due_at)


@pytest.mark.parametrize(
    "callback",
    [
        None, "", "#", "x#1", "a.b#1", "é.1#1", "../../etc#1", "-.-#1", "-.a#1", "9" * 512, "KTP-7F3K-9QXM-2DM.1#1",
        "KTP-7F3K-9QXM-2DM.1#01", "KTP-7F3K-9QXM-2DM.1#99999999999", "KTP-7F3K-9QXM-2DM.x#1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("word", ["delivered", "failed", "sent"])
def test_a_report_that_fits_no_notice_is_kept_once(callback: str | None, word: str) -> None:
    world = World()
    reports = [world.report(word, callback) for _ in range(10)]
    assert reports == [STORED] + [DUPLICATE] * 9
    assert [item["kind"] for item in world.items("EVENT#")] == ["status"]


@pytest.mark.parametrize("word", ["deleted", "teleported", "SENT", "warning"])
def test_a_word_that_says_nothing_of_the_way_is_kept_and_changes_nothing(word: str) -> None:
    world, callback = told()
    before = only(world)
    assert world.report(word, callback) == STORED
    assert only(world) == before
    assert len(world.items("EVENT#")) == 1


def test_a_report_that_comes_before_its_attempt_is_known_counts_when_it_is() -> None:
    world, callback = told()
    notice_id, _, _ = callback.partition("#")
    world.report("delivered", f"{notice_id}#2")
    assert only(world).state is State.ACCEPTED
    world.report("failed", callback, OVERLOADED)
    world.advance(minutes=1)
    assert (only(world).state, only(world).attempt) == (State.ACCEPTED, 2)
    for _ in range(5):
        world.advance(minutes=1)
    assert only(world).state is State.DELIVERED


def test_a_report_that_never_finds_its_notice_is_let_rest_and_kept() -> None:
    world = World()
    world.report("delivered", "KTP-7F3K-9QXM-2DM.1#1")
    for _ in range(40):
        world.advance(hours=1)
    [item] = world.items("EVENT#")
    assert "due_at" not in item


def test_an_opt_out_that_whatsapp_reports_is_the_contacts() -> None:
    world, callback = told()
    world.report("failed", callback, OPTED_OUT)
    assert only(world).state is State.SUPPRESSED
    assert world.contact().opted_out_at == START
    [request] = world.requests()
    world.set_status(request, Status.CANCELLED)
    world.run()
    assert len(world.whatsapp.attempts) == 1
    assert world.sms.attempts == []


def test_an_opt_out_of_somebody_who_was_merged_since_is_that_persons() -> None:
    world = World()
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
    world.run()
    callback = f"{only(world).id}#1"
    world.say("halo", number=KK)
    world.say("halo", number=KK, from_user_id="ID.siti")
    assert len([one for one in world.items("CONTACT#", "CONTACT") if "merged_into" in one]) == 1
    world.report("failed", callback, OPTED_OUT)
    assert world.contact().opted_out_at == START


def test_an_opt_out_counts_although_its_contact_is_merged_meanwhile() -> None:
    def begin() -> tuple[World, str]:
        world = World()
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=None, from_user_id="ID.siti"))))
        world.run()
        callback = f"{only(world).id}#1"
        world.say("halo", number=KK)
        return world, callback

    calm, callback = begin()
    for position in range(len(operations(calm.store, partial(calm.report, "failed", callback, OPTED_OUT)))):
        world, callback = begin()
        with disturbed(world.store, position, "before", partial(world.say, "halo", number=KK, from_user_id="ID.siti")):
            world.report("failed", callback, OPTED_OUT)
        assert world.contact().opted_out_at == START


def test_a_report_on_a_notice_that_was_superseded_or_settled_brings_nothing_back() -> None:
    world, callback = told()
    [request] = world.requests()
    world.report("failed", callback, OVERLOADED)
    world.set_status(request, Status.CANCELLED)
    world.advance(minutes=1)
    assert [one.state for one in world.notices()].count(State.SUPERSEDED) == 1
    before = picture(world)
    assert world.report("failed", callback, UNDELIVERABLE) == DUPLICATE
    assert world.report("sent", callback) == DUPLICATE
    assert picture(world) == before


def test_staff_see_how_far_each_notice_came() -> None:
    world, callback = told()
    world.report("read", callback)
    officer = world.staff(Role.OFFICER)
    [notice] = world.parts.reading.file(officer, world.requests()[0].id).notices
    assert notice.state is State.READ


@pytest.mark.parametrize("minutes", [0, 5, 9])
def test_while_an_outcome_is_unknown_a_failure_is_acted_on_at_once(minutes: int) -> None:
    world, callback = told([LOST_AFTER])
    world.clock.now += timedelta(minutes=minutes)
    world.report("failed", callback, UNDELIVERABLE)
    world.advance(seconds=1)
    assert len(world.sms.arrivals) == 1
    assert len(world.whatsapp.attempts) == 1
