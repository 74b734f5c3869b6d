"""One notice to its resident: claimed, decided on what is true now, sent at most once, its outcome recorded."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from chalicelib.domain.catalogue import Office
from chalicelib.domain.delivery import Outbound, Outcome, Refused, Remedy
from chalicelib.domain.errors import TransientError
from chalicelib.domain.ledger import Sent, claim, give_back, record, settle
from chalicelib.domain.notice import Channel, Notice, State
from chalicelib.domain.planning import Plan, Send, Settle, Situation, Wait, plan
from chalicelib.domain.texts import Occasion
from chalicelib.flows.circuits import Circuits
from chalicelib.flows.ledger import Ledger
from chalicelib.flows.people import living
from chalicelib.flows.spending import Spending
from chalicelib.ports import Clock, ConditionFailed, Pace, Sms, Store, WhatsApp
from chalicelib.table import circuits, contacts, notices, requests
from chalicelib.table.values import Reader

log = logging.getLogger(__name__)
_SOON = timedelta(seconds=30)
_TRIES = 8


@dataclass(frozen=True)
class Deliver:
    """Delivers notices, one a call."""

    store: Store
    ledger: Ledger
    circuits: Circuits
    spending: Spending
    whatsapp: WhatsApp
    sms: Sms
    pace: Pace
    offices: Mapping[str, Office]
    clock: Clock
    rng: Random

    def __call__(self, notice_id: str, owner: str) -> None:
        """Makes one attempt at a notice, if there is one to make. owner: names this call and no other.

        Raises:
            TransientError: the table failed. What is claimed stays so until the sweep asks, after its lease, what became of it.
        """
        notice = self.ledger.read(notice_id)
        claimed = self.ledger.step(notice, lambda now: claim(now, owner, self.clock())) if notice else None
        if claimed is None:
            return
        try:
            planned = self._plan(claimed)
        except TransientError:
            # Nothing was sent: give the claim back, so that nobody has to wait for the lease.
            self._settle(claimed, owner, Wait(self.clock() + _SOON, State.PLANNED, "table"))
            raise
        except Exception:
            log.exception("a notice cannot be made into words", extra={"notice": notice_id})
            planned = Settle(State.FAILED, "internal")
        if isinstance(planned, Send):
            self._send(claimed, planned)
        else:
            self._settle(claimed, owner, planned)

    def _plan(self, notice: Notice) -> Plan:
        """Decides; takes the turn to probe an open circuit, or the price of an SMS, before anything is sent."""
        situation = self._situation(notice)
        planned = plan(situation)
        if not isinstance(planned, Send):
            return planned
        for circuit in planned.probes:
            if not self.circuits.take_turn(notice.office, circuit):
                return Wait(situation.now + _SOON, State.PLANNED, circuit.code)
        if isinstance(planned.message, Outbound):
            return planned
        office = self.offices[notice.office]
        until = self.spending.reserve(office)
        return Wait(until, State.HELD, "sms_budget") if until else planned

    def _situation(self, notice: Notice) -> Situation:
        """Contact, requests and circuits as they are after the claim."""
        wanted = [notice.request_id] if notice.request_id else list(notice.about)
        keys = [contacts.key(notice.contact_id), circuits.key(notice.office), *(requests.key(one) for one in wanted)]
        items = {Reader(item).text("pk"): item for item in self.store.get_many(keys)}
        contact = contacts.read(items[f"CONTACT#{notice.contact_id}"])
        if contact.merged_into is not None:
            contact = living(self.store, contact.merged_into) or contact
        found = [requests.read(items[f"REQ#{one}"]) for one in wanted if f"REQ#{one}" in items]
        request = found[0] if notice.request_id and found else None
        language = request.language if request else contact.language
        occasion = Occasion(
            notice, self.offices[notice.office], notice.service, language, request, [] if request else found
        )  # fmt: skip
        down = circuits.read(items.get(f"CIRCUITS#{notice.office}", {}))
        return Situation(occasion, contact, self.clock(), down, behind=self._behind(notice))

    def _behind(self, notice: Notice) -> bool:
        """Whether an earlier notice of the request is being sent right now, and might arrive after this one."""
        if notice.version is None or notice.version == 1:
            return False
        items = map(Reader, self.store.query(notices.key(notice.id).pk, notices.PREFIX))
        return any(one.maybe("state") == State.CLAIMED and one.number("version") < notice.version for one in items)

    def _settle(self, notice: Notice, owner: str, planned: Settle | Wait) -> None:
        """Ends or postpones the notice, unless it is not ours any more."""

        def change(now: Notice) -> Notice | None:
            if now.owner != owner:
                return None
            if isinstance(planned, Settle):
                return settle(now, planned.state, planned.reason)
            return give_back(now, planned.state, planned.until, planned.reason)

        self.ledger.step(notice, change)

    def _send(self, notice: Notice, planned: Send) -> None:
        with self.pace.hold():
            message = planned.message
            by_whatsapp = isinstance(message, Outbound)
            outcome: Outcome = self.whatsapp.send(message) if isinstance(message, Outbound) else self.sms.send(message)
        sent = Sent(notice.attempt, Channel.WHATSAPP if by_whatsapp else Channel.SMS, outcome, planned.silence)
        jitter = self.rng.random()
        self.ledger.step(notice, lambda now: record(now, sent, self.clock(), jitter))
        code = getattr(outcome, "code", "")
        log.info("sent: %s", type(outcome).__name__, extra={"notice": notice.id, "attempt": notice.attempt, "code": code})
        self.circuits.learn(notice.office, planned, outcome)
        if isinstance(outcome, Refused) and outcome.remedy is Remedy.OPTED_OUT:
            self._opt_out(notice.contact_id)

    def _opt_out(self, contact_id: str) -> None:
        """The opt-out that WhatsApp tells of, on whoever the contact has become."""
        for _ in range(_TRIES):
            person = living(self.store, contact_id)
            try:
                if person is not None:
                    self.store.update(contacts.opt_out(person.id, self.clock()))
            except ConditionFailed:
                continue
            return
        raise TransientError("a contact kept moving")
