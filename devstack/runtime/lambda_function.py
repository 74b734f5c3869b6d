"""A function with several execution environments, as its callers see it."""

import logging
import queue
from collections.abc import Sequence
from typing import Any

from devstack.runtime.deployed import Deployed
from devstack.runtime.invocation import FunctionError, invoke

_log = logging.getLogger(__name__)


class Throttled(Exception):
    """All environments were busy for as long as the function may run."""


class LambdaFunction:
    """Invokes a function in whichever of its environments is free.

    The one that was free last is taken first, so that a second one starts only when there are two invocations at once.

    ports: of the environments' emulators.
    """

    def __init__(self, deployed: Deployed, ports: Sequence[int]) -> None:
        self.deployed = deployed
        self.at_once = len(ports)
        self._free: queue.LifoQueue[int] = queue.LifoQueue()
        for port in reversed(ports):
            self._free.put(port)

    def __call__(self, event: dict[str, Any], _context: object = None) -> Any:
        """The function's answer to an event; its context is Lambda's own.

        Raises:
            FunctionError: there is none.
            Throttled: it cannot be invoked now.
        """
        try:
            port = self._free.get(timeout=self.deployed.timeout_s)
        except queue.Empty:
            raise Throttled(self.deployed.name) from None
        try:
            return invoke(port, event, self.deployed.timeout_s)
        except FunctionError as error:
            _log.warning("%s answered with an error", self.deployed.name, extra={"kind": error.kind})
            raise
        finally:
            self._free.put(port)
