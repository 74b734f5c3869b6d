"""Staff and notices: what did not arrive, another attempt at it, and an officer's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.errors import KeyReused, Malformed, NotFound, TransientError, WindowClosed
from chalicelib.domain.ledger import resend
from chalicelib.domain.notice import FIRST_DUE, Kind, Notice, State
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.staff import Right, Staff
from chalicelib.flows.desk import Idempotency
from chalicelib.flows.ledger import Ledger
from chalicelib.flows.lookup import Lookup
from chalicelib.flows.people import living
from chalicelib.flows.reading import find_call
from chalicelib.ports import Clock, ConditionFailed, Store, Write
from chalicelib.table import keys, notices, requests, talk
from chalicelib.table.values import Reader, digest


@dataclass(frozen=True)
class Telling:
    """Notices, as far as people have a hand in them."""

    store: Store
    ledger: Ledger
    lookup: Lookup
    offices: Mapping[str, Office]
    clock: Clock
    rng: Random

    def page(self, staff: Staff, state: State, limit: int, cursor: str) -> tuple[list[Notice], str | None]:
        """Notices in that state, the oldest cause first, and the cursor of the next page, None at the end."""
        staff.require(Right.READ)
        rows = []
        for office in sorted(staff.offices & self.offices.keys()):
            rows += self.store.query_index("queue", notices.queue_pk(office, state), after=cursor, limit=limit + 1)
        rows.sort(key=lambda item: str(item["queue_sk"]))
        kept = rows[:limit]
        return [notices.read(item) for item in kept], str(kept[-1]["queue_sk"]) if len(rows) > limit else None

    def resend(self, staff: Staff, notice_id: str) -> Notice:
        """Another attempt, with the next tick. A notice that is on its way or has arrived is left as it is.

        Raises:
            Forbidden, NotFound, TransientError.
        """
        staff.require(Right.RESEND)
        if ids.parse_callback(ids.callback(notice_id, 0)) is None:
            raise NotFound("There is no such notice.")
        notice = self.ledger.read(notice_id)
        if notice is None:
            raise NotFound("There is no such notice.")
        staff.require_office(notice.office)
        return self.ledger.step(notice, lambda now: resend(now, self.clock())) or self.ledger.read(notice_id) or notice

    def reply(self, staff: Staff, request_id: str, text: str, repeat: Idempotency) -> Notice:
        """An officer's own words about a request, while the resident's window on its number is open.

        Raises:
            WindowClosed, Malformed (nobody to write to), KeyReused, Forbidden, NotFound, TransientError.
        """
        staff.require(Right.INTAKE)
        request = self.lookup(request_id)
        staff.require_office(request.office)
        if request.contact_id is None or request.phone_number_id is None:
            raise Malformed("The resident did not write on WhatsApp.")
        asked = [requests.human_answered(request.id)] if request.asks_human_at else []
        to = _To(request.office, request.contact_id, request.phone_number_id, request.service, request.id)
        return self._say(staff, to, asked, text, repeat)

    def answer(self, staff: Staff, call_id: str, text: str, repeat: Idempotency) -> Notice:
        """An officer's own words to somebody who called and has no open request; the call is listed no more.

        Raises:
            WindowClosed, KeyReused, Forbidden, NotFound, TransientError.
        """
        staff.require(Right.INTAKE)
        call = Reader(find_call(self.store, staff, call_id))
        to = _To(call.text("office"), call.text("contact_id"), call.text("phone_number_id"), None, None)
        answered = talk.call_answered(talk.call_key(to.contact_id, to.office), call.time("asked_at"))
        return self._say(staff, to, [answered], text, repeat)

    def _say(self, staff: Staff, to: "_To", answered: Sequence[Write], text: str, repeat: Idempotency) -> Notice:
        """answered: the writes by which whoever asked for a person has one now."""
        earlier = self._earlier(staff, repeat)
        if earlier is not None:
            return earlier
        now = self.clock()
        contact = living(self.store, to.contact_id)
        if contact is None or not contact.window_open(to.phone_number_id, now):
            raise WindowClosed("The resident's last message on this number is more than 24 hours old.")
        notice = Notice(
            id=ids.notice_of_message(to.contact_id, digest(f"{now.isoformat()} {self.rng.getrandbits(128)}")),
            kind=Kind.REPLY, answer=True, office=to.office, contact_id=to.contact_id, phone_number_id=to.phone_number_id,
            caused_at=now, due_at=now + FIRST_DUE, service=to.service, request_id=to.request_id, body=mask_numbers(text),
        )  # fmt: skip
        key = [keys.put_new(staff.actor, repeat.key, repeat.body_hash, notice.id, now)] if repeat.key else []
        try:
            self.store.transact([notices.put_new(notice), *key, *answered])
        except ConditionFailed as failed:
            earlier = self._earlier(staff, repeat)
            if earlier is not None:
                return earlier
            raise TransientError("somebody else wrote at the same time") from failed
        return notice

    def _earlier(self, staff: Staff, repeat: Idempotency) -> Notice | None:
        """The notice that the same key made before."""
        item = self.store.get(keys.key(staff.actor, repeat.key)) if repeat.key else None
        if item is None:
            return None
        if item["body_hash"] != repeat.body_hash:
            raise KeyReused("This Idempotency-Key came with another body before.")
        return self.ledger.read(str(item["subject"]))


@dataclass(frozen=True)
class _To:
    """Whom an officer writes to, on which number, and about which request."""

    office: str
    contact_id: str
    phone_number_id: str
    service: str | None
    request_id: str | None
