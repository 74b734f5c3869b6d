"""A WSGI application served in threads by werkzeug."""

import socket
import threading
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _Handler(WSGIRequestHandler):
    wbufsize = -1  # see devstack.api_server

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the application tells what matters."""


class WsgiServer:
    """Serves `app` on a socket that listens already, and that is its own from then on."""

    def __init__(self, app: "WSGIApplication", listening: socket.socket, name: str) -> None:
        # werkzeug takes a copy of the descriptor
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Handler, fd=listening.fileno())
        listening.close()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name=name, daemon=True)

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Closes the port, and gives up answers that are under way."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
