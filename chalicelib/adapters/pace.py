"""The provider's rate, held without anything shared: so many workers, each of which takes at least so long for one send."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class LeastDuration:
    """With n workers that each take at least d seconds for a send, no more than n / d are sent a second."""

    def __init__(
        self, least_s: float, *, monotonic: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._least_s = least_s
        self._monotonic = monotonic
        self._sleep = sleep

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Lasts at least as long as it must, also when the send fails."""
        started = self._monotonic()
        try:
            yield
        finally:
            left = self._least_s - (self._monotonic() - started)
            if left > 0:
                self._sleep(left)
