"""The payload files of tests/data, and what each is made of once it is understood."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.inbound import Broken, Element, Event, StatusReport, TemplateReport
from chalicelib.domain.message import Echo, Media, Message, Moved

FOLDER = Path(__file__).parents[2] / "data"
KK, KTP, PINDAH = "100000000000001", "100000000000002", "100000000000003"
NUMBERS = frozenset({KK, KTP, PINDAH})
SITI, USER_ID = "+6281200000001", "ID.1349ABCDEF"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = "2026-11-24"
CALLBACK = "KTP-8B3E-5N56-TAK.2#1"
SENT_BEFORE = "wamid.HBgN9001"


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def without_raw(element: Element) -> Element:
    """The element without the JSON that it came in."""
    if isinstance(element, Echo | Moved):
        return replace(element, message=replace(element.message, raw=""))
    if isinstance(element, TemplateReport):
        return replace(element, event=replace(element.event, raw=""))
    return replace(element, raw="")


def raw_of(element: Element) -> str:
    if isinstance(element, TemplateReport):
        return element.event.raw
    return element.message.raw if isinstance(element, Echo | Moved) else element.raw


def _message(number: int, kind: str, text: str | None = None, **more: Any) -> Message:
    fields: dict[str, Any] = {
        "provider_id": f"wamid.HBgN{number:04d}", "phone_number_id": KTP, "phone": SITI, "user_id": None, "at": NOW,
        "kind": kind, "text": text, "name": "Siti", "plain": False,
    }  # fmt: skip
    return Message(**(fields | more))


def _media(number: int, mime_type: str, **more: Any) -> dict[str, Any]:
    return {"media": Media(str(1000000000000000 + number), mime_type, "c2hh", **more), "plain": True}


def _status(word: str, refusal: Refused | None = None, callback: str | None = CALLBACK) -> StatusReport:
    return StatusReport(word, NOW, callback, refusal, "")


def _template(field: str, *, usable: bool | None, code: str, said: str) -> TemplateReport:
    event = Event(field, DAY, "")
    return TemplateReport("200000000000001", "kabar_ready_card", "id", NOW, usable, code, said, alarming=False, event=event)


EXPECTED: dict[str, list[Element]] = {
    "text": [_message(1, "text", "KTP saya hilang, mohon bantuannya 🙏", plain=True)],
    "text_reply": [_message(2, "text", "ini ya", replies_to=SENT_BEFORE, plain=True)],
    "text_forwarded": [_message(3, "text", "info penting", plain=True, forwarded=True)],
    "image": [_message(4, "image", "KK saya", **_media(101, "image/jpeg"))],
    "video": [_message(5, "video", **_media(102, "video/mp4"))],
    "audio_voice": [_message(6, "audio", **_media(103, "audio/ogg; codecs=opus"))],
    "document": [_message(7, "document", "akta", **_media(104, "application/pdf", filename="akta.pdf"))],
    "sticker": [_message(8, "sticker", **_media(105, "image/webp"))],
    "location": [_message(9, "location")],
    "contacts": [_message(10, "contacts")],
    "reaction": [_message(11, "reaction", "👍", replies_to=SENT_BEFORE, plain=True)],
    "reaction_removed": [_message(12, "reaction", replies_to=SENT_BEFORE)],
    "button": [_message(13, "button", "Cek status", button_id="CEK", replies_to=SENT_BEFORE, plain=True)],
    "interactive_button": [_message(14, "interactive", "Ajukan KTP", button_id="OPEN:KTP", replies_to=SENT_BEFORE)],
    "interactive_list": [_message(15, "interactive", "Kartu Keluarga", button_id="OPEN:KK", replies_to=SENT_BEFORE)],
    "interactive_nfm": [_message(16, "interactive", replies_to=SENT_BEFORE)],
    "order": [_message(17, "order")],
    "system_changed_number": [Moved(_message(18, "system", name=None), phone="+6281200000002")],
    "system_changed_user_id": [Moved(_message(19, "system", phone=None, user_id=USER_ID, name=None), user_id="ID.2468GHIJKL")],
    "unsupported": [_message(20, "unsupported")],
    "edit": [_message(21, "edit")],
    "revoke": [_message(22, "revoke")],
    "unknown_type": [_message(23, "hologram", "lihat")],
    "group": [Event("group", DAY, "")],
    "echo": [Echo(_message(25, "text", "Silakan datang besok.", name=None, plain=True))],
    "status_sent": [_status("sent")],
    "status_delivered": [_status("delivered")],
    "status_read": [_status("read")],
    "status_played": [_status("played")],
    "status_failed": [_status("failed", Refused("131026", Remedy.SMS))],
    "status_unknown_word": [_status("teleported")],
    "status_of_a_user_id": [_status("delivered", callback=None)],
    "errors": [Event("errors", "0", "")],
    "template_status_update": [_template("message_template_status_update", usable=False, code="132015", said="PAUSED")],
    "template_quality_update": [_template("message_template_quality_update", usable=None, code="", said="quality YELLOW")],
    "account_update": [Event("account_update", DAY, "")],
    "user_preferences": [Event("user_preferences", "0", "")],
    "calls": [Event("calls", "0", "")],
    "sender_by_user_id_in_from": [_message(26, "text", "halo", phone=None, user_id=USER_ID, plain=True)],
    "sender_by_user_id_alone": [_message(27, "text", "halo", phone=None, user_id=USER_ID, plain=True)],
    "sender_by_phone_and_user_id": [_message(28, "text", "halo", user_id=USER_ID, plain=True)],
    "sender_with_both_in_contacts_only": [_message(29, "text", "halo", user_id=USER_ID, plain=True)],
    "no_sender": [Broken("no_sender", DAY, "")],
    "no_time": [Broken("no_time", "0", "")],
    "no_id": [Broken("no_id", DAY, "")],
    "unknown_channel": [Broken("unknown_channel", DAY, "")],
    "batch": [
        _message(34, "text", "KK", phone_number_id=KK, plain=True),
        _message(35, "image", phone_number_id=KK, **_media(106, "image/jpeg")),
        _message(36, "text", "KTP", plain=True),
        _message(37, "text", "pagi", phone="+6281200000002", name="Budi", plain=True),
        _status("sent"),
        _status("delivered"),
        Broken("no_time", "0", ""),
        _message(39, "text", "pindah ke Bandung", phone_number_id=PINDAH, plain=True),
        Event("account_update", "0", ""),
    ],
    "messages_and_errors_in_one_value": [
        _message(40, "text", "halo", plain=True),
        Event("errors", "0", ""),
        Event("unknown", "0", ""),
    ],
    "empty_entries": [Event("empty", "0", "")],
    "empty_changes": [Event("empty", DAY, "")],
    "empty_messages": [Event("messages", "0", "")],
    "nothing_known": [Event("messages", "0", "")],
    "another_object": [Broken("no_envelope", "0", "")],
}
