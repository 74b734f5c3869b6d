"""What has been kept for long enough: the chats of closed requests, and files of no request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from chalicelib.domain.catalogue import Office
from chalicelib.domain.media import needed_until
from chalicelib.flows.clearing import Clearing
from chalicelib.flows.due import counted, in_each_office, still_due
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.people import living
from chalicelib.ports import Clock, ConditionFailed, Item, Key, Store
from chalicelib.table import clearing, due, requests
from chalicelib.table.values import stamp

# At most so many tries an office and tick: each may have dozens of files.
MOST_PER_OFFICE = 10
# When what could not be cleared is tried again.
AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class DueClearing:
    """Clears whatever is due to be."""

    store: Store
    clearing: Clearing
    keeping: Keeping
    offices: Mapping[str, Office]
    clock: Clock

    def __call__(self) -> int:
        """How many were cleared.

        The due time is moved before a try, so that no trouble keeps its place at the head of the queue. When the bucket or the
        table is down, an office's first try is its last of this tick.

        Raises:
            TransientError: something could not be cleared; it is tried again.
            Exception: the same, and it will not pass by itself.
        """
        return in_each_office(self.offices, self._office)

    def _office(self, code: str) -> int:
        found = self.store.query_index("due", clearing.due_pk(code), until=stamp(self.clock()), limit=MOST_PER_OFFICE)
        return counted(found, partial(self._one, self.offices[code]), while_well=True)

    def _one(self, office: Office, key: Key) -> bool:
        """Whether it was cleared: by us, and all of it."""
        found = still_due(self.store, key, self.clock())
        if found is None:
            return False
        item, seen = found
        until = self.clock() + AGAIN
        try:
            self.store.update(due.again(key, seen, until))
        except ConditionFailed:
            return False  # another sweep was first
        return self._request(key, item, until) if key.sk == requests.SORT_KEY else self._message(office, key, item, until)

    def _request(self, key: Key, item: Item, until: datetime) -> bool:
        request = self.keeping.understood(item, requests.read)
        if request is None or not self.clearing(request):
            return False
        self.store.update(due.over(key, stamp(until)))
        return True

    def _message(self, office: Office, key: Key, item: Item, until: datetime) -> bool:
        sender = living(self.store, key.pk.removeprefix("CONTACT#"))
        needed = needed_until(sender, office.code, office.media_time, self.clock()) if sender else None
        if needed is None:
            return self.clearing.message(item)
        self.store.update(due.again(key, stamp(until), needed))
        return False
