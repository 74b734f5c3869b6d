"""Moto's server with one request at a time, as a process of its own: `python -m devstack.moto_process PORT`.

It writes its port as one line to standard output once it listens, and ends when its standard input does: whatever becomes of
the process that started it, even by SIGKILL, no server stays behind.
"""

import importlib
import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from devstack import logs
from devstack.moto_tuning import after_each_request, tune

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NEEDED_AT_ONCE = ("cloudformation", "dynamodb", "dynamodbstreams", "kms", "sqs", "ssm")


class OneAtATime:
    """Lets one request at a time into `app`.

    Under concurrent requests moto's transactions lose acknowledged writes: a failed one puts back a copy of the table that it
    took without a lock. A lock costs nothing that counts, for moto is bound by the interpreter's own.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """A WSGI application. The body is read first: a client that never sends its own must not hold up the others."""
        length = environ.get("CONTENT_LENGTH")
        if length and length.isdigit():
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with self._lock:
            try:
                return list(self._app(environ, start_response))
            finally:
                after_each_request()


class Handler(MotoRequestHandler):
    """Moto's own, with each answer sent in one piece. Werkzeug then closes the connection: no client can hold a thread."""

    wbufsize = -1

    def log_request(self, code: "int | str" = "-", size: "int | str" = "-") -> None:
        """Says nothing: a stack that does nothing asks for its stream and queue several times a second."""


def leave_out_quietly() -> None:
    """Moto makes no alarms, metric filters, subscriptions and bucket policies, and would say so for each one."""
    logging.getLogger("moto").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="Tried to parse")


def end_with_standard_input() -> None:
    """Ends this process when its standard input is closed."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def main(port: int) -> None:
    """Serves until standard input ends."""
    logs.to_stderr()
    leave_out_quietly()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    tune()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, OneAtATime(app), threaded=True, request_handler=Handler)
    for service in _NEEDED_AT_ONCE:  # rather now than in the first request that needs it
        importlib.import_module(f"moto.{service}.responses")
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.close()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
