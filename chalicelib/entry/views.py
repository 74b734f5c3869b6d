"""What staff see of requests, changes, notices and messages, as JSON. Sixteen-digit numbers are masked."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from chalicelib.domain import notice as notices
from chalicelib.domain import request as requests
from chalicelib.domain.catalogue import Office
from chalicelib.domain.phone import mask, mask_numbers
from chalicelib.domain.requirements import checklist
from chalicelib.flows.reading import Call, CallFile, File
from chalicelib.ports import Item
from chalicelib.table import media
from chalicelib.table.values import stamp

_LANGUAGE = "id"


def request(one: requests.Request, offices: Mapping[str, Office], now: datetime) -> dict[str, Any]:
    """A request as the desk sees it. missing: how many requirements are, once an officer has looked."""
    view = _plain(
        id=one.id, office=one.office, service=one.service, status=one.status, version=one.version, language=one.language,
        name=mask_numbers(one.name) if one.name else None, phone=mask(one.sms_phone) if one.sms_phone else None,
        opened_at=one.opened_at, updated_at=one.updated_at, closed_at=one.closed_at,
        reason=mask_numbers(one.reason) if one.reason else None,
        hold={"reason": mask_numbers(one.hold.reason)} if one.hold else None,
        # A status change answers as well as words.
        asks_human_at=one.asks_human_at if one.asks_human_at and one.asks_human_at > one.updated_at else None,
    )  # fmt: skip
    view |= {"due_at": stamp(one.due_at) if one.due_at else None}
    return view | _requirements(one, offices.get(one.office)) | ({"overdue": True} if one.overdue(now) else {})


def _requirements(one: requests.Request, office: Office | None) -> dict[str, Any]:
    lines = checklist(one, office, _LANGUAGE)
    count = {"missing": sum(line.state is not requests.Met.RECEIVED for line in lines)} if one.requirements else {}
    return {"requirements": [_plain(**asdict(line)) for line in lines], **count}


def file(one: File, offices: Mapping[str, Office], now: datetime) -> dict[str, Any]:
    """A request's whole file."""
    return {
        "request": request(one.request, offices, now),
        "changes": [_change(change) for change in one.changes],
        "messages": [_message(item, one) for item in one.messages],
        "notices": [notice(told) for told in one.notices],
    }


def notice(one: notices.Notice) -> dict[str, Any]:
    """A notice's ledger."""
    return _plain(
        id=one.id, kind=one.kind, state=one.state, channel=one.channel, attempt=one.attempt, caused_at=one.caused_at,
        accepted_at=one.accepted_at, arrived_at=one.arrived_at, due_at=one.due_at, reason=one.reason,
        # WhatsApp's message ids hold the phone number, in base64.
        attempts=[_plain(**{**asdict(attempt), "provider_id": None}) for attempt in one.attempts],
    )  # fmt: skip


def call(one: Call) -> dict[str, Any]:
    """Somebody who wants a person."""
    person = one.contact
    return _plain(
        id=one.id, office=one.office, phone_number_id=one.phone_number_id, asked_at=one.asked_at,
        name=mask_numbers(person.name) if person and person.name else None,
        phone=mask(person.phone) if person and person.phone else None,
    )  # fmt: skip


def call_file(one: CallFile) -> dict[str, Any]:
    """A call, and what was written."""
    return {"call": call(one.call), "messages": [_message(item, one) for item in one.messages]}


def _change(one: requests.Change) -> dict[str, Any]:
    return _plain(
        version=one.version, from_=one.from_, to=one.to, actor=one.actor, at=one.at,
        reason=mask_numbers(one.reason) if one.reason else None, note=mask_numbers(one.note) if one.note else None,
        hold={"reason": mask_numbers(one.hold.reason)} if one.hold else None, due_at=one.due_at,
    )  # fmt: skip


def _message(item: Item, file: File | CallFile) -> dict[str, Any]:
    family, at, hash_ = str(item["sk"]).removesuffix(media.SUFFIX).split("#")
    text = item.get("text")
    return _plain(
        id=hash_, from_="office" if family == "ECHO" else "resident", at=at, kind=item.get("kind"),
        text=mask_numbers(str(text)) if text else None, media=_media(item, file), intent=item.get("intent"),
        request_id=item.get("request_id"),
    )  # fmt: skip


def _media(item: Item, file: File | CallFile) -> dict[str, Any] | None:
    """A file: what its sender says of it, and what was found. People name their scans by their NIK."""
    said: Any = item.get("media", {})
    kept, link = media.kept(item), file.links.get(str(item["sk"]))
    view = _plain(
        id=said.get("id"), mime_type=mask_numbers(said.get("mime_type", "")), filename=mask_numbers(said.get("filename", "")),
        sha256=kept.sha256 if kept else said.get("sha256"), state=media.state(item), reason=media.reason(item),
        content_type=kept.content_type if kept else None, size=kept.size if kept else None,
        link=link, link_expires_at=file.links_until if link else None,
    )  # fmt: skip
    return view or None


def _plain(**values: Any) -> dict[str, Any]:
    """The values that are there, as JSON has them."""
    return {name.rstrip("_"): _json(value) for name, value in values.items() if value is not None and value != ""}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return value.value if isinstance(value, Enum) else value
