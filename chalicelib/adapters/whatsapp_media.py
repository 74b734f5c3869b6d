"""Residents' files, by Meta's Cloud API: one call for a file's address, one for the file.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media: an address works for
five minutes and needs the token, so the token goes to a host that Meta's answer names. It goes there only by TLS and only to
Meta's own hosts; nobody is followed anywhere else. As for sends, each call has a connection of its own and an end.
"""

import json
import logging
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Event
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from chalicelib.adapters.connection import access_token, trust, unconnected
from chalicelib.adapters.deadline import deadline
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.media import NoLonger, NotNow, digest_of
from chalicelib.domain.meta_codes import code_of
from chalicelib.ports import Download, Secrets

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 10.0
# Of a whole file: 25 MB at 4 Mbit/s, well within the function's own time.
DOWNLOAD_TIMEOUT_S = 60.0
_LONGEST_ANSWER = 1 << 16
_PIECE = 1 << 16
_METAS = re.compile(r"(?:[a-z0-9-]+\.)*(?:fbsbx\.com|whatsapp\.net|fbcdn\.net)")
# "Unsupported get request": the object does not exist (any more). 131052 and 131053 are about media that cannot be had.
_NO_SUCH_FILE = frozenset({"100", "131052", "131053"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _About:
    """What Meta tells of a file."""

    url: SplitResult
    size: int | None
    sha256: bytes | None


class CloudMedia:
    """`chalicelib.ports.MediaSource` on the Cloud API.

    base_url, version, connect_timeout_s, answer_timeout_s, tls: as in `CloudApi`. download_timeout_s bounds a whole file. When
    the Graph API is not Meta's own, as in a simulation, its files may be where it is, and nowhere else.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        secrets: Secrets,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        download_timeout_s: float = DOWNLOAD_TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._base = urlsplit(base_url)
        self._version = version
        self._secrets = secrets
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._download_timeout_s = download_timeout_s
        # Files' addresses have TLS where the Graph API has it: `may_have_the_token` lets no other pass.
        self._tls = trust(self._base, tls)

    @contextmanager
    def download(self, media_id: str, phone_number_id: str) -> Iterator[Download]:
        """As the port has it."""
        try:
            token = access_token(self._secrets)
        except (TransientError, Misconfigured) as error:
            raise NotNow("no_credentials") from error
        about = self._described(media_id, phone_number_id, token)
        if not may_have_the_token(about.url, self._base):
            _log.error("WhatsApp names a host that is not its own", extra={"host": about.url.hostname})
            raise NotNow("strange_host")
        with self._answer(about.url, token, self._download_timeout_s) as (response, passed):
            if response.status != HTTPStatus.OK:
                _log.warning("WhatsApp does not hand a file out", extra={"status": response.status})
                raise NotNow(f"http_{response.status}")
            yield Download(_pieces(response, passed), about.size, about.sha256)

    def _described(self, media_id: str, phone_number_id: str, token: str) -> _About:
        path = f"{self._base.path.rstrip('/')}/{self._version}/{quote(media_id, safe='')}"
        url = self._base._replace(path=path, query=f"phone_number_id={quote(phone_number_id, safe='')}")
        with self._answer(url, token, self._answer_timeout_s) as (response, passed):
            answer = _read(lambda: response.read(_LONGEST_ANSWER), passed)
            if response.length:
                raise NotNow("incomplete")
        return _about(response.status, answer)

    @contextmanager
    def _answer(self, url: SplitResult, token: str, timeout_s: float) -> Iterator[tuple[HTTPResponse, Event]]:
        """The answer to a GET, its body not read yet; and the event that tells that the time for all of it has passed."""
        # Without the name of a client, Meta's file servers refuse.
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "kabar", "Connection": "close"}
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        with closing(unconnected(url, self._connect_timeout_s, self._tls)) as connection:
            try:
                connection.connect()
            except OSError as error:
                raise NotNow("connect_failed") from error
            with deadline(connection.sock, timeout_s) as passed:
                yield _read(lambda: _ask(connection, target, headers), passed), passed


def may_have_the_token(url: SplitResult, base: SplitResult) -> bool:
    """Whether a file's address is Meta's own; or, where the Graph API at `base` is not, whether it is that very host's."""
    if base.hostname != "graph.facebook.com":
        return (url.scheme, url.netloc) == (base.scheme, base.netloc)
    return url.scheme == "https" and bool(_METAS.fullmatch(url.netloc.lower()))


def _ask(connection: HTTPConnection, target: str, headers: Mapping[str, str]) -> HTTPResponse:
    connection.request("GET", target, headers=dict(headers))
    return connection.getresponse()


def _read(reading: Callable[[], Any], passed: Event) -> Any:
    """What is read, or NotNow for whatever goes wrong between here and there."""
    try:
        found = reading()
    except (OSError, HTTPException) as error:
        raise NotNow("timeout" if passed.is_set() or isinstance(error, TimeoutError) else "broken_off") from error
    if passed.is_set():
        raise NotNow("timeout")
    return found


def _pieces(response: HTTPResponse, passed: Event) -> Iterator[bytes]:
    while piece := _read(lambda: response.read(_PIECE), passed):
        yield piece
    # http.client takes an early end for the end when it reads in pieces.
    if response.length:
        raise NotNow("incomplete")


def _about(status: int, answer: bytes) -> _About:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise NotNow(f"http_{status}")
    if status != HTTPStatus.OK:
        raise _refusal(status, code_of(told.get("error")))
    url, size, sha256 = told.get("url"), told.get("file_size"), told.get("sha256")
    return _About(
        _address(url),
        int(size) if isinstance(size, int | str) and str(size).isdecimal() else None,
        digest_of(sha256) if isinstance(sha256, str) else None,
    )


def _address(url: object) -> SplitResult:
    try:
        if isinstance(url, str) and url.isascii() and url.isprintable() and " " not in url:
            return urlsplit(url)
    except ValueError as error:
        raise NotNow("no_address") from error
    raise NotNow("no_address")


def _refusal(status: int, code: str | None) -> Exception:
    """What Meta's refusal means. Only what it says of this one file ends the wait for it; all else may be mended."""
    if code in _NO_SUCH_FILE:
        return NoLonger(code)
    _log.warning("WhatsApp tells nothing of a file", extra={"code": code, "status": status})
    return NotNow(code or f"http_{status}")
