"""`/webhooks/whatsapp`: Meta's handshake and its signed events."""

import hmac
import logging
from collections.abc import Mapping

from chalice.app import Request, Response

from chalicelib.domain.errors import Forbidden
from chalicelib.entry import webhook
from chalicelib.flows.ingest import Ingest
from chalicelib.ports import SecretValues

log = logging.getLogger(__name__)


def handshake(request: Request, secrets: SecretValues) -> Response:
    """Echoes `hub.challenge` to whoever knows the verify token.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests

    Raises:
        Forbidden: anybody else.
    """
    query: Mapping[str, str] = request.query_params or {}
    token = query.get("hub.verify_token", "")
    given = token.encode(errors="backslashreplace")
    known = bool(secrets.verify_token) and hmac.compare_digest(given, secrets.verify_token.encode())
    if query.get("hub.mode") != "subscribe" or not known:
        raise Forbidden("The verify token does not fit.")
    # Text, and never sniffed into anything else: the challenge is the caller's own words.
    return Response(query.get("hub.challenge", ""), {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}, 200)


def raw_body(request: Request) -> bytes:
    """The body's bytes as they came."""
    body = request.raw_body
    return body.encode() if isinstance(body, str) else body


def receive(request: Request, secrets: SecretValues, ingest: Ingest) -> Response:
    """Stores every element of a signed webhook; 200 says that all of it is stored.

    Raises:
        Forbidden: the signature does not fit the raw bytes.
        TransientError: something is not stored; WhatsApp will send all of it again.
    """
    body = raw_body(request)
    if not webhook.signed(body, request.headers.get("X-Hub-Signature-256"), secrets.app_secrets):
        raise Forbidden("The signature does not fit.")
    counts = ingest(webhook.parse(body, secrets.channels.keys()), secrets)
    log.info("webhook", extra=counts)
    return Response(counts, {"Content-Type": "application/json"}, 200)
