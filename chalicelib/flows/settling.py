"""What became of a file, on its message; and a word to its resident, once, when it has to be sent again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import TransientError
from chalicelib.domain.media import Awaited, FileState, Kept, Settled
from chalicelib.domain.notice import ANSWER_USEFUL, FIRST_DUE, Kind, Notice
from chalicelib.flows.people import living
from chalicelib.ports import Clock, ConditionFailed, Metrics, Store, Write
from chalicelib.table import media, notices, requests, talk
from chalicelib.table.values import digest

_TRIES = 5
_FIGURES = {
    FileState.KEPT: "MediaKept", FileState.REFUSED: "MediaRefused", FileState.GONE: "MediaGone", FileState.LOST: "MediaLost",
}  # fmt: skip


@dataclass(frozen=True)
class Settling:
    """Ends the wait for a file."""

    store: Store
    offices: Mapping[str, Office]
    metrics: Metrics
    clock: Clock

    def __call__(self, file: Awaited, outcome: Settled) -> None:
        """Records the outcome, unless one is recorded; asks for the file again in the same transaction.

        Raises:
            TransientError: nothing is recorded; the file is awaited as before.
        """
        for _ in range(_TRIES):
            now = self.clock()
            settled = media.settles(file, outcome, now, self.offices[file.office].media_time)
            asking = [] if isinstance(outcome, Kept) else self._asking(file, now)
            try:
                self.store.transact([settled, *asking]) if asking else self.store.update(settled)
            except ConditionFailed as failed:
                if 0 in failed.refused:
                    return
                continue
            state = FileState.KEPT if isinstance(outcome, Kept) else outcome.state
            self.metrics.count(_FIGURES[state], office=file.office)
            if asking:
                self.metrics.count("NoticePlanned", office=file.office, kind=Kind.RESEND.value)
            return
        raise TransientError("a contact kept changing")

    def _asking(self, file: Awaited, now: datetime) -> list[Write]:
        """The notice that asks for it again; none where the resident was asked since, or has nothing more to send."""
        item = self.store.get(requests.key(file.request_id)) if file.request_id else None
        request = requests.read(item) if item else None
        contact = living(self.store, file.contact_id)
        if contact is None or (request is not None and request.closed):
            return []
        asks = talk.asks_again(contact, file.phone_number_id, file.sent_at, now)
        if asks is None:
            return []
        notice = Notice(
            id=ids.notice_of_message(contact.id, digest(f"again {file.id}")), kind=Kind.RESEND,
            # Whoever sent it a week ago is not in the middle of a chat, and may be asleep.
            answer=now - file.sent_at < ANSWER_USEFUL, office=file.office, contact_id=contact.id,
            phone_number_id=file.phone_number_id, caused_at=now, due_at=now + FIRST_DUE,
            service=request.service if request else None, request_id=request.id if request else None,
        )  # fmt: skip
        return [asks, notices.put_new(notice)]
