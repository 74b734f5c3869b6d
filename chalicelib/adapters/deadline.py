"""The end of an exchange over a socket, however slowly the other side drips."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def deadline(sock: socket.socket, timeout_s: float) -> Iterator[threading.Event]:
    """Breaks the connection off after `timeout_s`; yields the event that tells so.

    A socket's own timeout starts anew with each byte that arrives, so a server that drips could hold it forever.
    """
    passed = threading.Event()

    def break_off() -> None:
        passed.set()
        with suppress(OSError):
            # Not SSLSocket.shutdown, which takes the TLS state away from under the reader.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s, break_off)
    timer.daemon = True
    sock.settimeout(timeout_s)
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()
