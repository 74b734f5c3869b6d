"""The table's stream → the queues: notices that were inserted, and files that residents sent, are on their way at once.

It only hastens: what it misses, the sweep finds.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.ports import IdQueue

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dispatch:
    """Puts inserted notices and awaited files on their queues."""

    queue: IdQueue
    media_queue: IdQueue

    def __call__(self, notice_ids: Sequence[str], file_ids: Sequence[str] = ()) -> None:
        """Raises TransientError when some notices are not on the queue; the same batch then comes again, which does no harm.

        No notice waits for a file: whatever is wrong with the queue of files, the sweep brings them in two minutes.
        """
        unique = list(dict.fromkeys(notice_ids))
        if unique:
            self.queue.enqueue(unique)
        files = list(dict.fromkeys(file_ids))
        if files:
            try:
                self.media_queue.enqueue(files)
            except Exception:
                log.exception("files are left to the sweep", extra={"files": len(files)})
