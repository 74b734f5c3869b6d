import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from devstack.aws import LocalAws
from devstack.pumps.function import Context, Function, Handler
from devstack.pumps.stream import StreamPump
from tests.unit.devstack.fake_streams import ARN, FakeShard, FakeStreams
from tests.unit.devstack.handlers import RecordingHandler
from tests.unit.devstack.waiting import eventually


@dataclass
class Table:
    aws: LocalAws
    name: str
    stream_arn: str

    def put(self, *sort_keys: str) -> None:
        for sk in sort_keys:
            self.aws.dynamodb().put_item(TableName=self.name, Item={"pk": {"S": "p"}, "sk": {"S": sk}})

    def delete(self, sk: str) -> None:
        self.aws.dynamodb().delete_item(TableName=self.name, Key={"pk": {"S": "p"}, "sk": {"S": sk}})

    def pump(self, handler: Handler, *, batch_size: int = 100, first_backoff_s: float = 0) -> StreamPump:
        function = Function("dispatch", handler)
        return StreamPump(
            self.aws.streams(), self.stream_arn, function, batch_size=batch_size, first_backoff_s=first_backoff_s, poll_s=0.01
        )


@pytest.fixture
def table(aws: LocalAws, request: pytest.FixtureRequest) -> Table:
    name = request.node.originalname
    made = aws.dynamodb().create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    return Table(aws, name, made["TableDescription"]["LatestStreamArn"])


def fake_pump(streams: FakeStreams, handler: Handler, *, batch_size: int = 100) -> StreamPump:
    return StreamPump(streams.as_client(), ARN, Function("dispatch", handler), batch_size=batch_size, first_backoff_s=0)


def turns(pump: StreamPump, count: int) -> None:
    for _ in range(count):
        pump.turn()


def test_what_the_stream_held_before_comes_in_order_in_batches_of_at_most_the_batch_size(table: Table) -> None:
    handler = RecordingHandler()
    table.put("1", "2", "3", "4", "5")
    turns(table.pump(handler, batch_size=2), 4)
    assert handler.keys == [["1", "2"], ["3", "4"], ["5"]]


def test_a_turn_that_found_work_is_followed_at_once_and_one_that_found_none_after_a_pause(table: Table) -> None:
    pump = table.pump(RecordingHandler())
    table.put("1")
    assert pump.turn() == 0
    assert pump.turn() == 0.01


def test_a_record_has_the_shape_that_lambda_gets(table: Table) -> None:
    handler = RecordingHandler()
    before = int(time.time())
    table.put("NOTICE#1")
    table.delete("NOTICE#1")
    table.pump(handler).turn()
    inserted, removed = handler.events[0]["Records"]
    assert (inserted["eventName"], removed["eventName"]) == ("INSERT", "REMOVE")
    assert len(inserted.pop("eventID")) == 32
    assert before <= inserted["dynamodb"].pop("ApproximateCreationDateTime") <= time.time()
    assert inserted["dynamodb"].pop("SequenceNumber").isdigit()
    assert inserted["dynamodb"].pop("SizeBytes") > 0
    assert inserted == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "ap-southeast-3",
        "dynamodb": {"Keys": {"pk": {"S": "p"}, "sk": {"S": "NOTICE#1"}}, "StreamViewType": "KEYS_ONLY"},
        "eventSourceARN": table.stream_arn,
    }


def test_after_an_error_the_same_batch_comes_again_before_anything_newer(table: Table) -> None:
    handler = RecordingHandler()
    pump = table.pump(handler)
    table.put("1", "2")
    handler.fail_next = 3
    pump.turn()
    table.put("3")
    turns(pump, 4)
    assert handler.keys == [["1", "2"]] * 4 + [["3"]]
    assert len({context.aws_request_id for context in handler.contexts}) == 5


def test_a_failed_batch_waits_before_it_comes_again(table: Table) -> None:
    handler = RecordingHandler()
    pump = table.pump(handler, first_backoff_s=60)
    table.put("1")
    handler.fail_next = 1
    turns(pump, 3)
    assert handler.keys == [["1"]]
    assert not pump.idle()


@pytest.mark.parametrize(("first_s", "longest_s"), [(1e-12, 10), (3600, 0)])
def test_the_pause_after_errors_is_bounded_and_the_attempts_are_not(first_s: float, longest_s: float) -> None:
    handler = RecordingHandler()
    handler.poison = {"bad"}
    streams = FakeStreams([FakeShard("a", ["bad"])])
    function = Function("dispatch", handler)
    pump = StreamPump(streams.as_client(), ARN, function, first_backoff_s=first_s, longest_backoff_s=longest_s)
    turns(pump, 2000)
    assert handler.keys == [["bad"]] * 2000


def test_what_the_handler_returns_is_ignored_for_the_mapping_did_not_ask_for_it(table: Table) -> None:
    handler = RecordingHandler(returns={"batchItemFailures": [{"itemIdentifier": "1"}]})
    table.put("1")
    turns(table.pump(handler), 3)
    assert handler.keys == [["1"]]


def test_no_record_is_skipped_when_a_failed_transaction_is_rolled_back(table: Table) -> None:
    handler = RecordingHandler()
    pump = table.pump(handler)
    table.put("1")
    pump.turn()
    absent = {"pk": {"S": "absent"}, "sk": {"S": "absent"}}
    with pytest.raises(ClientError, match="TransactionCanceled"):
        table.aws.dynamodb().transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table.name, "Item": {"pk": {"S": "p"}, "sk": {"S": "refused"}}}},
                {"ConditionCheck": {"TableName": table.name, "Key": absent, "ConditionExpression": "attribute_exists(pk)"}},
            ]
        )
    pump.turn()
    table.put("2")
    turns(pump, 2)
    assert handler.keys == [["1"], ["2"]]


def test_a_poison_record_blocks_its_own_shard_only() -> None:
    handler = RecordingHandler()
    handler.poison = {"bad"}
    streams = FakeStreams([FakeShard("a", ["bad"]), FakeShard("b", ["1"])])
    pump = fake_pump(streams, handler)
    pump.turn()
    streams.shards[0].sort_keys.append("behind")
    streams.shards[1].sort_keys.append("2")
    turns(pump, 3)
    assert [keys for keys in handler.keys if keys != ["bad"]] == [["1"], ["2"]]
    assert handler.keys.count(["bad"]) == 4


def test_the_shards_after_a_split_are_begun_when_their_parent_is_at_its_end() -> None:
    handler = RecordingHandler()
    parent = FakeShard("parent", ["1", "2"])
    streams = FakeStreams([parent])
    pump = fake_pump(streams, handler, batch_size=1)
    pump.turn()
    parent.closed = True
    streams.shards += [FakeShard("left", ["3"], parent="parent"), FakeShard("right", ["4"], parent="parent")]
    handler.fail_next = 2
    turns(pump, 3)
    assert handler.keys == [["1"], ["2"], ["2"], ["2"]]
    assert not pump.idle()
    turns(pump, 2)
    assert handler.keys[4:] == [["3"], ["4"]]
    assert pump.idle()


def test_a_split_that_was_there_from_the_start_is_read_from_the_oldest_shard() -> None:
    handler = RecordingHandler()
    streams = FakeStreams(
        [
            FakeShard("c", ["4"], parent="b"),
            FakeShard("b", ["2", "3"], parent="a", closed=True),
            FakeShard("a", ["1"], parent="trimmed", closed=True),
        ]
    )
    turns(fake_pump(streams, handler), 5)
    assert handler.keys == [["1"], ["2", "3"], ["4"]]


def test_it_is_idle_only_when_every_record_that_there_is_has_been_handled(table: Table) -> None:
    handler = RecordingHandler()
    pump = table.pump(handler)
    assert pump.idle()
    table.put("1")
    assert not pump.idle()
    handler.fail_next = 1
    pump.turn()
    assert not pump.idle()
    pump.turn()
    assert pump.idle()
    assert handler.keys == [["1"], ["1"]]


def test_records_that_a_handler_itself_causes_are_not_overlooked(table: Table) -> None:
    def echo(event: dict[str, Any], _: Context) -> None:
        if event["Records"][0]["dynamodb"]["Keys"]["sk"]["S"] == "cause":
            table.put("effect")

    pump = table.pump(echo)
    table.put("cause")
    pump.turn()
    assert not pump.idle()


def test_it_is_not_idle_while_a_handler_runs(table: Table) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(_: dict[str, Any], __: Context) -> None:
        inside.set()
        assert leave.wait(5)

    pump = table.pump(slow)
    table.put("1")
    pump.start()
    assert inside.wait(5)
    assert not pump.idle()
    leave.set()
    assert eventually(pump.idle)
    assert pump.stop()


def test_a_stopped_pump_leaves_the_next_records_alone(table: Table) -> None:
    handler = RecordingHandler()
    pump = table.pump(handler)
    pump.start()
    table.put("1")
    assert eventually(lambda: handler.keys == [["1"]])
    assert pump.stop()
    table.put("2")
    assert not pump.idle()
    assert handler.keys == [["1"]]
