"""A topic's subscription of a function: each notification at least once, and what keeps failing to the failure destination."""

import json
import logging
import queue
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from devstack.pumps.events import failed_invocation, notification_event
from devstack.pumps.function import Function, InvocationError
from devstack.pumps.loop import Loop

_log = logging.getLogger(__name__)
_RETRIES = 2
_WAIT_S = 0.2


class TopicPump:
    """Invokes a function for each notification, several at once and in no order, as SNS and Lambda's asynchronous invocation.

    After an error it invokes again, twice; then the event goes to the failure destination, with what Lambda says of it.
    backoff_s: before the first repeat, doubled before the second. AWS takes one minute and two.
    """

    def __init__(
        self, function: Function, topic_arn: str, bury: Callable[[str], object], *, backoff_s: float = 0.2, at_once: int = 2
    ) -> None:
        self.function = function
        self._topic_arn = topic_arn
        self._bury = bury
        self._backoff_s = backoff_s
        self._published: queue.Queue[dict[str, Any]] = queue.Queue()
        self._loop = Loop("topic-pump", self.turn, threads=at_once)

    def publish(self, message: str) -> str:
        """Takes a notification's text; returns its id."""
        identifier = str(uuid.uuid4())
        self._published.put(notification_event(message, identifier, self._topic_arn, datetime.now(UTC)))
        return identifier

    def start(self) -> None:
        """Begins to pump, in threads of its own."""
        self._loop.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stops after the notifications in hand; returns whether that was in time."""
        return self._loop.stop(timeout_s)

    def idle(self) -> bool:
        """Whether every notification has been taken, or is with the failure destination."""
        with self._published.all_tasks_done:
            return not self._published.unfinished_tasks

    def turn(self) -> float:
        """Carries one notification to its end; returns how long to wait before the next one."""
        try:
            event = self._published.get(timeout=_WAIT_S)
        except queue.Empty:
            return 0.0
        try:
            self._carry(event)
        finally:
            self._published.task_done()
        return 0.0

    def _carry(self, event: dict[str, Any]) -> None:
        for tried in range(_RETRIES + 1):
            if tried:
                time.sleep(self._backoff_s * 2 ** (tried - 1))
            try:
                self.function.invoke(event)
            except InvocationError as error:
                failure = error
            else:
                return
        _log.warning("a notification goes to the failure destination", extra={"function": self.function.name})
        self._bury(json.dumps(failed_invocation(self.function.name, event, failure.__cause__, _RETRIES + 1)))
