"""Meta's reports on message templates: approved, rejected, paused, disabled, of what quality, of which category.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/message_template_status_update,
…/message_template_quality_update, …/template_category_update
"""

from typing import Any

from chalicelib.domain.inbound import Event, TemplateReport
from chalicelib.entry import elements

# What a send is refused with (domain/meta_codes.py): not there or not approved, paused, disabled.
_NONE, _PAUSED, _DISABLED = "132001", "132015", "132016"
_UNUSABLE = {
    "PAUSED": _PAUSED, "DISABLED": _DISABLED, "REJECTED": _NONE, "ARCHIVED": _NONE, "DELETED": _NONE, "PENDING_DELETION": _NONE,
}  # fmt: skip
_USABLE = {"APPROVED", "REINSTATED", "UNARCHIVED"}
# Beside the events LOCKED and UNLOCKED, which by themselves are about editing, Meta may say in a title why.
_UNUSABLE_TITLES = {
    "FIRST_PAUSE": _PAUSED, "SECOND_PAUSE": _PAUSED, "RATE_LIMITING_PAUSE": _PAUSED, "DISABLED": _DISABLED,
}  # fmt: skip
_LONGEST = 512


def read(field: object, value: dict[str, Any], entry: dict[str, Any], event: Event) -> TemplateReport | Event:
    """The report that a change of this field is; the event itself when it is none, or says not of which template.

    event: all of the change, to be kept.
    """
    if field == "message_template_status_update":
        usable, code, said, alarming = _status(value)
    elif field == "message_template_quality_update":
        said = f"quality {_word(value.get('new_quality_score'))}"
        usable, code, alarming = None, "", said == "quality RED"
    elif field == "template_category_update":
        category = _word(value.get("correct_category") or value.get("new_category"))
        usable, code, said, alarming = None, "", f"category {category}", category not in {"", "UTILITY"}
    else:
        return event
    name, language = _word(value.get("message_template_name")), _word(value.get("message_template_language"))
    if not name or not language:
        return event
    at = elements.maybe_time(entry.get("time"))
    # Meta writes `en-US` in webhooks and `en_US` everywhere else.
    account, language = str(entry.get("id", ""))[:_LONGEST], language.replace("-", "_")
    return TemplateReport(account, name, language, at, usable, code, said, alarming, event)


def _status(value: dict[str, Any]) -> tuple[bool | None, str, str, bool]:
    said = _word(value.get("event"))
    if said in _UNUSABLE:
        return False, _UNUSABLE[said], said, False
    if said in _USABLE:
        return True, "", said, False
    other = value.get("other_info")
    title = _word(other.get("title")) if isinstance(other, dict) else ""
    if title in _UNUSABLE_TITLES:
        return False, _UNUSABLE_TITLES[title], f"{said} {title}", False
    if title == "UNPAUSE":
        return True, "", f"{said} {title}", False
    # FLAGGED: it will be disabled on a day that Meta names, unless its quality gets better.
    return None, "", said, said == "FLAGGED"


def _word(value: Any) -> str:
    """A short text in ASCII, or nothing."""
    return value if isinstance(value, str) and value.isascii() and len(value) <= _LONGEST else ""
