"""The queue of notices: one contract for SQS and for its fake, and what SQS alone can do."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from moto import mock_aws

from chalicelib.adapters.queue import SqsQueue
from chalicelib.domain.errors import TransientError
from chalicelib.ports import IdQueue
from tests.fakes.providers import FakeQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

IDS = [f"KTP-7F3K-9QXM-2DM.{version:06}" for version in range(1, 26)]


@pytest.fixture
def client() -> Iterator["SQSClient"]:
    with mock_aws():
        client = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))
        yield client
        client.close()


@pytest.fixture
def url(client: "SQSClient") -> str:
    return client.create_queue(QueueName="kabar-test-notices")["QueueUrl"]


@dataclass
class Sqs:
    """SQS that does not take everything.

    refusals: for each call in turn, the positions in its batch that are not taken. batches, pauses: what was asked for.
    """

    client: "SQSClient"
    url: str
    refusals: Sequence[set[int]] = ()
    batches: list[list[str]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        events: Any = self.client.meta.events  # the stubs do not know that a handler can answer
        events.register("provide-client-params.sqs.SendMessageBatch", self._hold_back)
        events.register("after-call.sqs.SendMessageBatch", self._own_up)
        self.queue = SqsQueue(self.client, self.url, "notice", sleep=self.pauses.append, jitter=lambda: 1.0)

    def _refused(self) -> set[int]:
        call = len(self.batches) - 1
        return self.refusals[call] if call < len(self.refusals) else set()

    def _hold_back(self, params: dict[str, Any], **_: object) -> dict[str, Any]:
        self.batches.append([json.loads(entry["MessageBody"])["notice"] for entry in params["Entries"]])
        kept = [entry for entry in params["Entries"] if int(entry["Id"]) not in self._refused()]
        return {**params, "Entries": kept or [{"Id": "999", "MessageBody": json.dumps({"notice": "nobody's"})}]}

    def _own_up(self, parsed: dict[str, Any], **_: object) -> None:
        failed = [{"Id": str(n), "SenderFault": False, "Code": "InternalError"} for n in sorted(self._refused())]
        parsed["Failed"] = parsed.get("Failed", []) + failed

    def ids(self) -> list[str]:
        found: list[str] = []
        while messages := self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"])["notice"] for message in messages]
        return [each for each in found if each != "nobody's"]


@pytest.fixture(params=["sqs", "fake"])
def either(request: pytest.FixtureRequest) -> tuple[IdQueue, Callable[[], list[str]]]:
    """A queue, and how to look into it."""
    if request.param == "fake":
        fake = FakeQueue()
        return fake, fake.take
    sqs = Sqs(request.getfixturevalue("client"), request.getfixturevalue("url"))
    return sqs.queue, sqs.ids


def test_every_id_is_on_the_queue(either: tuple[IdQueue, Callable[[], list[str]]]) -> None:
    queue, ids = either

    queue.enqueue(IDS)
    queue.enqueue(IDS[:1])

    assert sorted(ids()) == sorted([*IDS, IDS[0]])


def test_nothing_to_queue_is_no_error(either: tuple[IdQueue, Callable[[], list[str]]]) -> None:
    queue, ids = either

    queue.enqueue([])

    assert ids() == []


@pytest.fixture(params=["sqs", "fake"])
def broken(request: pytest.FixtureRequest) -> tuple[IdQueue, Callable[[], list[str]]]:
    """A queue that takes two of three ids, however often it is asked."""
    if request.param == "fake":
        fake = FakeQueue([2])
        return fake, fake.take
    sqs = Sqs(request.getfixturevalue("client"), request.getfixturevalue("url"), refusals=[{2}, {0}, {0}, {0}])
    return sqs.queue, sqs.ids


def test_queue_that_does_not_take_every_id_is_a_transient_error(broken: tuple[IdQueue, Callable[[], list[str]]]) -> None:
    queue, ids = broken

    with pytest.raises(TransientError):
        queue.enqueue(IDS[:3])

    assert sorted(ids()) == IDS[:2]


def test_body_is_the_notice_and_nothing_else(client: "SQSClient", url: str) -> None:
    SqsQueue(client, url, "notice").enqueue(IDS[:1])

    [message] = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"notice": IDS[0]}


def test_ids_go_in_tens(client: "SQSClient", url: str) -> None:
    sqs = Sqs(client, url)

    sqs.queue.enqueue(IDS)

    assert sqs.batches == [IDS[:10], IDS[10:20], IDS[20:]]


def test_only_what_was_not_taken_is_sent_again(client: "SQSClient", url: str) -> None:
    sqs = Sqs(client, url, refusals=[{1, 4}, {0}])

    sqs.queue.enqueue(IDS[:10])

    assert sqs.batches == [IDS[:10], [IDS[1], IDS[4]], [IDS[1]]]
    assert sorted(sqs.ids()) == IDS[:10]


def test_pauses_grow_and_end(client: "SQSClient", url: str) -> None:
    sqs = Sqs(client, url, refusals=[{0}] * 99)

    with pytest.raises(TransientError):
        sqs.queue.enqueue(IDS)

    assert sqs.pauses == [0.1, 0.2, 0.4]
    assert len(sqs.batches) == 4


ENDPOINT = "https://sqs.test"


def fails(client: "SQSClient", failure: Exception | tuple[str, int]) -> None:
    def fail(**_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        if isinstance(failure, Exception):
            raise failure
        code, status = failure
        return SimpleNamespace(status_code=status), {
            "Error": {"Code": code, "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    events: Any = client.meta.events
    events.register("before-call.sqs.SendMessageBatch", fail)


@pytest.mark.parametrize(
    "failure",
    [
        ("ThrottlingException", 400),
        ("RequestThrottled", 403),
        ("InternalFailure", 500),
        ("503", HTTPStatus.SERVICE_UNAVAILABLE),
        ReadTimeoutError(endpoint_url=ENDPOINT),
        ConnectTimeoutError(endpoint_url=ENDPOINT),
        EndpointConnectionError(endpoint_url=ENDPOINT),
        ConnectionClosedError(endpoint_url=ENDPOINT),
    ],
    ids=str,
)
def test_trouble_that_passes_is_a_transient_error(client: "SQSClient", url: str, failure: Exception | tuple[str, int]) -> None:
    fails(client, failure)

    with pytest.raises(TransientError):
        SqsQueue(client, url, "notice").enqueue(IDS)


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "AccessDenied"])
def test_operators_error_propagates(client: "SQSClient", url: str, code: str) -> None:
    fails(client, (code, 400))

    with pytest.raises(ClientError, match=code):
        SqsQueue(client, url, "notice").enqueue(IDS)
