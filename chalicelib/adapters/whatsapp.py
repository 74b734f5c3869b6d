"""WhatsApp, by Meta's Cloud API.

A send is charged, seen by a person and has no idempotency key, so everything here serves one question: when it goes wrong, can
the message have left? The phases of the exchange answer it: until the connection stands, nothing was sent; from the
first byte of the request on, only Meta's own words say what happened.

Hence `http.client` and one fresh connection for each send. A connection pool hides the phase: urllib3 reports a TLS handshake
that timed out as a read timeout, one that was reset like a reset of the answer, and an answer broken inside TLS like a bad
certificate. A socket kept over a Lambda freeze is dead without knowing it, and turns a harmless send into an unknown one that
waits for its report and may be told twice. A new connection costs two round trips (TCP, TLS 1.3), some tens of milliseconds
in a function that nobody waits for.
"""

import json
import logging
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import Any
from urllib.parse import quote, urlsplit

from chalicelib.adapters.connection import access_token, trust, unconnected
from chalicelib.adapters.deadline import deadline
from chalicelib.adapters.whatsapp_body import body_of
from chalicelib.domain.delivery import Accepted, NotSent, Outbound, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.meta_codes import code_of, is_known, remedy_for
from chalicelib.ports import Secrets

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 10.0
_LONGEST_ANSWER = 1 << 16

_log = logging.getLogger(__name__)


class CloudApi:
    """`chalicelib.ports.WhatsApp` on the Cloud API.

    base_url: where the Graph API is. version: like `v24.0`. connect_timeout_s bounds the connection for each of the host's
    addresses, the TLS handshake included; answer_timeout_s bounds all that follows, however slowly the answer drips in.
    tls: whom to trust, by default whom the system trusts.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        secrets: Secrets,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._base = urlsplit(base_url)
        self._version = version
        self._secrets = secrets
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._tls = trust(self._base, tls)

    def send(self, message: Outbound) -> Outcome:
        """Sends once. Whatever Meta or the network does is an Outcome; so are secrets that cannot be had."""
        try:
            token = access_token(self._secrets)
        except (TransientError, Misconfigured) as error:
            return without_secrets(error)
        with closing(unconnected(self._base, self._connect_timeout_s, self._tls)) as connection:
            try:
                connection.connect()
            except OSError as error:
                return NotSent(_no_connection(error))
            return self._exchange(connection, message, token)

    def _exchange(self, connection: HTTPConnection, message: Outbound, token: str) -> Outcome:
        path = f"{self._base.path.rstrip('/')}/{self._version}/{quote(message.phone_number_id, safe='')}/messages"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Connection": "close"}
        with deadline(connection.sock, self._answer_timeout_s) as passed:
            try:
                connection.request("POST", path, json.dumps(body_of(message)).encode(), headers)
                response = connection.getresponse()
                answer = response.read(_LONGEST_ANSWER)
            except (OSError, HTTPException) as error:
                return Unknown("timeout" if passed.is_set() else _no_answer(error))
            if passed.is_set():
                return Unknown("timeout")
        # What is left to read when the connection has ended early, or when the answer is too long to be Meta's.
        return Unknown("incomplete") if response.length else outcome_of(response.status, answer)


def without_secrets(error: TransientError | Misconfigured) -> Outcome:
    """What it means for a send that secrets cannot be had."""
    if isinstance(error, TransientError):
        return NotSent("no_credentials")
    _log.error("WhatsApp cannot send: %s", error)
    return Refused(error.code, Remedy.CHANNEL_DOWN)


def _no_connection(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "dns_failed"
    if isinstance(error, TimeoutError):
        return "connect_timeout"
    return "tls_failed" if isinstance(error, ssl.SSLError) else "connect_failed"


def _no_answer(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, IncompleteRead):
        return "incomplete"
    return "reset" if isinstance(error, OSError) else "malformed"


def outcome_of(status: int, answer: bytes) -> Outcome:
    """What Meta's whole answer means. The code decides where there is one that we know; the HTTP status only where not."""
    content = _json_object(answer)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        provider_id = _message_id(content)
        return Accepted(provider_id) if provider_id else Unknown("no_id")
    code = code_of(content.get("error"))
    return Refused(code, remedy_for(code)) if code and is_known(code) else _outcome_by_status(status, code)


def _outcome_by_status(status: int, code: str | None) -> Outcome:
    """Without a known code. A 4xx says that the request was not taken; a 5xx or anything else may have come after sending."""
    if code is not None:
        _log.error("WhatsApp refused a message by an unknown code: %s (HTTP %d)", code, status)
    if status == HTTPStatus.UNAUTHORIZED:
        return Refused(code or "http_401", Remedy.CHANNEL_DOWN)
    if status == HTTPStatus.TOO_MANY_REQUESTS and code is None:
        return Refused("http_429", Remedy.THROTTLED)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
        return Refused(code or f"http_{status}", Remedy.OUR_FAULT)
    return Unknown(f"http_{status}")


def _json_object(answer: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _message_id(content: Mapping[str, Any]) -> str | None:
    match content.get("messages"):
        case [{"id": str(provider_id)}, *_]:
            return provider_id
    return None
