"""Meta's webhook payloads and ids, as this account gets them."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime

from devstack.simulator.addresses import is_user_id
from devstack.simulator.files import File
from devstack.simulator.graph_errors import reported
from devstack.simulator.outbox import Sent
from devstack.simulator.templates import Template

ACCOUNT = "102290129340398"
"""The WhatsApp Business Account that is played."""

# What stands around the number in real ids: a length-prefixed address, the direction, then random hexadecimal digits.
_OUTBOUND, _INBOUND = b"\x15\x02\x00\x11\x18\x12", b"\x15\x02\x00\x12\x18\x14"


def outbound_id(contact: str) -> str:
    """A new id for a message to a contact. Like the real ones it holds the contact's number in base64."""
    return _message_id(contact, _OUTBOUND, 9)


def inbound_id(contact: str) -> str:
    """The same for a message by a contact."""
    return _message_id(contact, _INBOUND, 10)


def _message_id(contact: str, direction: bytes, random_bytes: int) -> str:
    address = bytes([0x1C, 0x18, len(contact)]) + contact.encode()
    random = secrets.token_hex(random_bytes).upper().encode()
    return "wamid." + base64.b64encode(address + direction + random + b"\x00").decode()


def seconds(moment: datetime) -> str:
    """A time as Meta writes it."""
    return str(int(moment.timestamp()))


def status(sent: Sent, state: str, code: int | None, at: datetime) -> dict[str, object]:
    """A report about a message. code: the error, for a failed one. `conversation` is absent, as since v24."""
    is_free = sent.content.kind != "template"
    pricing = {
        "billable": not is_free,
        "pricing_model": "PMP",
        "type": "free_customer_service" if is_free else "regular",
        "category": "service" if is_free else "utility",
    }
    report: dict[str, object] = {
        "id": sent.provider_id,
        "status": state,
        "timestamp": seconds(at),
        "recipient_user_id" if is_user_id(sent.to) else "recipient_id": sent.to,
        **({"biz_opaque_callback_data": sent.callback} if sent.callback else {}),
        **({"pricing": pricing} if state in ("sent", "delivered") else {}),
        **({"errors": [reported(code)]} if code is not None else {}),
    }
    return _envelope(sent.phone_number_id or "", {"statuses": [report]})


def inbound(phone_number_id: str, contact: str, name: str, message: Mapping[str, object]) -> dict[str, object]:
    """One message by a contact. message: everything but its sender."""
    by_user_id = is_user_id(contact)
    sender = {"profile": {"name": name}, "user_id" if by_user_id else "wa_id": contact}
    signed = {"from_user_id" if by_user_id else "from": contact, **message}
    return _envelope(phone_number_id, {"contacts": [sender], "messages": [signed]})


def echo(phone_number_id: str, to: str | None, message: Mapping[str, object]) -> dict[str, object]:
    """One message that the office sent from the WhatsApp Business app; None is the number's chat with itself."""
    own = display_phone_number(phone_number_id)
    contact = own if to is None else to
    written = {"from": own, "to_user_id" if is_user_id(contact) else "to": contact, **message}
    return _envelope(phone_number_id, {"message_echoes": [written]}, field="smb_message_echoes")


def moved(phone_number_id: str, old: str, new: str, message: Mapping[str, object]) -> dict[str, object]:
    """Meta tells of a changed phone, or of a changed user id. There are no `contacts` beside it."""
    body = f"User Warga changed from {old} to {new}"
    if is_user_id(new):
        system = {"body": body, "previous_user_id": old, "user_id": new, "type": "user_changed_user_id"}
        return _envelope(phone_number_id, {"messages": [{**message, "type": "system", "system": system}]})
    system = {"body": body, "wa_id": new, "type": "user_changed_number"}
    return _envelope(phone_number_id, {"messages": [{"from": old, **message, "type": "system", "system": system}]})


def text(body: str) -> dict[str, object]:
    """A text's type and content."""
    return {"type": "text", "text": {"body": body}}


def button_reply(identifier: str, title: str) -> dict[str, object]:
    """A pressed button's type and content."""
    return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": identifier, "title": title}}}


def list_reply(identifier: str, title: str, description: str | None) -> dict[str, object]:
    """A chosen row's type and content."""
    row = {"id": identifier, "title": title, **({"description": description} if description is not None else {})}
    return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": row}}


def media(kind: str, file: File, caption: str | None) -> dict[str, object]:
    """A file's type and content. The hash is in base64 here, and in hexadecimal where the file is asked for."""
    content: dict[str, object] = {
        "id": file.id,
        "mime_type": file.mime_type,
        "sha256": base64.b64encode(file.sha256).decode(),
        **({"caption": caption} if caption is not None else {}),
        **({"filename": file.name or "dokumen.pdf"} if kind == "document" else {}),
        **({"voice": True} if kind == "audio" else {}),
        **({"animated": False} if kind == "sticker" else {}),
    }
    return {"type": kind, kind: content}


def display_phone_number(phone_number_id: str) -> str:
    """The number that residents see, invented from its id."""
    return f"6221{phone_number_id[-8:]}"


def context(phone_number_id: str, replied_to: str) -> dict[str, object]:
    """What says which of the office's messages a reply is to."""
    return {"context": {"from": display_phone_number(phone_number_id), "id": replied_to}}


def _envelope(phone_number_id: str, value: Mapping[str, object], field: str = "messages") -> dict[str, object]:
    metadata = {"display_phone_number": display_phone_number(phone_number_id), "phone_number_id": phone_number_id}
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [change]}]}


def template_status(template: Template, event: str, at_s: int, **more: object) -> dict[str, object]:
    """What became of a template. more: what comes with some events, such as `other_info`."""
    value = {"event": event, **_about(template), "reason": template.reason, "message_template_category": template.category}
    return _of_account("message_template_status_update", {**value, **more}, at_s)


def template_quality(template: Template, before: str, at_s: int) -> dict[str, object]:
    """How a template's quality is now. before: what it was."""
    value = {"previous_quality_score": before, "new_quality_score": template.quality, **_about(template)}
    return _of_account("message_template_quality_update", value, at_s)


def _about(template: Template) -> dict[str, object]:
    # Here, unlike everywhere else, Meta writes languages with a hyphen.
    language = template.language.replace("_", "-")
    return {
        "message_template_id": template.id,
        "message_template_name": template.name,
        "message_template_language": language,
    }


def _of_account(field: str, value: Mapping[str, object], at_s: int) -> dict[str, object]:
    """What is about no number of the account."""
    entry = {"id": ACCOUNT, "time": at_s, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
