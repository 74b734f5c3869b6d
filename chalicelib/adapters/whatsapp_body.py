"""An outbound message in the form that Meta's `POST /{version}/{phone_number_id}/messages` takes.

Whatever the message holds, Meta must not have to refuse it for its form: texts are cut to Meta's limits, and template
parameters cleaned of what Meta does not accept (source: Cloud API reference, "Messages" and error 132012).
"""

import re
from typing import Any

from chalicelib.domain.delivery import Buttons, Choice, Choices, Content, FreeText, Outbound, Recipient, Template

_TEXT_LIMIT = 4096
_INTERACTIVE_BODY_LIMIT = 1024
_BUTTON_LIMIT = 3
_BUTTON_TITLE_LIMIT = 20
_ROW_LIMIT = 10
_ROW_TITLE_LIMIT = 24
_ROW_DESCRIPTION_LIMIT = 72
# A filled-in template ends at 1,024 characters; this leaves room for three long parameters and the template's own words.
_PARAMETER_LIMIT = 280
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


def body_of(message: Outbound) -> dict[str, Any]:
    """The JSON object to post."""
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(message.to),
        **_content(message.content),
        "biz_opaque_callback_data": message.callback,
    }


def _recipient(to: Recipient) -> dict[str, Any]:
    """A phone where there is one: Meta lets it win over a user id, which changes with the phone number.

    With its plus: without one Meta may take it for a number of the sender's own country, and AWS refuses it.
    """
    return {"to": to.phone} if to.phone else {"recipient": to.user_id}


def _content(content: Content) -> dict[str, Any]:
    match content:
        case FreeText(body):
            return {"type": "text", "text": {"body": _cut(body, _TEXT_LIMIT)}}
        case Buttons():
            return {"type": "interactive", "interactive": _interactive(content)}
        case Choices():
            return {"type": "interactive", "interactive": _list(content)}
        case Template():
            return {"type": "template", "template": _template(content)}


def _interactive(content: Buttons) -> dict[str, Any]:
    replies = [
        {"id": button.id, "title": _cut(button.title, _BUTTON_TITLE_LIMIT)} for button in content.buttons[:_BUTTON_LIMIT]
    ]
    return {
        "type": "button",
        "body": {"text": _cut(content.body, _INTERACTIVE_BODY_LIMIT)},
        "action": {"buttons": [{"type": "reply", "reply": reply} for reply in replies]},
    }


def _list(content: Choices) -> dict[str, Any]:
    rows = [_row(row) for row in content.rows[:_ROW_LIMIT]]
    return {
        "type": "list",
        "body": {"text": _cut(content.body, _INTERACTIVE_BODY_LIMIT)},
        "action": {"button": _cut(content.button, _BUTTON_TITLE_LIMIT), "sections": [{"rows": rows}]},
    }


def _row(row: Choice) -> dict[str, str]:
    shown = {"id": row.id, "title": _cut(row.title, _ROW_TITLE_LIMIT)}
    return shown | ({"description": _cut(row.description, _ROW_DESCRIPTION_LIMIT)} if row.description else {})


def _template(content: Template) -> dict[str, Any]:
    parameters = [{"type": "text", "text": _parameter(text)} for text in content.parameters]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"name": content.name, "language": {"code": content.language}, "components": components}


def _parameter(text: str) -> str:
    """Meta refuses newlines, tabs, more than four spaces in a row, and nothing at all."""
    return _cut(_BLANK.sub(" ", text).strip(), _PARAMETER_LIMIT) or "-"


def _cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, the widest count that Meta could mean; a lone surrogate becomes a question mark."""
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * limit:
        return units.decode("utf-16-le")
    return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
