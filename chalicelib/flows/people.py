"""Who somebody is: from a phone number, a WhatsApp user id or both to one contact."""

from dataclasses import dataclass
from random import Random

from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import TransientError
from chalicelib.ports import ConditionFailed, Item, Store
from chalicelib.table import contacts
from chalicelib.table.values import Reader

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
    return sorted({contact_id} | ({contact.id} | contact.absorbed if contact else set()))


@dataclass(frozen=True)
class People:
    """Finds contacts, and creates, links and merges them as addresses become known."""

    store: Store
    rng: Random

    def find(self, address_key: str, phone: str | None, user_id: str | None, name: str | None = None) -> str:
        """The contact's id; the contact is there when this returns. At least one of phone and user id is given.

        Costs one read when the person is known by what was given.

        Raises:
            TransientError: also when other writers kept getting in between.
        """
        hashes = contacts.address_hashes(address_key, phone, user_id)
        for _ in range(_TRIES):
            first, other = self._look(hashes)
            try:
                found = self._settle(hashes, first, other, Contact("", phone, user_id, name))
            except ConditionFailed:
                continue
            if found is not None:
                return found
        raise TransientError("a contact's addresses kept changing")

    def _look(self, hashes: list[str]) -> tuple[Item | None, Item | None]:
        """The addresses' items; the second is only read when the first does not know of it."""
        first = self.store.get(contacts.address_key(hashes[0]))
        if len(hashes) == 1 or (first is not None and first.get("other") == hashes[1]):
            return first, None
        return first, self.store.get(contacts.address_key(hashes[1]))

    def _settle(self, hashes: list[str], first: Item | None, other: Item | None, person: Contact) -> str | None:
        """Makes both addresses point to one contact; None when that took a merge, and one more look."""
        phone, first, other = first, _found(first), _found(other)
        if first is None and other is None:
            return self._create(hashes, person)
        if len(hashes) == 1 or (first is not None and first.get("other") == hashes[1]):
            return _owner(first)
        if first is None and other is not None and self._left(phone, other):
            return _owner(other)
        if first is None or other is None:
            return self._link(hashes, first, other, person)
        if _owner(first) == _owner(other):
            self.store.update(contacts.point_address(hashes[0], _owner(first), hashes[1], seen=_owner(first)))
            return _owner(first)
        self._merge(hashes, _owner(first), _owner(other))
        return None

    def new_id(self) -> str:
        """A contact's id: random, since it stands in keys and logs."""
        return f"{self.rng.getrandbits(80):020x}"

    def _left(self, phone: Item | None, other: Item) -> bool:
        """Whether the person of the other address has moved away from that phone: an older message of theirs brings it back."""
        left_by = Reader(phone or {}).maybe("left_by")
        if left_by is None or left_by == _owner(other):
            return left_by is not None
        people = [living(self.store, one) for one in (left_by, _owner(other))]
        return people[0] is not None and people[1] is not None and people[0].id == people[1].id

    def _create(self, hashes: list[str], person: Contact) -> str:
        contact_id = self.new_id()
        new = Contact(contact_id, person.phone, person.user_id, person.name)
        addresses = [contacts.new_address(hash_, contact_id, _other(hashes, hash_)) for hash_ in hashes]
        self.store.transact([*addresses, contacts.new(new)])
        return contact_id

    def _link(self, hashes: list[str], first: Item | None, other: Item | None, person: Contact) -> str:
        """One address is new: it gets the contact of the other."""
        owner = _owner(first or other)
        known, new = (hashes[0], hashes[1]) if first is not None else (hashes[1], hashes[0])
        self.store.transact([
            contacts.new_address(new, owner, known),
            contacts.point_address(known, owner, new, seen=owner),
            contacts.learn(owner, person.phone, person.user_id),
        ])  # fmt: skip
        return owner

    def _merge(self, hashes: list[str], into_id: str, other_id: str) -> None:
        """Two contacts turn out to be one person: the phone's gets everything, the other points to it.

        An address that still leads to an absorbed contact is led on first, and the next look merges.
        """
        items = self.store.get_many([contacts.key(into_id), contacts.key(other_id)])
        by_id = {contact.id: contact for contact in map(contacts.read, items)}
        for hash_, owner in zip(hashes, (into_id, other_id), strict=True):
            if (moved_to := by_id[owner].merged_into) is not None:
                self.store.update(contacts.point_address(hash_, moved_to, None, seen=owner))
                return
        self.store.transact([
            *contacts.absorb(by_id[into_id], by_id[other_id]),
            contacts.point_address(hashes[0], into_id, hashes[1], seen=into_id),
            contacts.point_address(hashes[1], into_id, hashes[0], seen=other_id),
        ])  # fmt: skip


def _found(item: Item | None) -> Item | None:
    """An address's item, None while nobody is found there: a phone that was left has one all the same."""
    return item if item is not None and "contact_id" in item else None


def _owner(item: Item | None) -> str:
    assert item is not None, "an address without an item has no owner"
    return Reader(item).text("contact_id")


def _other(hashes: list[str], hash_: str) -> str | None:
    return next((one for one in hashes if one != hash_), None)
