"""Messages and echoes in a contact's conversation, events, and what could not be understood."""

import hashlib
from datetime import datetime, timedelta

from chalicelib.domain.conversation import Decision
from chalicelib.domain.inbound import Broken, Event
from chalicelib.domain.message import Message
from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import digest, epoch, filled, stamp

# Deduplication needs eight days (WhatsApp redelivers for seven); people look back further.
MESSAGES_KEPT = timedelta(days=90)
EVENTS_KEPT = timedelta(days=90)
MOST_RAW = 60_000
# An item ends at 400 KB; raw text is ASCII.
CHUNK = 300_000


def key(contact_id: str, message: Message, family: str = "MSG") -> Key:
    """Where a message is. A repeat has the same provider's time and id, and so the same key."""
    return Key(f"CONTACT#{contact_id}", f"{family}#{stamp(message.at)}#{digest(message.provider_id)}")


def put(contact_id: str, message: Message, decision: Decision | None, request_id: str | None, now: datetime) -> Put:
    """Stores a message with what ingest decided; refused when it is there already. Without a decision it is an echo."""
    media = message.media
    item = filled({
        "provider_id": message.provider_id, "phone_number_id": message.phone_number_id, "kind": message.kind,
        "received_at": now, "text": message.text, "full_length": message.full_length, "button_id": message.button_id,
        "media": filled({"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256, "filename": media.filename})
        if media else None,
        "replies_to": message.replies_to, "raw": None if message.plain else message.raw[:MOST_RAW],
        "intent": decision.intent.value if decision else None, "request_id": request_id,
        "expires_at": epoch(now + MESSAGES_KEPT),
    })  # fmt: skip
    place = key(contact_id, message, "MSG" if decision else "ECHO")
    return Put({**place._asdict(), **item}, (Condition("pk", "absent"),))


def put_event(event: Event, now: datetime) -> Put:
    """Stores an event by its content; refused when it is there already."""
    [put] = _chunks(f"EVENT#{event.day}", event.raw[:CHUNK], event.kind, now)
    return put


def put_broken(broken: Broken, now: datetime) -> list[Put]:
    """Stores all of an element, in as many items as it takes, the one that others are found by last."""
    return _chunks(f"QUARANTINE#{broken.day}", broken.raw, broken.reason, now)


def _chunks(pk: str, raw: str, kind: str, now: datetime) -> list[Put]:
    hash_ = hashlib.sha256(f"{kind} {raw}".encode()).hexdigest()[:32]
    chunks = [raw[start : start + CHUNK] for start in range(0, len(raw), CHUNK)] or [""]
    items: list[Item] = [
        filled({
            "pk": pk, "sk": hash_ if number == 0 else f"{hash_}#{number:04d}", "kind": kind, "raw": chunk,
            "chunks": len(chunks), "received_at": now, "expires_at": epoch(now + EVENTS_KEPT),
        })
        for number, chunk in enumerate(chunks)
    ]  # fmt: skip
    first, *rest = [Put(item, (Condition("pk", "absent"),) if number == 0 else ()) for number, item in enumerate(items)]
    return [*rest, first]
