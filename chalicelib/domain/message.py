"""One inbound chat message, as the conversation's rules see it."""

from dataclasses import dataclass
from datetime import datetime

# WhatsApp's own limit for text is 4,096 characters. What is longer is cut, and the item says so.
MOST_TEXT = 16_384


@dataclass(frozen=True)
class Media:
    """A file at the provider. The provider keeps it for some days only."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""


@dataclass(frozen=True)
class Message:
    """One message from a resident. phone, user_id, text, name and raw are personal data.

    provider_id: WhatsApp's `wamid…`; at: the provider's time, as it came; kind: the provider's type; raw: the element as it
    came, JSON (ASCII); plain: text and media say all of it; full_length: characters that the text had when it was cut;
    forwarded: somebody else wrote it.
    """

    provider_id: str
    phone_number_id: str
    phone: str | None
    user_id: str | None
    at: datetime
    kind: str
    text: str | None = None
    button_id: str | None = None
    media: Media | None = None
    name: str | None = None
    replies_to: str | None = None
    raw: str = ""
    plain: bool = True
    full_length: int | None = None
    forwarded: bool = False


@dataclass(frozen=True)
class Moved:
    """WhatsApp's word that a person's address has changed. message: that word, from the old address; the new one is here.

    phone: the new number. user_id: the new user id; it changes with the number, and may change alone.
    """

    message: Message
    phone: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Echo:
    """Words that the office itself sent from its WhatsApp Business app, to a resident by phone or user id.

    to_itself: written in the number's chat with itself, where only the office reads along.
    """

    message: Message
    to_itself: bool = False
