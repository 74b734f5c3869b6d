"""The three engines that carry out the Store's contract, each with a table of its own."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.ports import Key, Store
from tests.adapters import backing
from tests.fakes.store import FakeStore, StreamRecord

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

TABLE = "kabar-contract"
CONFIG = Config(
    account_id_endpoint_mode="disabled",  # moto's streams know no endpoint with an account in it
    proxies={},
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 1},
)


ENGINES = ("fake", "moto", pytest.param("dynamodb-local", marks=pytest.mark.dynamodb_local))


def without_moto(_reason: str) -> pytest.MarkDecorator:
    """Leaves moto out of a test, when `moto_differs` will not do since moto may pass by chance or in some of the cases."""
    return pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "moto"], indirect=True)


class SettableClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def in_seconds(self, seconds: int) -> int:
        """A moment that is this far away, in epoch seconds."""
        return int(self.now.timestamp()) + seconds


@dataclass(frozen=True)
class Engine:
    """A store, and what its stream has told so far."""

    name: str
    store: Store
    stream: Callable[[], list[StreamRecord]]


def fake(clock: SettableClock) -> Engine:
    store = FakeStore(clock)
    return Engine("fake", store, lambda: list(store.inserted))


@contextmanager
def moto(clock: SettableClock) -> Iterator[Engine]:
    with mock_aws(), _table(None) as client:
        yield _engine("moto", client, clock, boto3.client("dynamodbstreams", config=CONFIG))


@contextmanager
def dynamodb_local(url: str, clock: SettableClock) -> Iterator[Engine]:
    with _table(url) as client:
        streams = boto3.client("dynamodbstreams", config=CONFIG, endpoint_url=url)
        yield _engine("dynamodb-local", client, clock, streams)


@contextmanager
def _table(url: str | None) -> "Iterator[DynamoDBClient]":
    client = boto3.client("dynamodb", config=CONFIG, endpoint_url=url)
    client.create_table(**backing.create_table_arguments(TABLE))
    try:
        yield client
    finally:
        client.delete_table(TableName=TABLE)
        client.close()


def _engine(name: str, client: "DynamoDBClient", clock: SettableClock, streams: "DynamoDBStreamsClient") -> Engine:
    return Engine(name, DynamoStore(client, TABLE, clock, rng=random.Random(1)), lambda: _records(client, streams))


def _records(client: "DynamoDBClient", streams: "DynamoDBStreamsClient") -> list[StreamRecord]:
    """All records of the table's stream. A table as small and young as a test's has one shard, or a few that are short."""
    arn = client.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    records: list[StreamRecord] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        page = streams.get_records(ShardIterator=iterator["ShardIterator"])
        records += [_record(record) for record in page["Records"]]
    return records


def _record(record: Any) -> StreamRecord:
    keys = record["dynamodb"]["Keys"]
    return StreamRecord(record["eventName"], Key(keys["pk"]["S"], keys["sk"]["S"]))
