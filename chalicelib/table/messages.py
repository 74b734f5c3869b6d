"""Messages and echoes in a contact's conversation, events, and what could not be understood."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain import ids
from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.delivery import Refused
from chalicelib.domain.inbound import NO_DAY, Broken, Event, StatusReport
from chalicelib.domain.media import is_fetched
from chalicelib.domain.message import Message
from chalicelib.domain.meta_codes import remedy_for
from chalicelib.domain.notice import FIRST_DUE, Report
from chalicelib.ports import Condition, Item, Key, Put, Update
from chalicelib.table import media as files
from chalicelib.table.values import Reader, digest, epoch, filled, stamp

# Deduplication needs eight days (WhatsApp redelivers for seven); people look back further.
MESSAGES_KEPT = timedelta(days=90)
# Partition of the `due` index for reports that fit no notice yet.
ORPHANS = "ORPHANS"
EVENTS_KEPT = timedelta(days=90)
MOST_RAW = 60_000
# An item ends at 400 KB; raw text is ASCII.
CHUNK = 300_000


def key(contact_id: str, message: Message, family: str = "MSG") -> Key:
    """Where a message is. A repeat has the same provider's time and id, and so the same key.

    It ends in `.media` when a file is to be fetched: the stream has nothing but keys.
    """
    suffix = files.SUFFIX if family == "MSG" and is_fetched(message) else ""
    return Key(f"CONTACT#{contact_id}", f"{family}#{stamp(message.at)}#{digest(message.provider_id)}{suffix}")


def former_key(contact_id: str, message: Message) -> Key | None:
    """Where a message with a file was before keys said so; None for one without."""
    here = key(contact_id, message)
    return Key(here.pk, here.sk.removesuffix(files.SUFFIX)) if here.sk.endswith(files.SUFFIX) else None


def put(
    contact_id: str, message: Message, decision: Decision | None, request_id: str | None, now: datetime, office: str = ""
) -> Put:
    """Stores a message with what ingest decided; refused when it is there already. Without a decision it is an echo.

    office: whose number it came to; without one its file is not fetched.

    How somebody found what they got is counted, and not kept with the person: what such a message says is left out.
    """
    if decision is not None and decision.intent is Intent.RATING:
        message = replace(message, text=None, full_length=None, button_id=None, media=None, replies_to=None, plain=True)
    media = message.media
    awaits = bool(decision and office) and is_fetched(message)
    item = filled({
        "provider_id": message.provider_id, "phone_number_id": message.phone_number_id, "kind": message.kind,
        "received_at": now, "text": message.text, "full_length": message.full_length, "button_id": message.button_id,
        "media": filled({"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256, "filename": media.filename})
        if media else None,
        "replies_to": message.replies_to, "raw": None if message.plain else message.raw[:MOST_RAW],
        "intent": decision.intent.value if decision else None, "request_id": request_id,
        "expires_at": epoch(now + MESSAGES_KEPT),
        "due_pk": files.due_pk(office) if awaits else None, "due_at": now + files.FIRST_DUE if awaits else None,
    })  # fmt: skip
    place = key(contact_id, message, "MSG" if decision else "ECHO")
    return Put({**place._asdict(), **item}, (Condition("pk", "absent"),))


def put_note_to_self(message: Message, now: datetime) -> Put:
    """Stores what the office wrote in its number's chat with itself, once: it is nobody's conversation."""
    written = put("", message, None, None, now)
    return Put({**written.item, "pk": f"CHANNEL#{message.phone_number_id}"}, written.when)


def cleared(item: Item, now: datetime) -> Update:
    """Takes what a message said, and what it knew of its file, off its item; refused when the item has expired."""
    said = ("text", "full_length", "button_id", "media", "file", "raw", "replies_to", "due_pk", "due_at")
    reader = Reader(item)
    key = Key(reader.text("pk"), reader.text("sk"))
    return Update(key, set_={"cleared_at": stamp(now)}, remove=said, when=(Condition("pk", "present"),))


def put_event(event: Event, now: datetime) -> list[Put]:
    """Stores all of an event by its content, as `put_broken` does; the last is refused when it is there already."""
    return _chunks(f"EVENT#{event.day}", event.raw, event.kind, now)


def put_orphan(report: StatusReport, now: datetime) -> list[Put]:
    """Stores a report that fits no notice yet; it is due to be tried again when it carries a callback of ours."""
    day = report.at.date().isoformat() if report.at else NO_DAY
    *rest, put = put_event(Event("status", day, report.raw), now)
    ours = ids.parse_callback(report.callback or "") is not None and report.status in set(Report)
    refusal = report.refusal
    more = filled({
        "status": report.status, "callback": report.callback if ours else None, "code": refusal.code if refusal else None,
        "reported_at": report.at, "due_pk": ORPHANS if ours else None, "due_at": now + FIRST_DUE if ours else None,
    })  # fmt: skip
    return [*rest, Put({**put.item, **more}, put.when)]


def read_orphan(item: Item) -> StatusReport:
    """The report of the last item that `put_orphan` made."""
    reader = Reader(item)
    code = reader.maybe("code")
    refusal = Refused(code, remedy_for(code)) if code else None
    return StatusReport(
        reader.text("status"), reader.maybe_time("reported_at"), reader.maybe("callback"), refusal, reader.text("raw")
    )


def orphan_seen(item: Item, now: datetime, *, settled: bool) -> Update:
    """Makes a report due again, after as long as it has waited so far; not any more when it is settled or a day old."""
    reader = Reader(item)
    waited = now - reader.time("received_at")
    key = Key(reader.text("pk"), reader.text("sk"))
    if settled or waited > timedelta(days=1):
        return Update(key, remove=("due_pk", "due_at"))
    return Update(key, set_={"due_at": stamp(now + waited)}, when=(Condition("due_at", "present"),))


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
