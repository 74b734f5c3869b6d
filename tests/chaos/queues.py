"""A queue that looks on while the sweep fills it."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.notice import FIRST_DUE
from tests.chaos.arrivals import TOLERANCE
from tests.chaos.watched_store import Broken, WatchedStore
from tests.fakes.world import World


class WatchedQueue:
    """`chalicelib.ports.IdQueue` for the sweep: hands over to the world's, and remembers."""

    def __init__(self, world: World, store: WatchedStore) -> None:
        self._world = world
        self._store = store
        self._queued: dict[str, tuple[int, datetime, int]] = {}

    def enqueue(self, notice_ids: Sequence[str]) -> None:
        """Raises Broken for a notice that is queued again though nothing has become of it, and its time has not come.

        One that was queued since this sweep began may be queued by it, too: each of two sweeps that meet moved its due time.
        """
        for notice_id in notice_ids:
            now, revision = self._world.clock(), self._store.peek(notice_id).revision
            before, at, step = self._queued.get(notice_id, (-1, now, 0))
            if revision == before and now - at < FIRST_DUE - TOLERANCE and step < self._store.swept_from:
                raise Broken(f"{notice_id}: queued again after {now - at}")
            self._queued[notice_id] = (revision, now, self._store.steps)
        self._world.queue.enqueue(notice_ids)
