"""Moto's server with one request at a time, as a process of its own: `python -m devstack.moto_process PORT`.

It writes its port as one line to standard output once it listens, and ends when its standard input does: whatever becomes of
the process that started it, even by SIGKILL, no server stays behind.
"""

import copy
import importlib
import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sqs.models import SQSBackend
from werkzeug.serving import make_server

from devstack import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NEEDED_AT_ONCE = ("cloudformation", "dynamodb", "dynamodbstreams", "kms", "sqs", "ssm")
_ITERATORS_KEPT = 100

Copied = TypeVar("Copied", Table, StreamShard)


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
                _copies.clear()
                forget_old_iterators()


class Handler(MotoRequestHandler):
    """Moto's own, with each answer sent in one piece. Werkzeug then closes the connection: no client can hold a thread."""

    wbufsize = -1

    def log_request(self, code: "int | str" = "-", size: "int | str" = "-") -> None:
        """Says nothing: a stack that does nothing asks for its stream and queue several times a second."""


def forget_old_iterators() -> None:
    """Drops all but the newest stream iterators; moto keeps each for ever, and a stream pump makes eight a second."""
    for regions in dynamodbstreams_backends.values():
        for backend in regions.values():
            while len(backend.shard_iterators) > _ITERATORS_KEPT:
                del backend.shard_iterators[next(iter(backend.shard_iterators))]


_copies: dict[int, Table] = {}
"""id of a table → its copy, made by the request at hand."""


def copy_tables_once_and_streams_not_at_all() -> None:
    """Makes transactions ten times as fast, and as fast after an hour as at first.

    A transaction copies its table once for each of its items, before it touches any, and with it all that its stream ever held.
    Stream records never change.
    """

    def copied_table(self: Table, memo: dict[int, object]) -> Table:
        if id(self) not in _copies:
            _copies[id(self)] = _copied(self, memo)
        return _copies[id(self)]

    def copied_shard(self: StreamShard, memo: dict[int, object]) -> StreamShard:
        memo[id(self.items)] = list(self.items)
        return _copied(self, memo)

    Table.__deepcopy__ = copied_table  # type: ignore[attr-defined]
    StreamShard.__deepcopy__ = copied_shard  # type: ignore[attr-defined]


def _copied(original: Copied, memo: dict[int, object]) -> Copied:
    """A deep copy as copy.deepcopy makes it of an object without a method for it."""
    other = memo[id(original)] = object.__new__(type(original))
    vars(other).update(copy.deepcopy(vars(original), memo))
    return other


def answer_polls_at_once() -> None:
    """Makes every SQS long poll a short one: moto waits inside the request, and would hold the lock all the while."""
    receive = SQSBackend.receive_message

    def receive_at_once(
        self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **kwargs: Any
    ) -> Any:
        del wait_seconds_timeout
        return receive(self, queue_name, count, 0, *args, **kwargs)

    SQSBackend.receive_message = receive_at_once  # type: ignore[method-assign]  # moto has no setting for it


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
    answer_polls_at_once()
    copy_tables_once_and_streams_not_at_all()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", port, OneAtATime(app), threaded=True, request_handler=Handler)
    for service in _NEEDED_AT_ONCE:  # rather now than in the first request that needs it
        importlib.import_module(f"moto.{service}.responses")
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.close()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
