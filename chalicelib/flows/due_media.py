"""Files that are still awaited when their time has come: fetched again, or given up."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import FileState, NotKept, pause
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.settling import Settling
from chalicelib.ports import Clock, ConditionFailed, Item, Key, MediaQueue, Store
from chalicelib.table import media
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
# At most so many files an office and tick: what media's two workers fetch in a minute.
MOST_PER_OFFICE = 60
_BATCH = 10
_GIVEN_UP = NotKept(FileState.LOST, "never_had")


@dataclass(frozen=True)
class DueMedia:
    """Looks at every awaited file whose due time has come."""

    store: Store
    queue: MediaQueue
    settling: Settling
    keeping: Keeping
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many files went to the queue. One office's trouble stops no other's.

        The due time is moved before a file is queued, by as long as the file has waited: if we die in between, it is due again.

        Raises:
            TransientError: the table or the queue failed somewhere; the next tick goes on from there.
        """
        queued, trouble = 0, None
        for code in sorted(self.offices):
            try:
                queued += self._office(code)
            except TransientError as error:
                trouble = error
        if trouble is not None:
            raise trouble
        return queued

    def _office(self, code: str) -> int:
        due = self.store.query_index("due", media.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        queued = 0
        for start in range(0, len(due), _BATCH):
            ready = [one for keys in due[start : start + _BATCH] if (one := self._moved(keys)) is not None]
            if ready:
                self.queue.enqueue(ready)
            queued += len(ready)
        return queued

    def _moved(self, keys: Item) -> str | None:
        """The file's id when it belongs on the queue, after its due time was moved; None when it is settled or taken."""
        key, now = Key(Reader(keys).text("pk"), Reader(keys).text("sk")), self.clock()
        item = self.store.get(key)
        if item is None or Reader(item).maybe("due_at") is None:
            return None
        try:
            file = media.awaited(item)
        except Exception:
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self.keeping.park(key)
            return None
        seen = Reader(item).text("due_at")
        if file is None or seen > stamp(now):
            return None
        wait = pause(file.sent_at, now)
        if wait is None:
            self.settling(file, _GIVEN_UP)
            return None
        try:
            self.store.update(media.again(file.id, seen, now + wait))
        except ConditionFailed:
            return None
        return file.id
