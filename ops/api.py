"""The deployed API, from outside: as Meta and residents call it."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from ops.failure import Failure

_TIMEOUT = urllib3.Timeout(connect=5, read=35)  # API Gateway answers within 29 s, whatever happens behind it


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str

    def json(self) -> Any:
        """The body. Raises Failure when it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            raise Failure(f"The API answered {self.status} with something that is not JSON.") from None


class Api:
    """A deployed API. url: with a slash at its end."""

    def __init__(self, url: str) -> None:
        self.url = url if url.endswith("/") else f"{url}/"
        self._http = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def handshake(self, verify_token: str, challenge: str) -> Answer:
        """Meta's first call: https://developers.facebook.com/docs/graph-api/webhooks/getting-started."""
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        return self._ask("GET", f"webhooks/whatsapp?{urlencode(query)}")

    def webhook(self, payload: Any, app_secret: str | None) -> Answer:
        """A webhook as Meta sends it, signed with the app secret, or not signed."""
        body = json.dumps(payload, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        if app_secret is not None:
            headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
        return self._ask("POST", "webhooks/whatsapp", body, headers)

    def look_up(self, request_id: str) -> Answer:
        """What a resident asks."""
        return self._ask("GET", f"requests/{quote(request_id)}")

    def health(self) -> Answer:
        """Whether anybody is there."""
        return self._ask("GET", "health")

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        try:
            answer = self._http.request(method, self.url + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise Failure(f"The API at {self.url} cannot be reached: {type(error).__name__}.") from None
        return Answer(answer.status, answer.data.decode("utf-8", "replace"))
