"""The three engines that carry out the Store's contract, each with a table of its own."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.config import Config

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


def excuse_moto(request: pytest.FixtureRequest) -> None:
    """Expects the test to fail when it is marked `moto_differs`; strictly, so that an excuse no longer needed is noticed."""
    marker = request.node.get_closest_marker("moto_differs")
    if marker is not None:
        request.applymarker(pytest.mark.xfail(reason=marker.args[0], strict=True))


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


class Clients(NamedTuple):
    """What talks to one endpoint."""

    table: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"


@cache
def clients(url: str) -> Clients:
    return Clients(new_client(url), boto3.client("dynamodbstreams", config=CONFIG, endpoint_url=url))


def new_client(url: str) -> "DynamoDBClient":
    """One that nobody else uses, so that hooks may be put on it."""
    return boto3.client("dynamodb", config=CONFIG, endpoint_url=url)


@contextmanager
def dynamo(name: str, url: str, clock: SettableClock) -> Iterator[Engine]:
    """The real adapter on a new table at an endpoint that speaks as DynamoDB does."""
    client, streams = clients(url)
    with fresh_table(client):
        store = DynamoStore(client, TABLE, clock, rng=random.Random(1))
        yield Engine(name, store, lambda: _records(client, streams))


@contextmanager
def fresh_table(client: "DynamoDBClient") -> Iterator[None]:
    client.create_table(**backing.create_table_arguments(TABLE))
    try:
        yield
    finally:
        client.delete_table(TableName=TABLE)


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
