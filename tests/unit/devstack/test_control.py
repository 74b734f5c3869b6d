from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

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
