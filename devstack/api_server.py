"""Kabar's API as Chalice's local server has it, made a little more like API Gateway and Lambda."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalChalice, LocalGateway, ThreadedHTTPServer

_log = logging.getLogger(__name__)

_MOST_BODY = 10 * 1024 * 1024
"""Bytes; API Gateway takes no more."""


class _Gateway(LocalGateway):
    """Chalice's stand-in for API Gateway, with bodies as text: Lambda gets JSON, and what is no UTF-8 is lost on the way."""

    def _generate_lambda_event(self, method: str, path: str, headers: Any, body: bytes | None) -> dict[str, Any]:
        event: dict[str, Any] = super()._generate_lambda_event(method, path, headers, body)
        if isinstance(event["body"], bytes):
            event["body"] = event["body"].decode("utf-8", "replace")
        return event


class _Handler(ChaliceRequestHandler):
    """One connection. Answers go out in one piece: in two, the second waits 40 ms for the acknowledgement of the first."""

    wbufsize = -1

    def __init__(self, *args: Any, app: Chalice, config: Config) -> None:
        self.local_gateway = _Gateway(app, config)
        BaseHTTPRequestHandler.__init__(self, *args)

    def _generic_handle(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self.close_connection = True  # the body is still to come, and nobody will read it
            self._send_http_response(*refused)
            return
        try:
            super()._generic_handle()
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001  # as API Gateway, which answers whatever becomes of the function
            _log.exception("the handler could not answer")
            self._send_http_response(502, {}, '{"message": "Internal server error"}')

    def _refusal(self) -> tuple[int, dict[str, str], str] | None:
        """What API Gateway refuses, and what would be misread here."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            return 411, {}, '{"message": "Length Required"}'
        if not (length.isascii() and length.isdigit()):
            return 400, {}, '{"message": "Bad Request"}'
        if int(length) > _MOST_BODY:
            return 413, {}, '{"message": "Request Too Long"}'
        return None

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815  # http.server's

    def handle_expect_100(self) -> bool:
        """Tells the client to go on, at once: curl asks before it sends more than a megabyte."""
        going_on: bool = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _send_http_response_with_body(self, code: int, headers: dict[str, Any], body: str | bytes) -> None:
        raw = body if isinstance(body, bytes) else body.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Type", headers.pop("Content-Type", "application/json"))
        self._send_headers(headers)
        if self.command != "HEAD":
            self.wfile.write(raw)

    def _send_headers(self, headers: dict[str, Any]) -> None:
        # Without this word a client that asked for the end would keep the connection, and find it broken at its next request.
        super()._send_headers(headers | {"Connection": "close"} if self.close_connection else headers)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for each answer, without the query: it holds tokens, and what staff search for."""
        del size
        _log.info("%s %s", self.command, urlsplit(self.path).path, extra={"status": int(code)})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's
        """What http.server complains of, without the words: they quote the request."""
        del args
        _log.info("http.server: %s", format)


class _Server(ThreadedHTTPServer):
    """Serves on a socket that listens already."""

    def __init__(self, listening: socket.socket, handler: Callable[..., _Handler]) -> None:
        super().__init__(listening.getsockname(), handler, bind_and_activate=False)
        self.server_close()
        self.socket: socket.socket = listening
        self.server_name, self.server_port = listening.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        del request, client_address
        _log.info("a connection broke")


class ApiServer:
    """Serves a Chalice app in threads, on a listening socket that is its own from then on."""

    def __init__(self, app: Chalice, config: Config, listening: socket.socket) -> None:
        # The request at hand is kept on the app; this class keeps one for each thread.
        app.__class__ = type("LocalKabar", (LocalChalice, app.__class__), {})
        self.url = "http://{}:{}".format(*listening.getsockname())
        self._server = _Server(listening, lambda *args: _Handler(*args, app=app, config=config))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="api", daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Closes the port; answers that are under way are still given, as far as the process lives."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        with contextlib.suppress(OSError):
            self._server.server_close()
