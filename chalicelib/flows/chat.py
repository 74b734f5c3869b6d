"""One chat message into its contact's conversation, with all that follows from it in the same transaction.

A message on an open request costs one read (its sender's address) and two writes (the contact's last inbound, whose answer
tells what the contact has open, and the message).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.conversation import decide
from chalicelib.domain.errors import TransientError
from chalicelib.domain.message import Message
from chalicelib.flows.following import Following, Heard
from chalicelib.flows.keeping import Stored, stored_before_merge, stored_by_former_version
from chalicelib.flows.people import People
from chalicelib.ports import Clock, ConditionFailed, Item, Metrics, Put, SecretValues, Store, Write
from chalicelib.table import contacts, messages

_TRIES = 8


@dataclass(frozen=True)
class Chat:
    """Stores residents' messages, and does what they ask for."""

    store: Store
    people: People
    following: Following
    offices: Mapping[str, Office]
    metrics: Metrics
    clock: Clock

    def message(self, message: Message, secrets: SecretValues) -> Stored:
        """Stores a resident's message once, and opens, answers, opts out or in as it asks.

        Raises:
            TransientError: nothing of the message is stored; a repeat will do all of it.
        """
        channel = secrets.channels[message.phone_number_id]
        office = self.offices[channel.office]
        now = self.clock()
        contact, newest = self._heard(message, secrets, min(message.at, now))
        # The newest message on its number is stored nowhere yet.
        if not newest and stored_by_former_version(self.store, contact, message):
            return Stored.DUPLICATE
        if stored_before_merge(self.store, contact, message):
            return Stored.DUPLICATE
        for _ in range(_TRIES):
            heard = Heard(message, contact, office, channel.service, now)
            decision, following = self.following(heard, decide(message, contact, office, channel.service, now))
            try:
                self._write(messages.put(contact.id, message, decision, decision.request_id, now, office.code), following)
            except ConditionFailed as failed:
                if 0 in failed.refused:
                    return Stored.DUPLICATE
                contact = self._again(contact.id, message, secrets, now)
                continue
            if decision.answer is not None:
                self.metrics.count("NoticePlanned", office=office.code, kind=decision.answer.value)
            return Stored.STORED
        raise TransientError("a contact kept changing")

    def _heard(self, message: Message, secrets: SecretValues, at: datetime) -> tuple[Contact, bool]:
        """The sender, whose last inbound on that number is at least `at` now, and whether it was lower before."""
        contact_id = self.people.find(secrets.address_key, message.phone, message.user_id, at, message.name)
        for _ in range(_TRIES):
            try:
                item: Item | None = self.store.update(contacts.heard(contact_id, message.phone_number_id, at))
                raised = True
            except ConditionFailed as failed:
                item, raised = failed.refused[0], False
            contact = contacts.read(item) if item else None
            if contact is not None and contact.merged_into is None:
                return contact, raised
            contact_id = contact.merged_into if contact and contact.merged_into else contact_id
        raise TransientError("a contact was not there, or kept moving")

    def _again(self, contact_id: str, message: Message, secrets: SecretValues, now: datetime) -> Contact:
        """The contact as it is now, after somebody else wrote in between."""
        item = self.store.get(contacts.key(contact_id))
        contact = contacts.read(item) if item else None
        if contact is not None and contact.merged_into is None:
            return contact
        return self._heard(message, secrets, min(message.at, now))[0]

    def _write(self, put: Put, following: list[Write]) -> None:
        """Stores the message, together with what follows from it; the message is the write numbered 0."""
        if following:
            self.store.transact([put, *following])
        else:
            self.store.put(put)
