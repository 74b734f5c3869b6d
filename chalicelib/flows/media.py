"""One file that a resident sent, from WhatsApp into the bucket: told by its content, hashed, stored once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile

from chalicelib.domain.media import MEGABYTE, Awaited, FileState, Kept, NoLonger, NotKept, NotNow, Settled, digest_of
from chalicelib.flows.receiving import receive
from chalicelib.flows.settling import Settling
from chalicelib.ports import Files, MediaSource, Store
from chalicelib.table import clearing, media

log = logging.getLogger(__name__)
# What is larger is set down in /tmp, of which Lambda has 512 MB.
IN_MEMORY = 4 * MEGABYTE


@dataclass(frozen=True)
class Media:
    """Fetches files, one a call. Whoever calls twice, or at the same time, stores the same file in the same place."""

    store: Store
    source: MediaSource
    files: Callable[[], Files]
    settling: Settling

    def __call__(self, file_id: str) -> None:
        """Fetches a file that is still awaited, and records what became of it.

        One that cannot be had now stays due: the sweep brings it back, after pauses that grow. So does one whose sender's
        files are being cleared at this moment: it may be the very file that is deleted.

        Raises:
            TransientError: the table or the bucket failed.
        """
        item = self.store.get(media.key(file_id))
        file = media.awaited(item) if item else None
        if file is None or self.store.get(clearing.hold_key(file.contact_id)) is not None:
            return
        try:
            outcome = self._fetched(file)
        except NotNow as trouble:
            log.warning("a file cannot be had now", extra={"code": str(trouble), "office": file.office})
            return
        self.settling(file, outcome)

    def _fetched(self, file: Awaited) -> Settled:
        """Only when all of a file is here is its name known: its hash. Hence it is set down once, and then stored whole."""
        try:
            with (
                self.source.download(file.media_id, file.phone_number_id) as download,
                SpooledTemporaryFile(max_size=IN_MEMORY) as content,
            ):
                announced = {one for one in (digest_of(file.sha256), download.sha256) if one is not None}
                received = receive(download, announced, content)
                if isinstance(received, NotKept):
                    return received
                content.seek(0)
                key = f"{file.office}/{file.contact_id}/{received.sha256.hex()}"
                self.files().keep(key, content, size=received.size, content_type=received.content_type, sha256=received.sha256)
                return Kept(key, received.content_type, received.size, received.sha256.hex())
        except NoLonger as gone:
            return NotKept(FileState.GONE, str(gone))
