"""Kabar's clock in the development stack: real time, plus what somebody has skipped."""

import threading
from datetime import UTC, datetime, timedelta


class OffsetClock:
    """A `chalicelib.ports.Clock` that runs with real time and can be moved forward."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()

    def __call__(self) -> datetime:
        """Now, in UTC, with a time zone."""
        with self._lock:
            offset = self._offset
        return datetime.now(UTC) + offset

    def advance(self, seconds: float) -> None:
        """Skips `seconds`.

        Raises:
            ValueError: It is negative or no number: Kabar's time never goes back.
        """
        if not seconds >= 0:
            raise ValueError(f"the clock only goes forward, not by {seconds} s")
        step = timedelta(seconds=seconds)
        with self._lock:
            datetime.now(UTC) + self._offset + step  # an OverflowError must not leave a clock behind that cannot be read
            self._offset += step
