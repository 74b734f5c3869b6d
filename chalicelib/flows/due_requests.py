"""Open requests that time made due: a word about a promise that has passed, or a reminder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.catalogue import Office
from chalicelib.domain.progress import nudge
from chalicelib.domain.request import Request
from chalicelib.flows.due import counted, in_each_office
from chalicelib.flows.keeping import Keeping
from chalicelib.ports import Clock, ConditionFailed, Key, Metrics, Store
from chalicelib.table import notices, requests
from chalicelib.table.values import stamp

# At most so many requests an office and tick; what is more waits for the next one.
MOST_PER_OFFICE = 100


@dataclass(frozen=True)
class DueRequests:
    """Looks at every open request whose time has come, once for each promise."""

    store: Store
    keeping: Keeping
    metrics: Metrics
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many were told of. One request's trouble stops no other's, nor one office's.

        Raises:
            TransientError: something failed somewhere; the next tick tries it again.
            Exception: the same, and it will not pass by itself.
        """
        return in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        due = self.store.query_index("due", requests.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        return counted(due, self._look)

    def _look(self, key: Key) -> bool:
        """Whether its resident is told something by it."""
        item, now = self.store.get(key), self.clock()
        request = self.keeping.understood(item, requests.read) if item else None
        if request is None or request.closed or request.look_at is None or request.look_at > now:
            return False  # parked, or the index is behind
        return self._tell(request, request.look_at)

    def _tell(self, request: Request, look_at: datetime) -> bool:
        """Tells the resident, and looks no more at this promise: both or neither, and only while nobody moves the request."""
        notice = nudge(request, self.clock())
        telling = [notices.put_new(notice)] if notice else []
        try:
            self.store.transact([requests.looked_at(request, look_at, nudged=bool(telling)), *telling])
        except ConditionFailed:
            return False  # somebody moved the request, or another sweep was first
        if notice is not None:
            self.metrics.count("NoticePlanned", office=notice.office, kind=notice.kind.value)
        return notice is not None
