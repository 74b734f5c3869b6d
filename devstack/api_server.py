"""Kabar's API as Chalice's local server has it, made a little more like API Gateway and Lambda."""

import socket
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalChalice, LocalGateway

from devstack.api_front import Connection, Front


class _Gateway(LocalGateway):
    """Chalice's stand-in for API Gateway, with bodies as text: Lambda gets JSON, and what is no UTF-8 is lost on the way."""

    def _generate_lambda_event(self, method: str, path: str, headers: Any, body: bytes | None) -> dict[str, Any]:
        event: dict[str, Any] = super()._generate_lambda_event(method, path, headers, body)
        if isinstance(event["body"], bytes):
            event["body"] = event["body"].decode("utf-8", "replace")
        return event


class _Connection(Connection, ChaliceRequestHandler):
    def __init__(self, *args: Any, app: Chalice, config: Config) -> None:
        self.local_gateway = _Gateway(app, config)
        BaseHTTPRequestHandler.__init__(self, *args)

    def answer(self) -> None:
        """Answers as Chalice does."""
        self._generic_handle()

    def _send_http_response(self, code: int, headers: dict[str, Any], body: str | bytes | None) -> None:
        several = {name: value if isinstance(value, list) else [value] for name, value in headers.items()}
        pairs = [(name, one) for name, values in ({"Content-Type": ["application/json"]} | several).items() for one in values]
        self.send(code, pairs, body if isinstance(body, bytes) else (body or "").encode())


class ApiServer(Front):
    """Serves a Chalice app in threads, on a listening socket that is its own from then on."""

    def __init__(self, app: Chalice, config: Config, listening: socket.socket) -> None:
        # The request at hand is kept on the app; this class keeps one for each thread.
        app.__class__ = type("LocalKabar", (LocalChalice, app.__class__), {})
        super().__init__(listening, lambda *args: _Connection(*args, app=app, config=config))
