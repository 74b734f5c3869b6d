"""One notice to its resident: claimed, decided on what is true now, sent at most once, its outcome recorded."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.delivery import NotSent, Outbound, Outcome, Refused, Remedy, Template, TextMessage
from chalicelib.domain.errors import TransientError
from chalicelib.domain.ledger import Sent, claim, give_back, record, turn_to_sms
from chalicelib.domain.notice import Channel, Notice, State
from chalicelib.domain.planning import Plan, Send, Settle, Situation, Wait, plan
from chalicelib.domain.retries import settle
from chalicelib.domain.texts import Occasion
from chalicelib.flows.circuits import Circuits
from chalicelib.flows.ledger import Ledger
from chalicelib.flows.people import living
from chalicelib.flows.spending import Spending
from chalicelib.ports import Clock, Pace, Sms, Store, WhatsApp, Write
from chalicelib.table import circuits, contacts, notices, requests
from chalicelib.table.values import Reader

log = logging.getLogger(__name__)
_SOON = timedelta(seconds=30)
# A notice that goes around a channel that is down need not wait for the next day's SMS: the channel may be back before.
_LOOK_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True)
class Deliver:
    """Delivers notices, one a call. sms_reports: whether the engine for SMS tells what becomes of them."""

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
    sms_reports: bool = False

    def __call__(self, notice_id: str, owner: str) -> None:
        """Makes one attempt at a notice, if there is one to make. owner: names this call and no other.

        Raises:
            TransientError: the table failed. What is claimed stays so until the sweep asks, after its lease, what became of it.
        """
        notice, at = self.ledger.read(notice_id), self.clock()
        claimed = self.ledger.step(notice, lambda now: claim(now, owner, at)) if notice else None
        if claimed is None:
            return
        try:
            planned = self._plan(claimed, at)
        except TransientError:
            # Nothing was sent: give the claim back, so that nobody has to wait for the lease.
            self._settle(claimed, owner, Wait(self.clock() + _SOON, State.PLANNED, "table"))
            raise
        except Exception:
            log.exception("a notice cannot be made into words", extra={"notice": notice_id})
            planned = Settle(State.FAILED, "internal")
        if not isinstance(planned, Send):
            self._settle(claimed, owner, planned)
            return
        if isinstance(planned.message, TextMessage):
            turned = self.ledger.step(claimed, lambda now: turn_to_sms(now, owner))
            if turned is None:
                self.spending.release(self.offices[claimed.office], at)
                return
            claimed = turned
        self._send(claimed, planned, at)

    def _plan(self, notice: Notice, at: datetime) -> Plan:
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
        until = self.spending.reserve(office, at)
        if until is None:
            return planned
        around = notice.channel is Channel.WHATSAPP
        return Wait(min(until, at + _LOOK_AGAIN) if around else until, State.HELD, "sms_budget")

    def _situation(self, notice: Notice) -> Situation:
        """Contact, requests and circuits as they are after the claim."""
        wanted = [notice.request_id] if notice.request_id else list(notice.about)
        keys = [contacts.key(notice.contact_id), circuits.key(notice.office), *(requests.key(one) for one in wanted)]
        items = {Reader(item).text("pk"): item for item in self.store.get_many(keys)}
        item = items.get(f"CONTACT#{notice.contact_id}")
        contact = contacts.read(item) if item else Contact(notice.contact_id)  # somebody who was erased has no address
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

    def _send(self, notice: Notice, planned: Send, at: datetime) -> None:
        message = planned.message
        with self.pace.hold(message.phone_number_id if isinstance(message, Outbound) else None):
            outcome = self.whatsapp.send(message) if isinstance(message, Outbound) else self.sms.send(message)
        outcome = _meant(message, outcome)
        channel = Channel.WHATSAPP if isinstance(message, Outbound) else Channel.SMS
        sent = Sent(notice.attempt, channel, outcome, planned.silence, self.sms_reports)
        jitter = self.rng.random()
        self.ledger.step(notice, lambda now: record(now, sent, self.clock(), jitter), lambda after: self._also(after, outcome))
        loud = isinstance(outcome, Refused) and outcome.remedy is Remedy.OUR_FAULT
        facts = {"notice": notice.id, "attempt": notice.attempt, "code": getattr(outcome, "code", "")}
        log.log(logging.ERROR if loud else logging.INFO, "sent: %s", type(outcome).__name__, extra=facts)
        self.circuits.learn(notice.office, planned, outcome)
        if channel is Channel.SMS and isinstance(outcome, Refused | NotSent):
            self.spending.release(self.offices[notice.office], at)

    def _also(self, notice: Notice, outcome: Outcome) -> list[Write]:
        """The opt-out that a provider tells of, on whoever the contact has become."""
        opted_out = isinstance(outcome, Refused) and outcome.remedy is Remedy.OPTED_OUT
        person = living(self.store, notice.contact_id) if opted_out else None
        return [contacts.opt_out(person.id, self.clock())] if person else []


def _meant(message: Outbound | TextMessage, outcome: Outcome) -> Outcome:
    """The outcome; but a template cannot be what is wrong with a message that is none."""
    template = isinstance(message, Outbound) and isinstance(message.content, Template)
    if isinstance(outcome, Refused) and outcome.remedy is Remedy.TEMPLATE_DOWN and not template:
        return replace(outcome, remedy=Remedy.OUR_FAULT)
    return outcome
