"""Residents' files by the Cloud API: what is asked of whom, what comes, and every way in which it does not."""

import hashlib
import json
import logging
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.adapters.whatsapp_media import CloudMedia, may_have_the_token
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.media import NoLonger, NotNow
from tests.adapters.rude_server import (
    Ending,
    RudeServer,
    Visit,
    answer,
    broken_chunk,
    drip,
    half_a_body,
    hang_up_after_reading,
    raw_answer,
    reset_after_reading,
    reset_before_reading,
    silence_after_reading,
)
from tests.fakes.providers import FixedSecrets

FILE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 1024
DIGEST = hashlib.sha256(FILE).digest()
NUMBER = "100000000000002"
SHORT_S = 0.5


def source(server: RudeServer, limit_s: float = 10.0, secrets: FixedSecrets | None = None) -> CloudMedia:
    return CloudMedia(
        server.url, "v24.0", secrets or FixedSecrets(), connect_timeout_s=limit_s, answer_timeout_s=limit_s,
        download_timeout_s=limit_s,
    )  # fmt: skip


def told(path: str = "/file?mid=1", **more: Any) -> Ending:
    """Meta's description of a file that is on the same server."""

    def ending(visit: Visit) -> None:
        host, port = visit.sock.getsockname()
        about = {
            "url": f"http://{host}:{port}{path}",
            "mime_type": "image/jpeg",
            "sha256": DIGEST.hex(),
            "file_size": len(FILE),
        }
        answer(200, {**about, "id": "1", "messaging_product": "whatsapp", **more})(visit)

    return ending


def graph_error(code: int, status: int = 400, **more: Any) -> Ending:
    return answer(status, {"error": {"message": "(#1) +6281200000001", "type": "OAuthException", "code": code, **more}})


def fetched(server: RudeServer, limit_s: float = 10.0) -> bytes:
    with source(server, limit_s).download("media-1", NUMBER) as download:
        return b"".join(download.pieces)


def test_file_is_described_and_then_fetched_with_the_token() -> None:
    with RudeServer(told(), answer(200, FILE)) as server, source(server).download("1/../x", NUMBER) as download:
        assert (download.size, download.sha256) == (len(FILE), DIGEST)
        pieces = list(download.pieces)

    assert b"".join(pieces) == FILE
    assert max(map(len, pieces)) <= 65536
    described, file = server.requests
    assert (described.method, described.path) == ("GET", f"/v24.0/1%2F..%2Fx?phone_number_id={NUMBER}")
    assert (file.method, file.path) == ("GET", "/file?mid=1")
    for request in server.requests:
        assert request.headers["authorization"] == "Bearer access-token"
        assert request.headers["user-agent"] == "kabar"


def test_file_in_chunks_comes_whole() -> None:
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FILE), FILE)
    with RudeServer(told(), raw_answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)) as server:
        assert fetched(server) == FILE


@pytest.mark.parametrize(
    ("told_of_it", "size", "digest"),
    [
        ({"sha256": b64encode(DIGEST).decode(), "file_size": str(len(FILE))}, len(FILE), DIGEST),
        ({"sha256": "?", "file_size": "many"}, None, None),
        ({"sha256": None, "file_size": None}, None, None),
        ({"sha256": 7, "file_size": -1}, None, None),
    ],
)
def test_what_is_told_of_a_file_is_taken_as_far_as_it_makes_sense(
    told_of_it: Mapping[str, Any], size: int | None, digest: bytes | None
) -> None:
    with RudeServer(told(**told_of_it), answer(200, FILE)) as server, source(server).download("1", NUMBER) as download:
        assert (download.size, download.sha256) == (size, digest)


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("code", [100, 131052])
def test_file_that_meta_does_not_know_is_gone(code: int, status: int) -> None:
    with RudeServer(graph_error(code, status, error_subcode=33)) as server, pytest.raises(NoLonger, match=f"^{code}$"):
        fetched(server)


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (graph_error(190, 401), "190"), (graph_error(10, 403), "10"), (graph_error(4, 400), "4"), (graph_error(2, 500), "2"),
        (graph_error(999_999), "999999"), (answer(404, {}), "http_404"), (answer(502, b""), "http_502"),
        (answer(200, b"<html>"), "http_200"), (answer(200, b"[]"), "http_200"), (answer(200, b"[" * 60_000), "http_200"),
        (answer(200, {}), "no_address"), (told(url="http://["), "no_address"), (told(url="http://127.0.0.1/a b"), "no_address"),
        (told(url="http://127.0.0.1/\u00e9"), "no_address"), (told(url=7), "no_address"),
        (half_a_body(200, json.dumps({"url": "x" * 50}).encode()), "incomplete"), (hang_up_after_reading, "broken_off"),
        (reset_after_reading, "broken_off"), (reset_before_reading, "broken_off"),
        (raw_answer(b"nonsense\r\n\r\n"), "broken_off"),
    ],
)  # fmt: skip
def test_file_of_which_nothing_is_told_now_may_be_had_later(ending: Ending, code: str) -> None:
    with RudeServer(ending) as server, pytest.raises(NotNow, match=f"^{code}$"):
        fetched(server)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (answer(404), "http_404"), (answer(401), "http_401"), (answer(500), "http_500"), (answer(206, FILE), "http_206"),
        (answer(302, b"", Location="http://127.0.0.1:1/other"), "http_302"), (half_a_body(200, FILE), "incomplete"),
        (broken_chunk(200, FILE), "broken_off"), (reset_after_reading, "broken_off"), (hang_up_after_reading, "broken_off"),
    ],
)  # fmt: skip
def test_file_that_does_not_come_now_may_be_had_later(ending: Ending, code: str) -> None:
    with RudeServer(told(), ending) as server, pytest.raises(NotNow, match=f"^{code}$"):
        fetched(server)
    assert server.connections == 2, "nobody is followed, and nothing is tried twice"


@pytest.mark.parametrize("slow", [silence_after_reading, drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + FILE, 0.025)])
@pytest.mark.parametrize("first", [True, False])
def test_slow_servers_end_in_time(slow: Ending, *, first: bool) -> None:
    script = [slow] if first else [told(), slow]
    began = time.monotonic()
    with RudeServer(*script) as server, pytest.raises(NotNow, match=r"^timeout$"):
        fetched(server, SHORT_S)
    assert time.monotonic() - began < 5


def test_connection_that_is_refused_may_stand_later() -> None:
    with RudeServer(answer(200)) as server:
        closed = source(server)
    with pytest.raises(NotNow, match=r"^connect_failed$"), closed.download("1", NUMBER):
        pass


@pytest.mark.parametrize(
    "secrets",
    [
        FixedSecrets(error=TransientError("SSM")),
        FixedSecrets(error=Misconfigured("no token")),
        FixedSecrets(replace(FixedSecrets().values, access_token="")),
    ],
)
def test_without_a_token_nobody_is_asked(secrets: FixedSecrets) -> None:
    with RudeServer(told()) as server:
        download = source(server, secrets=secrets).download("1", NUMBER)
        with pytest.raises(NotNow, match=r"^no_credentials$"), download:
            pass
    assert server.connections == 0


def test_token_goes_to_no_other_host_than_that_of_the_api(caplog: pytest.LogCaptureFixture) -> None:
    with RudeServer(answer(200, FILE)) as other, RudeServer(told(url=f"{other.url}/file")) as server:
        with caplog.at_level(logging.ERROR), pytest.raises(NotNow, match=r"^strange_host$"):
            fetched(server)
        assert other.connections == 0
    assert [record.levelname for record in caplog.records] == ["ERROR"]


BASE = urlsplit("https://graph.facebook.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", "https://mmg.whatsapp.net/x",
        "https://scontent.xx.fbcdn.net/x",
    ],
)  # fmt: skip
def test_metas_own_hosts_may_have_the_token(url: str) -> None:
    assert may_have_the_token(urlsplit(url), BASE)


@pytest.mark.parametrize(
    "url",
    [
        "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.example/x", "https://evilfbsbx.com/x", "https://example/x",
        "https://lookaside.fbsbx.com@example/x", "https://a@lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com:8443/x",
        "https://example/lookaside.fbsbx.com", "https://example#lookaside.fbsbx.com", "file:///etc/passwd", "//fbsbx.com/x", "",
        "https://[::1]/x", "https://LOOKASIDE.fbsbx.com.\u0435/x",
    ],
)  # fmt: skip
def test_nobody_else_may(url: str) -> None:
    assert not may_have_the_token(urlsplit(url), BASE)
