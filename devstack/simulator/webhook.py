"""Posting to Kabar's webhook, signed as Meta signs."""

import hashlib
import hmac
import json
from typing import NamedTuple
from urllib.parse import urlencode

import urllib3

_CONNECT_S, _READ_S = 3.0, 30.0  # Kabar's API answers within 29 s, or API Gateway would for it
_CONNECTIONS = 32


class Answer(NamedTuple):
    """What Kabar said. status: 0 when it could not be reached or gave up; body: parsed where it is JSON, else text."""

    status: int
    body: object


class Webhook:
    """Kabar's webhook. Safe for threads."""

    def __init__(self, url: str, app_secret: str) -> None:
        self._url = url
        self._secret = app_secret.encode()
        timeout = urllib3.Timeout(connect=_CONNECT_S, read=_READ_S)
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False, timeout=timeout)

    def signature(self, raw: bytes) -> str:
        """What `X-Hub-Signature-256` says for these bytes."""
        return "sha256=" + hmac.new(self._secret, raw, hashlib.sha256).hexdigest()

    def post(self, raw: bytes, signature: str | None) -> Answer:
        """Posts bytes once, as they are."""
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        return self._request("POST", self._url, raw, headers)

    def handshake(self, verify_token: str, challenge: str) -> Answer:
        """Asks as Meta does when a webhook is set up."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        return self._request("GET", f"{self._url}?{urlencode(query)}", None, {})

    def _request(self, method: str, url: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        # A kept connection may be closed by the other side at the moment of use, and that would look like Kabar's fault.
        headers["Connection"] = "close"
        try:
            answer = self._pool.request(method, url, body=raw, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            return Answer(0, f"no answer: {type(error).__name__}")
        return Answer(answer.status, _parsed(answer.data))

    def close(self) -> None:
        """Lets go of idle connections."""
        self._pool.clear()


def encoded(payload: object) -> bytes:
    r"""A payload as Meta writes it: everything outside ASCII as `\uXXXX`."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()


def _parsed(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")
