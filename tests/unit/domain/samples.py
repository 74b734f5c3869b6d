"""One of each thing of the domain, to be changed by `dataclasses.replace` or by keyword. All persons are invented."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.contact import Contact
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.request import Hold, Request, Status
from chalicelib.domain.texts import Occasion

# A Tuesday, ten in the morning in Kalianda.
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OFFICE = load_offices()["1801"]
ID = "KTP-8B3E-5N56-TAK"
CONTACT_ID = "a1b2c3d4e5f6a7b8c9d0"
PHONE = "+6281200000001"
USER_ID = "ID.1349ABCDEF"
KTP = "100000000000002"


def request(**more: Any) -> Request:
    """A KTP request as its opening leaves it."""
    fields: dict[str, Any] = {
        "id": ID, "office": "1801", "service": "KTP", "status": Status.SUBMITTED, "version": 1, "contact_id": CONTACT_ID,
        "phone_number_id": KTP, "language": "id", "opened_at": NOW, "opened_by": NOW, "updated_at": NOW,
        "due_at": NOW + timedelta(hours=6), "noticed_version": 1,
    }  # fmt: skip
    return Request(**(fields | more))


def notice(**more: Any) -> Notice:
    """A notice that its cause has just planned."""
    fields: dict[str, Any] = {
        "id": f"{ID}.2", "kind": Kind.READY, "answer": False, "office": "1801", "contact_id": CONTACT_ID,
        "phone_number_id": KTP, "caused_at": NOW, "due_at": NOW + timedelta(minutes=2), "service": "KTP", "request_id": ID,
        "version": 2,
    }  # fmt: skip
    return Notice(**(fields | more))


def contact(**more: Any) -> Contact:
    """Somebody who wrote to the KTP number just now."""
    return Contact(**({"id": CONTACT_ID, "phone": PHONE, "last_inbound": {KTP: NOW}} | more))


def message(text: str | None = None, **more: Any) -> Message:
    """A text to the KTP number."""
    fields: dict[str, Any] = {
        "provider_id": "wamid.000001", "phone_number_id": KTP, "phone": PHONE, "user_id": None, "at": NOW, "kind": "text",
        "text": text,
    }  # fmt: skip
    return Message(**(fields | more))


# Those that answer a message: they speak of no request, or of those that the resident has.
ANSWERS = frozenset(
    {Kind.STATUS, Kind.MENU, Kind.ANOTHER, Kind.ACK, Kind.HELP, Kind.ELSEWHERE, Kind.GREETING, Kind.THANKS, Kind.HUMAN}
    | {Kind.COMPLAINT, Kind.REAL, Kind.CONFIRM, Kind.WHICH, Kind.KEPT, Kind.LANGUAGE, Kind.MISTYPED, Kind.OPTED_OUT}
    | {Kind.OPTED_IN, Kind.RATED, Kind.SMS_NUMBER}
)
OF_SEVERAL = frozenset({Kind.STATUS, Kind.WHICH, Kind.REAL, Kind.COMPLAINT})
OF_ONE = frozenset({Kind.ACK, Kind.CONFIRM, Kind.KEPT})


def occasion(kind: Kind, language: str = "id", *, reason: str = "foto buram", **more: Any) -> Occasion:
    """What a notice of that kind draws on: about a request for most, about several for a status answer."""
    about = request(
        service=more.get("service", "KTP"), hold=Hold(reason) if kind is Kind.HOLD else None, reason=reason, language=language
    )
    several = [about, request(id="KK-8B3E-5N56-TAK", service="KK")] if kind in OF_SEVERAL else [about] if kind in OF_ONE else ()
    body = "Silakan datang." if kind is Kind.REPLY else None
    fields: dict[str, Any] = {
        "notice": notice(kind=kind, body=body, topic="KK" if kind is Kind.ELSEWHERE else None), "office": OFFICE,
        "service": "KTP", "language": language, "request": None if kind in ANSWERS else about, "requests": several,
    }  # fmt: skip
    return Occasion(**(fields | more))
