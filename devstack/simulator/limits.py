"""Meta's rates: 80 messages a second by one number, and to one contact 1 in 6 s on average, 45 at once.

Time is Kabar's clock, so what has been skipped by `/sim/advance` counts.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

NUMBER_RATE_HIT = 130429
PAIR_RATE_HIT = 131056

_NUMBER_BURST, _NUMBER_PER_S = 80, 80.0
_PAIR_BURST, _PAIR_PER_S = 45, 1 / 6


@dataclass
class _Bucket:
    """Tokens that come back with time."""

    burst: int
    per_s: float
    tokens: float
    at: datetime

    def has_token(self, now: datetime) -> bool:
        """Fills up to now; a clock that went back adds nothing."""
        elapsed_s = max(0.0, (now - self.at).total_seconds())
        self.tokens = min(float(self.burst), self.tokens + elapsed_s * self.per_s)
        self.at = max(self.at, now)
        return self.tokens >= 1


class Limits:
    """Who may send now. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str | None], _Bucket] = {}

    def refusal(self, phone_number_id: str, contact: str, now: datetime) -> int | None:
        """The code with which one more message is refused; None when it may go, and then it is counted."""
        with self._lock:
            number = self._bucket((phone_number_id, None), _NUMBER_BURST, _NUMBER_PER_S, now)
            pair = self._bucket((phone_number_id, contact), _PAIR_BURST, _PAIR_PER_S, now)
            if not number.has_token(now):
                return NUMBER_RATE_HIT
            if not pair.has_token(now):
                return PAIR_RATE_HIT
            number.tokens -= 1
            pair.tokens -= 1
            return None

    def _bucket(self, key: tuple[str, str | None], burst: int, per_s: float, now: datetime) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(burst, per_s, float(burst), now))

    def clear(self) -> None:
        """Forgets what was sent."""
        with self._lock:
            self._buckets.clear()
