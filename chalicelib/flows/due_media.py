"""Awaited files whose time has come: they are fetched again, or given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.domain.catalogue import Office
from chalicelib.domain.media import Awaited, FileState, NotKept, pause
from chalicelib.flows.due import in_each_office, requeued, still_due
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.settling import Settling
from chalicelib.ports import Clock, ConditionFailed, IdQueue, Key, Store
from chalicelib.table import due, media
from chalicelib.table.values import stamp

# At most so many files an office and tick: what media's two workers fetch in a minute.
MOST_PER_OFFICE = 60
# When one that cannot even be given up is tried again.
_UNSETTLED = timedelta(hours=1)
_GIVEN_UP = NotKept(FileState.LOST, "never_had")


@dataclass(frozen=True)
class DueMedia:
    """Looks at every awaited file whose due time has come."""

    store: Store
    queue: IdQueue
    settling: Settling
    keeping: Keeping
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many files went to the queue. One file's trouble stops no other's, nor one office's.

        The due time is moved before a file is queued, by as long as the file has waited: if we die in between, it is due again.

        Raises:
            TransientError: the table or the queue failed somewhere; the next tick goes on from there.
            Exception: something is wrong with some file that will not pass by itself.
        """
        return in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        found = self.store.query_index("due", media.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        return requeued(self.queue, found, self._moved)

    def _moved(self, key: Key) -> str | None:
        """The file's id when it belongs on the queue, its due time moved; None when it is settled or taken."""
        found = still_due(self.store, key, self.clock())
        if found is None:
            return None
        item, seen = found
        file = self.keeping.understood(item, media.awaited)
        return self._again(key, file, seen) if file is not None else None

    def _again(self, key: Key, file: Awaited, seen: str) -> str | None:
        """The file's id once it is due later; None when it is given up, or somebody else was faster."""
        wait = pause(file.sent_at, self.clock())
        try:
            self.store.update(due.again(key, seen, self.clock() + (_UNSETTLED if wait is None else wait)))
        except ConditionFailed:
            return None
        if wait is not None:
            return file.id
        self.settling(file, _GIVEN_UP)
        return None
