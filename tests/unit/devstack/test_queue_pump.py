import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest

from devstack.aws import LocalAws
from devstack.pumps.function import Context, Function, Handler
from devstack.pumps.queue import QueuePump
from tests.unit.devstack.handlers import RecordingHandler
from tests.unit.devstack.waiting import eventually


@dataclass
class Queue:
    """A queue that gives a message up after its third delivery. Its visibility timeout is an hour, or nothing at all."""

    aws: LocalAws
    url: str
    dead_letters_url: str

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.aws.sqs().send_message(QueueUrl=self.url, MessageBody=body)

    def comes_back_at_once(self) -> None:
        self.aws.sqs().set_queue_attributes(QueueUrl=self.url, Attributes={"VisibilityTimeout": "0"})

    def dead_letters(self) -> list[str]:
        found = self.aws.sqs().receive_message(QueueUrl=self.dead_letters_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in found.get("Messages", [])]

    def pump(
        self, handler: Handler, *, batch_size: int = 1, maximum_concurrency: int = 2, redelivery_delay_s: int | None = None,
        poll_s: float = 0.01,
    ) -> QueuePump:  # fmt: skip
        return QueuePump(
            self.aws.sqs(),
            self.url,
            Function("deliver", handler),
            batch_size=batch_size,
            maximum_concurrency=maximum_concurrency,
            poll_s=poll_s,
            redelivery_delay_s=redelivery_delay_s,
        )


@pytest.fixture
def queue(aws: LocalAws, request: pytest.FixtureRequest) -> Queue:
    sqs = aws.sqs()
    name = request.node.originalname[:70]
    dead_letters_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_letters_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "3600", "RedrivePolicy": redrive})["QueueUrl"]
    return Queue(aws, url, dead_letters_url)


def turns(pump: QueuePump, count: int) -> None:
    for _ in range(count):
        pump.turn()


def test_a_message_is_handled_once_and_deleted(queue: Queue) -> None:
    handler = RecordingHandler()
    queue.comes_back_at_once()
    queue.send("a")
    pump = queue.pump(handler)
    assert pump.turn() == 0
    assert pump.turn() == 0.01
    assert handler.bodies == [["a"]]
    assert queue.dead_letters() == []


def test_a_message_has_the_shape_that_lambda_gets(queue: Queue) -> None:
    handler = RecordingHandler()
    queue.aws.sqs().send_message(
        QueueUrl=queue.url,
        MessageBody='{"notice":"KTP-7F3K-9QXM-2DM.3"}',
        MessageAttributes={"cause": {"StringValue": "sweep", "DataType": "String"}},
    )
    queue.pump(handler).turn()
    (record,) = handler.events[0]["Records"]
    assert record.pop("receiptHandle")
    assert len(record.pop("md5OfMessageAttributes")) == 32
    assert len(record.pop("messageId")) == 36
    attributes = record.pop("attributes")
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes.keys() == {"ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    assert all(isinstance(value, str) for value in attributes.values())
    assert record == {
        "body": '{"notice":"KTP-7F3K-9QXM-2DM.3"}',
        "messageAttributes": {
            "cause": {"stringValue": "sweep", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
        },
        "md5OfBody": "f5353d40ee65ee4e1196a20dead28339",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ap-southeast-3:123456789012:{queue.url.rsplit('/', 1)[1]}",
        "awsRegion": "ap-southeast-3",
    }


def test_after_an_error_the_message_waits_out_the_visibility_timeout(queue: Queue) -> None:
    handler = RecordingHandler()
    handler.fail_next = 1
    queue.send("a")
    pump = queue.pump(handler)
    turns(pump, 3)
    assert handler.bodies == [["a"]]
    assert not pump.idle()


def test_after_an_error_the_message_comes_again_with_its_receive_count(queue: Queue) -> None:
    handler = RecordingHandler()
    handler.fail_next = 1
    queue.comes_back_at_once()
    queue.send("a")
    turns(queue.pump(handler), 3)
    assert [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in handler.events] == ["1", "2"]


def test_a_shorter_redelivery_can_be_asked_for(queue: Queue) -> None:
    handler = RecordingHandler()
    handler.fail_next = 1
    queue.send("a")
    turns(queue.pump(handler, redelivery_delay_s=0), 3)
    assert handler.bodies == [["a"], ["a"]]


def test_a_message_that_fails_too_often_becomes_a_dead_letter_and_the_next_one_is_handled(queue: Queue) -> None:
    handler = RecordingHandler()
    handler.fail_next = 3
    queue.send("poison")
    pump = queue.pump(handler, redelivery_delay_s=0)
    turns(pump, 5)
    assert handler.bodies == [["poison"]] * 3
    assert queue.dead_letters() == ["poison"]
    assert pump.idle()
    queue.send("next")
    pump.turn()
    assert handler.bodies[3:] == [["next"]]


def test_an_error_brings_the_whole_batch_again_and_what_is_returned_is_ignored(queue: Queue) -> None:
    handler = RecordingHandler(returns={"batchItemFailures": [{"itemIdentifier": "x"}]})
    handler.fail_next = 1
    queue.send("a", "b")
    turns(queue.pump(handler, batch_size=10, redelivery_delay_s=0), 4)
    assert [sorted(bodies) for bodies in handler.bodies] == [["a", "b"]] * 2


def test_it_is_idle_only_when_no_message_is_left_in_any_state(queue: Queue) -> None:
    handler = RecordingHandler()
    pump = queue.pump(handler)
    assert pump.idle()
    queue.aws.sqs().send_message(QueueUrl=queue.url, MessageBody="late", DelaySeconds=900)
    assert not pump.idle()
    queue.aws.sqs().purge_queue(QueueUrl=queue.url)
    queue.send("a")
    assert not pump.idle()
    pump.turn()
    assert pump.idle()


def test_as_many_handlers_run_at_once_as_the_mapping_allows_and_it_is_not_idle_meanwhile(queue: Queue) -> None:
    both_inside, leave = threading.Barrier(3), threading.Event()

    def slow(_: dict[str, Any], __: Context) -> None:
        both_inside.wait(5)
        assert leave.wait(5)

    pump = queue.pump(slow, maximum_concurrency=2)
    queue.send("a", "b", "c")
    pump.start()
    both_inside.wait(5)
    assert pump.function.running == 2
    queue.aws.sqs().purge_queue(QueueUrl=queue.url)
    assert not pump.idle()
    leave.set()
    assert eventually(pump.idle)
    assert pump.stop()


def test_stopping_waits_for_the_message_in_hand_and_takes_no_further_one(queue: Queue) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(_: dict[str, Any], __: Context) -> None:
        inside.set()
        assert leave.wait(5)

    pump = queue.pump(slow, maximum_concurrency=1)
    queue.send("a", "b")
    pump.start()
    assert inside.wait(5)
    assert not pump.stop(timeout_s=0.05)
    leave.set()
    assert pump.stop()
    assert pump.function.invocations == 1
    counts = queue.aws.sqs().get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("1", "0")


def test_an_empty_queue_is_looked_at_by_one_thread_and_a_full_one_by_all(queue: Queue) -> None:
    handler = RecordingHandler()
    pump = queue.pump(handler, poll_s=0.5)
    assert pump.turn() == 0.5
    queue.send("1", "2")
    wait_s = pump.turn()
    assert 0 < wait_s <= 0.5
    assert handler.bodies == []
    time.sleep(wait_s)
    assert (pump.turn(), pump.turn(), pump.turn()) == (0.0, 0.0, 0.5)
    assert sorted(handler.bodies) == [["1"], ["2"]]
