"""What time made due: put on the queue again, or found to be lost."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.inbound import NO_DAY, Broken
from chalicelib.domain.ledger import overdue
from chalicelib.flows.keeping import Keeping
from chalicelib.ports import Clock, ConditionFailed, Item, Key, NoticeQueue, Store, Update
from chalicelib.table import notices
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
# At most so many notices an office and tick: what WhatsApp takes from one number (80/s) and the queue's workers clear.
MOST_PER_OFFICE = 400
_BATCH = 10


@dataclass(frozen=True)
class Sweep:
    """Looks at every notice whose due time has come."""

    store: Store
    queue: NoticeQueue
    keeping: Keeping
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many notices went to the queue. One office's trouble stops no other's.

        The due time is moved before a notice is queued: if we die in between, it is due again in two minutes.
        """
        queued = 0
        for code in sorted(self.offices):
            due = self.store.query_index("due", code, until=stamp(self.clock()), limit=MOST_PER_OFFICE)
            for start in range(0, len(due), _BATCH):
                ready = [one for item in due[start : start + _BATCH] if (one := self._moved(item)) is not None]
                if ready:
                    self.queue.enqueue(ready)
                queued += len(ready)
        return queued

    def _moved(self, keys: Item) -> str | None:
        """The notice's id when it belongs on the queue, after its due time was moved; None when it is settled or taken."""
        key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
        item = self.store.get(key)
        if item is None:
            return None
        try:
            notice, now = notices.read(item), self.clock()
            after, queue_it = overdue(notice, now)
        except Exception:
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self._park(key)
            return None
        if notice.due_at is None or notice.due_at > now:
            return None
        try:
            self.store.put(notices.put_next(after))
        except ConditionFailed:
            return None
        if not queue_it:
            log.warning("notice %s", after.state, extra={"notice": notice.id, "reason": after.reason})
        return notice.id if queue_it else None

    def _park(self, key: Key) -> None:
        """Takes what nobody can read out of the way of what is due, and leaves a mark for a person to find it by."""
        self.store.update(Update(key, remove=("due_pk", "due_at")))
        self.keeping.broken(Broken("unreadable_notice", NO_DAY, f"{key.pk} {key.sk}"))
