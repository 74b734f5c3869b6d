"""Meta tells what became of a template: notices go around one that is unusable from then on, until Meta takes it back."""

from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.circuit import Word
from chalicelib.domain.circuit import template as scope_of
from chalicelib.domain.delivery import Remedy, Template
from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import Channel, State
from chalicelib.domain.request import Status
from chalicelib.entry import webhook
from chalicelib.flows.circuits import Circuits
from chalicelib.ports import Channel as Place
from chalicelib.ports import Item, Key, Update
from chalicelib.table import circuits
from tests.data import payloads
from tests.fakes.providers import ACCEPTED, Step, refused
from tests.fakes.store import FakeStore
from tests.fakes.world import World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

READY = scope_of("kabar_ready_card", "id")
PAUSED = refused("132015", Remedy.TEMPLATE_DOWN)
ONCE = {"stored": 1, "duplicate": 0, "quarantined": 0}


def paused(message: Any) -> Step:
    return PAUSED if isinstance(message.content, Template) else ACCEPTED


def waiting(*, window: bool, count: int = 1, script: Any = ()) -> World:
    """Residents whose cards are made, in time for the next change to be that they are ready."""
    world = World(script)
    for number in range(count):
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=f"62812000000{number:02d}"))))
    world.run()
    if not window:
        world.advance(hours=25)
    for request in world.requests():
        world.set_status(world.set_status(request, Status.VERIFIED), Status.PROCESSING)
    world.run()
    world.whatsapp.attempts.clear()
    return world


def ready(world: World) -> None:
    for request in world.requests():
        world.set_status(request, Status.READY)
    world.run()


def open_at(world: World, office: str = "1801") -> dict[str, Any]:
    return circuits.read(world.store.get(circuits.key(office)) or {})


def tell(world: World, event: str, *, ago: int = 0, **more: Any) -> dict[str, int]:
    return world.receive(payloads.template(event, at=world.seconds - ago, **more))


def sends(world: World) -> list[str]:
    return [type(one.content).__name__ for one in world.whatsapp.attempts]


def test_a_template_that_is_paused_is_not_tried_once_and_the_sms_goes_at_once() -> None:
    world = waiting(window=False)
    assert tell(world, "PAUSED") == ONCE
    ready(world)
    assert world.whatsapp.attempts == []
    assert len(world.sms.arrivals) == 1
    assert world.metrics.named("CircuitOpened") == [1]


def test_the_template_is_used_again_when_meta_says_that_it_is_back() -> None:
    world = waiting(window=False)
    tell(world, "PAUSED")
    world.advance(minutes=10)
    tell(world, "APPROVED")
    ready(world)
    assert sends(world) == ["Template"]
    assert world.sms.arrivals == []


def test_while_the_window_is_open_free_words_are_said_instead() -> None:
    world = waiting(window=True)
    tell(world, "PAUSED")
    ready(world)
    assert sends(world) == ["FreeText"]


def test_what_no_sms_can_say_waits_and_goes_within_minutes_of_the_good_word() -> None:
    world = World()
    sender = "ID.1349ABCDEF"
    said = payloads.message("image", {"id": "m", "mime_type": "image/jpeg", "sha256": "c2hh"}, at=world.seconds, sender=None,
                            from_user_id=sender)  # fmt: skip
    world.receive(payloads.envelope(payloads.value(said)))
    world.run()
    world.advance(hours=25)
    [request] = world.requests()
    world.set_status(world.set_status(request, Status.VERIFIED), Status.PROCESSING)
    world.run()
    world.whatsapp.attempts.clear()
    tell(world, "PAUSED")
    ready(world)
    for _ in range(6):
        world.advance(minutes=5)
    assert world.notices()[-1].state is State.HELD
    assert world.whatsapp.attempts == []
    tell(world, "APPROVED")
    world.advance(minutes=6)
    assert sends(world) == ["Template"]
    assert world.notices()[-1].state is State.ACCEPTED


def test_one_notice_an_hour_probes_in_case_the_good_word_was_lost() -> None:
    world = waiting(window=False, count=6, script=paused)
    tell(world, "PAUSED")
    for number, request in enumerate(world.requests()):
        world.set_status(request, Status.READY)
        world.run()
        assert len(world.whatsapp.attempts) == number // 3, (
            "two of six notices, twenty-one minutes apart, are the first of an hour"
        )
        world.advance(minutes=21)
    assert {one.channel for one in world.notices() if one.version == 4} == {Channel.SMS}
    assert world.metrics.named("CircuitOpened") == [1]


def test_a_probe_that_is_accepted_closes_the_circuit_and_an_older_report_does_not_open_it_again() -> None:
    world = waiting(window=False)
    tell(world, "PAUSED")
    paused_again = payloads.template("PAUSED", at=world.seconds + 60, reason="another")
    world.advance(hours=2)
    ready(world)
    assert sends(world) == ["Template"]
    assert open_at(world) == {}
    world.receive(paused_again)
    assert open_at(world) == {}


@pytest.mark.parametrize("event", ["PAUSED", "DISABLED", "REJECTED"])
def test_each_office_that_uses_the_template_is_told(event: str) -> None:
    world = World(more_offices=("1899",))
    tell(world, event)
    assert list(open_at(world)) == list(open_at(world, "1899")) == [READY]


def test_a_template_in_an_offices_own_words_is_that_offices_alone() -> None:
    world = World(more_offices=("7371",))
    vars(world.parts)["offices"] = load_offices()
    tell(world, "PAUSED", name="kabar_completed_7371")
    assert list(open_at(world, "7371")) == [scope_of("kabar_completed_7371", "id")]
    assert open_at(world) == open_at(world, "9171") == {}
    tell(world, "PAUSED", name="kabar_completed")
    assert list(open_at(world)) == list(open_at(world, "9171")) == [scope_of("kabar_completed", "id")]
    assert len(open_at(world, "7371")) == 1


def test_a_template_of_nobody_is_kept_and_opens_nothing() -> None:
    world = World()
    assert tell(world, "PAUSED", name="somebody_elses") == ONCE
    tell(world, "PAUSED", language="en-US")
    assert world.items("CIRCUITS#") == []
    assert len(world.items("EVENT#")) == 2


@pytest.mark.parametrize(("accounts", "is_open"), [
    ([None], True), (["200000000000001"], True), (["299999999999999"], False), (["299999999999999", "200000000000001"], True),
    (["299999999999999", None], True),
])  # fmt: skip
def test_an_office_whose_numbers_belong_to_other_accounts_is_not_concerned(accounts: list[str | None], is_open: bool) -> None:  # noqa: FBT001
    world = World()
    places = {str(number): Place("1801", None, waba=account) for number, account in enumerate(accounts)}
    [report] = _read(payloads.template("PAUSED", at=world.seconds))
    world.parts.template_reports(report, places)
    assert (READY in open_at(world)) is is_open


def _read(payload: Any) -> Any:
    return webhook.parse(payloads.raw(payload), frozenset())


def test_in_any_order_and_however_often_the_latest_word_counts() -> None:
    story = [("PAUSED", 300), ("APPROVED", 200), ("PAUSED", 100)]
    for left_out in (None, *story):
        told = [one for one in story if one is not left_out]
        for order in permutations(told):
            world = World()
            for event, ago in (*order, *order):
                tell(world, event, ago=ago)
            assert (READY in open_at(world)) is (told[-1][0] == "PAUSED"), order


def test_of_two_words_from_the_same_second_the_good_one_counts() -> None:
    for order in permutations(("PAUSED", "APPROVED")):
        world = World()
        for event in order:
            tell(world, event)
        assert open_at(world) == {}, order


def test_a_time_in_the_future_is_now() -> None:
    world = World()
    tell(world, "PAUSED", ago=-86_400)
    world.advance(minutes=1)
    tell(world, "APPROVED")
    assert open_at(world) == {}


def test_a_report_without_a_time_is_from_now() -> None:
    world = World()
    payload = payloads.template("PAUSED", at=0)
    del payload["entry"][0]["time"]
    world.receive(payload)
    assert open_at(world)[READY].since == world.clock.now


def test_what_a_notice_found_out_becomes_what_meta_told_without_a_second_alarm() -> None:
    world = waiting(window=False, script=paused)
    ready(world)
    assert not open_at(world)[READY].told
    world.advance(seconds=5)
    tell(world, "PAUSED", ago=10)
    assert open_at(world)[READY].told
    assert world.metrics.named("CircuitOpened") == [1]


def test_an_older_good_word_does_not_undo_what_a_notice_found_out() -> None:
    world = waiting(window=False, script=paused)
    ready(world)
    tell(world, "APPROVED", ago=60)
    assert READY in open_at(world)
    world.advance(minutes=1)
    tell(world, "APPROVED")
    assert open_at(world) == {}


@pytest.mark.parametrize("event", ["PENDING", "IN_APPEAL", "LIMIT_EXCEEDED", "FLAGGED"])
def test_other_events_are_kept_and_change_nothing(event: str) -> None:
    world = World()
    assert tell(world, event) == ONCE
    assert world.items("CIRCUITS#") == []


def test_red_quality_and_a_flag_warn_once() -> None:
    world = World()
    about = {"message_template_name": "kabar_ready_card", "message_template_language": "id", "new_quality_score": "RED"}
    red = payloads.envelope(about, field="message_template_quality_update", at=world.seconds)
    for _ in range(3):
        world.receive(red)
    assert world.metrics.named("TemplateWarned") == [1]
    tell(world, "FLAGGED")
    assert world.metrics.named("TemplateWarned") == [1, 1]
    tell(world, "FLAGGED", name="somebody_elses")
    assert world.metrics.named("TemplateWarned") == [1, 1]
    assert open_at(world) == {}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("event", ["PAUSED", "APPROVED"])
def test_a_repeat_completes_a_report_that_failed_anywhere(event: str, fault: str) -> None:
    def begin() -> World:
        world = World(more_offices=("1899",))
        if event == "APPROVED":
            tell(world, "PAUSED", ago=60)
        return world

    moment, error = FAULTS[fault]
    calm = begin()
    for position in range(len(operations(calm.store, partial(tell, calm, event)))):
        world = begin()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            tell(world, event)
        tell(world, event)
        wanted = [READY] if event == "PAUSED" else []
        assert list(open_at(world)) == list(open_at(world, "1899")) == wanted


def test_two_reports_at_the_same_moment_end_at_the_later_one() -> None:
    calm = World()
    for position in range(len(operations(calm.store, partial(tell, calm, "PAUSED", ago=60)))):
        world = World()
        with disturbed(world.store, position, "before", partial(tell, world, "APPROVED", ago=30)):
            tell(world, "PAUSED", ago=60)
        assert open_at(world) == {}
        tell(world, "PAUSED", ago=45)
        assert open_at(world) == {}


class Restless:
    """A store in which somebody else writes a word on the template before each of ours."""

    def __init__(self, store: FakeStore, at: datetime) -> None:
        self.store = store
        self.at = at

    def get(self, key: Key) -> Item | None:
        return self.store.get(key)

    def update(self, write: Update) -> Item:
        self.at += timedelta(milliseconds=1)
        known = self.store.get(write.key) or {}
        self.store.update(circuits.told("1801", READY, Word(self.at, usable=True), None, known))
        return self.store.update(write)


def test_a_circuit_that_keeps_changing_is_trouble_that_passes() -> None:
    world = World()
    bad = Word(world.clock.now, usable=False)
    restless: Any = Restless(world.store, world.clock.now - timedelta(days=1))
    with pytest.raises(TransientError):
        Circuits(restless, world.metrics, world.clock).told("1801", "kabar_ready_card", "id", bad, "132015")
