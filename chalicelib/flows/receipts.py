"""Providers' reports: each moves its notice forward, whatever the order they come in; what fits no notice is kept."""

from dataclasses import dataclass
from random import Random

from chalicelib.domain import ids
from chalicelib.domain.delivery import Remedy
from chalicelib.domain.inbound import StatusReport
from chalicelib.domain.ledger import advance
from chalicelib.domain.notice import Notice, Report
from chalicelib.flows.keeping import Keeping, Stored
from chalicelib.flows.ledger import Ledger
from chalicelib.flows.people import living
from chalicelib.ports import Clock, Write
from chalicelib.table import contacts


@dataclass(frozen=True)
class Receipts:
    """Applies reports to the ledger."""

    ledger: Ledger
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

        return self.ledger.step(notice, change, lambda after: self._also(after, report)) is not None

    def _also(self, after: Notice, report: StatusReport) -> list[Write]:
        """The opt-out that WhatsApp reports on the resident's behalf."""
        opted_out = report.refusal is not None and report.refusal.remedy is Remedy.OPTED_OUT and after.reason == "opted_out"
        person = living(self.ledger.store, after.contact_id) if opted_out else None
        return [contacts.opt_out(person.id, self.clock())] if person else []
