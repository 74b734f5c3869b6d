"""SNS's Publish to a phone: the query protocol, which botocore 1.44 speaks. SNS reports nothing about what it accepted."""

import uuid
from xml.sax.saxutils import escape

from flask import request
from werkzeug.wrappers import Response

from devstack.simulator import exchange, sns_publish
from devstack.simulator.addresses import canonical
from devstack.simulator.content import Content
from devstack.simulator.exchange import Exchange
from devstack.simulator.outbox import Sent
from devstack.simulator.parts import Parts
from devstack.simulator.sns_publish import Publication, SnsError

_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
_STATUSES = {
    "AuthorizationError": 403,
    "InvalidSecurity": 403,
    "MissingAuthenticationToken": 403,
    "KMSOptInRequired": 403,
    "NotFound": 404,
    "Throttled": 429,
    "InternalError": 500,
    "InternalFailure": 500,
    "ServiceUnavailable": 503,
}  # as in botocore's service model; all others are 400


def publish(parts: Parts) -> Response:
    """Answers a request of SNS's clients."""
    try:
        publication = _read()
    except SnsError as error:
        return _error(error)
    contact = canonical(publication.phone)

    def accept() -> Response:
        sent = _sent(parts, contact, publication)
        parts.outbox.add(sent)
        return _answer("Publish", f"<MessageId>{sent.provider_id}</MessageId>")

    ending = Exchange(accept, lambda code: _error(SnsError(code, "as ordered")), "InternalError", throttled="Throttled")
    return exchange.end(ending, parts.faults.take("sms", contact), parts.wire, request.environ)


def _read() -> Publication:
    if not request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 "):
        raise SnsError("MissingAuthenticationToken", "Request is missing Authentication Token")
    action = request.form.get("Action", "")
    if action != "Publish":
        raise SnsError("InvalidAction", "The action or operation requested is invalid.")
    return sns_publish.read(request.form)


def _sent(parts: Parts, contact: str, publication: Publication) -> Sent:
    return Sent(
        at=parts.clock(),
        channel="sms",
        to=contact,
        content=Content("sms", publication.message),
        provider_id=str(uuid.uuid4()),
        sender=publication.sender,
    )


def _answer(action: str, result: str) -> Response:
    metadata = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
    return _xml(f"{action}Response", f"<{action}Result>{result}</{action}Result>{metadata}", 200)


def _error(error: SnsError) -> Response:
    status = _STATUSES.get(error.code, 400)
    fault = "Receiver" if status >= 500 else "Sender"  # noqa: PLR2004 - HTTP's own line between the two
    told = f"<Type>{fault}</Type><Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    return _xml("ErrorResponse", f"<Error>{told}</Error><RequestId>{uuid.uuid4()}</RequestId>", status)


def _xml(root: str, inner: str, status: int) -> Response:
    return Response(f'<{root} xmlns="{_NAMESPACE}">{inner}</{root}>', status=status, mimetype="text/xml")
