"""Taking a port before anything else is done: a stack that cannot have it says so at once."""

import os
import socket

from devstack.moto_server import StartError


def listen(port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1. port: 0 takes a free one. Callers wait in its backlog until a server accepts them.

    Raises:
        StartError: Somebody else has the port, or it is not ours to take.
    """
    try:
        return socket.create_server(("127.0.0.1", port), backlog=128)
    except OSError as error:
        raise StartError(
            f"port {port} cannot be used: {os.strerror(error.errno or 0)}. Choose another one, or 0 for any."
        ) from error
