import json

import pytest

from devstack.runtime.invocation import FunctionError, invoke, result
from devstack.runtime.sandbox import free_ports


@pytest.mark.parametrize("said", [None, True, "text", {"statusCode": 200, "body": "{}"}, {"errorMessage": "of its own"}, []])
def test_what_a_function_returned_is_its_answer(said: object) -> None:
    assert result(200, json.dumps(said).encode()) == said


def test_a_function_that_raised_is_known_by_what_it_says_whatever_the_status() -> None:
    told = json.dumps({"errorMessage": "no", "errorType": "Stale", "requestId": "1", "stackTrace": []}).encode()
    for status in (200, 502):
        with pytest.raises(FunctionError, match="Stale: no") as caught:
            result(status, told)
        assert caught.value.kind == "Stale"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"Task timed out after 1.00 seconds", "Sandbox.Timedout"),
        (400, b"", "Sandbox.Failure"),
        (504, b"", "Sandbox.Failure"),
        (500, b"null", "Sandbox.Failure"),
    ],
)
def test_what_is_no_answer_is_an_error(status: int, body: bytes, kind: str) -> None:
    with pytest.raises(FunctionError) as caught:
        result(status, body)
    assert caught.value.kind == kind


def test_an_emulator_that_is_gone_is_an_error_of_the_function() -> None:
    ((nobody, _),) = free_ports(1)
    with pytest.raises(FunctionError) as caught:
        invoke(nobody, {}, 1)
    assert caught.value.kind == "Sandbox.Failure"
