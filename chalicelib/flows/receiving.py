"""A file that is coming in, piece by piece: told by its content, held to its limits, hashed and set down."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from chalicelib.domain.media import HEAD, LARGEST, FileState, NotKept, NotNow, most, recognise
from chalicelib.ports import Download


@dataclass(frozen=True)
class Received:
    """A whole file."""

    content_type: str
    size: int
    sha256: bytes


TOO_LARGE = NotKept(FileState.REFUSED, "too_large")
NOT_TAKEN = NotKept(FileState.REFUSED, "type_not_taken")


def receive(download: Download, announced: set[bytes], content: IO[bytes]) -> Received | NotKept:
    """Writes the file to `content`; one that is too large, no further than that.

    announced: hashes that it was said to have. What has another one is no file of the resident's, but perhaps a server's page
    about its own trouble: it says nothing against the file.

    Raises:
        NotNow: it does not come to its end, or something else came than was announced.
    """
    if (download.size or 0) > LARGEST:
        return TOO_LARGE
    head = _head(download.pieces)
    content_type = recognise(head[:HEAD])
    limit = most(content_type) if content_type else LARGEST
    size, digest = 0, hashlib.sha256()
    for piece in chain([head], download.pieces):
        size += len(piece)
        if size > limit:
            return TOO_LARGE
        digest.update(piece)
        content.write(piece)
    if download.size not in {None, size} or announced - {digest.digest()}:
        raise NotNow("other_content")
    if content_type is None:
        return NOT_TAKEN
    return Received(content_type, size, digest.digest())


def _head(pieces: Iterator[bytes]) -> bytes:
    """The beginning of a file, as far as it tells what the file is."""
    head = b""
    while len(head) < HEAD and (piece := next(pieces, b"")):
        head += piece
    return head
