"""`/webhooks/whatsapp`: who gets the challenge back, and whose events are stored."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from chalice.app import Response

from chalicelib.domain.errors import Forbidden, TransientError
from chalicelib.entry import whatsapp
from tests.data import payloads
from tests.fakes.world import World
from tests.unit.entry import http

ASKED = {"hub.mode": "subscribe", "hub.verify_token": "verify-token", "hub.challenge": "1158201444"}


class TestHandshake:
    def test_echoes_the_challenge_as_text(self, world: World) -> None:
        response = whatsapp.handshake(http.request(query=ASKED, method="GET"), world.secrets.values)

        assert (response.status_code, response.body) == (200, "1158201444")
        assert response.headers == {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}

    @pytest.mark.parametrize(
        "query",
        [
            None, {}, ASKED | {"hub.verify_token": "another"}, ASKED | {"hub.verify_token": ""},
            ASKED | {"hub.mode": "unsubscribe"},
            ASKED | {"hub.verify_token": "é"}, ASKED | {"hub.verify_token": "\ud800"}, {"hub.challenge": "x"},
            {"hub.verify_token": "verify-token", "hub.challenge": "x"},
        ],
    )  # fmt: skip
    def test_is_refused_to_anybody_else(self, world: World, query: dict[str, str] | None) -> None:
        with pytest.raises(Forbidden) as caught:
            whatsapp.handshake(http.request(query=query, method="GET"), world.secrets.values)

        assert "verify-token" not in str(caught.value)

    def test_is_refused_to_everybody_without_a_verify_token(self, world: World) -> None:
        secrets = replace(world.secrets.values, verify_token="")

        with pytest.raises(Forbidden):
            whatsapp.handshake(http.request(query=ASKED | {"hub.verify_token": ""}, method="GET"), secrets)

    def test_without_a_challenge_echoes_nothing(self, world: World) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": "verify-token"}

        assert whatsapp.handshake(http.request(query=query, method="GET"), world.secrets.values).body == ""


def received(world: World, body: str, signature: str | None) -> Response:
    headers = {} if signature is None else {"x-hub-signature-256": signature}
    return whatsapp.receive(http.request(body, headers=headers), world.secrets.values, world.parts.ingest)


def text() -> str:
    said = payloads.text("halo", at=1795489200)
    return payloads.raw(payloads.envelope(payloads.value(said))).decode()


class TestReceiving:
    def test_stores_what_is_signed_and_counts_it(self, world: World) -> None:
        body = text()

        first = received(world, body, payloads.signature(body.encode(), "current-app-secret"))
        second = received(world, body, payloads.signature(body.encode(), "current-app-secret"))

        assert (first.status_code, first.body) == (200, {"stored": 1, "duplicate": 0, "quarantined": 0})
        assert second.body == {"stored": 0, "duplicate": 1, "quarantined": 0}

    @pytest.mark.parametrize("signature", [None, "", "sha256=0", "sha256=\ud800"])
    def test_refuses_what_is_not_and_stores_nothing(self, world: World, signature: str | None) -> None:
        with pytest.raises(Forbidden) as caught:
            received(world, text(), signature)

        assert world.store.everything() == []
        assert "sha256" not in str(caught.value)

    def test_refuses_everything_without_a_secret(self, world: World) -> None:
        world.secrets.values = replace(world.secrets.values, app_secrets=())
        body = text()

        with pytest.raises(Forbidden):
            received(world, body, payloads.signature(body.encode(), ""))

    def test_checks_the_bytes_as_they_came(self, world: World) -> None:
        body = text().replace("halo", "\\u0068alo")

        assert received(world, body, payloads.signature(body.encode(), "current-app-secret")).body["stored"] == 1

    def test_of_what_could_not_be_stored_fails_so_that_it_comes_again(self, world: World) -> None:
        def trouble(_moment: Any, operation: str) -> None:
            if operation in {"transact", "put"}:
                raise TransientError("throttled")

        world.store.faults = trouble
        body = text()

        with pytest.raises(TransientError):
            received(world, body, payloads.signature(body.encode(), "current-app-secret"))

    def test_logs_how_many_and_nothing_of_them(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        body = text()
        with caplog.at_level(logging.INFO):
            received(world, body, payloads.signature(body.encode(), "current-app-secret"))

        assert caplog.records[-1].__dict__["stored"] == 1
        assert "81200000001" not in str([record.__dict__ for record in caplog.records])


def test_body_in_base64_is_read_as_its_bytes() -> None:
    assert whatsapp.raw_body(http.request("aGFsbw==", base64=True)) == b"halo"
    assert whatsapp.raw_body(http.request("héllo")) == "héllo".encode()
    assert whatsapp.raw_body(http.request()) == b""
