"""What follows from a message, as the writes that belong into its transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain import ids, sms_number
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.errors import IllegalChange
from chalicelib.domain.message import Message
from chalicelib.domain.notice import FIRST_DUE, Kind, Notice
from chalicelib.domain.request import Status, Step
from chalicelib.flows.requests import Opening, change_request, open_request
from chalicelib.ports import Store, Update, Write
from chalicelib.table import contacts, notices, ratings, requests, talk
from chalicelib.table.values import digest

RESIDENT = "resident"
# A transaction takes a hundred writes.
_MOST_SPEAKING = 80


@dataclass(frozen=True)
class Heard:
    """A message on its way into the table. service: the one that its number is for, None for all of them."""

    message: Message
    contact: Contact
    office: Office
    service: str | None
    now: datetime

    @property
    def number(self) -> str:
        """The channel number that it came to."""
        return self.message.phone_number_id

    @property
    def hash(self) -> str:
        """What its notice and its answer are known by."""
        return digest(self.message.provider_id)


@dataclass(frozen=True)
class Following:
    """Makes writes of decisions. Reads a request only to change it."""

    store: Store
    rng: Random

    def __call__(self, heard: Heard, decision: Decision) -> tuple[Decision, list[Write]]:
        """The decision as it can be carried out, with the request that it opened, and its writes.

        Raises:
            TransientError.
        """
        if decision.intent is Intent.OPEN:
            return self._opening(heard, decision)
        moved = self._moved(heard, decision)
        if decision.moves is not None and moved is None:
            # Somebody of the office was faster.
            answer = Kind.STATUS if decision.moves is Status.CANCELLED else decision.answer
            decision = replace(decision, moves=None, answer=answer)
        changes, closing = moved or ([], None)
        contact = talk.together(closing, *_on_contact(heard, decision))
        marked = requests.marked(changes, _on_requests(heard, decision))
        writes = [*marked, *_answer(heard, decision), *self._counted(heard, decision)]
        return decision, [*([contact] if contact else []), *writes]

    def _opening(self, heard: Heard, decision: Decision) -> tuple[Decision, list[Write]]:
        contact, now = heard.contact, heard.now
        opening = Opening(
            office=heard.office, service=str(decision.opens), contact=contact, phone_number_id=heard.number,
            opened_by=min(heard.message.at, now), actor=RESIDENT, only_first=decision.only_first, asked_by_chat=True,
            name=decision.name or contact.name or heard.message.name, language=contact.language,
            sms_phone=contact.sms_phone, asks_number=sms_number.asks(contact),
        )  # fmt: skip
        request, _, writes = open_request(opening, now, self.rng)
        entry, *rest = writes
        assert isinstance(entry, Update), "the contact's entry comes first"
        named = talk.named(contact.id, request.id, decision.name) if decision.name else None
        asked = talk.asked_for_number(contact.id, now) if opening.asks_number else None
        first = talk.together(entry, talk.told(contact.id, heard.number, Kind.OPENED, None, now), named, asked)
        return replace(decision, request_id=request.id), [*([first] if first else []), *rest]

    def _moved(self, heard: Heard, decision: Decision) -> tuple[list[Write], Update | None] | None:
        """The status change that a message makes, and what it is to its contact; None when it cannot."""
        if decision.moves is None:
            return None
        # It is its sender's: decisions know of no other requests than those on the sender's own item.
        item = self.store.get(requests.key(str(decision.request_id)))
        if item is None:
            return None
        request = requests.read(item)
        step = Step(decision.moves, request.version)
        try:
            after, _, writes = change_request(
                request, step, heard.office, heard.now, actor=RESIDENT, asked=decision.moves is Status.CANCELLED
            )
        except IllegalChange:
            return None
        return writes, talk.after_change(request, after, heard.contact.id, heard.now)

    def _counted(self, heard: Heard, decision: Decision) -> list[Write]:
        """The answer to how it was, counted without the person."""
        if decision.rates is None:
            return []
        month = f"{heard.office.calendar.local(heard.now):%Y-%m}"
        key = ratings.key(heard.office.code, month, decision.rates.request_id.partition("-")[0])
        item = self.store.get(key)
        return [ratings.put_next(key, ratings.read(item or {}), decision.rates.score, heard.now)]


def _on_contact(heard: Heard, decision: Decision) -> list[Update]:
    """What a decision changes on the contact's item."""
    contact, now = heard.contact, heard.now
    updates = []
    if decision.intent is Intent.OPT_OUT:
        updates.append(contacts.opt_out(contact.id, now))
    if decision.intent is Intent.OPT_IN:
        updates.append(contacts.opt_in(contact.id, now))
    if decision.language:
        updates.append(talk.speaks(contact.id, decision.language, now))
    if decision.sms_phone:
        updates.append(talk.gave_number(contact.id, decision.sms_phone, now))
    if decision.rates:
        updates.append(talk.rated(contact.id, decision.rates.request_id))
    if decision.picks:
        updates.append(talk.picked(contact.id, heard.number, decision.picks))
    if decision.answer:
        asked_about = decision.about[0] if decision.answer is Kind.CONFIRM else None
        updates.append(talk.told(contact.id, heard.number, decision.answer, asked_about, now))
        updates.append(talk.counted(contact, heard.hash, now))
    if decision.answer and decision.unless_told:
        updates.append(talk.nothing_told_since(contact, heard.number))
    return updates


def _on_requests(heard: Heard, decision: Decision) -> list[Write]:
    """What a decision changes beside the contact and the status: who wants a person, in which language, and where SMS go."""
    writes: list[Write] = []
    if decision.language:
        open_ = [mark.request_id for marks in heard.contact.open.values() for mark in marks]
        writes += [requests.speaks(one, decision.language) for one in open_[-_MOST_SPEAKING:]]
    if decision.sms_phone:
        here = [
            mark.request_id
            for (office, _), marks in heard.contact.open.items()
            for mark in marks
            if office == heard.office.code
        ]
        writes += [requests.texted_to(one, decision.sms_phone) for one in here[-_MOST_SPEAKING:]]
    if decision.calls and decision.request_id:
        writes.append(requests.asks_human(decision.request_id, heard.now))
    elif decision.calls:
        writes.append(talk.put_call(heard.contact.id, heard.office.code, heard.number, heard.now))
    return writes


def _answer(heard: Heard, decision: Decision) -> list[Write]:
    if decision.answer is None:
        return []
    notice = Notice(
        id=ids.notice_of_message(heard.contact.id, heard.hash), kind=decision.answer, answer=True, office=heard.office.code,
        contact_id=heard.contact.id, phone_number_id=heard.number, caused_at=heard.now, due_at=heard.now + FIRST_DUE,
        about=decision.about, topic=decision.topic, service=heard.service,
    )  # fmt: skip
    return [notices.put_new(notice)]
