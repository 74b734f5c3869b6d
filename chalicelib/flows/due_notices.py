"""Notices that time made due: put on the queue again, or found to be lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.ledger import overdue
from chalicelib.domain.notice import Notice
from chalicelib.flows.due import in_each_office, requeued
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.ledger import Ledger
from chalicelib.ports import Clock, IdQueue, Key, Metrics, Store
from chalicelib.table import notices
from chalicelib.table.values import Reader, moment, stamp

# At most so many notices an office and tick: what the queue's workers clear in a minute at the provider's rate.
MOST_PER_OFFICE = 400


@dataclass(frozen=True)
class DueNotices:
    """Looks at every notice whose due time has come. sms_reports: whether the engine for SMS tells what becomes of them."""

    store: Store
    ledger: Ledger
    queue: IdQueue
    keeping: Keeping
    metrics: Metrics
    offices: Mapping[str, Office]
    clock: Clock
    sms_reports: bool = False

    def __call__(self) -> int:
        """How many notices went to the queue. One office's trouble stops no other's.

        The due time is moved before a notice is queued: if we die in between, it is due again in two minutes.

        Raises:
            TransientError: the table or the queue failed somewhere; the next tick goes on from there.
        """
        return in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        due = self.store.query_index("due", code, until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        oldest = (self.clock() - moment(Reader(due[0]).text("due_at"))).total_seconds() if due else 0.0
        self.metrics.count("OldestDue", oldest, unit="Seconds", office=code)
        return requeued(self.queue, due, self._moved)

    def _moved(self, key: Key) -> str | None:
        """The notice's id when it belongs on the queue, after its due time was moved; None when it is settled or taken."""
        item = self.store.get(key)
        notice = self.keeping.understood(item, notices.read) if item else None
        if notice is None:
            return None
        queue_it = False

        def change(now: Notice) -> Notice | None:
            nonlocal queue_it
            if now.due_at is None or now.due_at > self.clock():
                queue_it = False
                return None
            after, queue_it = overdue(now, self.clock(), sms_reports=self.sms_reports)
            return after

        self.ledger.step(notice, change)
        return notice.id if queue_it else None
