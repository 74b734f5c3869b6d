"""Providers' reports: each moves its notice forward, whatever the order they come in; what fits no notice is kept."""

import logging
from dataclasses import dataclass
from random import Random

from chalicelib.domain import ids
from chalicelib.domain.delivery import Remedy
from chalicelib.domain.errors import TransientError
from chalicelib.domain.inbound import NO_DAY, Event, StatusReport
from chalicelib.domain.ledger import advance
from chalicelib.domain.notice import Notice, Report
from chalicelib.flows.keeping import Keeping, Stored
from chalicelib.ports import Clock, ConditionFailed, Store, Write
from chalicelib.table import contacts, notices

log = logging.getLogger(__name__)
_TRIES = 8


@dataclass(frozen=True)
class Receipts:
    """Applies reports to the ledger."""

    store: Store
    keeping: Keeping
    clock: Clock
    rng: Random

    def __call__(self, report: StatusReport) -> Stored:
        """What became of a report: stored when it moved its notice or is kept by itself, duplicate when it added nothing."""
        about = ids.parse_callback(report.callback or "")
        word = report.status if report.status in set(Report) else None
        if about is None or word is None:
            return self._keep(report)
        notice_id, attempt = about
        for _ in range(_TRIES):
            item = self.store.get(notices.key(notice_id))
            notice = notices.read(item) if item else None
            if notice is None or attempt > notice.attempt:
                return self._keep(report)
            now = self.clock()
            after = advance(notice, attempt, Report(word), report.refusal, now, self.rng.random())
            if after is None:
                return Stored.DUPLICATE
            try:
                self._write(after, report)
            except ConditionFailed:
                continue
            log.info("notice %s", after.state, extra={"notice": notice_id, "attempt": attempt, "reason": after.reason})
            return Stored.STORED
        raise TransientError("a notice kept changing")

    def _write(self, after: Notice, report: StatusReport) -> None:
        """Writes the ledger, and the opt-out that WhatsApp reports on the resident's behalf."""
        writes: list[Write] = [notices.put_next(after)]
        if report.refusal is not None and report.refusal.remedy is Remedy.OPTED_OUT and after.reason == "opted_out":
            writes.append(contacts.opt_out(after.contact_id, self.clock()))
            self.store.transact(writes)
        else:
            self.store.put(notices.put_next(after))

    def _keep(self, report: StatusReport) -> Stored:
        day = report.at.date().isoformat() if report.at else NO_DAY
        return self.keeping.event(Event("status", day, report.raw))
