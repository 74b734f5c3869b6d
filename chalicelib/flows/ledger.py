"""Reading and writing notices: every step of one is a write on the revision that was read, and a figure."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.domain.errors import TransientError
from chalicelib.domain.notice import Notice, State
from chalicelib.ports import Clock, ConditionFailed, Metrics, Store, Write
from chalicelib.table import notices

log = logging.getLogger(__name__)
_TRIES = 8


@dataclass(frozen=True)
class Ledger:
    """The notices in the table."""

    store: Store
    metrics: Metrics
    clock: Clock

    def read(self, notice_id: str) -> Notice | None:
        """The notice as it is now."""
        item = self.store.get(notices.key(notice_id))
        return notices.read(item) if item else None

    def step(
        self, notice: Notice, change: Callable[[Notice], Notice | None], also: Callable[[Notice], list[Write]] | None = None
    ) -> Notice | None:
        """Takes a notice one step further, from whatever others made of it meanwhile.

        change: what becomes of the notice, None when nothing does. also: what is written together with it.

        Returns:
            The notice as written, None when `change` had nothing to do.

        Raises:
            TransientError: also when others kept writing in between.
        """
        for _ in range(_TRIES):
            after = change(notice)
            if after is None or after is notice:
                return after
            try:
                self._write(after, also(after) if also else [])
            except ConditionFailed as failed:
                again = failed.refused.get(0)
                found = notices.read(again) if again else self.read(notice.id)
                if found is None:
                    return None
                notice = found
                continue
            self.tell(notice, after)
            return replace(after, revision=after.revision + 1)
        raise TransientError("a notice kept changing")

    def _write(self, after: Notice, also: list[Write]) -> None:
        if also:
            self.store.transact([notices.put_next(after), *also])
        else:
            self.store.put(notices.put_next(after))

    def tell(self, before: Notice, after: Notice) -> None:
        """The step as a log line and as figures: how often, and how long after its cause."""
        if before.state is after.state:
            return
        now = self.clock()
        facts = {"notice": after.id, "attempt": after.attempt, "channel": after.channel.value, "reason": after.reason}
        level = logging.WARNING if after.state in {State.FAILED, State.UNKNOWN} else logging.INFO
        log.log(level, "notice %s", after.state.value, extra=facts)
        labels: dict[str, Any] = {"office": after.office, "channel": after.channel.value, "kind": after.kind.value}
        # Planned is counted with its cause: what comes here is planned anew.
        word = "retried" if after.state is State.PLANNED else after.state.value
        self.metrics.count(f"Notice{word.title()}", **labels)
        if before.accepted_at is None and after.accepted_at is not None:
            self.metrics.count("CauseToAccepted", _seconds(after.caused_at, now), unit="Seconds", **labels)
        if before.arrived_at is None and after.arrived_at is not None:
            self.metrics.count("CauseToDelivered", _seconds(after.caused_at, now), unit="Seconds", **labels)


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()
