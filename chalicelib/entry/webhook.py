"""Meta's webhook: its signature, and its payload taken apart into elements.

Shapes: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components. Each element is read by itself, so that a
broken one is kept and sinks nothing; what nobody knows yet is kept as an event.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator
from typing import Any

from chalicelib.domain.inbound import NO_DAY, Broken, Element, Event
from chalicelib.domain.message import Echo, Message, Moved
from chalicelib.entry import elements, template_reports
from chalicelib.entry.senders import Senders

_KNOWN = ("messages", "statuses", "errors", "message_echoes")
_CONTEXT = ("messaging_product", "metadata", "contacts")
_MOST_DIGITS = 1000
_CONVERSATION = {"messages", "smb_message_echoes", None}


def signed(body: bytes, header: str | None, app_secrets: tuple[str, ...]) -> bool:
    """Whether `X-Hub-Signature-256` fits the raw body with one of the secrets (current, then previous while rotating).

    Without a secret nothing is signed: fail closed.
    """
    expected = ["sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in app_secrets if secret]
    given = (header or "").encode(errors="backslashreplace")
    fits = [hmac.compare_digest(one.encode(), given) for one in expected]
    return any(fits)


def parse(body: bytes, numbers: Collection[str]) -> list[Element]:
    """Every element of a signed body, in order. Never raises: what cannot be read at all is one broken element.

    numbers: the channel numbers that belong to an office; a message to another one is kept as broken, to be retried.
    """
    try:
        return taken_apart(read(body), numbers)
    except (ValueError, RecursionError):
        return [Broken("not_json", NO_DAY, json.dumps(body.decode("utf-8", "backslashreplace")))]


def read(text: bytes | str) -> Any:
    """JSON of Meta's, however long its numbers. Raises ValueError or RecursionError."""
    return json.loads(text, parse_int=_number)


def taken_apart(payload: Any, numbers: Collection[str]) -> list[Element]:
    """Every element of a payload that is to be trusted, in order; as `parse`. Raises RecursionError when nested too deeply."""
    return [_assigned(element, numbers) for element in _elements(payload)]


def _number(digits: str) -> int | str:
    """Python reads no number of more digits than these, and one such would sink its batch."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _assigned(element: Element, numbers: Collection[str]) -> Element:
    message = element.message if isinstance(element, Echo | Moved) else element
    if isinstance(message, Message) and message.phone_number_id not in numbers:
        return Broken("unknown_channel", message.at.date().isoformat(), message.raw)
    return element


def _elements(payload: Any) -> Iterator[Element]:
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(entries, list) or payload.get("object") != "whatsapp_business_account":
        yield Broken("no_envelope", NO_DAY, _dump(payload))
        return
    if not entries:
        yield Event("empty", NO_DAY, _dump(payload))
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            yield Broken("no_changes", NO_DAY, _dump({"entry": entry}))
            continue
        if not changes:
            yield Event("empty", elements.day_of(entry.get("time")), _dump({"entry": entry}))
        for change in changes:
            yield from _change(entry, change)


def _change(entry: dict[str, Any], change: Any) -> Iterator[Element]:
    day = elements.day_of(entry.get("time"))
    value = change.get("value") if isinstance(change, dict) else None
    if not isinstance(value, dict):
        yield Broken("no_value", day, _dump({"entry": entry.get("id"), "change": change}))
        return
    field = change.get("field")
    frame = {"entry": entry.get("id"), "field": field, **{name: value[name] for name in _CONTEXT if name in value}}
    lists = {name: value[name] for name in _KNOWN if name in value}
    if (isinstance(field, str) and field not in _CONVERSATION) or all(members == [] for members in lists.values()):
        yield template_reports.read(field, value, entry, Event(_name(field), day, _dump({**frame, "value": value})))
        return
    senders = Senders(value.get("contacts"), sum(len(members) for members in lists.values() if isinstance(members, list)))
    for name, members in lists.items():
        if not isinstance(members, list):
            yield Broken("no_list", day, _dump({**frame, name: members}))
            continue
        for member in members:
            own = senders.of(member)
            yield _element(name, member, {**value, **own}, day, {**frame, **own, name: [member]})
    unknown = {name: rest for name, rest in value.items() if name not in _KNOWN and name not in _CONTEXT}
    unknown |= senders.unclaimed()
    if unknown:
        yield Event("unknown", day, _dump({**frame, **unknown}))


def _element(name: str, member: Any, value: dict[str, Any], day: str, whole: dict[str, Any]) -> Element:
    raw = _dump(whole)
    try:
        if name == "errors":
            return Event("errors", day, raw)
        if not isinstance(member, dict):
            return Broken("no_object", day, raw)
        if name == "messages":
            return elements.message(member, value, raw)
        if name == "message_echoes":
            return elements.echo(member, value, raw)
        return elements.status(member, raw)
    except elements.BrokenElement as broken:
        return Broken(str(broken), elements.day_of(member.get("timestamp"), day), raw)


def _name(field: Any) -> str:
    """A field's name as an event's kind, in ASCII like all that is kept of what nobody knows."""
    return field[:64].encode("ascii", "backslashreplace").decode() if isinstance(field, str) else "unnamed"


def _dump(value: Any) -> str:
    """JSON in ASCII, so that even lone surrogates can be stored."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
