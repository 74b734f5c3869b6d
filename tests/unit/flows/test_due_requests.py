"""What time does to requests: one honest word about a promise that has passed, one reminder, and neither twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain import wording
from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import Kind, Notice, State
from chalicelib.domain.request import Request, Status
from chalicelib.flows.desk import WalkIn
from chalicelib.flows.due_requests import MOST_PER_OFFICE
from chalicelib.ports import Put, Update
from chalicelib.table import requests
from tests.data import payloads
from tests.fakes.world import NO_KEY, START, World
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

S = Status
NUDGES = {Kind.PROGRESS, Kind.REMINDER}
# The promise of an opening on Tuesday at ten: Wednesday at nine; a working day later it is Thursday at nine.
PROMISED = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LOOKED_AT = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


def opened(world: World | None = None, phone: str = payloads.SITI) -> World:
    world = world or World()
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=phone))))
    world.run()
    return world


def only(world: World) -> Request:
    [request] = world.requests()
    return request


def nudges(world: World) -> list[Notice]:
    return [one for one in world.notices() if one.kind in NUDGES]


def passes_until(world: World, at: datetime) -> None:
    world.clock.now = at
    world.parts.sweep()
    world.run()


def incomplete() -> World:
    world = opened()
    world.set_status(only(world), S.INCOMPLETE, reason="Kartu Keluarga buram", eta=PROMISED)
    world.run()
    return world


def words(world: World) -> str:
    return str(world.whatsapp.arrivals[-1].message)


def test_a_request_that_is_silent_for_a_working_day_past_its_promise_gets_one_note() -> None:
    world = opened()
    passes_until(world, LOOKED_AT)
    assert nudges(world) == [], "not before the working day is over"
    passes_until(world, LOOKED_AT + A_SECOND)
    [note] = nudges(world)
    assert (note.kind, note.id, note.version, note.answer) == (Kind.PROGRESS, f"{only(world).id}.1n", 1, False)
    assert note.state is State.ACCEPTED
    assert "Rabu, 25 November 2026 pukul 09.00 WIB" in words(world)
    for days in range(1, 20):
        passes_until(world, LOOKED_AT + timedelta(days=days))
    assert len(nudges(world)) == 1


def test_the_note_is_no_change_of_the_request() -> None:
    """Who has its page open at the desk can still move it."""
    world = opened()
    before = only(world)
    passes_until(world, LOOKED_AT + A_SECOND)
    assert only(world).version == before.version
    world.set_status(before, S.VERIFIED)
    assert only(world).status is S.VERIFIED


def test_each_promise_has_a_note_of_its_own() -> None:
    world = opened()
    passes_until(world, LOOKED_AT + A_SECOND)
    request = world.set_status(only(world), S.PROCESSING)
    assert request.due_at is not None
    passes_until(world, request.due_at + timedelta(days=5))
    assert [(one.kind, one.version) for one in nudges(world)] == [(Kind.PROGRESS, 1), (Kind.PROGRESS, 2)]


@pytest.mark.parametrize("to", [S.READY, S.COMPLETED, S.REJECTED, S.CANCELLED])
def test_what_is_ready_or_closed_owes_nothing_by_itself(to: Status) -> None:
    world = opened()
    if to in {S.READY, S.COMPLETED}:
        world.set_status(only(world), S.VERIFIED)
        world.set_status(only(world), S.READY)
    if to is not S.READY:
        world.set_status(only(world), to, reason="ganda" if to is S.REJECTED else None)
    for days in range(40):
        passes_until(world, START + timedelta(days=days))
    assert nudges(world) == []


def test_a_request_that_lacks_something_past_its_date_gets_one_reminder() -> None:
    world = incomplete()
    passes_until(world, PROMISED)
    assert nudges(world) == []
    for days in range(20):
        passes_until(world, PROMISED + timedelta(days=days) + A_SECOND)
    [reminder] = nudges(world)
    assert (reminder.kind, reminder.version) == (Kind.REMINDER, 2)
    assert "Kartu Keluarga buram" in words(world)
    assert "Rabu, 25 November 2026 pukul 09.00 WIB" in words(world)


def test_who_sends_what_was_missing_is_not_reminded() -> None:
    world = incomplete()
    world.clock.now += timedelta(hours=1)
    opened(world)
    assert only(world).status is S.SUBMITTED
    passes_until(world, PROMISED + A_SECOND)
    assert nudges(world) == []


def test_a_hold_with_a_new_estimate_moves_the_note_and_one_without_does_not() -> None:
    for eta, kinds in ((LOOKED_AT + timedelta(days=1), []), (None, [Kind.PROGRESS])):
        world = opened()
        world.set_status(only(world), S.SUBMITTED, reason="listrik padam", hold=True, eta=eta)
        passes_until(world, LOOKED_AT + A_SECOND)
        assert [one.kind for one in nudges(world)] == kinds
        passes_until(world, LOOKED_AT + timedelta(days=9))
        assert [one.kind for one in nudges(world)] == [Kind.PROGRESS]
        assert "listrik padam" in words(world)


def test_a_change_that_promises_nothing_new_has_no_second_note() -> None:
    world = opened()
    passes_until(world, LOOKED_AT + A_SECOND)
    world.set_status(only(world), S.SUBMITTED, reason="listrik padam", hold=True)
    passes_until(world, LOOKED_AT + timedelta(days=5))
    world.set_status(only(world), S.SUBMITTED)
    passes_until(world, LOOKED_AT + timedelta(days=10))
    assert len(nudges(world)) == 1


def test_a_note_of_the_night_waits_for_the_morning_and_is_not_said_when_the_request_moves_meanwhile() -> None:
    for moves in (False, True):
        world = opened()
        request = world.set_status(only(world), S.PROCESSING, eta=PROMISED + timedelta(hours=13))
        world.run()
        assert request.look_at is not None
        world.advance(seconds=(request.look_at - world.clock.now).total_seconds() + 1)
        passes_until(world, datetime(2026, 11, 27, 16, 0, tzinfo=UTC))  # eleven at night
        if moves:
            world.set_status(only(world), S.READY)
        passes_until(world, datetime(2026, 11, 28, 0, 0, tzinfo=UTC))
        passes_until(world, datetime(2026, 11, 28, 0, 5, tzinfo=UTC))
        assert [one.state for one in nudges(world)] == [State.ACCEPTED]


def test_who_opted_out_gets_no_note() -> None:
    world = opened()
    world.say("BERHENTI")
    world.run()
    passes_until(world, LOOKED_AT + A_SECOND)
    [note] = nudges(world)
    assert (note.state, note.reason) == (State.SUPPRESSED, "opted_out")


def test_nobody_is_looked_for_where_there_is_nobody_to_tell() -> None:
    world = World()
    request = world.parts.desk.walk_in(world.officer, WalkIn("KTP", name="Budi"), world.secrets.values, NO_KEY)
    assert request.look_at is None
    passes_until(world, START + timedelta(days=30))
    assert world.notices() == []


def test_a_request_of_before_is_looked_at_after_its_next_change() -> None:
    world = opened()
    world.store.update(Update(requests.key(only(world).id), remove=("due_pk", "due_at")))
    passes_until(world, LOOKED_AT + timedelta(days=3))
    assert nudges(world) == []
    request = world.set_status(only(world), S.VERIFIED)
    passes_until(world, request.updated_at + timedelta(days=9))
    assert len(nudges(world)) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sweep_that_dies_anywhere_tells_once(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = opened()
    calm.clock.now = LOOKED_AT + A_SECOND
    for position in range(len(operations(calm.store, calm.parts.due_requests))):
        world = opened()
        world.clock.now = LOOKED_AT + A_SECOND
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            world.parts.due_requests()
        assert struck
        for _ in range(3):
            world.advance(minutes=3)
        assert [one.state for one in nudges(world)] == [State.ACCEPTED]


def test_two_sweeps_at_once_tell_once() -> None:
    calm = opened()
    calm.clock.now = LOOKED_AT + A_SECOND
    for position in range(len(operations(calm.store, calm.parts.due_requests))):
        world = opened()
        world.clock.now = LOOKED_AT + A_SECOND
        with disturbed(world.store, position, "before", world.parts.due_requests) as struck:
            world.parts.due_requests()
        assert struck
        assert len(nudges(world)) == 1


def test_a_change_and_a_sweep_at_once_end_with_what_is_true_and_no_note_for_a_promise_twice() -> None:
    """Whoever is faster at whatever operation."""

    def hold(world: World) -> Any:
        return lambda: world.set_status(only(world), S.SUBMITTED, reason="listrik padam", hold=True)

    calm = opened()
    calm.clock.now = LOOKED_AT + A_SECOND
    for position in range(len(operations(calm.store, calm.parts.due_requests))):
        world = opened()
        world.clock.now = LOOKED_AT + A_SECOND
        with disturbed(world.store, position, "before", hold(world)):
            world.parts.due_requests()
        world.parts.due_requests()
        assert (only(world).version, len(nudges(world))) == (2, 1)
    calm = opened()
    for position in range(len(operations(calm.store, hold(calm)))):
        world = opened()
        world.clock.now = LOOKED_AT + A_SECOND
        with disturbed(world.store, position, "before", world.parts.due_requests):
            hold(world)()
        world.parts.due_requests()
        assert (only(world).version, len(nudges(world))) == (2, 1)


def test_a_request_that_cannot_be_read_is_out_of_the_way_and_kept_for_a_person() -> None:
    world = opened()
    other = opened(world, "6281200000002")
    spoiled = other.requests()[0].id
    world.store.update(Update(requests.key(spoiled), set_={"status": "lost in thought"}))
    world.clock.now = LOOKED_AT + A_SECOND
    world.parts.due_requests()
    assert [one.request_id != spoiled for one in nudges(world)] == [True]
    assert "due_at" not in (world.store.get(requests.key(spoiled)) or {})
    assert len(world.items("QUARANTINE#")) == 1


def test_a_trouble_of_the_tables_parks_nothing_and_stops_none_behind_it() -> None:
    world = opened(opened(), "6281200000002")
    world.clock.now = LOOKED_AT + A_SECOND
    with disturbed(world.store, 2, "before", raising(PermissionError)) as struck, pytest.raises(PermissionError):
        world.parts.due_requests()
    assert struck == ["transact"]
    assert len(nudges(world)) == 1
    assert world.items("QUARANTINE#") == []
    world.parts.due_requests()
    assert len(nudges(world)) == 2


def test_an_index_that_is_behind_does_no_harm() -> None:
    world = opened()
    old = world.store.query_index("due", requests.due_pk("1801"))
    passes_until(world, LOOKED_AT + A_SECOND)

    class Behind:
        """Still shows what was due before."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.store, name)

        def query_index(self, *_: Any, **__: Any) -> Any:
            return [*old, {"pk": "REQ#KTP-0000-0000-000", "sk": "REQUEST", "due_pk": "x", "due_at": "x"}]

    replace(world.parts.due_requests, store=Behind())()
    assert len(nudges(world)) == 1


def test_an_office_has_so_many_a_tick_and_the_rest_with_the_next_one() -> None:
    world = World(more_offices=("9171",))
    opened(world)
    [item] = world.items("REQ#", "REQUEST")
    for number in range(MOST_PER_OFFICE):
        world.store.put(Put({**item, "pk": f"REQ#KTP-{number}", "id": f"KTP-{number}"}))
    world.clock.now = LOOKED_AT + A_SECOND
    world.parts.due_requests()
    assert len(world.store.query_index("due", requests.due_pk("1801"))) == 1
    world.parts.due_requests()
    assert world.store.query_index("due", requests.due_pk("1801")) == []


@pytest.mark.parametrize("error", [TransientError("the first office's index"), PermissionError("the first office's index")])
def test_one_offices_trouble_stops_no_others(error: Exception) -> None:
    world = World(more_offices=("0000", "9171"))
    opened(world)
    world.clock.now = LOOKED_AT + A_SECOND
    reads = iter([error])

    def faults(moment: str, operation: str) -> None:
        if (moment, operation) == ("before", "query_index") and (first := next(reads, None)):
            raise first

    world.store.faults = faults
    with pytest.raises(type(error)):
        world.parts.due_requests()
    assert len(nudges(world)) == 1


def test_the_answer_to_petugas_is_a_person() -> None:
    world = opened()
    passes_until(world, LOOKED_AT + A_SECOND)
    assert "*PETUGAS*" in wording.NOTICES["id", "progress"]
    world.say("PETUGAS")
    assert only(world).asks_human_at == world.clock.now
