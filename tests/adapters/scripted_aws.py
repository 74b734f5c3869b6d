"""DynamoDB's answers by script: raw HTTP, put in botocore's hands just where the network begins."""

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Answer: TypeAlias = Callable[[AWSPreparedRequest], AWSResponse | None]
"""Answers a request, raises what the network would, or lets it pass to the endpoint by None."""

NOWHERE = "http://127.0.0.1:1"


class _Body(BytesIO):
    def stream(self, **_options: Any) -> Any:
        yield self.read()


def http(status: int, body: bytes) -> Answer:
    """Any answer at all."""
    return lambda request: AWSResponse(request.url, status, HTTPHeaders(), _Body(body))


def success(**body: Any) -> Answer:
    return http(200, json.dumps(body).encode())


def error(code: str, status: int = 400, message: str = "", **more: Any) -> Answer:
    """A refusal as DynamoDB words it. more: what some of its errors hold beside."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, "Message": message, **more}
    return http(status, json.dumps(body).encode())


def cancelled(*reasons: str | dict[str, Any]) -> Answer:
    """A cancelled transaction, with the reason for each of its writes; "None" where there is none."""
    given = [reason if isinstance(reason, dict) else {"Code": reason} for reason in reasons]
    return error("TransactionCanceledException", CancellationReasons=given)


def broken_by(failure: Exception) -> Answer:
    """No answer. The request may have arrived or not: here it did not."""

    def answer(_request: AWSPreparedRequest) -> None:
        raise failure

    return answer


def lost(request: AWSPreparedRequest) -> None:
    """The endpoint does what it is asked for, and the connection breaks before it can say so."""
    session = URLLib3Session()
    session.send(request)
    session.close()
    raise ConnectionClosedError(endpoint_url=request.url)


class ScriptedAws:
    """A DynamoDB client that is answered by script, one answer per request; when it is at its end, by the endpoint.

    Attributes:
        client: What to give to the adapter. botocore's own tries are counted in: 1 unless told otherwise.
        requests: What was asked so far: parameters as they were on the wire.
    """

    def __init__(self, *answers: Answer, url: str = NOWHERE, tries: int = 1) -> None:
        self._answers = list(answers)
        self.requests: list[dict[str, Any]] = []
        config = Config(proxies={}, connect_timeout=5, read_timeout=30, retries={"total_max_attempts": tries})
        self.client: DynamoDBClient = boto3.client("dynamodb", config=config, endpoint_url=url)
        # The stubs do not know that what a handler of this event returns is the answer.
        self.client.meta.events.register("before-send.dynamodb.*", self._answer)  # type: ignore[arg-type]

    @property
    def tokens(self) -> Sequence[str]:
        return [request["ClientRequestToken"] for request in self.requests]

    def _answer(self, request: AWSPreparedRequest, **_event: Any) -> AWSResponse | None:
        self.requests.append(json.loads(cast("bytes", request.body)))
        return self._answers.pop(0)(request) if self._answers else None
