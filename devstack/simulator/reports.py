"""Posts the status webhooks of accepted messages, and reports on templates, in the background.

It does not wait for the sender: as with Meta, a report may reach Kabar before the answer to the send does. The reports of one
message go one after another; those of different messages overtake each other.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from devstack.simulator import payloads
from devstack.simulator.inward import Inward
from devstack.simulator.outbox import Outbox, Sent
from devstack.simulator.webhook import Answer, encoded

_WORKERS = 4
_MOST_ATTEMPTS = 6
_CLOSE_S = 2.0


class Report(NamedTuple):
    """A status to report. code: the error of a failed one."""

    state: str
    code: int | None = None


Step = Callable[[], object]
"""Makes something happen, and returns the payload that tells of it."""


@dataclass
class _Series:
    """What is still to happen to one thing, and be said. raw: the report under way, the same bytes at each attempt."""

    steps: deque[Step]
    raw: bytes = b""
    attempts: int = 0


@dataclass(order=True)
class _Due:
    at: float
    number: int
    series: _Series = field(compare=False)


class Reporter:
    """The workers that post reports, and the list of those that Kabar never took. Safe for threads."""

    def __init__(self, inward: Inward, outbox: Outbox, clock: Callable[[], datetime], backoff_s: float) -> None:
        self._inward = inward
        self._outbox = outbox
        self._clock = clock
        self._backoff_s = backoff_s
        self._changed = threading.Condition()
        self._due: list[_Due] = []
        self._numbered = 0
        self._unfinished = 0
        self._closed = False
        self._undelivered: list[dict[str, object]] = []
        self._workers = [threading.Thread(target=self._work, name="reports", daemon=True) for _ in range(_WORKERS)]
        for worker in self._workers:
            worker.start()

    def report(self, sent: Sent, reports: tuple[Report, ...]) -> None:
        """Starts to report about a message, and returns at once."""
        self.tell(*(partial(self._reported, sent, report) for report in reports))

    def tell(self, *steps: Step, wait_s: float = 0.0) -> None:
        """Starts to take steps one after another, and returns at once."""
        if steps:
            with self._changed:
                self._unfinished += 1
                self._push(_Series(deque(steps)), wait_s)

    def _reported(self, sent: Sent, report: Report) -> object:
        self._outbox.move(sent.provider_id, report.state)  # it happened, whether or not Kabar hears of it
        return payloads.status(sent, report.state, report.code, self._clock())

    def idle(self) -> bool:
        """Whether nothing is still to be posted."""
        with self._changed:
            return not self._unfinished

    def undelivered(self) -> list[dict[str, object]]:
        """The reports that were given up, oldest first: `{"payload","attempts","last"}`."""
        with self._changed:
            return list(self._undelivered)

    def clear(self) -> None:
        """Forgets what was given up."""
        with self._changed:
            self._undelivered.clear()

    def close(self) -> None:
        """Stops the workers; one that waits for Kabar is left behind after a while."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        until = time.monotonic() + _CLOSE_S
        for worker in self._workers:
            worker.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while series := self._next():
            self._post(series)

    def _next(self) -> _Series | None:
        """Waits for the next series that is due; None when closed."""
        with self._changed:
            while not self._closed:
                wait_s = self._due[0].at - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._due).series
                self._changed.wait(wait_s)
            return None

    def _post(self, series: _Series) -> None:
        if not series.attempts:
            series.raw = encoded(series.steps[0]())
        answer = self._inward.bring(series.raw)
        series.attempts += 1
        with self._changed:
            self._go_on(series, answer)

    def _go_on(self, series: _Series, answer: Answer) -> None:
        if answer.status != 200 and series.attempts < _MOST_ATTEMPTS:  # noqa: PLR2004 - the only status that Meta takes for a yes
            self._push(series, wait_s=self._backoff_s * 2 ** (series.attempts - 1))
            return
        if answer.status != 200:  # noqa: PLR2004 - as above
            last = f"HTTP {answer.status}" if answer.status else answer.body
            self._undelivered.append({"payload": series.raw.decode(), "attempts": series.attempts, "last": last})
        series.steps.popleft()
        series.attempts = 0
        if series.steps:
            self._push(series, wait_s=0)
        else:
            self._unfinished -= 1

    def _push(self, series: _Series, wait_s: float) -> None:
        self._numbered += 1
        heapq.heappush(self._due, _Due(time.monotonic() + wait_s, self._numbered, series))
        self._changed.notify()
