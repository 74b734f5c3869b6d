"""Who somebody is: from a phone number, a WhatsApp user id or both to one contact."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from random import Random

from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import TransientError
from chalicelib.ports import ConditionFailed, Store
from chalicelib.table import addresses, contacts
from chalicelib.table.addresses import Place

_TRIES = 5


def living(store: Store, contact_id: str) -> Contact | None:
    """The contact, or the one that it has become part of.

    Raises:
        TransientError: also when it keeps moving.
    """
    for _ in range(_TRIES):
        item = store.get(contacts.key(contact_id))
        contact = contacts.read(item) if item else None
        if contact is None or contact.merged_into is None:
            return contact
        contact_id = contact.merged_into
    raise TransientError("a contact kept moving")


def known_as(store: Store, contact_id: str) -> list[str]:
    """Every id that a person has had: their messages stay where they were stored.

    Raises:
        TransientError.
    """
    contact = living(store, contact_id)
    return sorted({contact_id, *(contact.ids if contact else [])})


@dataclass(frozen=True)
class People:
    """Finds contacts, and creates, links and merges them as addresses become known."""

    store: Store
    rng: Random

    def find(self, address_key: str, phone: str | None, user_id: str | None, at: datetime, name: str | None = None) -> str:
        """The id of whoever had these addresses then; the contact is there when this returns. Phone, user id or both are given.

        Costs one read when the person is known by what was given. Who has left since is found where they went: the next owner
        is somebody else.

        Raises:
            TransientError: also when other writers kept getting in between.
        """
        hashes = contacts.address_hashes(address_key, phone, user_id)
        for _ in range(_TRIES):
            first, other = self._look(hashes, at)
            # What was left since, and a user id that changes with it, are no addresses to learn.
            stays = first.hash_ == hashes[0]
            same_id = stays and (other is None or other.hash_ == hashes[-1])
            try:
                found = self._settle(first, other, Contact("", phone if stays else None, user_id if same_id else None, name))
            except ConditionFailed:
                continue
            if found is not None:
                return found
        raise TransientError("a contact's addresses kept changing")

    def places(self, hashes: Iterable[str]) -> dict[str, Place]:
        """The addresses with these hashes."""
        keys = {contacts.address_key(one): one for one in dict.fromkeys(hashes)}
        items = {str(item["pk"]): item for item in self.store.get_many(list(keys))} if keys else {}
        return {hash_: addresses.read(hash_, items.get(key.pk)) for key, hash_ in keys.items()}

    def followed(self, place: Place, at: datetime) -> Place:
        """Where people went on to who had come to that place by then. Reads nothing when nobody has left it since."""
        gone: set[tuple[datetime, str]] = set()
        while (onward := place.next_after(at)) and onward not in gone:
            gone.add(onward)
            at, hash_ = onward
            place = self._place(hash_)
        return place

    def new_id(self) -> str:
        """A contact's id: random, since it stands in keys and logs."""
        return f"{self.rng.getrandbits(80):020x}"

    def _place(self, hash_: str) -> Place:
        return addresses.read(hash_, self.store.get(contacts.address_key(hash_)))

    def _look(self, hashes: list[str], at: datetime) -> tuple[Place, Place | None]:
        """The addresses, or where whoever had them then is now; the second is only read when the first does not know of it."""
        first = self._place(hashes[0])
        if first.other == hashes[-1]:
            return first, None
        return self._left_for(first, at), self._left_for(self._place(hashes[1]), at) if len(hashes) > 1 else None

    def _left_for(self, place: Place, at: datetime) -> Place:
        """Where whoever had that address then is found; the address itself when nobody is."""
        onward = self.followed(place, at)
        return onward if onward.contact_id is not None else place

    def _settle(self, first: Place, other: Place | None, person: Contact) -> str | None:
        """Makes both addresses point to one contact; None when that took a merge, and one more look."""
        if other is None:
            return first.contact_id or self._create([first], person)
        if first.contact_id is None and other.contact_id is None:
            return self._create([first, other], person)
        if first.contact_id is None:
            return self._link(other, first, person)
        if other.contact_id is None:
            return self._link(first, other, person)
        if first.contact_id != other.contact_id:
            self._merge(first, other)
            return None
        self.store.update(contacts.point_address(first.hash_, first.contact_id, other.hash_, seen=first.contact_id))
        return first.contact_id

    def _create(self, places: list[Place], person: Contact) -> str:
        contact_id = self.new_id()
        new = Contact(contact_id, person.phone, person.user_id, person.name)
        others = [places[-1].hash_, places[0].hash_] if len(places) > 1 else [None]
        begun = [addresses.begin(place, contact_id, other) for place, other in zip(places, others, strict=True)]
        self.store.transact([*begun, contacts.new(new)])
        return contact_id

    def _link(self, known: Place, new: Place, person: Contact) -> str:
        """One address is new: it gets the contact of the other."""
        owner = str(known.contact_id)
        writes = [addresses.begin(new, owner, known.hash_)]
        if person.recipient:
            writes.append(contacts.point_address(known.hash_, owner, new.hash_, seen=owner))
            writes.append(contacts.learn(owner, person.phone, person.user_id))
        self.store.transact(writes)
        return owner

    def _merge(self, first: Place, other: Place) -> None:
        """Two contacts turn out to be one person: the phone's gets everything, the other points to it.

        An address that still leads to an absorbed contact is led on first, and the next look merges.
        """
        into_id, other_id = str(first.contact_id), str(other.contact_id)
        items = self.store.get_many([contacts.key(into_id), contacts.key(other_id)])
        by_id = {contact.id: contact for contact in map(contacts.read, items)}
        for place, owner in ((first, into_id), (other, other_id)):
            if (moved_to := by_id[owner].merged_into) is not None:
                self.store.update(contacts.point_address(place.hash_, moved_to, None, seen=owner))
                return
        self.store.transact([
            *contacts.absorb(by_id[into_id], by_id[other_id]),
            contacts.point_address(first.hash_, into_id, other.hash_, seen=into_id),
            contacts.point_address(other.hash_, into_id, first.hash_, seen=other_id),
        ])  # fmt: skip
