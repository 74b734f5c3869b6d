"""Faults below HTTP: connections that hang, and connections that break."""

import os
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping

from werkzeug.wrappers import Response

HOLD_LIMIT_S = 30.0
_POLL_S = 0.05
_LINGER_NOT = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: closing sends RST in place of FIN


class Wire:
    """What can go wrong with a caller's connection. `close` ends every wait.

    It needs the caller's socket, which werkzeug's own server hands over as `werkzeug.socket`; under another server a hung
    caller is held for the whole `hold_limit_s`, and a broken connection is whatever that server makes of an error.
    """

    def __init__(self, hold_limit_s: float = HOLD_LIMIT_S) -> None:
        self._closing = threading.Event()
        self._hold_limit_s = hold_limit_s

    def close(self) -> None:
        """Lets all callers go."""
        self._closing.set()

    def pause(self, seconds: float) -> None:
        """Waits."""
        self._closing.wait(seconds)

    def hang(self, environ: Mapping[str, object]) -> Response:
        """Says nothing until the caller gives up, or for the limit; then the connection breaks."""
        caller = environ.get("werkzeug.socket")
        until = time.monotonic() + self._hold_limit_s
        while time.monotonic() < until and not self._closing.wait(_POLL_S):
            if isinstance(caller, socket.socket) and _gave_up(caller):
                break
        return self.reset(environ)

    def reset(self, environ: Mapping[str, object]) -> Response:
        """Breaks the connection with RST, without an answer."""
        caller = environ.get("werkzeug.socket")
        if isinstance(caller, socket.socket):
            _reset(caller)
        return Response(_broken())


def _gave_up(caller: socket.socket) -> bool:
    readable, _, _ = select.select([caller], [], [], 0)
    if not readable:
        return False
    try:
        return caller.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _reset(caller: socket.socket) -> None:
    """Closes the connection under the server's hands; the server goes on with a dead socket in its place, and sees its end."""
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    dead, other = socket.socketpair()
    with dead, other:
        os.dup2(dead.fileno(), caller.fileno())


def _broken() -> Iterator[bytes]:
    """A body whose first byte never comes. Servers take the error for a caller that left, and write nothing."""
    raise ConnectionResetError
    yield b""
