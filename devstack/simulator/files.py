"""The files that residents send: stored here, as Meta stores them, for whoever has their ids."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

LIFETIME = timedelta(days=7)  # of a file whose id came by webhook, by Kabar's clock
_MOST_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True)
class File:
    """A file. name: what its sender's phone calls it, where it is known."""

    id: str
    at: datetime
    mime_type: str
    content: bytes
    name: str | None = None

    @cached_property
    def sha256(self) -> bytes:
        """The hash of its content."""
        return hashlib.sha256(self.content).digest()

    def told(self) -> dict[str, object]:
        """The file as `/sim` describes it."""
        return {
            "id": self.id,
            "mime_type": self.mime_type,
            "file_size": len(self.content),
            "sha256": self.sha256.hex(),
            "name": self.name,
        }


class Files:
    """Files by id; past `most_bytes` in all, the oldest are forgotten. Safe for threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._files: OrderedDict[str, File] = OrderedDict()
        self._most_bytes = most_bytes
        self._bytes = 0

    def keep(self, at: datetime, mime_type: str, content: bytes, name: str | None = None) -> File:
        """Stores one more, under an id of its own."""
        file = File(str(10**15 + secrets.randbelow(9 * 10**15)), at, mime_type, content, name)
        with self._lock:
            self._files[file.id] = file
            self._bytes += len(content)
            while self._bytes > self._most_bytes and len(self._files) > 1:
                _, oldest = self._files.popitem(last=False)
                self._bytes -= len(oldest.content)
        return file

    def get(self, identifier: str, now: datetime) -> File | None:
        """The file, as long as it is there."""
        with self._lock:
            file = self._files.get(identifier)
        return file if file and now - file.at < LIFETIME else None
