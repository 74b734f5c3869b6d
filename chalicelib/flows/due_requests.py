"""Requests that time made due: a word about a promise that has passed, a reminder, or the end of a chat that is over."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import TransientError
from chalicelib.domain.progress import nudge
from chalicelib.domain.request import Request
from chalicelib.flows.due import in_each_office
from chalicelib.flows.keeping import Keeping
from chalicelib.ports import Clock, ConditionFailed, Key, Metrics, Store, Write
from chalicelib.table import notices, requests
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
# At most so many requests an office and tick; what is more waits for the next one.
MOST_PER_OFFICE = 100
# Of these, so many that are cleared: each may have dozens of files.
MOST_CLEARED = 10


@dataclass(frozen=True)
class DueRequests:
    """Looks at every request whose time has come, once for each promise. clearing: deletes a closed one's chat and files."""

    store: Store
    clearing: Callable[[Request], None]
    keeping: Keeping
    metrics: Metrics
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> None:
        """One request's trouble stops no other's.

        Raises:
            TransientError: something failed somewhere; the next tick tries it again.
        """
        in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        """How many of the office's were cleared."""
        cleared, trouble = 0, None
        for keys in self.store.query_index("due", requests.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE):
            key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
            try:
                cleared += self._one(key, may_clear=cleared < MOST_CLEARED)
            except TransientError as error:
                trouble = error
        if trouble is not None:
            raise trouble
        return cleared

    def _one(self, key: Key, *, may_clear: bool) -> bool:
        """Looks at one request; whether it was cleared. What cannot be read is out of the way, and kept for a person."""
        try:
            return self._look(key, may_clear=may_clear)
        except TransientError:
            raise
        except Exception:
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self.keeping.park(key)
            return False

    def _look(self, key: Key, *, may_clear: bool) -> bool:
        item, now = self.store.get(key), self.clock()
        request = requests.read(item) if item else None
        if request is None or request.look_at is None or request.look_at > now:
            return False  # the index is behind
        if not request.closed:
            self._tell(request)
        elif may_clear:
            self.clearing(request)
            self._looked_at(request, [])
        return request.closed and may_clear

    def _tell(self, request: Request) -> None:
        """Tells the resident, and looks no more at this promise: both or neither, and only while nobody moves the request."""
        notice = nudge(request, self.clock())
        if not self._looked_at(request, [notices.put_new(notice)] if notice else []) or notice is None:
            return
        self.metrics.count("NoticePlanned", office=notice.office, kind=notice.kind.value)

    def _looked_at(self, request: Request, telling: list[Write]) -> bool:
        """Whether it was written: not when somebody moved the request, or another sweep was first."""
        assert request.look_at is not None, "only what is due is looked at"
        try:
            self.store.transact([requests.looked_at(request, request.look_at, nudged=bool(telling)), *telling])
        except ConditionFailed:
            return False
        return True
