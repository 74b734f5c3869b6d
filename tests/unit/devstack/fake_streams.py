"""DynamoDB Streams in memory, with as many shards as a test wants, two to a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

ARN = "arn:aws:dynamodb:ap-southeast-3:123456789012:table/t/stream/2026-01-01T00:00:00.000"


@dataclass
class FakeShard:
    id: str
    sort_keys: list[str] = field(default_factory=list)
    parent: str | None = None
    closed: bool = False


class FakeStreams:
    def __init__(self, shards: Sequence[FakeShard]) -> None:
        self.shards = list(shards)

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str | None = None) -> Mapping[str, Any]:  # noqa: N803  # AWS's
        assert StreamArn == ARN
        start = next((n + 1 for n, shard in enumerate(self.shards) if shard.id == ExclusiveStartShardId), 0)
        page = self.shards[start : start + 2]
        shown = [{"ShardId": shard.id} | ({"ParentShardId": shard.parent} if shard.parent else {}) for shard in page]
        more = {"LastEvaluatedShardId": page[-1].id} if start + 2 < len(self.shards) else {}
        return {"StreamDescription": {"Shards": shown, **more}}

    def get_shard_iterator(
        self,
        *,
        StreamArn: str,  # noqa: N803
        ShardId: str,  # noqa: N803
        ShardIteratorType: str,  # noqa: N803
        SequenceNumber: str = "-1",  # noqa: N803
    ) -> Mapping[str, Any]:
        assert StreamArn == ARN
        assert ShardIteratorType == ("TRIM_HORIZON" if SequenceNumber == "-1" else "AFTER_SEQUENCE_NUMBER")
        return {"ShardIterator": f"{ShardId}:{int(SequenceNumber) + 1}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> Mapping[str, Any]:  # noqa: N803
        shard_id, position = ShardIterator.split(":")
        shard = next(shard for shard in self.shards if shard.id == shard_id)
        start = int(position)
        records = [self._record(number, sk) for number, sk in enumerate(shard.sort_keys)][start : start + Limit]
        at_its_end = shard.closed and start + len(records) >= len(shard.sort_keys)
        return {"Records": records} | ({} if at_its_end else {"NextShardIterator": f"{shard_id}:{start + len(records)}"})

    @staticmethod
    def _record(number: int, sk: str) -> dict[str, Any]:
        return {
            "eventID": f"{number:032x}",
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "ap-southeast-3",
            "dynamodb": {
                "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
                "Keys": {"pk": {"S": "p"}, "sk": {"S": sk}},
                "SequenceNumber": str(number),
                "SizeBytes": 10,
                "StreamViewType": "KEYS_ONLY",
            },
        }

    def as_client(self) -> "DynamoDBStreamsClient":
        return cast("DynamoDBStreamsClient", self)
