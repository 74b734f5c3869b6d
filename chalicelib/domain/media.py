"""The files that residents send: which of them the office takes, told by their content, and what can become of them."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import PermanentError, TransientError
from chalicelib.domain.message import Message

# Of these kinds of messages the file is fetched. A sticker is no document.
FETCHED = frozenset({"image", "document", "audio", "video"})

MEGABYTE = 1024 * 1024
# How much of a file is looked at to tell what it is: as far as the names in an office document's archive reach.
HEAD = 8 * 1024
# WhatsApp takes 16 MB of sound and film and 100 MB of documents; a scan or a photo of a document is nowhere near that.
_MOST_SHOWN, _MOST_PLAYED = 25 * MEGABYTE, 16 * MEGABYTE
LARGEST = max(_MOST_SHOWN, _MOST_PLAYED)

# WhatsApp gives files out for seven days by an id that came with a webhook.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
KEPT_BY_WHATSAPP = timedelta(days=7)
# Looked for again after as long as it has waited, but not more seldom than this.
_LONGEST_PAUSE = timedelta(hours=6)
# How often one of no request is looked at whose sender has some request open.
_WHILE_OPEN = timedelta(days=1)


class FileState(StrEnum):
    """How a file stands. Until something has become of it, it is `waiting`."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"
    """Too large, or of a type that the office does not take."""
    GONE = "gone"
    """WhatsApp does not have it, or not any more."""
    LOST = "lost"
    """It could not be had for as long as WhatsApp keeps it."""
    CLEARED = "cleared"
    """It was kept, or not, and its time is over."""


class NoLonger(PermanentError):
    """WhatsApp knows no file by that id: it has expired, or was never there. The text is WhatsApp's code."""

    code = "file_gone"


class NotNow(TransientError):
    """The file cannot be had now, whoever's trouble that is; the text is a code for why."""

    code = "file_unavailable"


@dataclass(frozen=True)
class Awaited:
    """A file that a message brought and nobody has fetched yet.

    id: names its message; media_id: WhatsApp's; sha256: the hash that the webhook announced, as it came; sent_at: when the
    message was stored; request_id: of the request that the message belongs to, if any.
    """

    id: str
    contact_id: str
    office: str
    phone_number_id: str
    media_id: str
    sha256: str
    sent_at: datetime
    request_id: str | None


@dataclass(frozen=True)
class Kept:
    """The file is in the bucket. content_type: told by its content; sha256: in hex."""

    key: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class NotKept:
    """The file is not to be had, or not wanted. reason: a code for the desk."""

    state: FileState
    reason: str


Settled: TypeAlias = Kept | NotKept

_HEX_LENGTH = 64

_BY_BEGINNING: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
# ISO base media: the brand stands behind `ftyp`. https://mp4ra.org/registered-types/brands
_BRANDS: tuple[tuple[bytes, str], ...] = (
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"heim", "image/heic"),
    (b"heis", "image/heic"),
    (b"mif1", "image/heif"),
    (b"msf1", "image/heif"),
    (b"M4A ", "audio/mp4"),
    (b"M4B ", "audio/mp4"),
    (b"3gp", "video/3gpp"),
    (b"3g2", "video/3gpp"),
    (b"qt  ", "video/quicktime"),
    (b"isom", "video/mp4"),
    (b"iso", "video/mp4"),
    (b"mp4", "video/mp4"),
    (b"avc1", "video/mp4"),
    (b"M4V", "video/mp4"),
    (b"MSNV", "video/mp4"),
    (b"dash", "video/mp4"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_BY_FOLDER: tuple[tuple[bytes, str], ...] = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "video/quicktime": "mov",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}presentationml.presentation": "pptx",
}
"""Every type that the office takes, and how a file of it is called."""


def is_fetched(message: Message) -> bool:
    """Whether a message's file is to be fetched."""
    return message.kind in FETCHED and message.media is not None


def recognise(head: bytes) -> str | None:
    """The type of a file that begins so, None for one that the office does not take: it can run, or nobody can tell.

    What its sender says of it, by name or type, does not count. head: the first 8 KB, or all of a shorter one.
    """
    for beginning, content_type in _BY_BEGINNING:
        if head.startswith(beginning):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return next((content_type for brand, content_type in _BRANDS if head[8:12].startswith(brand)), None)
    if head.startswith(b"PK\x03\x04"):
        return _office_document(head)
    return None


def _office_document(head: bytes) -> str | None:
    """Of an archive, the kind of document by the folder that it has, in the entries at its beginning."""
    names = [name for entry in head.split(b"PK\x03\x04")[1:] if (name := _entry_name(entry))]
    return next((kind for folder, kind in _BY_FOLDER if any(name.startswith(folder) for name in names)), None)


def _entry_name(entry: bytes) -> bytes:
    """The name in an entry's local header, after its signature. APPNOTE.TXT 4.3.7."""
    length = int.from_bytes(entry[22:24], "little")
    return entry[26 : 26 + length]


def digest_of(announced: str) -> bytes | None:
    """The SHA-256 that somebody announced, in hex or base64; None when it is none."""
    try:
        digest = bytes.fromhex(announced) if len(announced) == _HEX_LENGTH else b64decode(announced, validate=True)
    except ValueError:
        return None
    return digest if len(digest) == _HEX_LENGTH // 2 else None


def most(content_type: str) -> int:
    """How many bytes a file of that type may have."""
    return _MOST_PLAYED if content_type.startswith(("audio/", "video/")) else _MOST_SHOWN


def pause(sent_at: datetime, now: datetime) -> timedelta | None:
    """How long to wait before a file is looked for again; None once WhatsApp cannot have it any more."""
    waited = now - sent_at
    return None if waited > KEPT_BY_WHATSAPP else min(waited, _LONGEST_PAUSE)


def needed_until(contact: Contact, office: str, kept_for: timedelta, now: datetime) -> datetime | None:
    """Until when a file of no request stays, at least; None when nobody needs it.

    Its sender may have sent it before saying what for. So it stays while they have a request open at that office, and for as
    long as the last that was closed keeps its own.
    """
    if any(marks for (code, _), marks in contact.open.items() if code == office):
        return now + _WHILE_OPEN
    ends = [mark.at + kept_for for (code, _), mark in contact.closed.items() if code == office]
    return max((end for end in ends if end > now), default=None)
