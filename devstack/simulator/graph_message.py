"""The body of `POST /<phone_number_id>/messages`."""

from dataclasses import dataclass

from devstack.simulator import graph_content
from devstack.simulator.addresses import canonical, is_user_id
from devstack.simulator.content import Content
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_params import INVALID, NOT_VALID, Param
from devstack.simulator.templates import Templates

_CONTENTS = ("text", "template", "interactive")
_FIELDS = frozenset(
    {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data", *_CONTENTS}
)
_NOT_PLAYED = ("image", "audio", "video", "document", "sticker", "location", "contacts", "reaction")
_LONGEST_CALLBACK = 512
_UNSUPPORTED = 131051


@dataclass(frozen=True)
class GraphMessage:
    """A well-formed message. given: the recipient as the caller wrote it; contact: the same, canonical."""

    given: str
    contact: str
    content: Content
    callback: str | None


def read(body: object, templates: Templates) -> GraphMessage:
    """Reads a request's JSON.

    Raises:
        GraphError: It is not as Meta wants it.
    """
    message = Param(body, "", _FIELDS)
    message.one_of("messaging_product", "whatsapp")
    if message.has("recipient_type"):
        message.one_of("recipient_type", "individual")
    given, contact = _recipient(message)
    if message.has("context"):
        message.nested("context", "message_id").text("message_id", 512)
    has_callback = message.has("biz_opaque_callback_data")
    return GraphMessage(
        given=given,
        contact=contact,
        content=_content(message, templates),
        callback=message.text("biz_opaque_callback_data", _LONGEST_CALLBACK, INVALID) if has_callback else None,
    )


def _recipient(message: Param) -> tuple[str, str]:
    """`to` is a phone, `recipient` a user id; `to` wins when both are there."""
    key = "to" if message.has("to") or not message.has("recipient") else "recipient"
    given = message.text(key, 256)
    try:
        contact = canonical(given)
    except ValueError as error:
        raise GraphError(NOT_VALID, f"Param {key}: {error}") from error
    if is_user_id(contact) != (key == "recipient"):
        raise GraphError(NOT_VALID, "Param to takes a phone number, param recipient a user id.")
    return given, contact


def _content(message: Param, templates: Templates) -> Content:
    kind = message.one_of("type", *_CONTENTS, *_NOT_PLAYED) if message.has("type") else "text"
    match kind:
        case "text":
            return graph_content.text(message)
        case "template":
            return graph_content.template(message, templates)
        case "interactive":
            return graph_content.interactive(message)
        case _:
            raise GraphError(_UNSUPPORTED, f"the simulator does not send messages of type {kind}")
