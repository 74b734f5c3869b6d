"""`POST /<version>/<phone_number_id>/messages` of graph.facebook.com.

Free words outside the 24 h window are refused at once, by HTTP 429 with code 131047: Meta says that its errors come
synchronously, by webhook, or both, and both are seen for this one. The fault `failed:131047` plays the other: accepted, then a
`failed` status. A request that is refused consumes no fault.
"""

import json

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import exchange, graph_access, graph_message, payloads
from devstack.simulator.addresses import is_user_id
from devstack.simulator.exchange import Exchange
from devstack.simulator.graph_access import refusal
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_message import GraphMessage
from devstack.simulator.outbox import Sent
from devstack.simulator.parts import Parts

_INVALID = 100
_UNDELIVERABLE, _WINDOW_CLOSED, _INTERNAL = 131026, 131047, 131000


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    graph = Blueprint("graph", __name__)
    graph.register_error_handler(GraphError, refusal)

    @graph.post("/<version>/<phone_number_id>/messages")
    def messages(version: str, phone_number_id: str) -> Response:
        _check_caller(parts, version, phone_number_id)
        message = graph_message.read(_json(), parts.templates)
        check_contact(parts, phone_number_id, message)
        outcome = parts.faults.take("whatsapp", message.contact)

        def accept() -> Response:
            sent = sent_of(parts, phone_number_id, message)
            parts.outbox.add(sent)
            reports = exchange.reports(outcome, reachable=parts.phones.reachable(message.contact))
            parts.reporter.report(sent, parts.phones.reports_now(sent, reports))
            return _acceptance(message, sent)

        ending = Exchange(accept, lambda code: refusal(GraphError(int(code), "as ordered")), str(_INTERNAL), throttled=None)
        return exchange.end(ending, outcome, parts.wire, request.environ)

    return graph


def _check_caller(parts: Parts, version: str, phone_number_id: str) -> None:
    graph_access.check_token(parts.config.access_token)
    graph_access.check_version(version)
    number = parts.config.numbers.get(phone_number_id)
    if number is None or number.origination:
        raise graph_access.no_such_object("post")


def _json() -> object:
    if request.mimetype != "application/json":
        raise GraphError(_INVALID, "The parameter messaging_product is required.")  # it sees no parameters then
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise GraphError(_INVALID, "The request body is no valid JSON.") from error


def check_contact(parts: Parts, phone_number_id: str, message: GraphMessage) -> None:
    """Raises GraphError for a well-formed message that WhatsApp does not carry to this person now."""
    now = parts.clock()
    if parts.phones.refused(message.contact):
        raise GraphError(_UNDELIVERABLE, "Message Undeliverable.")
    if message.content.kind != "template" and not parts.windows.is_open(phone_number_id, message.contact, now):
        why = "more than 24 hours have passed since the recipient last replied to the sender number"
        raise GraphError(_WINDOW_CLOSED, f"Message failed to send because {why}.")
    code = parts.limits.refusal(phone_number_id, message.contact, now)
    if code is not None:
        raise GraphError(code, "Too many messages in a short time.")


def sent_of(parts: Parts, phone_number_id: str, message: GraphMessage) -> Sent:
    """A message that is accepted now."""
    return Sent(
        at=parts.clock(),
        channel="whatsapp",
        to=message.contact,
        content=message.content,
        provider_id=payloads.outbound_id(message.contact),
        callback=message.callback,
        phone_number_id=phone_number_id,
    )


def _acceptance(message: GraphMessage, sent: Sent) -> Response:
    contact = {"input": message.given, "user_id" if is_user_id(message.contact) else "wa_id": message.contact}
    accepted = {"id": sent.provider_id, "message_status": "accepted"}
    return jsonify(messaging_product="whatsapp", contacts=[contact], messages=[accepted])
