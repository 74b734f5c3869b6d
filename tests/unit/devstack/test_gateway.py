import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from devstack.listening import listen
from devstack.runtime.gateway import Gateway
from devstack.runtime.invocation import FunctionError
from devstack.runtime.lambda_function import Throttled
from devstack.runtime.proxy_events import Api

API = Api("a1", "dev", {"/echo/{what}": frozenset({"POST"}), "/broken": frozenset({"GET"})}, frozenset())


class StandIn:
    """A function that answers with the event that it got, or raises."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __call__(self, event: dict[str, Any]) -> object:
        if self.error is not None:
            raise self.error
        return {"statusCode": 200, "headers": {"X-Of": "the function"}, "body": json.dumps(event)}


@pytest.fixture
def function() -> StandIn:
    return StandIn()


@pytest.fixture
def connection(function: StandIn) -> Iterator[HTTPConnection]:
    gateway = Gateway(API, function, listen(0))
    gateway.start()
    address, _, stage = gateway.url.removeprefix("http://").partition("/")
    assert stage == "dev"
    made = HTTPConnection(address, timeout=10)
    yield made
    made.close()
    gateway.stop()


def ask(connection: HTTPConnection, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_request_becomes_an_event_and_the_answer_a_response(connection: HTTPConnection) -> None:
    connection.request("POST", "/dev/echo/1?a=b", b"{}", {"X-Hub-Signature-256": "sha256=0"})
    response = connection.getresponse()
    event = json.loads(response.read())
    assert response.headers["X-Of"] == "the function"
    assert (event["body"], event["pathParameters"], event["queryStringParameters"]) == ("{}", {"what": "1"}, {"a": "b"})
    assert event["headers"]["X-Hub-Signature-256"] == "sha256=0"


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("POST", "/echo/1", "Forbidden"),
        ("POST", "/dev/nothing", "Missing Authentication Token"),
        ("GET", "/dev/echo/1", "Missing Authentication Token"),
    ],
)
def test_what_is_not_in_the_api_is_refused_as_api_gateway_refuses_it(
    connection: HTTPConnection, method: str, path: str, message: str
) -> None:
    assert ask(connection, method, path, b"{}" if method == "POST" else None) == (403, {"message": message})


@pytest.mark.parametrize("error", [FunctionError("Stale", "+62 812-0000-0001"), Throttled(), ValueError("anything")])
def test_whatever_becomes_of_the_function_the_client_is_answered(
    connection: HTTPConnection, function: StandIn, error: Exception
) -> None:
    function.error = error
    assert ask(connection, "GET", "/dev/broken") == (502, {"message": "Internal server error"})
    function.error = None
    assert ask(connection, "GET", "/dev/broken")[0] == 200
