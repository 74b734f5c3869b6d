"""Those who play the day: residents with their phones, the desk, and whoever looks a request up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import urllib3

from devstack.stack import Stack

KK, KTP, PINDAH = "100000000000001", "100000000000002", "100000000000003"
JAYAPURA = "100000000000021"
_NUMBER = re.compile("[A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}")
Answer = dict[str, Any]


class Unexpected(Exception):
    """Somebody got another answer than the day's script says."""


@dataclass(frozen=True)
class Web:
    """JSON over HTTP, with no retries: what is repeated here is repeated on purpose."""

    pool: urllib3.PoolManager

    def call(
        self, method: str, url: str, body: Any = None, *, expect: int = 200, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The answer's JSON. Raises Unexpected for another status than expected."""
        answer = self.pool.request(method, url, json=body, headers=headers, timeout=30, retries=False)
        if answer.status != expect:
            raise Unexpected(f"{method} {url} answered {answer.status}, not {expect}: {answer.data.decode()[:300]}")
        return answer.json()


@dataclass(frozen=True)
class Resident:
    """Somebody with a phone."""

    name: str
    phone: str
    web: Web
    graph_url: str

    def writes(self, number: str, text: str, **more: Any) -> Answer:
        """Sends a chat message; what Kabar answered WhatsApp."""
        return self._inbound(number, text=text, **more)

    def sends_photo(self, number: str, caption: str | None = None) -> Answer:
        """Sends a photo."""
        return self._inbound(number, media={"type": "image", "caption": caption} if caption else {"type": "image"})

    def presses(self, number: str, button_id: str, title: str) -> Answer:
        """Presses a button."""
        return self._inbound(number, button={"id": button_id, "title": title})

    def chooses(self, number: str, row_id: str, title: str) -> Answer:
        """Chooses a row of a list."""
        return self._inbound(number, row={"id": row_id, "title": title})

    def inbox(self) -> list[Answer]:
        """What has arrived on the phone, in order."""
        found: list[Answer] = self.web.call("GET", f"{self.graph_url}/sim/outbox?to={self.phone}")
        return found

    def number(self) -> str:
        """The number of the request, as it stands in the last message that names one."""
        found = self._numbers()
        if not found:
            raise Unexpected(f"no message to {self.name} names a request")
        return str(found[-1])

    def has_number(self) -> bool:
        """Whether any message names a request."""
        return bool(self._numbers())

    def _numbers(self) -> list[str]:
        return _NUMBER.findall(" ".join(one["body"] for one in self.inbox()))

    def _inbound(self, number: str, **content: Any) -> Answer:
        body = {"from": self.phone, "phone_number_id": number, **content}
        answer: Answer = self.web.call("POST", f"{self.graph_url}/sim/inbound", body)["response"]
        return answer


@dataclass(frozen=True)
class Desk:
    """An officer with a token, who also has the office's phone."""

    web: Web
    stack: Stack

    def walk_in(self, service: str, name: str, phone: str) -> Answer:
        """Opens a request for somebody at the counter."""
        body = {"service": service, "name": name, "phone": phone, "consent": True}
        answer: Answer = self._call("POST", "/staff/requests", body, expect=201)["request"]
        return answer

    def open_requests(self) -> list[Answer]:
        """The desk's list."""
        found: list[Answer] = self._call("GET", "/staff/requests")["requests"]
        return found

    def file(self, request_id: str) -> Answer:
        """All that is known of a request."""
        answer: Answer = self._call("GET", f"/staff/requests/{request_id}")
        return answer

    def sets(self, request_id: str, to: str, *, key: str | None = None, **more: Any) -> Answer:
        """Moves a request on."""
        version = self.file(request_id)["request"]["version"]
        return self.sets_from(request_id, version, to, key=key, **more)

    def sets_from(self, request_id: str, version: int, to: str, *, key: str | None = None, **more: Any) -> Answer:
        """Moves a request on from the version that the officer has seen."""
        body = {"to": to, "expected_version": version, **more}
        headers = {"Idempotency-Key": key} if key else {}
        answer: Answer = self._call("POST", f"/staff/requests/{request_id}/status", body, headers=headers)["request"]
        return answer

    def photos(self, request_id: str) -> list[Answer]:
        """The files that came with a request, with a link to each that is kept."""
        return [one["media"] for one in self.file(request_id)["messages"] if "media" in one]

    def opens_link(self, link: str) -> bytes:
        """A file by its link, as the officer's browser gets it: without any token."""
        answer = self.web.pool.request("GET", link, timeout=30, retries=False)
        return answer.data if answer.status == HTTPStatus.OK else b""

    def checks_off(self, request_id: str, states: Mapping[str, str]) -> Answer:
        """Says of each requirement what has come of it."""
        answer: Answer = self._call("POST", f"/staff/requests/{request_id}/requirements", {"requirements": dict(states)})
        return answer

    def types(self, number: str, to: str, text: str) -> None:
        """Writes to a resident from the WhatsApp Business app on the office's own phone."""
        self.web.call("POST", f"{self.stack.graph_url}/sim/echo", {"phone_number_id": number, "to": to, "text": text})

    def statistics(self) -> Answer:
        """The office's figures of this month."""
        answer: Answer = self._call("GET", "/staff/stats?office=1801")
        return answer

    def _call(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, headers: Mapping[str, str] | None = None
    ) -> Any:
        signed = {"Authorization": f"Bearer {self.stack.staff_token}", **(headers or {})}
        return self.web.call(method, self.stack.api_url + path, body, expect=expect, headers=signed)
