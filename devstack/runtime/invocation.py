"""Invoking a function that runs in the emulator."""

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

_PATH = "/2015-03-31/functions/function/invocations"
_GRACE_S = 20
"""How much longer than the function may run: it has to start, and the emulator has to end it."""
_TIMED_OUT = b"Task timed out after "


class FunctionError(Exception):
    """The function raised, could not be started, or ran out of time.

    Attributes:
        kind: Its errorType, as Lambda tells it: a Python exception's name, or `Runtime.…` and `Sandbox.…`.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


def invoke(port: int, event: object, timeout_s: float) -> Any:
    """The function's answer. The emulator takes one invocation at a time.

    Raises:
        FunctionError: there is none.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout_s + _GRACE_S)
    try:
        connection.request("POST", _PATH, json.dumps(event), {"Content-Type": "application/json"})
        response = connection.getresponse()
        status, body = response.status, response.read()
    except (OSError, HTTPException) as error:
        raise FunctionError("Sandbox.Failure", "the emulator does not answer") from error
    finally:
        connection.close()
    return result(status, body)


def result(status: int, body: bytes) -> Any:
    """What the emulator's answer says.

    It answers 200 also when the function raised, and then says so in the body alone; it is plain text when time ran out.

    Raises:
        FunctionError: as `invoke`.
    """
    if body.startswith(_TIMED_OUT):
        raise FunctionError("Sandbox.Timedout", body.decode())
    try:
        said = json.loads(body)
    except ValueError:
        raise FunctionError("Sandbox.Failure", f"status {status}") from None
    if isinstance(said, dict) and {"errorMessage", "errorType"} <= said.keys():
        raise FunctionError(said["errorType"], said["errorMessage"])
    if status != HTTPStatus.OK:
        raise FunctionError("Sandbox.Failure", f"status {status}")
    return said
