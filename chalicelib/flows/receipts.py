"""Providers' reports: each moves its notice forward, whatever the order they come in; what fits no notice is kept."""

import logging
from dataclasses import dataclass
from random import Random

from chalicelib.domain import ids
from chalicelib.domain.delivery import Remedy
from chalicelib.domain.inbound import StatusReport
from chalicelib.domain.ledger import advance
from chalicelib.domain.notice import ARRIVED, Channel, Notice, Report
from chalicelib.flows.circuits import Circuits
from chalicelib.flows.keeping import Keeping, Stored
from chalicelib.flows.ledger import Ledger
from chalicelib.flows.people import living
from chalicelib.ports import Clock, Write
from chalicelib.table import contacts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Receipts:
    """Applies reports to the ledger."""

    ledger: Ledger
    circuits: Circuits
    keeping: Keeping
    clock: Clock
    rng: Random

    def __call__(self, report: StatusReport) -> Stored:
        """What became of a report: stored when it moved its notice or is kept by itself, duplicate when it added nothing."""
        applied = self.apply(report)
        if applied is None:
            return self.keeping.orphan(report)
        return Stored.STORED if applied else Stored.DUPLICATE

    def apply(self, report: StatusReport) -> bool | None:
        """Whether the report moved its notice; None when there is no such notice or attempt, or nobody knows the word."""
        about = ids.parse_callback(report.callback or "")
        if about is None or report.status not in set(Report):
            return None
        notice_id, attempt = about
        notice = self.ledger.read(notice_id)
        if notice is None or attempt > notice.attempt:
            return None
        jitter = self.rng.random()

        def change(now: Notice) -> Notice | None:
            return advance(now, attempt, Report(report.status), report.refusal, self.clock(), jitter)

        moved = self.ledger.step(notice, change, lambda after: self._also(after, report))
        if moved is not None:
            self._learn(moved, attempt, report, first=notice.arrived_at is None)
        return moved is not None

    def _learn(self, notice: Notice, attempt: int, report: StatusReport, *, first: bool) -> None:
        """What a report says beyond its notice: a number that is down, our own mistake, an SMS that was in vain."""
        refusal = report.refusal
        if refusal is not None and refusal.remedy is Remedy.CHANNEL_DOWN and notice.phone_number_id is not None:
            self.circuits.reported(notice.office, notice.phone_number_id, refusal.code)
        if refusal is not None and refusal.remedy in {Remedy.OUR_FAULT, Remedy.TEMPLATE_DOWN}:
            log.error("refused by a report", extra={"notice": notice.id, "attempt": attempt, "code": refusal.code})
        later = [one.channel for one in notice.attempts if one.number > attempt]
        if first and notice.state in ARRIVED and Channel.SMS in later:
            self.ledger.metrics.count("DeliveredAfterSms", office=notice.office)

    def _also(self, after: Notice, report: StatusReport) -> list[Write]:
        """The opt-out that WhatsApp reports on the resident's behalf."""
        opted_out = report.refusal is not None and report.refusal.remedy is Remedy.OPTED_OUT and after.reason == "opted_out"
        person = living(self.ledger.store, after.contact_id) if opted_out else None
        return [contacts.opt_out(person.id, self.clock())] if person else []
