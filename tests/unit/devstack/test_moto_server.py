import io
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from devstack.aws import LocalAws
from devstack.moto_process import OneAtATime
from devstack.moto_server import MotoServer, StartError
from tests.unit.devstack.waiting import eventually

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, PutTypeDef, UpdateTypeDef

ROOT = Path(__file__).parents[3]


def answers(url: str) -> bool:
    try:
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


def test_it_answers_as_soon_as_it_has_started_and_not_any_more_once_stopped() -> None:
    server = MotoServer()
    server.wait()
    assert answers(server.url)
    server.stop()
    assert not answers(server.url)
    server.stop()


def test_no_server_stays_behind_when_its_parent_is_killed() -> None:
    script = "from devstack.moto_server import MotoServer; s = MotoServer(); s.wait(); print(s.url, flush=True); input()"
    command = [sys.executable, "-c", script]
    parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert answers(url)
        parent.kill()
    assert eventually(lambda: not answers(url))


def test_a_port_in_use_is_said_and_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartError, match="moto's server ended with 1"):
        MotoServer(taken.getsockname()[1]).wait()


def test_a_server_that_never_gets_ready_is_given_up_and_ended() -> None:
    server = MotoServer()
    with pytest.raises(StartError, match="did not listen within 0 s"):
        server.wait(timeout_s=0)
    assert not Path(f"/proc/{server.pid}").exists()


def test_one_request_at_a_time_gets_in() -> None:
    # Else moto's transactions lose other clients' writes: a failed one puts back the table as it was before it began.
    second_is_in_too = threading.Barrier(2)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        with pytest.raises(threading.BrokenBarrierError):
            second_is_in_too.wait(timeout=0.1)
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    serialised = OneAtATime(application)

    def request(body: bytes) -> list[bytes]:
        environ: WSGIEnvironment = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        return list(serialised(environ, lambda *_: lambda _: None))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(request, [b"first", b"second"])) == [[b"first"], [b"second"]]


def test_a_long_poll_is_answered_at_once_for_it_would_hold_up_everybody(aws: LocalAws) -> None:
    client = aws.sqs()  # it waits 10 s for an answer
    url = client.create_queue(QueueName="polled")["QueueUrl"]
    assert "Messages" not in client.receive_message(QueueUrl=url, WaitTimeSeconds=20)


def test_old_stream_iterators_are_forgotten_and_the_newest_work(aws: LocalAws) -> None:
    client, streams = aws.dynamodb(), aws.streams()
    table = client.create_table(
        TableName="streamed",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    arn = table["TableDescription"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    wanted = [
        streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        for _ in range(120)
    ]
    assert streams.get_records(ShardIterator=wanted[-1])["Records"] == []
    with pytest.raises(ClientError):
        streams.get_records(ShardIterator=wanted[0])


def test_each_transaction_that_fails_leaves_table_and_stream_as_they_were_just_before(aws: LocalAws) -> None:
    client, streams = aws.dynamodb(), aws.streams()
    made = client.create_table(
        TableName="rolled-back",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )

    def count_up(*, fail: bool) -> None:
        table, condition = "rolled-back", f"attribute_{'' if fail else 'not_'}exists(pk)"
        counter, absent = {"pk": {"S": "counter"}}, {"pk": {"S": "absent"}}
        up: UpdateTypeDef = {"TableName": table, "Key": counter, "UpdateExpression": "ADD n :one"}
        up["ExpressionAttributeValues"] = {":one": {"N": "1"}}
        put: PutTypeDef = {"TableName": table, "Item": {"pk": {"S": f"put, failing {fail}"}}}
        check: ConditionCheckTypeDef = {"TableName": table, "Key": absent, "ConditionExpression": condition}
        client.transact_write_items(TransactItems=[{"Update": up}, {"Put": put}, {"ConditionCheck": check}])

    for _ in range(2):
        count_up(fail=False)
        with pytest.raises(ClientError, match="TransactionCanceled"):
            count_up(fail=True)
    items = {item["pk"]["S"]: item.get("n") for item in client.scan(TableName="rolled-back")["Items"]}
    assert items == {"counter": {"N": "2"}, "put, failing False": None}

    arn = made["TableDescription"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    streamed = [record["dynamodb"]["Keys"]["pk"]["S"] for record in streams.get_records(ShardIterator=start)["Records"]]
    assert [key for key in streamed if key != "counter"] == ["put, failing False"] * 2


def test_a_transaction_that_comes_again_with_its_token_is_one_and_a_failed_one_is_none(aws: LocalAws) -> None:
    client = aws.dynamodb()
    client.create_table(
        TableName="once",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def put(pk: str, token: str, condition: str) -> None:
        one: PutTypeDef = {"TableName": "once", "Item": {"pk": {"S": pk}}, "ConditionExpression": condition}
        client.transact_write_items(TransactItems=[{"Put": one}], ClientRequestToken=token)

    for _ in range(2):
        put("1", "first", "attribute_not_exists(pk)")
    with pytest.raises(ClientError, match="TransactionCanceled"):
        put("1", "second", "attribute_not_exists(pk)")
    put("2", "second", "attribute_not_exists(pk)")

    assert sorted(item["pk"]["S"] for item in client.scan(TableName="once")["Items"]) == ["1", "2"]
