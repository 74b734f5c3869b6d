"""Kabar's clock in the development stack: real time, plus what somebody has skipped."""

import threading
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path

_WIB = timezone(timedelta(hours=7))
_MORNING, _AFTERNOON = time(7), time(15)


def into_the_day(now: datetime) -> timedelta:
    """How far to move the clock back so that it is daytime in Lampung.

    Status notices wait for the morning outside the notice hours, which nobody who tries Kabar at night wants to do. Back and
    not forward, since what comes in with real time then counts as coming now.
    """
    local = now.astimezone(_WIB)
    if _MORNING <= local.time() < _AFTERNOON:
        return timedelta()
    ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    return (ten if local.time() >= _AFTERNOON else ten - timedelta(days=1)) - local


class OffsetClock:
    """A `chalicelib.ports.Clock` that runs with real time and can be moved forward.

    offset: how far it is from real time at first.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:  # immutable
        self._lock = threading.Lock()
        self._offset = offset
        self._file: Path | None = None

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
            self._tell()

    def tell(self, file: Path) -> None:
        """Keeps in a file, for other processes and never half written, how many seconds this clock is from real time."""
        with self._lock:
            self._file = file
            self._tell()

    def _tell(self) -> None:
        if self._file is not None:
            new = self._file.with_suffix(".new")
            new.write_text(f"{self._offset.total_seconds()}\n")
            new.replace(self._file)
