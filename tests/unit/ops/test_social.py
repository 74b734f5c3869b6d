"""What social could not take comes back to it, and leaves the dead letters only after that."""

import json
from typing import Any

import pytest

from ops import social
from tests.unit.entry.test_social_events import TOPIC, event, wrapped

URL = "https://sqs.invalid/kabar-prod-social-dead"
EVENT = event(wrapped("{}"))


class Queue:
    """SQS, with one queue. steps: what was done, in order."""

    def __init__(self, *bodies: str) -> None:
        self.bodies = dict(enumerate(bodies))
        self.steps: list[str] = []
        self._told: set[int] = set()

    def receive_message(self, **_: Any) -> dict[str, Any]:
        found = [number for number in self.bodies if number not in self._told]
        self._told.update(found)
        return {
            "Messages": [
                {
                    "MessageId": str(number), "ReceiptHandle": str(number), "Body": self.bodies[number],
                    "Attributes": {"SentTimestamp": "1795489200000"},
                }
                for number in found
            ]
        }  # fmt: skip

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        assert QueueUrl == URL
        self.steps.append("deleted")
        del self.bodies[int(ReceiptHandle)]

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        """Lambda's, so that the order of the two is known."""
        assert (FunctionName, InvocationType) == ("kabar-prod-social", "Event")
        self.steps.append("invoked")
        self.steps.append(json.loads(Payload)["Records"][0]["Sns"]["Message"])


def failed(payload: Any) -> str:
    """As Lambda hands it to a failure destination."""
    return json.dumps({"version": "1.0", "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": payload})


def undelivered() -> str:
    """As SNS hands it to a subscription's dead letters."""
    return json.dumps({"Type": "Notification", "MessageId": "m-2", "TopicArn": TOPIC, "Message": "{}"})


@pytest.mark.parametrize("body", [failed(EVENT), undelivered()])
def test_an_event_is_with_lambda_before_it_leaves_the_dead_letters(body: str) -> None:
    queue = Queue(body)

    assert social.redrive(queue, queue, "prod", URL) == (1, 0)

    message = EVENT["Records"][0]["Sns"]["Message"] if "requestPayload" in body else "{}"
    assert queue.steps == ["invoked", message, "deleted"]
    assert queue.bodies == {}


def test_what_lambda_does_not_take_stays() -> None:
    class Down(Queue):
        def invoke(self, **_: Any) -> None:
            raise RuntimeError("Lambda is down")

    queue = Down(failed(EVENT))
    with pytest.raises(RuntimeError):
        social.redrive(queue, queue, "prod", URL)
    assert len(queue.bodies) == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"x"',
        "{}",
        '{"requestPayload": {}}',
        '{"requestPayload": {"Records": []}}',
        '{"Message": 1}',
    ],
)
def test_what_is_no_event_is_left_and_stops_none_behind_it(body: str) -> None:
    queue = Queue(body, failed(EVENT))

    assert social.redrive(queue, queue, "prod", URL) == (1, 1)
    assert list(queue.bodies.values()) == [body]


def test_nothing_of_an_event_is_told_but_snss_id_of_it() -> None:
    known, unknown = social.read(Queue(failed(EVENT), "{"), URL)
    assert known.id == EVENT["Records"][0]["Sns"]["MessageId"]
    assert (unknown.id, unknown.event) == ("?", None)
