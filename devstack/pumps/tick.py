"""The schedule's rule: one tick a minute of real time, and whenever somebody asks for one."""

import threading

from chalicelib.ports import Clock
from devstack.pumps.events import tick_event
from devstack.pumps.function import Function, InvocationError
from devstack.pumps.loop import Loop


class TickPump:
    """Invokes a function each `period_s`, for the first time after one period, and never twice at once.

    clock: what the ticks show as their time.  A handler that raises is left to the next tick, for it will do the same work.
    """

    def __init__(self, function: Function, clock: Clock, *, rule: str, period_s: float = 60.0) -> None:
        self.function = function
        self._clock = clock
        self._rule = rule
        self._period_s = period_s
        self._one_at_a_time = threading.Lock()
        self._loop = Loop("tick-pump", self._turn, first_after_s=period_s)

    def start(self) -> None:
        """Begins to tick, in a thread of its own."""
        self._loop.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stops after the tick in hand; returns whether that was in time."""
        return self._loop.stop(timeout_s)

    def idle(self) -> bool:
        """Whether no handler is running."""
        return not self.function.running

    def tick(self) -> bool:
        """Ticks now; returns whether the handler succeeded."""
        with self._one_at_a_time:
            try:
                self.function.invoke(tick_event(self._rule, self._clock()))
            except InvocationError:
                return False
            return True

    def _turn(self) -> float:
        self.tick()
        return self._period_s
