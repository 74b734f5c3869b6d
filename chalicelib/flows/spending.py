"""The day's SMS, held to what the office is willing to pay."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import TransientError
from chalicelib.ports import ConditionFailed, Metrics, Store
from chalicelib.table import spending

log = logging.getLogger(__name__)
_TRIES = 8


@dataclass(frozen=True)
class Spending:
    """What SMS cost today, by office. It is reserved before the send: what is spent is never more than what is counted."""

    store: Store
    metrics: Metrics

    def reserve(self, office: Office, at: datetime) -> datetime | None:
        """Takes one SMS from the sum of `at`'s day. None when it may go; else the moment at which the next day's sum begins."""
        local = office.calendar.local(at)
        for _ in range(_TRIES):
            item = self.store.get(spending.key(office.code, local.date()))
            spent, revision = spending.read(item)
            if spent + office.sms.price_mills > office.sms.max_per_day_mills:
                self._refuse(office, spent)
                return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            try:
                self.store.put(spending.put(office.code, local, spent + office.sms.price_mills, revision))
            except ConditionFailed:
                continue
            self.metrics.count("SmsSpend", office.sms.price_mills / 1000, unit="None", office=office.code)
            return None
        raise TransientError("the day's sum kept changing")

    def release(self, office: Office, at: datetime) -> None:
        """Gives back what was reserved at that moment for an SMS that nobody took. Lost when we die first: then it counts."""
        local = office.calendar.local(at)
        for _ in range(_TRIES):
            spent, revision = spending.read(self.store.get(spending.key(office.code, local.date())))
            try:
                self.store.put(spending.put(office.code, local, spent - office.sms.price_mills, revision))
            except ConditionFailed:
                continue
            self.metrics.count("SmsSpend", -office.sms.price_mills / 1000, unit="None", office=office.code)
            return

    def _refuse(self, office: Office, spent: int) -> None:
        self.metrics.count("SmsBudgetReached", office=office.code)
        log.error("the day's sum for SMS is spent", extra={"office": office.code, "spent_usd": spent / 1000})
