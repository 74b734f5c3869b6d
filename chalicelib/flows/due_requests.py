"""Requests that time made due: one honest word about a promise that has passed, and one reminder of what is still to come."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import Notice
from chalicelib.domain.progress import nudge
from chalicelib.domain.request import Request
from chalicelib.flows.keeping import Keeping
from chalicelib.ports import Clock, ConditionFailed, Item, Key, Metrics, Store, Write
from chalicelib.table import notices, requests
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
# At most so many requests an office and tick; what is more waits for the next one.
MOST_PER_OFFICE = 100


@dataclass(frozen=True)
class DueRequests:
    """Looks at every request whose time has come, once for each promise."""

    store: Store
    keeping: Keeping
    metrics: Metrics
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> None:
        """One office's trouble stops no other's.

        Raises:
            TransientError: the table failed somewhere; the next tick goes on from there.
        """
        trouble = None
        for code in sorted(self.offices):
            try:
                self._office(code)
            except TransientError as error:
                trouble = error
        if trouble is not None:
            raise trouble

    def _office(self, code: str) -> None:
        now = stamp(self.clock())
        for keys in self.store.query_index("due", requests.due_pk(code), until=now, limit=MOST_PER_OFFICE):
            request = self._read(keys)
            if request is not None:
                self._look(request)

    def _read(self, keys: Item) -> Request | None:
        """The request as it is now; None when it is gone, or cannot be read and is kept for a person."""
        key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
        item = self.store.get(key)
        if item is None:
            return None
        try:
            return requests.read(item)
        except Exception:
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self.keeping.park(key)
            return None

    def _look(self, request: Request) -> None:
        """Tells the resident, and looks no more at this promise: both or neither, and only while nobody moves the request."""
        now = self.clock()
        if request.look_at is None or request.look_at > now:
            return  # the index is behind
        notice = nudge(request, now)
        seen = requests.looked_at(request, request.look_at, nudged=notice is not None)
        telling: list[Write] = [notices.put_new(notice)] if notice else []
        try:
            self.store.transact([seen, *telling])
        except ConditionFailed:
            return  # somebody moved it, or another sweep was first
        if notice is not None:
            self._count(notice)

    def _count(self, notice: Notice) -> None:
        self.metrics.count("NoticePlanned", office=notice.office, kind=notice.kind.value)
