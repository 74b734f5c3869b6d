"""What stands before a function that answers HTTP: connections with the manners of API Gateway, and their server."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import urlsplit

_log = logging.getLogger(__name__)

_MOST_BODY = 10 * 1024 * 1024
"""Bytes; API Gateway takes no more."""


class Connection(BaseHTTPRequestHandler):
    """One connection. Answers go out in one piece: in two, the second waits 40 ms for the acknowledgement of the first."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def answer(self) -> None:
        """Answers the request whose line and headers have been read."""
        raise NotImplementedError

    def _handle(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self.close_connection = True  # the body is still to come, and nobody will read it
            self.say(*refused)
            return
        try:
            self.answer()
        except ConnectionError:
            raise
        except Exception:  # noqa: BLE001  # as API Gateway, which answers whatever becomes of the function
            _log.exception("the handler could not answer")
            self.say(502, "Internal server error")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _handle  # noqa: N815  # http.server's

    def _refusal(self) -> tuple[int, str] | None:
        """What API Gateway refuses, and what would be misread here."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            return 411, "Length Required"
        if not (length.isascii() and length.isdigit()):
            return 400, "Bad Request"
        if int(length) > _MOST_BODY:
            return 413, "Request Too Long"
        return None

    def body(self) -> bytes:
        """The request's body, to be read once."""
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def say(self, status: int, message: str) -> None:
        """Answers in API Gateway's own words."""
        self.send(status, [("Content-Type", "application/json")], f'{{"message": "{message}"}}'.encode())

    def send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Answers. headers: without the length."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            # Without this word a client that asked for the end keeps the connection, and finds it broken at its next request.
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_expect_100(self) -> bool:
        """Tells the client to go on, at once: curl asks before it sends more than a megabyte."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for each answer, without the query: it holds tokens, and what staff search for."""
        del size
        _log.info("%s %s", self.command, urlsplit(self.path).path, extra={"status": int(code)})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # http.server's
        """What http.server complains of, without the words: they quote the request."""
        del args
        _log.info("http.server: %s", format)


class _Server(ThreadingMixIn, HTTPServer):
    """Serves in threads, on a socket that listens already."""

    daemon_threads = True

    def __init__(self, listening: socket.socket, connection: Callable[..., Connection]) -> None:
        super().__init__(listening.getsockname(), connection, bind_and_activate=False)
        self.server_close()
        self.socket: socket.socket = listening
        self.server_name, self.server_port = listening.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        del request, client_address
        _log.info("a connection broke")


class Front:
    """Serves on a listening socket that is its own from then on. connection: makes a Connection of socketserver's arguments."""

    def __init__(self, listening: socket.socket, connection: Callable[..., Connection]) -> None:
        self.url = "http://{}:{}".format(*listening.getsockname())
        self._server = _Server(listening, connection)
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
