"""What a moto that runs for hours behind one lock needs changed."""

import copy
from functools import lru_cache
from typing import Any, TypeVar

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sqs.models import SQSBackend

_ITERATORS_KEPT = 100
_TRANSACTIONS_KEPT = 1000

_copies: dict[int, Table] = {}
"""id of a table → its copy, made by the request at hand."""

Copied = TypeVar("Copied", Table, StreamShard)


def tune() -> None:
    """Changes moto, once for the process."""
    _find_each_service_once()
    _answer_polls_at_once()
    _know_transactions_again()
    _copy_tables_once_and_streams_not_at_all()


def after_each_request() -> None:
    """Lets go of what only the request at hand needed, and of old stream iterators.

    Moto keeps every iterator for ever, and a stream pump makes eight a second.
    """
    _copies.clear()
    for regions in dynamodbstreams_backends.values():
        for backend in regions.values():
            while len(backend.shard_iterators) > _ITERATORS_KEPT:
                del backend.shard_iterators[next(iter(backend.shard_iterators))]


def _find_each_service_once() -> None:
    """Moto tries the patterns of all its services at each request's host."""
    find = DomainDispatcherApplication.get_backend_for_host
    DomainDispatcherApplication.get_backend_for_host = lru_cache(maxsize=256)(find)  # type: ignore[method-assign]


def _answer_polls_at_once() -> None:
    """Makes every SQS long poll a short one: moto waits inside the request, and would hold the lock all the while."""
    receive = SQSBackend.receive_message

    def receive_at_once(
        self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **kwargs: Any
    ) -> Any:
        del wait_seconds_timeout
        return receive(self, queue_name, count, 0, *args, **kwargs)

    SQSBackend.receive_message = receive_at_once  # type: ignore[method-assign]  # moto has no setting for it


def _know_transactions_again() -> None:
    """Makes a transaction that comes again with its ClientRequestToken one transaction.

    It comes again when the answer took too long, as on a busy machine; moto would refuse it for its own writes.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """
    write, done = DynamoHandler.transact_write_items, dict[str, ActionResult]()

    def write_once(self: DynamoHandler) -> ActionResult:
        token = self.body.get("ClientRequestToken")
        if token is None:
            return write(self)
        if token not in done:
            done[token] = write(self)
            while len(done) > _TRANSACTIONS_KEPT:
                del done[next(iter(done))]
        return done[token]

    DynamoHandler.transact_write_items = write_once  # type: ignore[method-assign]


def _copy_tables_once_and_streams_not_at_all() -> None:
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

    Table.__deepcopy__ = copied_table  # type: ignore[attr-defined]  # copy.deepcopy asks for it
    StreamShard.__deepcopy__ = copied_shard  # type: ignore[attr-defined]


def _copied(original: Copied, memo: dict[int, object]) -> Copied:
    """A deep copy as copy.deepcopy makes it of an object without a method for it."""
    other = memo[id(original)] = object.__new__(type(original))
    vars(other).update(copy.deepcopy(vars(original), memo))
    return other
