"""Kabar's time, and whether anything is still to be done."""

import time
from collections.abc import Sequence
from typing import Protocol

from devstack.clock import OffsetClock
from devstack.pumps.function import Function
from devstack.pumps.tick import TickPump

_ADVANCE_WAITS_S = 60.0
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

    def watch(self, sources: Sequence[Worker], pumps: Sequence[Pump], tick: TickPump) -> None:
        """Says what there is, in the order in which work moves without any function being invoked.

        sources: what brings work in from outside.  pumps: what carries it on, the stream before the queue.
        """
        self._sources, self._pumps, self._tick = sources, (tick, *pumps), tick

    def advance(self, seconds: float) -> bool:
        """Moves the clock, ticks once and waits; returns whether all is idle.

        Raises:
            ValueError, OverflowError: as OffsetClock.advance.
        """
        self._clock.advance(seconds)
        if self._tick is not None:
            self._tick.tick()
        return self.settle(_ADVANCE_WAITS_S)

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
