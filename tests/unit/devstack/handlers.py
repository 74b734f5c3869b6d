"""A handler that keeps what it was given and fails when told to."""

from collections import deque
from typing import Any

from devstack.pumps.function import Context


class RecordingHandler:
    """fail_next: how many of the next invocations raise."""

    def __init__(self, *, returns: object = None) -> None:
        self.events: list[dict[str, Any]] = []
        self.contexts: deque[Context] = deque()
        self.fail_next = 0
        self.poison: set[str] = set()
        self._returns = returns

    def __call__(self, event: dict[str, Any], context: Context) -> object:
        self.events.append(event)
        self.contexts.append(context)
        if self.fail_next:
            self.fail_next -= 1
            raise RuntimeError("told to fail")
        if self.poison and self.poison & set(self.keys[-1]):
            raise RuntimeError("poison")
        return self._returns

    @property
    def keys(self) -> list[list[str]]:
        """Of each invocation with stream records: their sort keys."""
        return [[record["dynamodb"]["Keys"]["sk"]["S"] for record in event.get("Records", [])] for event in self.events]

    @property
    def bodies(self) -> list[list[str]]:
        """Of each invocation with messages: their bodies."""
        return [[record["body"] for record in event["Records"]] for event in self.events]
