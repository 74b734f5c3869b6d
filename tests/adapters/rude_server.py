"""An HTTP server that goes wrong on purpose, byte by byte, and counts what reached it.

Each connection meets the next ending of the script; the last one serves all that come after, so a client that tries again is
served, and counted.
"""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeAlias

_LONGEST_WAIT_S = 20.0


@dataclass(frozen=True)
class Request:
    """One request as it was read. headers: with lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Visit:
    """One connection, from the server's side."""

    sock: socket.socket
    requests: list[Request]
    stopping: threading.Event
    _buffer: bytes = field(default=b"", repr=False)

    def read_request(self) -> None:
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            self._receive()
            rest = self._buffer.partition(b"\r\n\r\n")[2]
        method, path, _ = first.split(" ")
        self.requests.append(Request(method, path, headers, rest[:length]))

    def _receive(self) -> None:
        received = self.sock.recv(65536)
        if not received:
            raise ConnectionError("the client has left")
        self._buffer += received

    def reset(self) -> None:
        """Closes with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def stay_silent(self) -> None:
        self.stopping.wait(_LONGEST_WAIT_S)


Ending: TypeAlias = Callable[[Visit], None]


def answer(status: int, body: bytes | str | Mapping[str, Any] = b"", **headers: str) -> Ending:
    """Reads the request and answers it properly."""
    content = json.dumps(body) if isinstance(body, Mapping) else body
    payload = content.encode() if isinstance(content, str) else content
    return raw_answer(_head(status, {"Content-Length": str(len(payload)), **headers}) + payload)


def raw_answer(payload: bytes) -> Ending:
    """Reads the request, writes these bytes and hangs up."""

    def ending(visit: Visit) -> None:
        visit.read_request()
        visit.sock.sendall(payload)

    return ending


def half_a_body(status: int, body: bytes) -> Ending:
    """Promises the whole body, sends half of it and hangs up."""
    return raw_answer(_head(status, {"Content-Length": str(len(body))}) + body[: len(body) // 2])


def broken_chunk(status: int, body: bytes) -> Ending:
    """Ends inside a chunk."""
    return raw_answer(_head(status, {"Transfer-Encoding": "chunked"}) + b"%x\r\n" % (len(body) + 10) + body)


def drip(payload: bytes, every_s: float) -> Ending:
    """Reads the request and answers one byte at a time."""

    def ending(visit: Visit) -> None:
        visit.read_request()
        for position in range(len(payload)):
            visit.sock.sendall(payload[position : position + 1])
            if visit.stopping.wait(every_s):
                return

    return ending


def reset_before_reading(visit: Visit) -> None:
    """Waits for the first byte, so that the client's connection stands, and leaves it unread."""
    visit.sock.recv(1, socket.MSG_PEEK)
    visit.reset()


def reset_after_reading(visit: Visit) -> None:
    visit.read_request()
    visit.reset()


def hang_up_after_reading(visit: Visit) -> None:
    visit.read_request()


def silence_before_reading(visit: Visit) -> None:
    visit.stay_silent()


def silence_after_reading(visit: Visit) -> None:
    visit.read_request()
    visit.stay_silent()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class RudeServer:
    """Listens on 127.0.0.1 as long as the with block lasts.

    tls: the server's side of TLS; None for plain HTTP.
    requests: what was read to its end. connections: how often somebody came, read or not.
    """

    def __init__(self, *script: Ending, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._stopping = threading.Event()
        self._visits: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._doorman = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._doorman.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for thread in [self._doorman, *self._visits]:
            thread.join(_LONGEST_WAIT_S)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            ending = self._script[min(self.connections, len(self._script) - 1)]
            self.connections += 1
            visit = threading.Thread(target=self._receive, args=(sock, ending), daemon=True)
            self._visits.append(visit)
            visit.start()

    def _receive(self, sock: socket.socket, ending: Ending) -> None:
        sock.settimeout(_LONGEST_WAIT_S)
        with suppress(OSError), sock, self._tls.wrap_socket(sock, server_side=True) if self._tls else sock as line:
            ending(Visit(line, self.requests, self._stopping))
