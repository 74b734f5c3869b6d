from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devstack.clock import OffsetClock
from devstack.control import Control
from devstack.pumps.function import Context, Function
from devstack.pumps.tick import TickPump
from tests.unit.devstack.handlers import RecordingHandler


class ScriptedPump:
    """Idle or not as the script says, and idle from then on; an entry may do something first."""

    def __init__(self, script: list[bool | Callable[[], bool]]) -> None:
        self.function = Function("scripted", RecordingHandler())
        self.looks = 0
        self._script: Iterator[bool | Callable[[], bool]] = iter(script)

    def idle(self) -> bool:
        self.looks += 1
        said = next(self._script, True)
        return said if isinstance(said, bool) else said()


def control_of(
    sources: list[ScriptedPump], pumps: list[ScriptedPump], handler: Callable[[dict[str, Any], Context], object] | None = None
) -> tuple[Control, OffsetClock]:
    clock = OffsetClock()
    control = Control(clock)
    tick = TickPump(Function("sweep", handler or RecordingHandler()), clock, rule="sweep")
    control.watch(sources=sources, pumps=pumps, tick=tick)
    return control, clock


def test_it_waits_until_every_part_is_idle() -> None:
    source, stream, queue = ScriptedPump([False, True]), ScriptedPump([True, False]), ScriptedPump([False, False])
    control, _ = control_of([source], [stream, queue])
    assert control.settle(5)
    assert [source.idle(), stream.idle(), queue.idle()] == [True, True, True]


def test_it_gives_up_in_time() -> None:
    def never() -> bool:
        return False

    control, _ = control_of([], [ScriptedPump([never] * 1000)])
    assert not control.settle(0.1)


def test_a_time_of_zero_is_one_look() -> None:
    assert control_of([], [ScriptedPump([])])[0].settle(0)
    assert not control_of([], [ScriptedPump([False])])[0].settle(0)


def test_an_invocation_between_the_looks_means_to_look_again() -> None:
    # Work goes from the queue to the stream behind the back of who has asked the stream already: twice.
    stream, queue = ScriptedPump([]), ScriptedPump([])

    def moves_on() -> bool:
        queue.function.invoke({})
        return True

    queue = ScriptedPump([moves_on, moves_on])
    control, _ = control_of([], [stream, queue])
    assert not control.settle(0)
    assert stream.looks == queue.looks == 2
    assert control.settle(0)


def test_advancing_moves_the_clock_ticks_once_and_waits() -> None:
    handler = RecordingHandler()
    queue = ScriptedPump([False])
    control, clock = control_of([], [queue], handler)
    assert control.advance(3600)
    assert clock() - datetime.now(UTC) > timedelta(seconds=3599)
    (event,) = handler.events
    assert datetime.fromisoformat(event["time"]) > datetime.now(UTC) + timedelta(seconds=3590)
    assert queue.looks >= 3


def due_at(clock: OffsetClock, *seconds: float) -> Callable[[], datetime | None]:
    """What is due so many seconds from now; each is done by the first tick after it."""
    start = clock()
    left = [start + timedelta(seconds=one) for one in seconds]

    def due() -> datetime | None:
        left[:] = [one for one in left if one >= clock()]
        return min(left, default=None)

    return due


def ticks_of(seconds: float, *due: float) -> list[int]:
    """After how many whole seconds the ticks come while so many pass."""
    clock, ticks = OffsetClock(), list[datetime]()
    function = Function("sweep", lambda _event, _context: ticks.append(clock()))
    control, start = Control(clock), clock()
    control.watch([], [], TickPump(function, clock, rule="sweep"), due_at(clock, *due))
    assert control.advance(seconds)
    return [int((at - start).total_seconds()) for at in ticks]


def test_what_becomes_due_on_the_way_is_done_at_its_minute() -> None:
    assert ticks_of(3600, 5, 70, 75, 610, 1199) == [60, 120, 660, 1200, 3600]


def test_a_minute_or_less_is_one_tick_at_its_end() -> None:
    assert ticks_of(60, 5, 30) == [60]
    assert ticks_of(30, 5) == [30]
    assert ticks_of(0, 5) == [0]


def test_what_is_due_after_it_or_was_before_it_needs_no_tick_of_its_own() -> None:
    assert ticks_of(600, 601, 86400) == [600]
    assert ticks_of(600, -30) == [600]


def test_time_that_would_take_for_ever_is_cut_short() -> None:
    handler, clock = RecordingHandler(), OffsetClock()
    control, start = Control(clock), clock()
    control.watch([], [], TickPump(Function("sweep", handler), clock, rule="sweep"), clock)
    assert control.advance(10 * 86400)
    assert len(handler.events) == 100
    assert clock() - start >= timedelta(days=10)


def test_time_past_the_end_of_the_calendar_moves_nothing() -> None:
    control, clock = control_of([], [])
    before = clock()
    with pytest.raises(OverflowError):
        control.advance(1e12)
    assert clock() - before < timedelta(seconds=10)
