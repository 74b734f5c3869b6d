"""A function as those see it that invoke it."""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from devstack.environment import ACCOUNT, REGION

_log = logging.getLogger(__name__)

Event: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """The context object of one invocation, with the names that Lambda gives them."""

    function_name: str
    memory_limit_in_mb: int
    timeout_s: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started_s: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run, never negative."""
        return max(0, round((self.started_s + self.timeout_s - time.monotonic()) * 1000))


Handler: TypeAlias = Callable[[Event, Context], object]


class InvocationError(Exception):
    """The handler raised; what it raised is the cause."""


class Function:
    """A handler with what Lambda adds to it.

    A handler that runs over its time is logged, and not stopped as Lambda would: a thread cannot be.

    Attributes:
        running: Invocations that have begun and not ended.
        invocations: Invocations that have begun, ever.
    """

    def __init__(self, name: str, handler: Handler, *, timeout_s: float = 60, memory_mb: int = 512) -> None:
        self.name = name
        self.running = 0
        self.invocations = 0
        self._handler = handler
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._lock = threading.Lock()

    def invoke(self, event: Event) -> object:
        """Calls the handler with the event as it comes out of JSON, as Lambda does; returns what it returns.

        Raises:
            InvocationError: It raised.
        """
        as_json = json.dumps(event)
        context = Context(self.name, self._memory_mb, self._timeout_s)
        with self._counted():
            try:
                answer = self._handler(json.loads(as_json), context)
            except BaseException as error:
                self._tell(context, logging.ERROR, "failed", error)
                raise InvocationError(self.name) from error
        late = context.get_remaining_time_in_millis() == 0
        self._tell(context, logging.WARNING if late else logging.INFO, "ran over its time" if late else "succeeded")
        return answer

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self.invocations += 1
            self.running += 1
        try:
            yield
        finally:
            with self._lock:
                self.running -= 1

    def _tell(self, context: Context, level: int, outcome: str, error: BaseException | None = None) -> None:
        took_ms = round((time.monotonic() - context.started_s) * 1000)
        about = {"function": self.name, "request_id": context.aws_request_id, "took_ms": took_ms}
        _log.log(level, "%s %s", self.name, outcome, extra=about, exc_info=error)
