"""Reports that came before anything they could be about: tried again, ever less often, for a day."""

import logging
from dataclasses import dataclass

from chalicelib.domain.errors import TransientError
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.receipts import Receipts
from chalicelib.ports import Clock, ConditionFailed, Key, Store
from chalicelib.table import messages
from chalicelib.table.values import Reader, stamp

log = logging.getLogger(__name__)
_BATCH = 10


@dataclass(frozen=True)
class Orphans:
    """Looks at every orphaned report whose due time has come."""

    store: Store
    receipts: Receipts
    keeping: Keeping
    clock: Clock

    def __call__(self) -> None:
        """Raises TransientError: the table failed; the next tick goes on from there."""
        due = self.store.query_index("due", messages.ORPHANS, until=stamp(self.clock()), limit=_BATCH)
        for keys in due:
            key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
            item = self.store.get(key)
            if item is None:
                continue
            try:
                applied = self.receipts.apply(messages.read_orphan(item))
                self.store.update(messages.orphan_seen(item, self.clock(), settled=applied is not None))
            except ConditionFailed:
                continue  # another sweep has settled it
            except TransientError:
                raise
            except Exception:
                log.exception("a report, or what it is about, cannot be read", extra={"item": f"{key.pk} {key.sk}"})
                self.keeping.park(key)
