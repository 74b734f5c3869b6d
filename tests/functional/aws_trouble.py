"""AWS's own errors at chosen calls of the functions' clients, and answers that get lost on their way back."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError

from tests.functional.stand import Stand

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})
Fault: TypeAlias = Callable[[str, str], "AWSResponse | None"]
"""(service, operation) → the error that comes instead of the call, None when this fault is none of that call's."""


class _Body:
    """What urllib3 would have read."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self._body


def _answer(status: int, code: str, **more: Any) -> AWSResponse:
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "", **more}).encode()
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse("https://aws.invalid/", status, headers, _Body(body))


def conflict(_service: str, operation: str) -> AWSResponse | None:
    """Somebody else writes the same item. Neither moto nor DynamoDB Local ever says so."""
    if operation == "TransactWriteItems":
        reasons = [{"Code": "TransactionConflict", "Message": ""}, {"Code": "None"}]
        return _answer(400, "TransactionCanceledException", CancellationReasons=reasons)
    return _answer(400, "TransactionConflictException") if operation in WRITES else None


def throttling(service: str, operation: str) -> AWSResponse | None:
    if operation == "TransactWriteItems":
        reasons = [{"Code": "ThrottlingError", "Message": ""}, {"Code": "None"}]
        return _answer(400, "TransactionCanceledException", CancellationReasons=reasons)
    return _answer(400, "ProvisionedThroughputExceededException" if service == "dynamodb" else "ThrottlingException")


def server_error(service: str, _operation: str) -> AWSResponse | None:
    return _answer(500, "InternalServerError" if service == "dynamodb" else "InternalFailure")


def lost_answer(_service: str, _operation: str) -> AWSResponse | None:
    """What takes place, and whose answer never comes; see `Trouble`."""
    return None


FAULTS: Mapping[str, Fault] = {
    "conflict": conflict,
    "throttling": throttling,
    "server error": server_error,
    "lost answer": lost_answer,
}


class Trouble:
    """Watches the calls of this process's clients, and lets one of them meet a fault.

    calls: service and operation of each call so far; botocore's own repeats of one are not counted. struck: whether the fault
    was met.
    """

    def __init__(self, position: int | None, fault: Fault, times: int) -> None:
        self.calls: list[tuple[str, str]] = []
        self.struck = False
        self._position = position
        self._fault = fault
        self._times = self._left = times

    def watch(self, client: Any) -> None:
        client.meta.events.register_first("before-call.*.*", self._count)
        client.meta.events.register_first("before-send.*.*", self._instead)
        client.meta.events.register("after-call.*.*", self._after)

    def _is_here(self) -> bool:
        if self._position is None or self._left == 0:
            return False
        return self._position <= len(self.calls) - 1 < self._position + self._times

    def _count(self, model: Any, **_event: Any) -> None:
        self.calls.append((model.service_model.endpoint_prefix, model.name))

    def _instead(self, **_event: Any) -> AWSResponse | None:
        if not self._is_here():
            return None
        answer = self._fault(*self.calls[-1])
        if answer is not None:
            self.struck = True
            self._left -= 1
        return answer

    def _after(self, **_event: Any) -> None:
        if self._is_here() and self._fault is lost_answer:
            self.struck = True
            self._left -= 1
            raise ConnectionClosedError(endpoint_url="https://aws.invalid/")


@contextmanager
def trouble(stand: Stand, position: int | None = None, fault: Fault = lost_answer, times: int = 1) -> Iterator[Trouble]:
    """A new process, whose call numbered `position` from 0 meets the fault, and so do the adapter's repeats, `times` in all."""
    stand.rewire()
    watching = Trouble(position, fault, times)
    parts: tuple[Any, ...] = (stand.parts.store, stand.parts.queue, stand.parts.secrets)
    for part in parts:
        watching.watch(part._client)  # noqa: SLF001  # the wiring's own client
    parts[0]._sleep = parts[1]._sleep = lambda _seconds: None  # noqa: SLF001  # patience is tested elsewhere
    yield watching
