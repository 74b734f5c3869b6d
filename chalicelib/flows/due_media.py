"""Files whose time has come: awaited ones are fetched again, or given up; kept ones of no request are cleared."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.media import Awaited, FileState, NotKept, pause
from chalicelib.flows.clearing import Clearing
from chalicelib.flows.due import in_each_office, requeued
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.settling import Settling
from chalicelib.ports import Clock, ConditionFailed, IdQueue, Item, Key, Store
from chalicelib.table import media
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
# At most so many files an office and tick: what media's two workers fetch in a minute.
MOST_PER_OFFICE = 60
_GIVEN_UP = NotKept(FileState.LOST, "never_had")


@dataclass(frozen=True)
class DueMedia:
    """Looks at every file whose due time has come."""

    store: Store
    queue: IdQueue
    settling: Settling
    clearing: Clearing
    keeping: Keeping
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many files went to the queue. One office's trouble stops no other's.

        The due time is moved before a file is queued, by as long as the file has waited: if we die in between, it is due again.

        Raises:
            TransientError: the table or the queue failed somewhere; the next tick goes on from there.
        """
        return in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        due = self.store.query_index("due", media.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        return requeued(self.queue, due, self._moved)

    def _moved(self, keys: Item) -> str | None:
        """The file's id when it belongs on the queue, its due time moved; None when it is settled, taken or cleared."""
        key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
        item = self.store.get(key)
        seen = Reader(item).maybe("due_at") if item else None
        if item is None or seen is None or seen > stamp(self.clock()):
            return None  # the index is behind
        try:
            file = media.awaited(item)
        except Exception:
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self.keeping.park(key)
            return None
        if file is None:
            self.clearing.message(item)
            return None
        return self._again(file, seen)

    def _again(self, file: Awaited, seen: str) -> str | None:
        """The file's id once it is due later; None when it is given up, or somebody else was faster."""
        wait = pause(file.sent_at, self.clock())
        if wait is None:
            self.settling(file, _GIVEN_UP)
            return None
        try:
            self.store.update(media.again(file.id, seen, self.clock() + wait))
        except ConditionFailed:
            return None
        return file.id
