"""The event source mapping of a table's stream: ordered batches, again and again until each has succeeded."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devstack.pumps.events import stream_event
from devstack.pumps.function import Function, InvocationError
from devstack.pumps.loop import Loop

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef, ShardTypeDef

_A_POLL_S = 0.3


@dataclass
class _Shard:
    """How far one shard has been read.

    checkpoint: the last sequence number that a handler is done with.  pending: the batch that it is not done with.
    """

    id: str
    parent: str | None = None
    checkpoint: str | None = None
    pending: list["RecordTypeDef"] = field(default_factory=list)
    failures: int = 0
    not_before_s: float = 0.0
    ended: bool = False
    """Closed, and read to its end."""


class StreamPump:
    """Reads a stream from its beginning and hands each shard's records, in their order, to a function.

    As a mapping without any setting does: what the handler returns is ignored; when it raises, the same batch comes again,
    after a growing pause and without end, and only that shard waits meanwhile. A shard is begun when its parent has ended.
    Shards take turns in one thread, where AWS invokes the function once for each at a time.
    """

    def __init__(
        self,
        streams: "DynamoDBStreamsClient",
        stream_arn: str,
        function: Function,
        *,
        batch_size: int = 100,
        poll_s: float = 0.1,
        first_backoff_s: float = 0.25,
        longest_backoff_s: float = 10.0,
    ) -> None:
        self.function = function
        self._streams = streams
        self._stream_arn = stream_arn
        self._batch_size = batch_size
        self._poll_s = poll_s
        self._first_backoff_s = first_backoff_s
        self._longest_backoff_s = longest_backoff_s
        self._shards: dict[str, _Shard] = {}
        self._shards_outdated = True
        self._lock = threading.Lock()
        self._loop = Loop("stream-pump", self.turn)

    def start(self) -> None:
        """Begins to pump, in a thread of its own."""
        self._loop.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stops after the batch in hand; returns whether that was in time."""
        return self._loop.stop(timeout_s)

    def idle(self) -> bool:
        """Whether every record of the stream, as it is now, has been handled with success."""
        if not self._lock.acquire(timeout=_A_POLL_S):
            return False
        try:
            self._discover()
            return not any(self._fetch(shard) for shard in self._begun())
        finally:
            self._lock.release()

    def turn(self) -> float:
        """Serves each shard once; returns how long to wait before the next turn."""
        with self._lock:
            self._discover()
            worked = [self._serve(shard) for shard in self._begun() if shard.not_before_s <= time.monotonic()]
        return 0.0 if any(worked) else self._poll_s

    def _discover(self) -> None:
        """Asks for the shards, at first and whenever one has come to its end."""
        if not self._shards_outdated:
            return
        for found in self._described():
            self._shards.setdefault(found["ShardId"], _Shard(found["ShardId"], found.get("ParentShardId")))
        self._shards_outdated = False

    def _described(self) -> Iterator["ShardTypeDef"]:
        page = self._streams.describe_stream(StreamArn=self._stream_arn)["StreamDescription"]
        yield from page["Shards"]
        while last := page.get("LastEvaluatedShardId"):
            page = self._streams.describe_stream(StreamArn=self._stream_arn, ExclusiveStartShardId=last)["StreamDescription"]
            yield from page["Shards"]

    def _begun(self) -> list[_Shard]:
        """The shards that are not at their end while their parents, where still known, are."""
        open_ids = {shard.id for shard in self._shards.values() if not shard.ended}
        return [shard for shard in self._shards.values() if not shard.ended and shard.parent not in open_ids]

    def _serve(self, shard: _Shard) -> bool:
        """Hands on the shard's next batch; returns whether the shard may have more to do at once."""
        if not self._fetch(shard):
            return False
        if shard.ended:
            return True
        try:
            self.function.invoke(stream_event(shard.pending, self._stream_arn))
        except InvocationError:
            backoff_s = min(self._first_backoff_s * 2 ** min(shard.failures, 20), self._longest_backoff_s)
            shard.failures += 1
            shard.not_before_s = time.monotonic() + backoff_s
            return False
        shard.checkpoint = shard.pending[-1]["dynamodb"]["SequenceNumber"]
        shard.pending = []
        shard.failures = 0
        return True

    def _fetch(self, shard: _Shard) -> bool:
        """Reads the shard's next batch unless one is in hand; returns False when there is nothing new."""
        if shard.pending:
            return True
        answer = self._streams.get_records(ShardIterator=self._iterator(shard), Limit=self._batch_size)
        shard.pending = answer["Records"]
        if not shard.pending and not answer.get("NextShardIterator"):
            shard.ended = self._shards_outdated = True
        return bool(shard.pending) or shard.ended

    def _iterator(self, shard: _Shard) -> str:
        """A new iterator for each poll: one that moto has handed out stays on the table that a rollback put aside."""
        if shard.checkpoint is None:
            return self._streams.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=shard.id, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        return self._streams.get_shard_iterator(
            StreamArn=self._stream_arn,
            ShardId=shard.id,
            ShardIteratorType="AFTER_SEQUENCE_NUMBER",
            SequenceNumber=shard.checkpoint,
        )["ShardIterator"]
