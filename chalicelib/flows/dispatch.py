"""The table's stream of status changes → the queue: every notice that was inserted is on its way at once.

It only hastens: what it misses, the sweep finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.ports import NoticeQueue


@dataclass(frozen=True)
class Dispatch:
    """Puts inserted notices on the queue."""

    queue: NoticeQueue

    def __call__(self, notice_ids: Sequence[str]) -> None:
        """Raises TransientError when some are not on the queue; the same batch then comes again, which does no harm."""
        unique = list(dict.fromkeys(notice_ids))
        if unique:
            self.queue.enqueue(unique)
