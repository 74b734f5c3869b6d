"""WhatsApp's system messages on a person who has another number or another user id.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system: the new number is
`system.wa_id` (long ago `new_wa_id`); a user id changes with it, or alone. The ids from before are there since August 2026, and
were in the words of `system.body` only until then: "User <name> changed from <before> to <after>", where the name is whatever
its person likes. So words count at their end alone, for the id before alone, and only where they name the one after right.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from chalicelib.domain import phone
from chalicelib.domain.errors import Malformed

_CHANGES = ("user_changed_number", "customer_changed_number", "user_changed_user_id")
_FROM_TO = re.compile(r" changed from (\S{1,140}) to (\S{1,140})\s*\Z")


class Addresses(NamedTuple):
    """Where somebody is reached: by phone (E.164), by user id, or by both."""

    phone: str | None
    user_id: str | None


class Change(NamedTuple):
    """A person's addresses before and after, as far as they are told."""

    before: Addresses
    after: Addresses


def change(member: dict[str, Any]) -> Change | None:
    """The change that a system message tells of; None for every other message, and where it tells of no new address."""
    system = member.get("system")
    if member.get("type") != "system" or not isinstance(system, dict) or system.get("type") not in _CHANGES:
        return None
    after = Addresses(
        number(system.get("new_wa_id"), system.get("wa_id")), user_id(system.get("user_id"), system.get("parent_user_id"))
    )
    ids = [system.get("previous_user_id"), member.get("from_user_id"), member.get("from"), _said(system.get("body"), after)]
    ids += [system.get("previous_parent_user_id"), member.get("from_parent_user_id")]
    before = Addresses(
        number(member.get("from"), system.get("customer")), user_id(*(one for one in ids if one != after.user_id))
    )
    told = [one for one, known in zip(after, before, strict=True) if one and one != known]
    return Change(before, after) if told else None


def _said(body: Any, after: Addresses) -> str | None:
    """The id before, by the words; None when they tell of another change than the rest does."""
    words = _FROM_TO.search(body) if isinstance(body, str) else None
    return words[1] if words and words[2] == after.user_id else None


def number(*given: Any) -> str | None:
    """The first that is a phone number."""
    for text in _texts(given):
        try:
            return phone.from_whatsapp(text)
        except Malformed:
            continue
    return None


def user_id(*given: Any) -> str | None:
    """The first that is a user id; a parent's only where there is no other."""
    found = [text for text in _texts(given) if phone.is_user_id(text)]
    return next((one for one in found if not phone.is_parents(one)), found[0] if found else None)


def _texts(given: Iterable[Any]) -> list[str]:
    return [str(one).strip() for one in given if isinstance(one, str | int) and not isinstance(one, bool)]
