"""`POST /<version>/<phone_number_id>/messages` of graph.facebook.com.

Free words outside the 24 h window are refused at once, by HTTP 429 with code 131047: Meta says that its errors come
synchronously, by webhook, or both, and both are seen for this one. The fault `failed:131047` plays the other: accepted, then a
`failed` status. A request that is refused consumes no fault.
"""

import hmac
import json

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import exchange, graph_message, payloads
from devstack.simulator.addresses import is_user_id
from devstack.simulator.exchange import Exchange
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_message import GraphMessage
from devstack.simulator.outbox import Sent
from devstack.simulator.parts import Parts

_BAD_TOKEN, _INVALID, _NO_SUCH_OBJECT, _UNKNOWN_PATH = 190, 100, 33, 2500
_UNDELIVERABLE, _WINDOW_CLOSED, _INTERNAL = 131026, 131047, 131000


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    graph = Blueprint("graph", __name__)

    @graph.errorhandler(GraphError)
    def refuse(error: GraphError) -> Response:
        return _refusal(error)

    @graph.post("/<version>/<phone_number_id>/messages")
    def messages(version: str, phone_number_id: str) -> Response:
        _check_caller(parts, version, phone_number_id)
        message = graph_message.read(_json(), parts.templates)
        _check_contact(parts, phone_number_id, message)
        outcome = parts.faults.take("whatsapp", message.contact)

        def accept() -> Response:
            sent = _sent(parts, phone_number_id, message)
            parts.outbox.add(sent)
            parts.reporter.report(sent, exchange.reports(outcome, reachable=parts.phones.reachable(message.contact)))
            return _acceptance(message, sent)

        ending = Exchange(accept, lambda code: _refusal(GraphError(int(code), "as ordered")), str(_INTERNAL), throttled=None)
        return exchange.end(ending, outcome, parts.wire, request.environ)

    return graph


def unknown_path() -> Response:
    """What Graph says to a path that it does not know."""
    return _refusal(GraphError(_UNKNOWN_PATH, "Unknown path components"))


def _check_caller(parts: Parts, version: str, phone_number_id: str) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = hmac.compare_digest(token.strip().encode(), parts.config.access_token.encode())
    if scheme.lower() != "bearer" or not known:
        raise GraphError(_BAD_TOKEN, "Error validating access token")
    if not version.startswith("v") or not version[1:].replace(".", "", 1).isdecimal():
        raise GraphError(_UNKNOWN_PATH, "Unknown path components")
    if phone_number_id not in parts.config.numbers:
        why = "does not exist, cannot be loaded due to missing permissions, or does not support this operation"
        raise GraphError(_INVALID, f"Unsupported post request. The object {why}", subcode=_NO_SUCH_OBJECT)


def _json() -> object:
    if request.mimetype != "application/json":
        raise GraphError(_INVALID, "The parameter messaging_product is required.")  # it sees no parameters then
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise GraphError(_INVALID, "The request body is no valid JSON.") from error


def _check_contact(parts: Parts, phone_number_id: str, message: GraphMessage) -> None:
    now = parts.clock()
    if parts.phones.refused(message.contact):
        raise GraphError(_UNDELIVERABLE, "Message Undeliverable.")
    if message.content.kind != "template" and not parts.windows.is_open(phone_number_id, message.contact, now):
        why = "more than 24 hours have passed since the recipient last replied to the sender number"
        raise GraphError(_WINDOW_CLOSED, f"Message failed to send because {why}.")
    code = parts.limits.refusal(phone_number_id, message.contact, now)
    if code is not None:
        raise GraphError(code, "Too many messages in a short time.")


def _sent(parts: Parts, phone_number_id: str, message: GraphMessage) -> Sent:
    return Sent(
        at=parts.clock(),
        channel="whatsapp",
        to=message.contact,
        kind=message.content.kind,
        body=message.content.body,
        provider_id=payloads.outbound_id(message.contact),
        callback=message.callback,
        phone_number_id=phone_number_id,
        template=message.content.template,
        buttons=message.content.buttons,
    )


def _acceptance(message: GraphMessage, sent: Sent) -> Response:
    contact = {"input": message.given, "user_id" if is_user_id(message.contact) else "wa_id": message.contact}
    accepted = {"id": sent.provider_id, "message_status": "accepted"}
    return jsonify(messaging_product="whatsapp", contacts=[contact], messages=[accepted])


def _refusal(error: GraphError) -> Response:
    answer = jsonify(error.body())
    answer.status_code = error.status
    if error.code == _BAD_TOKEN:
        answer.headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
    return answer
