"""What kinds of files WhatsApp carries, with Meta's limits, and an example of each for who sends none."""

import re
from dataclasses import dataclass
from pathlib import Path

from devstack.simulator.files import File

_SAMPLES = Path(__file__).parent / "samples"
_MIME_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+(?:; ?[a-z]+=[A-Za-z0-9.+-]+)?")
_MB = 1024 * 1024


@dataclass(frozen=True)
class MediaType:
    """One kind. accepts: what its files are, None for anything; largest: in bytes; sample: an example's file and kind."""

    accepts: tuple[str, ...] | None
    largest: int
    sample: str
    mime_type: str
    has_caption: bool = False

    def example(self, mark: str) -> bytes:
        """A small valid file, with a mark behind its end: no two photos of residents are the same bytes."""
        return (_SAMPLES / self.sample).read_bytes() + mark.encode()

    def objection(self, file: File) -> str | None:
        """Why WhatsApp would not carry a file as this kind; None when it would."""
        if self.accepts is not None and file.mime_type.partition(";")[0] not in self.accepts:
            return f"is none of {', '.join(self.accepts)}"
        if len(file.content) > self.largest:
            return f"is larger than {self.largest // 1024} KB"
        return None


MEDIA_TYPES = {
    "image": MediaType(("image/jpeg", "image/png"), 5 * _MB, "photo.jpg", "image/jpeg", has_caption=True),
    # Meta takes documents of 100 MB; devstack has them in memory.
    "document": MediaType(None, 16 * _MB, "document.pdf", "application/pdf", has_caption=True),
    "audio": MediaType(
        ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB, "voice.ogg", "audio/ogg; codecs=opus"
    ),
    "video": MediaType(("video/mp4", "video/3gpp"), 16 * _MB, "video.mp4", "video/mp4", has_caption=True),
    "sticker": MediaType(("image/webp",), 500 * 1024, "sticker.webp", "image/webp"),
}


def is_mime_type(text: str) -> bool:
    """Whether this can stand in a `Content-Type` header."""
    return bool(_MIME_TYPE.fullmatch(text))
