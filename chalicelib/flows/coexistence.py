"""The office's own words, from the WhatsApp Business app on its phone: an answer to a resident, or a status word.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes: what is sent in
the app or on a device linked to it is echoed; what is sent by the API is not. So every echo is a person's.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.conversation import SPOKEN
from chalicelib.domain.errors import TransientError
from chalicelib.domain.inbound import Broken
from chalicelib.domain.message import Echo, Message
from chalicelib.flows.keeping import Stored, stored_before_merge
from chalicelib.flows.people import People, living
from chalicelib.flows.status_words import Changed, Refused, StatusWords, Written
from chalicelib.ports import Clock, ConditionFailed, Key, Metrics, Put, SecretValues, Store, Update, Write
from chalicelib.table import contacts, messages, requests, talk
from chalicelib.table.values import Reader

log = logging.getLogger(__name__)
_TRIES = 8
# A read takes a hundred keys; nobody waits on so many requests.
_MOST_READ = 90


@dataclass(frozen=True)
class Coexistence:
    """Stores what officers write on the office's phone, together with all that follows from it."""

    store: Store
    people: People
    status_words: StatusWords
    offices: Mapping[str, Office]
    metrics: Metrics
    clock: Clock

    def __call__(self, echo: Echo, secrets: SecretValues) -> Stored:
        """Stores an echo once: a repeat changes nothing.

        Raises:
            TransientError: nothing of the echo is stored; a repeat will do all of it.
        """
        message = echo.message
        channel = secrets.channels[message.phone_number_id]
        for _ in range(_TRIES):
            contact = None if echo.to_itself else self._contact(message, secrets)
            if contact is not None and stored_before_merge(self.store, contact, message, "ECHO"):
                return Stored.DUPLICATE
            written = Written(message, channel, self.offices[channel.office], contact, self.clock())
            changed, refusal = self._meant(written)
            try:
                self.store.transact([_put(written), *self._following(written, changed), *_kept(written, refusal)])
            except ConditionFailed as failed:
                if 0 in failed.refused:
                    return Stored.DUPLICATE
                continue
            self._count(written, changed, refusal)
            return Stored.STORED
        raise TransientError("a contact or a request kept changing")

    def _contact(self, message: Message, secrets: SecretValues) -> Contact:
        """Whom it was written to then, as they are now; somebody unknown becomes known."""
        at = min(message.at, self.clock())
        contact = living(self.store, self.people.find(secrets.address_key, message.phone, message.user_id, at))
        if contact is None:
            raise TransientError("a contact was not there")
        return contact

    def _meant(self, written: Written) -> tuple[Changed | None, str | None]:
        """The status change that was typed, or why there is none although one was."""
        try:
            return self.status_words(written), None
        except Refused as refused:
            return None, str(refused)

    def _following(self, written: Written, changed: Changed | None) -> list[Write]:
        """The status change; and that the person was answered, so that nobody has to be called any more."""
        writes: list[Write] = [*changed.writes] if changed else []
        on_contact = changed.on_contact if changed else None
        contact = written.contact
        if contact is not None and written.message.kind in SPOKEN:
            on_contact = talk.together(_spoken(written, contact), on_contact)
            # A request that changes is answered by that, and its item is written once.
            writes += self._called(written, contact, written.open - ({changed.request_id} if changed else set()))
        return [*([on_contact] if on_contact else []), *writes]

    def _called(self, written: Written, contact: Contact, open_: set[str]) -> list[Write]:
        """Takes away that a person was wanted on this number before this was written."""
        calls = [talk.call_key(one, written.office.code) for one in contact.ids]
        writes: list[Write] = []
        for item in self.store.get_many([*calls, *(requests.key(one) for one in sorted(open_))][:_MOST_READ]):
            reader = Reader(item)
            key = Key(reader.text("pk"), reader.text("sk"))
            listed = key in calls and "queue_pk" in item
            asked_at = reader.maybe_time("asked_at" if listed else "asks_human_at")
            if asked_at is None or asked_at > written.at or item.get("phone_number_id") != written.message.phone_number_id:
                continue
            writes.append(
                talk.call_answered(key, asked_at) if listed else requests.human_answered_at(str(item["id"]), asked_at)
            )
        return writes

    def _count(self, written: Written, changed: Changed | None, refusal: str | None) -> None:
        office = written.office.code
        if refusal is not None:
            self.metrics.count("StatusWordRefused", office=office, reason=refusal)
            log.warning("a status word was refused", extra={"reason": refusal, "channel": written.message.phone_number_id})
        if changed is not None and changed.told:
            self.metrics.count("NoticePlanned", office=office, kind=changed.to.value)


def _put(written: Written) -> Put:
    if written.contact is None:
        return messages.put_note_to_self(written.message, written.now)
    return messages.put(written.contact.id, written.message, None, None, written.now)


def _spoken(written: Written, contact: Contact) -> Update | None:
    """Raises when an officer last spoke on that number; None when it is as high already."""
    number = written.message.phone_number_id
    spoke = contact.spoke.get(number)
    return contacts.spoken_to(contact.id, number, written.at) if spoke is None or spoke < written.at else None


def _kept(written: Written, refusal: str | None) -> list[Put]:
    """A word that could not be carried out, for people to see: in the app nobody can be told."""
    if refusal is None:
        return []
    day = written.message.at.date().isoformat()
    broken = Broken(f"status_word_{refusal}", day, written.message.raw)
    return [Put(one.item) for one in messages.put_broken(broken, written.now)]
