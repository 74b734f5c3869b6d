"""What is about no message of a resident, and what nobody could understand: kept once, for people to see."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from chalicelib.domain.contact import Contact
from chalicelib.domain.inbound import NO_DAY, Broken, Event, StatusReport
from chalicelib.domain.message import Message
from chalicelib.ports import Clock, ConditionFailed, Item, Key, Put, Store, Update
from chalicelib.table import messages

T = TypeVar("T")

log = logging.getLogger(__name__)


class Stored(StrEnum):
    """What became of an element."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


def stored_before_merge(store: Store, contact: Contact, message: Message, family: str = "MSG") -> bool:
    """Whether a message, or an echo, is stored already under a contact that was merged into this one since.

    Raises:
        TransientError.
    """
    keys = [messages.key(one, message, family) for one in contact.absorbed]
    return bool(keys) and bool(store.get_many(keys))


def stored_by_former_version(store: Store, contact: Contact, message: Message) -> bool:
    """Whether a message with a file is stored already, under the key that it had before keys told of files.

    Raises:
        TransientError.
    """
    keys = [former for one in contact.ids if (former := messages.former_key(one, message))]
    return bool(keys) and bool(store.get_many(keys))


@dataclass(frozen=True)
class Keeping:
    """Keeps events and broken elements by their content, so that a repeat adds nothing."""

    store: Store
    clock: Clock

    def event(self, event: Event) -> Stored:
        """Keeps an event."""
        return self._keep(messages.put_event(event, self.clock()), Stored.STORED)

    def orphan(self, report: StatusReport) -> Stored:
        """Keeps a report that is about no notice we know, and lets the sweep try it again."""
        return self._keep(messages.put_orphan(report, self.clock()), Stored.STORED)

    def broken(self, broken: Broken) -> Stored:
        """Keeps an element that nobody could understand."""
        return self._keep(messages.put_broken(broken, self.clock()), Stored.QUARANTINED)

    def understood(self, item: Item, read: Callable[[Item], T]) -> T | None:
        """What a due item says. None when nobody can read it: it is out of the way of what is due, and marked for a person."""
        try:
            return read(item)
        except Exception:
            key = Key(str(item["pk"]), str(item["sk"]))
            log.exception("a due item cannot be read", extra={"item": f"{key.pk} {key.sk}"})
            self.park(key)
            return None

    def park(self, key: Key) -> None:
        """Leaves a mark for a person to find it by, and takes what nobody can read out of the way of what is due."""
        self.broken(Broken("unreadable_due_item", NO_DAY, f"{key.pk} {key.sk}"))
        self.store.update(Update(key, remove=("due_pk", "due_at")))

    def _keep(self, puts: list[Put], kept: Stored) -> Stored:
        """Keeps all of something; what is too large for one item takes several, the first of them written last."""
        try:
            for put in puts:
                self.store.put(put)
        except ConditionFailed:
            return Stored.DUPLICATE
        return kept
