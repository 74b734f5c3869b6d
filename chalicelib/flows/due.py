"""What the chores of the sweep have in common: office after office, one after the other, and back to a queue in batches."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from chalicelib.domain.errors import TransientError
from chalicelib.ports import IdQueue, Item, Key, Store
from chalicelib.table.values import Reader, stamp

T = TypeVar("T")

log = logging.getLogger(__name__)
_BATCH = 10


def in_each_office(codes: Iterable[str], work: Callable[[str], int]) -> int:
    """What the work at all offices comes to. One office's trouble stops no other's, whatever it is.

    Raises:
        TransientError: some office met trouble that may pass; all others' is done.
        Exception: some office met other trouble; all others' is done.
    """
    done = 0
    trouble: Exception | None = None
    for code in sorted(codes):
        try:
            done += work(code)
        except TransientError as error:
            trouble = trouble or error
        except Exception as error:
            log.exception("an office's due items are in trouble", extra={"office": code})
            trouble = error
    return _or_raise(trouble, done)


def still_due(store: Store, key: Key, now: datetime) -> tuple[Item, str] | None:
    """A due item, and its due time as it was read; None when it is due no more, or later: the index was behind."""
    item = store.get(key)
    seen = Reader(item).maybe("due_at") if item else None
    return (item, seen) if item is not None and seen is not None and seen <= stamp(now) else None


def counted(due: Iterable[Item], work: Callable[[Key], bool], *, while_well: bool = False) -> int:
    """For how many of what is due the work says so. One's trouble stops no other's.

    while_well: what is down for one is taken to be down for all: trouble that may pass ends it.

    Raises:
        TransientError: some met trouble that may pass.
        Exception: some met other trouble.
    """
    done, trouble = _one_by_one(due, work, while_well=while_well)
    return _or_raise(trouble, sum(done))


def requeued(queue: IdQueue, due: Sequence[Item], moved: Callable[[Key], str | None]) -> int:
    """How many of what is due went to the queue. moved: moves one's due time; its id, None where it does not belong there.

    Due times are moved before the ids are queued: if we die in between, they are due again.

    Raises:
        TransientError: from the table or the queue.
        Exception: what moving some of them met; all others went.
    """
    count = 0
    trouble: Exception | None = None
    for start in range(0, len(due), _BATCH):
        ids, met = _one_by_one(due[start : start + _BATCH], moved, while_well=True)
        trouble = met or trouble
        ready = [one for one in ids if one is not None]
        if ready:
            queue.enqueue(ready)
        count += len(ready)
        if isinstance(met, TransientError):
            break
    return _or_raise(trouble, count)


def _one_by_one(due: Iterable[Item], work: Callable[[Key], T], *, while_well: bool) -> tuple[list[T], Exception | None]:
    """What the work at each comes to, in order, and the trouble that some met. One's trouble stops no other's.

    while_well: what is down for one is taken to be down for all: trouble that may pass ends it.
    """
    done: list[T] = []
    trouble: Exception | None = None
    for keys in due:
        key = Key(Reader(keys).text("pk"), Reader(keys).text("sk"))
        try:
            done.append(work(key))
        except TransientError as error:
            trouble = trouble or error
            if while_well:
                break
        except Exception as error:
            log.exception("a due item is in trouble", extra={"item": f"{key.pk} {key.sk}"})
            trouble = error
    return done, trouble


def _or_raise(trouble: Exception | None, count: int) -> int:
    if trouble is not None:
        raise trouble
    return count
