"""Threads that do one thing again and again until they are stopped."""

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)

_AFTER_AN_ERROR_S = 1.0


class Loop:
    """Runs `turn` in `threads` threads. It returns how many seconds to wait before it is called again.

    A turn that raises is logged and taken again a second later: a pump outlives an AWS that fails for a while.
    """

    def __init__(self, name: str, turn: Callable[[], float], *, threads: int = 1, first_after_s: float = 0) -> None:
        self._turn = turn
        self._first_after_s = first_after_s
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Ends the threads after the turns that are running; returns whether all of them ended in time."""
        self._stopping.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        left = [thread.name for thread in self._threads if thread.is_alive()]
        if left:
            _log.warning("still running after %g s", timeout_s, extra={"threads": left})
        return not left

    def _run(self) -> None:
        pause_s = self._first_after_s
        while not self._stopping.wait(pause_s):
            try:
                pause_s = self._turn()
            except Exception as error:  # noqa: BLE001  # whatever it is, the next turn may be better
                _log.warning("a turn failed, and is taken again", exc_info=error)
                pause_s = _AFTER_AN_ERROR_S
