"""Kabar's time, and whether anything is still to be done."""

import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from devstack.clock import OffsetClock
from devstack.pumps.function import Function
from devstack.pumps.tick import TickPump

_ADVANCE_WAITS_S = 60.0
_ADVANCE_TICKS_S = 20.0
_MOST_TICKS = 100
_BETWEEN_TICKS_S = 60.0
_BETWEEN_LOOKS_S = 0.02


class Worker(Protocol):
    """A part of the stack that carries work on."""

    def idle(self) -> bool:
        """Whether nothing is waiting in it and nothing is under way."""


class Pump(Worker, Protocol):
    """A worker that invokes a function."""

    function: Function


class Control:
    """What the simulator may ask of the stack; useful from `watch` on."""

    def __init__(self, clock: OffsetClock) -> None:
        self._clock = clock
        self._sources: Sequence[Worker] = ()
        self._pumps: Sequence[Pump] = ()
        self._tick: TickPump | None = None
        self._due: Callable[[], datetime | None] = lambda: None

    def watch(
        self,
        sources: Sequence[Worker],
        pumps: Sequence[Pump],
        tick: TickPump,
        due: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """Says what there is, in the order in which work moves without any function being invoked.

        sources: what brings work in from outside.  pumps: what carries it on, the stream before the queue.  due: when a tick
        will next have something to do.
        """
        self._sources, self._pumps, self._tick, self._due = sources, (tick, *pumps), tick, due

    def advance(self, seconds: float) -> bool:
        """Lets time pass: a tick each minute of it and one at its end, each with all that follows. Returns whether all is idle.

        Ticks that would find nothing due are spared. So are all but the last once they have taken a while, or are many.

        Raises:
            ValueError, OverflowError: as OffsetClock.advance.
        """
        self._clock() + timedelta(seconds=seconds)  # an OverflowError before anything has moved
        left, spared_after = seconds, time.monotonic() + _ADVANCE_TICKS_S
        for number in range(_MOST_TICKS):
            idle = self.settle(_ADVANCE_WAITS_S)
            enough = number == _MOST_TICKS - 1 or time.monotonic() > spared_after or not idle
            step = left if enough else min(left, self._to_next_tick())
            self._clock.advance(step)
            if self._tick is not None:
                self._tick.tick()
            left -= step
            if left <= 0:
                break
        return self.settle(_ADVANCE_WAITS_S)

    def _to_next_tick(self) -> float:
        """How many seconds it is to the first tick, of those each minute from now on, that has something to do."""
        due = self._due()
        if due is None:
            return math.inf
        wait_s = max(0.0, (due - self._clock()).total_seconds())
        return (wait_s // _BETWEEN_TICKS_S + 1) * _BETWEEN_TICKS_S

    def settle(self, timeout_s: float) -> bool:
        """Waits until all is idle; returns False when it was not in time."""
        deadline = time.monotonic() + timeout_s
        while not self._settled():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_BETWEEN_LOOKS_S)
        return True

    def _settled(self) -> bool:
        """Whether all is idle at one moment, though the parts are asked one after the other.

        From source to stream, work moves on by itself, and the parts are asked in that order. From there it goes only by an
        invocation: when there was none meanwhile, none of it can have slipped from a part still to be asked into one asked.
        """
        before = self._invocations()
        return self._all_idle() and self._all_idle() and self._invocations() == before

    def _all_idle(self) -> bool:
        return all(worker.idle() for worker in (*self._sources, *self._pumps))

    def _invocations(self) -> int:
        return sum(pump.function.invocations for pump in self._pumps)
