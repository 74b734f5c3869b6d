"""WhatsApp's webhook payloads, as Meta sends them. Numbers and names are invented."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

KK, KTP, PINDAH = "100000000000001", "100000000000002", "100000000000003"
SITI = "6281200000001"
ACCOUNT = "200000000000001"
_ids: Iterator[int] = count(1)


def text(body: str, **more: Any) -> dict[str, Any]:
    return message("text", {"body": body}, **more)


def photo(caption: str | None = None, **more: Any) -> dict[str, Any]:
    media = {"id": f"media-{next(_ids)}", "mime_type": "image/jpeg", "sha256": "c2hh"} | (
        {"caption": caption} if caption else {}
    )
    return message("image", media, **more)


def press(button_id: str, title: str = "", **more: Any) -> dict[str, Any]:
    reply = {"type": "button_reply", "button_reply": {"id": button_id, "title": title or button_id}}
    return message("interactive", reply, **more)


def choose(row_id: str, title: str = "", **more: Any) -> dict[str, Any]:
    reply = {"type": "list_reply", "list_reply": {"id": row_id, "title": title or row_id}}
    return message("interactive", reply, **more)


def message(
    kind: str, content: Any, *, at: int | str, sender: str | None = SITI, id_: str | None = None, **more: Any
) -> dict[str, Any]:
    """One member of `messages`. more: any further field, such as from_user_id or context."""
    member = {"from": sender, "id": id_ or f"wamid.{next(_ids):06d}", "timestamp": str(at), "type": kind, kind: content, **more}
    return {name: value for name, value in member.items() if value is not None}


def echo(body: str, to: str = SITI, *, at: int, **more: Any) -> dict[str, Any]:
    """A whole payload: an officer wrote on the office's own phone."""
    number = more.pop("number", KTP)
    said = text(body, at=at, sender="62721000000", to=to, **more)
    return envelope(value(message_echoes=[said], number=number), field="smb_message_echoes")


def moved(old: str, new: str, *, at: int, number: str = KTP, **ids: str) -> dict[str, Any]:
    """A whole payload: WhatsApp tells one of the office's numbers that somebody's phone has changed."""
    system = {"body": f"User Siti changed from {old} to {new}", "wa_id": new, "type": "user_changed_number", **ids}
    frame = value(message("system", system, at=at, sender=old), number=number)
    del frame["contacts"]
    return envelope(frame)


def status(
    word: str, callback: str | None, *, at: int | str = 0, code: int | None = None, id_: str = "wamid.sent"
) -> dict[str, Any]:
    """One member of `statuses`."""
    member: dict[str, Any] = {"id": id_, "status": word, "timestamp": str(at), "recipient_id": SITI}
    member |= {"biz_opaque_callback_data": callback} if callback else {}
    return member | ({"errors": [{"code": code, "title": "refused"}]} if code else {})


def value(*messages: Any, number: str = KTP, **more: Any) -> dict[str, Any]:
    """A change's value with these messages, and the contacts that belong to them."""
    senders = [one for one in messages if isinstance(one, dict) and one.get("from")]
    contacts = [{"profile": {"name": "Siti"}, "wa_id": one["from"]} for one in senders]
    frame = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "62721000000", "phone_number_id": number}}
    return frame | ({"contacts": contacts, "messages": list(messages)} if messages else {}) | more


def envelope(*values: Any, field: str = "messages", at: int | None = None, account: str = ACCOUNT) -> dict[str, Any]:
    """A whole payload, one change for each value. at: when, which Meta says of what is about no message."""
    changes = [{"field": field, "value": one} for one in values]
    entry = {"id": account, "changes": changes} | ({"time": at} if at is not None else {})
    return {"object": "whatsapp_business_account", "entry": [entry]}


def template(event: str, *, at: int, name: str = "kabar_ready_card", language: str = "id", **more: Any) -> dict[str, Any]:
    """A whole payload: what became of a template. more: of the envelope, or any further field of the value."""
    frame = {key: more.pop(key) for key in ("account",) if key in more}
    about = {"message_template_id": 1689556908129832, "message_template_name": name, "message_template_language": language}
    return envelope({"event": event, **about, "reason": "NONE"} | more, field="message_template_status_update", at=at, **frame)


def raw(payload: Any) -> bytes:
    """The body as Meta serialises it: ASCII only."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()


def signature(body: bytes, secret: str) -> str:
    """The `X-Hub-Signature-256` header of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
