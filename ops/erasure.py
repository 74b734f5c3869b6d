"""One person's data in the whole table: found, and erased.

Law: UU 27/2022 on personal data, access (article 7) and erasure (article 8).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.domain.contact import Contact
from chalicelib.domain.notice import Notice, State
from chalicelib.domain.retries import settle
from chalicelib.flows.people import known_as
from chalicelib.ports import Condition, Delete, Item, Key, Store, Update
from chalicelib.table import contacts, notices, requests
from chalicelib.table.values import Reader
from ops.failure import Failure

_KEPT_RAW = ("EVENT#", "QUARANTINE#")


@dataclass(frozen=True)
class Person:
    """What is known of somebody. contact_ids: all under whom they were known. items: everything that is about them.

    found_by: where the address is by which all this was found.
    """

    contact_ids: frozenset[str]
    items: tuple[Item, ...]
    found_by: Key

    def require_at_rest(self) -> None:
        """Raises Failure while a request is open, or a notice is being sent."""
        found = [requests.read(item) for item in self.items if item["sk"] == "REQUEST"]
        open_ = sorted(one.id for one in found if not one.closed)
        if open_:
            raise Failure(f"Still open: {', '.join(open_)}. Complete, reject or cancel first.")
        if any(item.get("state") == State.CLAIMED for item in self.items):
            raise Failure("A notice is being sent at this moment; try again in two minutes.")


def address(address_key: str, phone: str) -> Key:
    """Where a phone (E.164) is found."""
    [hash_] = contacts.address_hashes(address_key, phone, None)
    return contacts.address_key(hash_)


def known_at(store: Store, place: Key, phone: str) -> list[Contact]:
    """The contacts of whoever is found there: who they are now, and who they were taken for before.

    One that is gone already, of an erasure that was broken off, is there by its id and phone alone.
    """
    contact_id = Reader(store.get(place) or {}).maybe("contact_id")
    if contact_id is None:
        return []
    ids = known_as(store, contact_id)
    found = {str(item["pk"]): contacts.read(item) for item in store.get_many([contacts.key(one) for one in ids])}
    return [found.get(contacts.key(one).pk) or Contact(one, phone) for one in ids]


def person(known: Iterable[Contact], items: Iterable[Item], found_by: Key) -> Person:
    """Somebody's data among all items of the table."""
    known = list(known)
    ids = frozenset(one.id for one in known)
    names = {one.phone.removeprefix("+") for one in known if one.phone} | {one.user_id for one in known if one.user_id}
    pks = {contacts.key(one).pk for one in ids}
    mine: list[Item] = []
    raws: list[Item] = []
    said: set[str] = set()
    for item in items:
        if item["pk"] in pks or item.get("contact_id") in ids or item.get("left_by") in ids:
            mine.append(item)
        elif str(item["pk"]).startswith(_KEPT_RAW):
            raws.append(item)
            if any(name in str(item.get("raw", "")) for name in names):
                said.add(_element(item))
    # What took several items is about somebody when one of them is.
    return Person(ids, (*mine, *(item for item in raws if _element(item) in said)), found_by)


def erase(store: Store, whom: Person) -> int:
    """Takes a person out of the table; returns how many items were changed or deleted. Safe to repeat until it is done.

    Requests, their changes and notices stay, without anybody in them: the office answers for what it did. The address by
    which the rest is found goes last.

    Raises:
        Failure: a request is open, or a notice is being sent. TransientError, ConditionFailed: run it again.
    """
    whom.require_at_rest()
    for item in sorted(whom.items, key=lambda one: (_key(one) == whom.found_by, one["sk"] == "CONTACT")):
        _erase(store, item, whom.contact_ids)
    return len(whom.items)


def _erase(store: Store, item: Item, contact_ids: frozenset[str]) -> None:
    key = Key(str(item["pk"]), str(item["sk"]))
    if item.get("contact_id") not in {None, *contact_ids} and key.sk == "ADDRESS":
        # Somebody else is found there now.
        store.update(Update(key, remove=("left_by", *(name for name in item if name.startswith("moved#")))))
    elif not key.pk.startswith("REQ#"):
        store.delete(Delete(key))
    elif key.sk == "REQUEST":
        store.update(Update(key, remove=("name", "sms_phone", "asks_human_at"), when=(Condition("pk", "present"),)))
    elif key.sk.startswith(notices.PREFIX):
        store.put(notices.put_next(_without_recipient(notices.read(item))))


def _without_recipient(notice: Notice) -> Notice:
    """A notice as the record that something was told. WhatsApp's message ids hold the phone number, in base64."""
    attempts = tuple(replace(one, provider_id="") for one in notice.attempts)
    told = notice if notice.state not in {State.PLANNED, State.HELD} else settle(notice, State.SUPPRESSED, "erased")
    return replace(told, attempts=attempts, body=None, due_at=None)


def _element(item: Item) -> str:
    return f"{item['pk']} {str(item['sk']).partition('#')[0]}"


def _key(item: Item) -> Key:
    return Key(str(item["pk"]), str(item["sk"]))
