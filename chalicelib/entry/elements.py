"""One element of Meta's payload → the domain: a message, an echo, a report on something sent."""

import logging
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain import meta_codes
from chalicelib.domain.delivery import Refused
from chalicelib.domain.inbound import NO_DAY, Event, StatusReport
from chalicelib.domain.message import MOST_TEXT, Echo, Media, Message, Moved
from chalicelib.entry import moves

log = logging.getLogger(__name__)
_MEDIA = ("image", "document", "audio", "video", "sticker")
# Of these, text and media say all; anything else is kept as it came, too.
_PLAIN = frozenset({"text", "button", "reaction", *_MEDIA})
# What a message may have beside its content, and its context beside an id, without saying more by it.
_FRAME = frozenset({"id", "timestamp", "type", "context"}) | {
    side + who for side in ("from", "to") for who in ("", "_user_id", "_parent_user_id")
}
_OF_CONTEXT = frozenset({"from", "id", "forwarded", "frequently_forwarded"})
_LATEST = 253_402_300_799  # the year 9999 ends


class BrokenElement(Exception):
    """The element lacks what nobody can do without; the text is a code for why."""


def day_of(seconds: Any, otherwise: str = NO_DAY) -> str:
    """UTC date of a payload's time, `otherwise` when it has none."""
    at = maybe_time(seconds)
    return at.date().isoformat() if at else otherwise


def message(member: dict[str, Any], value: dict[str, Any], raw: str) -> Message | Moved | Event:
    """A resident's message, or WhatsApp's word that one is reached elsewhere now. One from a group is set aside as an event.

    Raises:
        BrokenElement: it has no id, no sender, no time or no number it was sent to.
    """
    at = _time(member.get("timestamp"))
    provider_id = _required(member.get("id"), "no_id")
    if member.get("group_id"):
        return Event("group", at.date().isoformat(), raw)
    change = moves.change(member)
    if change is not None:
        told = _spoken(member, value, raw, provider_id, at, *change.before, None)
        return Moved(told, *change.after)
    contact = _contact(member, value)
    number, user_id = _person(member, contact, "from")
    profile = contact.get("profile")
    return _spoken(member, value, raw, provider_id, at, number, user_id, _text(_of(profile).get("name"), 200))


def echo(member: dict[str, Any], value: dict[str, Any], raw: str) -> Echo:
    """The office's own words, sent from its WhatsApp Business app to `to`. Raises BrokenElement as `message` does."""
    provider_id = _required(member.get("id"), "no_id")
    number, user_id = _person(member, {}, "to")
    said = _spoken(member, value, raw, provider_id, _time(member.get("timestamp")), number, user_id, None)
    return Echo(said, to_itself=number is not None and number in _own(member, value))


def status(member: dict[str, Any], raw: str) -> StatusReport:
    """A report on something sent. One without a usable time is as good as any: reports carry no order.

    Raises:
        BrokenElement: it has no id or no status.
    """
    _required(member.get("id"), "no_id")
    word = _required(member.get("status"), "no_status")
    return StatusReport(
        word, maybe_time(member.get("timestamp")), _text(member.get("biz_opaque_callback_data"), 512), _refusal(member), raw
    )


def _spoken(
    member: dict[str, Any], value: dict[str, Any], raw: str, provider_id: str, at: datetime,
    number: str | None, user_id: str | None, name: str | None,
) -> Message:  # fmt: skip
    kind = _text(member.get("type"), 64) or "unknown"
    content = _of(member.get(kind))
    said, button_id = _words(kind, content)
    text = _text(said, MOST_TEXT)
    full = len(said) if isinstance(said, str) else 0
    media_id = _text(content.get("id"), 255) if kind in _MEDIA else None
    understood = kind in _PLAIN and (text or media_id) and not _says_more(member, kind)
    return Message(
        provider_id=provider_id,
        phone_number_id=_required(_of(value.get("metadata")).get("phone_number_id"), "no_channel"),
        phone=number, user_id=user_id, at=at, kind=kind, text=text, button_id=button_id, name=name,
        media=Media(
            media_id, _text(content.get("mime_type"), 100) or "", _text(content.get("sha256"), 100) or "",
            _text(content.get("filename"), 255) or "",
        ) if media_id else None,
        replies_to=_text(_of(member.get("context")).get("id") or content.get("message_id"), 255),
        raw=raw, plain=bool(understood),
        full_length=full if full > MOST_TEXT else None,
        forwarded=_is_forwarded(_of(member.get("context"))),
    )  # fmt: skip


def _says_more(member: dict[str, Any], kind: str) -> bool:
    """Whether something stands beside the content, such as the advertisement that it answers."""
    return not (member.keys() <= _FRAME | {kind} and _of(member.get("context")).keys() <= _OF_CONTEXT)


def _words(kind: str, content: dict[str, Any]) -> tuple[Any, str | None]:
    """What somebody said, and the id of the button that they pressed."""
    if kind == "text":
        return content.get("body"), None
    if kind == "button":
        return content.get("text"), _text(content.get("payload"), 256)
    if kind == "interactive":
        chosen = _of(content.get("button_reply")) or _of(content.get("list_reply"))
        return chosen.get("title"), _text(chosen.get("id"), 256)
    if kind == "reaction":
        return content.get("emoji"), None
    return content.get("caption"), None


def _is_forwarded(context: dict[str, Any]) -> bool:
    return context.get("forwarded") is True or context.get("frequently_forwarded") is True


def _contact(member: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """The entry of `contacts` that belongs to the message's sender.

    A message that names nobody is of the one contact beside it: `senders` leaves none there that could be another message's.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids shows such.
    """
    given = value.get("contacts")
    contacts: list[Any] = given if isinstance(given, list) else []
    sender = {str(member[name]) for name in ("from", "from_user_id") if member.get(name)}
    if not sender and len(contacts) == 1:
        return _of(contacts[0])
    for one in contacts:
        names = {str(_of(one).get(name)) for name in ("wa_id", "user_id")}
        if names & sender:
            return _of(one)
    return {}


def _own(member: dict[str, Any], value: dict[str, Any]) -> set[str | None]:
    """The channel's own number, as the payload shows it."""
    return {moves.number(member.get("from")), moves.number(_of(value.get("metadata")).get("display_phone_number"))}


def _person(member: dict[str, Any], contact: dict[str, Any], side: str) -> tuple[str | None, str | None]:
    """Phone (E.164) and user id of the resident. Some senders put the user id where the phone belongs."""
    given = [member.get(side), member.get(f"{side}_user_id"), contact.get("wa_id"), contact.get("user_id")]
    parents = [member.get(f"{side}_parent_user_id"), contact.get("parent_user_id")]
    number, user_id = moves.number(*given), moves.user_id(*given, *parents)
    if number is None and user_id is None:
        raise BrokenElement("no_sender")
    return number, user_id


def _refusal(member: dict[str, Any]) -> Refused | None:
    errors = member.get("errors")
    first = _of(errors[0]) if isinstance(errors, list) and errors else {}
    code = meta_codes.code_of(first)
    if code is None:
        return None
    if not meta_codes.is_known(code):
        log.error("WhatsApp reports a code that we do not know", extra={"code": code})
    return Refused(code, meta_codes.remedy_for(code))


def _time(seconds: Any) -> datetime:
    text = str(seconds) if isinstance(seconds, str | int) and not isinstance(seconds, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LATEST)) and int(text) <= _LATEST):
        raise BrokenElement("no_time")
    return datetime.fromtimestamp(int(text), UTC)


def maybe_time(seconds: Any) -> datetime | None:
    """A payload's time, None when it has none."""
    try:
        return _time(seconds)
    except BrokenElement:
        return None


def _required(text: Any, code: str) -> str:
    found = _text(text, 512)
    if not found or len(str(text)) > len(found):
        raise BrokenElement(code)
    return found


def _text(value: Any, most: int) -> str | None:
    """A text within bounds that any store can hold: lone surrogates become U+FFFD."""
    if not isinstance(value, str) or not value:
        return None
    return value[:most].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
