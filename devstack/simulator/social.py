"""`POST /v1/whatsapp/send` and `POST /v1/whatsapp/media/get` of AWS End User Messaging Social (`socialmessaging`).

AWS takes a message that is well formed and answers with an id of its own. Whatever WhatsApp has against it comes as a `failed`
report by the event destination, with Meta's code: a window that is closed, a template that is paused, a person without
WhatsApp. Only what is wrong for AWS itself is refused at once (source: the service model of SocialMessaging; "Sending messages"
in the user guide). A request that is refused so consumes no fault.
"""

import json
import uuid

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import exchange, graph, graph_message, social_files, social_request
from devstack.simulator.content import Content
from devstack.simulator.exchange import Exchange
from devstack.simulator.faults import Outcome
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_message import GraphMessage
from devstack.simulator.outbox import Sent
from devstack.simulator.parts import Parts
from devstack.simulator.reports import Report
from devstack.simulator.social_request import SocialError

_STATUSES = {
    "AccessDeniedException": 403,
    "AccessDeniedByMetaException": 403,
    "MissingAuthenticationTokenException": 403,
    "ResourceNotFoundException": 404,
    "ThrottledRequestException": 429,
    "InternalServiceException": 500,
    "DependencyException": 502,
}  # as in the service model; all others are 400
_OF_TEMPLATES = range(132000, 133000)


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    social = Blueprint("social", __name__)
    social.register_error_handler(SocialError, _refusal)

    @social.post("/v1/whatsapp/send")
    def send() -> Response:
        asked = social_request.read_send(parts.config.numbers)
        message, objection = _understood(parts, asked.phone_number_id, asked.message)
        outcome = parts.faults.take("whatsapp", message.contact, by_aws=True) if objection is None else None

        def accept(code: int | None = objection) -> Response:
            return _accepted(parts, graph.sent_of(parts, asked.phone_number_id, message), outcome, code)

        def refuse(code: str) -> Response:
            return accept(int(code)) if code.isdigit() else _refusal(SocialError(code, "as ordered"))

        ending = Exchange(accept, refuse, "InternalServiceException", throttled="ThrottledRequestException")
        return exchange.end(ending, outcome, parts.wire, request.environ)

    @social.post("/v1/whatsapp/media/get")
    def get_media() -> Response:
        asked = social_request.read_get_media(parts.config.numbers)
        file = parts.files.get(asked.media_id, parts.clock())
        if file is None:
            raise SocialError("ResourceNotFoundException", "The media is not there")
        content = social_files.handed_over(parts.file_faults, file)
        ending = file.mime_type.partition(";")[0].rpartition("/")[2]
        assert parts.config.account is not None, "a number with an origination has an account"
        try:
            parts.config.account.put(asked.bucket, f"{asked.prefix}{file.id}.{ending}", content, file.mime_type)
        except PermissionError as error:
            raise SocialError("AccessDeniedException", "The bucket cannot be written") from error
        return jsonify(mimeType=file.mime_type, fileSize=-(-len(content) // 1024))

    return social


def _understood(parts: Parts, phone_number_id: str, body: object) -> tuple[GraphMessage, int | None]:
    """The message, and the code that WhatsApp will report about it, None when it carries it.

    Raises:
        SocialError: it is no message that AWS would hand on.
    """
    contact = social_request.recipient(body)
    try:
        message = graph_message.read(body, parts.templates)
    except GraphError as error:
        if error.code not in _OF_TEMPLATES:
            raise SocialError("InvalidParametersException", error.details) from error
        return GraphMessage(contact, contact, Content("template", ""), social_request.callback(body)), error.code
    try:
        graph.check_contact(parts, phone_number_id, message)
    except GraphError as error:
        return message, error.code
    return message, None


def _accepted(parts: Parts, sent: Sent, outcome: Outcome | None, code: int | None) -> Response:
    """code: why WhatsApp does not carry it, None when it does."""
    parts.outbox.add(sent)
    reachable = parts.phones.reachable(sent.to)
    reports = exchange.reports(outcome, reachable=reachable) if code is None else (Report("failed", code),)
    parts.reporter.report(sent, parts.phones.reports_now(sent, reports))
    return jsonify(messageId=str(uuid.uuid4()))  # not the id that reports have


def _refusal(error: SocialError) -> Response:
    answer = Response(json.dumps({"message": error.message}), _STATUSES.get(error.code, 400), mimetype="application/json")
    answer.headers["x-amzn-ErrorType"] = error.code
    return answer
