"""What the chores of the sweep have in common: office after office, and back to a queue in batches."""

from collections.abc import Callable, Iterable, Sequence

from chalicelib.domain.errors import TransientError
from chalicelib.ports import IdQueue, Item

_BATCH = 10


def in_each_office(codes: Iterable[str], work: Callable[[str], int]) -> int:
    """What the work at all offices comes to. One office's trouble stops no other's.

    Raises:
        TransientError: what an office's work raised; all others' is done.
    """
    done, trouble = 0, None
    for code in sorted(codes):
        try:
            done += work(code)
        except TransientError as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return done


def requeued(queue: IdQueue, due: Sequence[Item], moved: Callable[[Item], str | None]) -> int:
    """How many of what is due went to the queue. moved: moves one's due time; its id, None where it does not belong there.

    Due times are moved before the ids are queued: if we die in between, they are due again.

    Raises:
        TransientError: from the table or the queue.
    """
    count = 0
    for start in range(0, len(due), _BATCH):
        ready = [one for keys in due[start : start + _BATCH] if (one := moved(keys)) is not None]
        if ready:
            queue.enqueue(ready)
        count += len(ready)
    return count
