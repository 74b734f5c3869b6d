"""Contacts, and the addresses that point to them.

A contact's attributes are flat, so that concurrent writers touch only what they mean: `last#<channel number>` is its last
inbound there, `open#<office>#<service>` the set of its open requests, `closed#<office>#<service>` the last one closed.
"""

from datetime import datetime

from chalicelib.domain.contact import MOST_OPEN, Contact, Mark
from chalicelib.domain.request import Request
from chalicelib.ports import Condition, Item, Key, Put, Update
from chalicelib.table.values import Reader, filled, keyed_digest, moment, stamp


def key(contact_id: str) -> Key:
    """Where a contact is."""
    return Key(f"CONTACT#{contact_id}", "CONTACT")


def address_hashes(address_key: str, phone: str | None, user_id: str | None) -> list[str]:
    """The keyed hashes of a person's addresses, the phone's first."""
    named = [f"phone:{phone}" if phone else "", f"user:{user_id}" if user_id else ""]
    return [keyed_digest(address_key, one) for one in named if one]


def address_key(hash_: str) -> Key:
    """Where an address is."""
    return Key(f"ADDRESS#{hash_}", "ADDRESS")


def new_address(hash_: str, contact_id: str, other: str | None) -> Put:
    """An address that nobody has yet. other: the hash of the same person's other address."""
    item = filled({"contact_id": contact_id, "other": other})
    return Put({**address_key(hash_)._asdict(), **item}, (Condition("pk", "absent"),))


def point_address(hash_: str, contact_id: str, other: str | None, *, seen: str) -> Update:
    """Lets an address point to a contact and its other address, unless it has moved from `seen` since."""
    pointed = filled({"contact_id": contact_id, "other": other})
    return Update(address_key(hash_), set_=pointed, when=(Condition("contact_id", "equals", seen),))


def new(contact: Contact) -> Put:
    """A contact that is not there yet."""
    item = filled({
        "phone": contact.phone, "user_id": contact.user_id, "name": contact.name, "language": contact.language,
    })  # fmt: skip
    return Put({**key(contact.id)._asdict(), **item}, (Condition("pk", "absent"),))


def learn(contact_id: str, phone: str | None, user_id: str | None) -> Update:
    """Adds what became known of a contact's addresses."""
    known = filled({"phone": phone, "user_id": user_id})
    return Update(key(contact_id), set_=known, when=(Condition("pk", "present"),))


def heard(contact_id: str, phone_number_id: str, at: datetime) -> Update:
    """Raises the contact's last inbound on that number; refused when it is as high already, or the contact is not there."""
    name = f"last#{phone_number_id}"
    newer = Condition(name, "below", stamp(at))
    return Update(key(contact_id), set_={name: stamp(at)}, when=(Condition("pk", "present"), newer))


def opt_out(contact_id: str, at: datetime) -> Update:
    """No status notices from now on."""
    return Update(key(contact_id), set_={"opted_out_at": stamp(at)}, when=(Condition("pk", "present"),))


def opt_in(contact_id: str) -> Update:
    """Status notices again."""
    return Update(key(contact_id), remove=("opted_out_at",), when=(Condition("pk", "present"),))


def opens(request: Request, *, only_first: bool) -> Update:
    """Adds a request to its contact's open ones, if it is the first of its service or, else, not one too many."""
    name = f"open#{request.office}#{request.service}"
    limit = Condition(name, "absent") if only_first else Condition(name, "fewer", MOST_OPEN)
    return Update(
        key(str(request.contact_id)), join={name: frozenset({_mark(request.opened_by, request.id)})},
        when=(Condition("pk", "present"), Condition("merged_into", "absent"), limit),
    )  # fmt: skip


def closes(request: Request, contact_id: str, at: datetime) -> Update:
    """Takes a request from a contact's open ones and remembers it as the last closed; refused after a merge."""
    name = f"{request.office}#{request.service}"
    return Update(
        key(contact_id),
        set_={f"closed#{name}": _mark(at, request.id)},
        leave={f"open#{name}": frozenset({_mark(request.opened_by, request.id)})},
        when=(Condition("merged_into", "absent"),),
    )


def absorb(into: Contact, other: Contact) -> tuple[Update, Update]:
    """Makes two contacts one, as they were read: `into` gets what `other` has, and `other` points to it. Opted out wins."""
    known = {name: moment_ for name, moment_ in _flat(other).items() if name not in _flat(into)}
    known |= filled({"phone": into.phone or other.phone, "user_id": into.user_id or other.user_id})
    known |= filled({"opted_out_at": into.opted_out_at or other.opted_out_at})
    marks = {_open_name(pair): frozenset(_mark(*one) for one in marks) for pair, marks in other.open.items()}
    gained = Update(
        key(into.id), set_=known, join={**marks, "absorbed": other.absorbed | {other.id}},
        when=(Condition("pk", "present"), Condition("merged_into", "absent")),
    )  # fmt: skip
    given = Update(
        key(other.id), set_={"merged_into": into.id}, remove=tuple(_open_name(pair) for pair in other.open),
        when=(Condition("pk", "present"), Condition("merged_into", "absent"), *_unchanged(other)),
    )  # fmt: skip
    return gained, given


def read(item: Item) -> Contact:
    """The contact of an item."""
    reader = Reader(item)
    last, open_, closed = {}, {}, {}
    for name in item:
        family, _, rest = name.partition("#")
        if family == "last":
            last[rest] = reader.time(name)
        elif family == "open":
            open_[_pair(rest)] = tuple(sorted(_unmark(one) for one in reader.many(name)))
        elif family == "closed":
            closed[_pair(rest)] = _unmark(reader.text(name))
    return Contact(
        id=reader.text("pk").removeprefix("CONTACT#"), phone=reader.maybe("phone"), user_id=reader.maybe("user_id"),
        name=reader.maybe("name"), language=reader.maybe("language") or "id", opted_out_at=reader.maybe_time("opted_out_at"),
        last_inbound=last, open=open_, closed=closed, absorbed=frozenset(reader.many("absorbed")),
        merged_into=reader.maybe("merged_into"),
    )  # fmt: skip


def _flat(contact: Contact) -> Item:
    last: Item = {f"last#{number}": stamp(at) for number, at in contact.last_inbound.items()}
    return last | {f"closed#{office}#{service}": _mark(*mark) for (office, service), mark in contact.closed.items()}


def _unchanged(contact: Contact) -> list[Condition]:
    """Nothing was opened or closed meanwhile for the services that had open requests when the contact was read."""
    return [
        Condition(_open_name(pair), "equals", frozenset(_mark(*one) for one in marks)) for pair, marks in contact.open.items()
    ]


def _open_name(pair: tuple[str, str]) -> str:
    return f"open#{pair[0]}#{pair[1]}"


def _mark(at: datetime, request_id: str) -> str:
    return f"{stamp(at)} {request_id}"


def _unmark(text: str) -> Mark:
    at, _, request_id = text.partition(" ")
    return Mark(moment(at), request_id)


def _pair(text: str) -> tuple[str, str]:
    office, _, service = text.partition("#")
    return office, service
