"""WhatsApp says that a person's number or user id has changed: the contact moves there, with its open requests, at once.

Requests name the contact and not its address, so that they need no change. Whatever order the words of several moves come in,
and however often, everybody ends where they last moved to; who gets the old number later is somebody new.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.contact import Contact
from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.errors import TransientError
from chalicelib.domain.message import Moved
from chalicelib.flows.keeping import Stored, stored_before_merge
from chalicelib.flows.people import People, living
from chalicelib.ports import Clock, ConditionFailed, SecretValues, Store, Update, Write
from chalicelib.table import addresses, contacts, messages, talk
from chalicelib.table.addresses import Place

log = logging.getLogger(__name__)
_TRIES = 8


@dataclass(frozen=True)
class Step:
    """One address before and after, as they are now.

    address: the one after, as people write it. after: None where the one before stays. arrived: where its person went on to
    from there, by later news that came first. forget: whether the address before may get another owner.
    """

    address: str | None
    before: Place | None
    after: Place | None
    arrived: Place | None
    forget: bool

    def leaves(self, at: datetime) -> Place | None:
        """The address before, if it is still the one of whoever moves."""
        to = self.after.hash_ if self.after else None
        return None if self.before is None or self.before.is_history(at, to) else self.before

    @property
    def stays(self) -> bool:
        """Whether the address after is the last that is known."""
        return self.arrived is not None and self.arrived == self.after


@dataclass(frozen=True)
class Moving:
    """Moves contacts."""

    store: Store
    people: People
    clock: Clock

    def __call__(self, moved: Moved, secrets: SecretValues) -> Stored:
        """Stores WhatsApp's word as a message of the person's, once, together with the move.

        Raises:
            TransientError: nothing of it is stored; a repeat will do all of it.
        """
        now = self.clock()
        at = min(moved.message.at, now)
        for _ in range(_TRIES):
            phone, user = self._steps(moved, secrets.address_key, at)
            was, also = self._owners(phone.leaves(at), user.leaves(at))
            there, beside = self._owners(phone.arrived, user.arrived)
            beside = beside if phone.stays and user.stays else None
            try:
                # Two who were not known to be one are, before they move.
                if also is not None or beside is not None:
                    self._merge(moved, secrets, at, both_before=also is not None)
                    continue
                person = there or was or Contact(self.people.new_id())
                if stored_before_merge(self.store, person, moved.message):
                    return Stored.DUPLICATE
                put = messages.put(person.id, moved.message, Decision(Intent.NOTE), None, now)
                self.store.transact([
                    put, *_on_people(phone, user, at, person, was, there), *_on_addresses((phone, user), at, person),
                ])  # fmt: skip
            except ConditionFailed as failed:
                if 0 in failed.refused:
                    return Stored.DUPLICATE
                continue
            log.info("a person moved", extra={"contact": person.id})
            return Stored.STORED
        raise TransientError("a contact's addresses kept changing")

    def _steps(self, moved: Moved, address_key: str, at: datetime) -> tuple[Step, Step]:
        """The step by phone, and the one by user id."""
        pairs = ((moved.message.phone, moved.phone), (moved.message.user_id, moved.user_id))
        phone, new_phone = (contacts.address_hash(address_key, "phone", one) for one in pairs[0])
        user, new_user = (contacts.address_hash(address_key, "user", one) for one in pairs[1])
        places = self.people.places([one for one in (phone, new_phone, user, new_user) if one])
        by_phone = self._step(moved.phone, places, phone, new_phone, at, forget=True)
        return by_phone, self._step(moved.user_id, places, user, new_user, at, forget=False)

    def _step(
        self, address: str | None, places: Mapping[str, Place], before: str | None, after: str | None, at: datetime, *,
        forget: bool,
    ) -> Step:  # fmt: skip
        new = places[after] if after and after != before else None
        return Step(address, places[before] if before else None, new, self.people.followed(new, at) if new else None, forget)

    def _owners(self, *places: Place | None) -> tuple[Contact | None, Contact | None]:
        """Who is found at these two places; the second only when that is somebody else."""
        ids = dict.fromkeys(place.contact_id for place in places if place and place.contact_id)
        found = {one.id: one for contact_id in ids if (one := living(self.store, contact_id))}
        first, second, *_ = [*found.values(), None, None]
        return first, second

    def _merge(self, moved: Moved, secrets: SecretValues, at: datetime, *, both_before: bool) -> None:
        message = moved.message
        phone, user_id = (message.phone, message.user_id) if both_before else (moved.phone, moved.user_id)
        self.people.find(secrets.address_key, phone, user_id, at)


def _on_people(
    phone: Step, user: Step, at: datetime, person: Contact, was: Contact | None, there: Contact | None
) -> list[Write]:
    """The contact is reached at the new address; when somebody is known there already, they are one from now on."""
    number, user_id = (step.address if step.stays else None for step in (phone, user))
    if was is None and there is None:
        return [contacts.new(Contact(person.id, number, user_id))]
    reached = contacts.moved(person.id, number, user_id, at) if number or user_id else None
    if was is None or there is None or was.id == there.id:
        return [reached] if reached else []
    gained, given = contacts.absorb(there, was)
    return [talk.together(gained, reached) or gained, given]


def _on_addresses(steps: Iterable[Step], at: datetime, person: Contact) -> list[Update]:
    """The addresses before are left, and those after taken."""
    writes: list[Update] = []
    phone, user = steps
    for step, other in ((phone, user), (user, phone)):
        if step.after is None:
            continue
        left = step.leaves(at)
        if left is not None:
            writes.append(addresses.leave(left, at, step.after.hash_, person.id, forget=step.forget))
        if step.stays and (step.after.since is None or step.after.since < at):
            writes.append(addresses.take(step.after, at, person.id, other.after.hash_ if other.after and other.stays else None))
    return writes
