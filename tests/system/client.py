"""What the tests ask of a running stack, over HTTP."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import urllib3


@dataclass(frozen=True)
class Answer:
    status: int
    headers: urllib3.HTTPHeaderDict
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Devstack:
    """A stack, as the one line that it printed describes it."""

    def __init__(self, line: str) -> None:
        self.described: dict[str, Any] = json.loads(line)
        self.api_url: str = self.described["api_url"]
        self.graph_url: str = self.described["graph_url"]
        self.aws_endpoint_url: str = self.described["aws_endpoint_url"]
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=90), maxsize=16)

    def ask(self, method: str, url: str, body: object = None, **headers: str) -> Answer:
        """Sends `body` as JSON, or as it is when it is bytes."""
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self._http.request(method, url, body=raw, headers={"Content-Type": "application/json"} | headers)
        return Answer(answer.status, answer.headers, answer.data.decode())

    def api(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Asks Kabar as anybody may."""
        return self.ask(method, self.api_url + path, body, **headers)

    def staff(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Asks Kabar with the administrator's token."""
        return self.api(method, path, body, **{"Authorization": f"Bearer {self.described['staff_token']}"} | headers)

    def sim(self, command: str, **body: object) -> Any:
        """Gives the simulator a command; returns what it answers."""
        answer = self.ask("POST", f"{self.graph_url}/sim/{command}", body)
        assert answer.status == 200, answer
        return answer.json

    def settle(self, timeout_s: float = 30) -> None:
        """Waits until everything is done that is to be done."""
        assert self.sim("settle", timeout_s=timeout_s) == {"idle": True}

    def outbox(self, to: str) -> list[dict[str, Any]]:
        """What providers accepted for one phone or user id, oldest first."""
        listed: list[dict[str, Any]] = self.ask("GET", f"{self.graph_url}/sim/outbox?to={quote(to)}").json
        return listed

    def phone_number_id(self, service: str) -> str:
        """The channel number of a service at Lampung Selatan."""
        office = self.described["offices"][0]
        found: str = next(one["phone_number_id"] for one in office["channels"] if one["service"] == service)
        return found

    def close(self) -> None:
        """Lets go of its connections."""
        self._http.clear()
