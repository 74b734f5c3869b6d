"""One notice to its resident: claimed, decided on what is true now, sent at most once, its outcome recorded."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.delivery import Outbound, Outcome, Refused, Remedy
from chalicelib.domain.errors import TransientError
from chalicelib.domain.ledger import Sent, claim, postpone, record, settle
from chalicelib.domain.notice import Channel, Notice, State
from chalicelib.domain.planning import Plan, Settle, plan
from chalicelib.domain.texts import Occasion
from chalicelib.ports import Clock, ConditionFailed, Sms, Store, WhatsApp
from chalicelib.table import contacts, notices, requests
from chalicelib.table.values import Reader

log = logging.getLogger(__name__)
_TRIES = 8
_SOON = timedelta(seconds=30)


@dataclass(frozen=True)
class Deliver:
    """Delivers notices, one a call."""

    store: Store
    whatsapp: WhatsApp
    sms: Sms
    offices: Mapping[str, Office]
    clock: Clock
    rng: Random

    def __call__(self, notice_id: str, owner: str) -> None:
        """Makes one attempt at a notice, if there is one to make. owner: names this call and no other.

        Raises:
            TransientError: the table failed. The claim stands, and when its lease is over the sweep asks what became of it.
        """
        claimed = self._claim(notice_id, owner)
        if claimed is None:
            return
        try:
            occasion, contact = self._occasion(claimed)
            planned = plan(occasion, contact, self.clock())
        except TransientError:
            # Nothing was sent: give the claim back, so that nobody has to wait for the lease.
            self._change(claimed, lambda now: postpone(now, self.clock() + _SOON), owner)
            raise
        except Exception:
            log.exception("a notice cannot be made into words", extra={"notice": notice_id})
            planned = Settle(State.FAILED, "internal")
        self._carry_out(claimed, planned, owner)

    def _claim(self, notice_id: str, owner: str) -> Notice | None:
        for _ in range(_TRIES):
            item = self.store.get(notices.key(notice_id))
            notice = notices.read(item) if item else None
            claimed = claim(notice, owner, self.clock()) if notice else None
            if notice is None or claimed is None or claimed is notice:
                return claimed
            try:
                self.store.put(notices.put_next(claimed))
            except ConditionFailed:
                continue
            return replace(claimed, revision=claimed.revision + 1)
        raise TransientError("a notice kept changing")

    def _occasion(self, notice: Notice) -> tuple[Occasion, Contact]:
        """Contact and requests as they are after the claim."""
        wanted = [notice.request_id] if notice.request_id else list(notice.about)
        keys = [contacts.key(notice.contact_id), *(requests.key(one) for one in wanted)]
        items = {Reader(item).text("pk"): item for item in self.store.get_many(keys)}
        contact = self._contact(contacts.read(items[f"CONTACT#{notice.contact_id}"]))
        found = [requests.read(items[f"REQ#{one}"]) for one in wanted if f"REQ#{one}" in items]
        request = found[0] if notice.request_id and found else None
        office = self.offices[notice.office]
        language = request.language if request else contact.language
        return Occasion(notice, office, notice.service, language, request, [] if request else found), contact

    def _contact(self, contact: Contact) -> Contact:
        """The contact, or the one that it turned out to be."""
        if contact.merged_into is None:
            return contact
        item = self.store.get(contacts.key(contact.merged_into))
        return contacts.read(item) if item else contact

    def _carry_out(self, notice: Notice, planned: Plan, owner: str) -> None:
        if isinstance(planned, Settle):
            self._change(notice, lambda now: settle(now, planned.state, planned.reason), owner)
            log.info("notice %s", planned.state, extra={"notice": notice.id, "reason": planned.reason})
            return
        by_whatsapp = isinstance(planned, Outbound)
        outcome: Outcome = self.whatsapp.send(planned) if isinstance(planned, Outbound) else self.sms.send(planned)
        sent = Sent(notice.attempt, Channel.WHATSAPP if by_whatsapp else Channel.SMS, outcome)
        jitter = self.rng.random()
        self._change(notice, lambda now: record(now, sent, self.clock(), jitter), None)
        if isinstance(outcome, Refused) and outcome.remedy is Remedy.OPTED_OUT:
            self.store.update(contacts.opt_out(notice.contact_id, self.clock()))
        log.info(
            "notice sent: %s", type(outcome).__name__,
            extra={
                "notice": notice.id, "attempt": notice.attempt, "channel": sent.channel, "code": getattr(outcome, "code", ""),
            },
        )  # fmt: skip

    def _change(self, notice: Notice, step: Callable[[Notice], Notice], owner: str | None) -> None:
        """Takes the ledger one step further, from whatever others made of it meanwhile; as its owner only, if one is named."""
        for _ in range(_TRIES):
            if owner is not None and notice.owner != owner:
                return
            try:
                self.store.put(notices.put_next(step(notice)))
            except ConditionFailed as failed:
                notice = notices.read(failed.refused[0] or {})
                continue
            return
        raise TransientError("a notice kept changing")
