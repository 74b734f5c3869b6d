"""Meta's Graph API, as far as message templates go.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from ops.failure import Failure

FIELDS = "id,name,language,status,category,components,rejected_reason,quality_score,message_send_ttl_seconds"
_PAGE, _MOST_PAGES = 100, 100
_TIMEOUT = urllib3.Timeout(connect=5, read=30)
_OK = 200
_NO_SUCH_OBJECT = 33
_TOKEN = {0, 102, 190}
_RIGHTS = {3, 10, *range(200, 300)}
_TOO_MANY = {4, 17, 32, 613, 80007, 80008, 131056}
_TROUBLE = {1, 2}


class Refusal(Exception):
    """Meta says no to one template; another may go. code, subcode: Meta's; the text: a sentence."""

    def __init__(self, code: int, subcode: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.subcode = subcode


@dataclass(frozen=True)
class Graph:
    """One version of the API. url: of its host; token: an access token, which no error names; page: how many are asked for."""

    url: str
    version: str
    token: str = field(repr=False)
    page: int = _PAGE
    http: urllib3.PoolManager = field(default_factory=urllib3.PoolManager, repr=False, compare=False)

    def templates(self, account: str) -> Iterator[dict[str, Any]]:
        """All templates of an account, page by page. Raises Failure."""
        query = {"fields": FIELDS, "limit": str(self.page)}
        for _ in range(_MOST_PAGES):
            page = self._ask("GET", f"{account}/message_templates?{urlencode(query)}")
            yield from page.get("data", [])
            paging = page.get("paging", {})
            after = paging.get("cursors", {}).get("after")
            # The address of the next page is Meta's to name; the token goes to no other host than ours.
            if "next" not in paging or not after:
                return
            query["after"] = after
        raise Failure("Meta's list of templates does not end; something is wrong there.")

    def create(self, account: str, template: dict[str, Any]) -> str:
        """Submits a template; returns the state that it is in then. Raises Refusal, Failure."""
        return str(self._ask("POST", f"{account}/message_templates", template).get("status", "PENDING"))

    def edit(self, template_id: str, changes: dict[str, Any]) -> None:
        """Replaces what is given. Raises Refusal, Failure."""
        self._ask("POST", template_id, changes)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        url = f"{self.url.rstrip('/')}/{self.version}/{path}"
        try:
            # Nothing is tried twice: a repeat of the command finds out what was done.
            answer = self.http.request(method, url, body=raw, headers=headers, timeout=_TIMEOUT, retries=False, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise Failure(
                f"{self.url} cannot be reached: {type(error).__name__}. Run it again; nothing is done twice."
            ) from None
        return _understood(answer)


def _understood(answer: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        said = json.loads(answer.data)
    except ValueError:
        said = None
    if answer.status == _OK and isinstance(said, dict) and "error" not in said:
        return said
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict):
        raise Failure(f"Meta answered {answer.status} with something that is no answer; try again later.")
    raise refused_by(error)


def refused_by(error: dict[str, Any]) -> Exception:
    """What Meta's error means for the rest: a refusal of this one template, or the end of it all."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    title, text = error.get("error_user_title"), error.get("error_user_msg")
    words = " - ".join(str(one) for one in (title, text) if one) or str(error.get("message", "no reason given"))
    said = f"{words.rstrip('.')} ({code}{f'/{subcode}' if subcode else ''})."
    if code in _TOKEN:
        return Failure(f"Meta does not take the access token ({code}): `ops secrets rotate access_token`.")
    if code in _RIGHTS:
        return Failure(f"The access token may not manage templates: it needs whatsapp_business_management. {said}")
    if code in _TOO_MANY:
        return Failure(
            f"Meta has had too many calls from this account ({code}): run it again in an hour; nothing is done twice."
        )
    if code in _TROUBLE:
        return Failure(f"Meta has trouble of its own: {said} Run it again later; nothing is done twice.")
    if subcode == _NO_SUCH_OBJECT:
        return Failure(f"Meta knows no such account, or the token has no right to it: is the id right? {said}")
    return Refusal(code, subcode, said)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
