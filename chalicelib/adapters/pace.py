"""The provider's rate, held without anything shared: so many workers, each of which takes at least so long for one send."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from chalicelib.domain.errors import KabarError
from chalicelib.ports import Secrets

# What Meta takes a second from a number whose phone has the WhatsApp Business app.
COEXISTENCE_PER_S = 20


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


class ChannelPace:
    """`chalicelib.ports.Pace`: a slower pace on numbers in coexistence, and while nobody can say which those are."""

    def __init__(self, usual: LeastDuration, slow: LeastDuration, secrets: Secrets) -> None:
        self._usual = usual
        self._slow = slow
        self._secrets = secrets

    def hold(self, phone_number_id: str | None) -> AbstractContextManager[None]:
        """Raises nothing: when the channels cannot be read, the send says so itself."""
        return (self._slow if phone_number_id and self._coexists(phone_number_id) else self._usual).hold()

    def _coexists(self, phone_number_id: str) -> bool:
        try:
            channel = self._secrets.current().channels.get(phone_number_id)
        except KabarError:
            return True
        return channel is not None and channel.coexistence
