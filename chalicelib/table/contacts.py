"""Contacts, and the addresses that point to them.

A contact's attributes are flat, so that concurrent writers touch only what they mean: `last#<channel number>` is its last
inbound there, `open#<office>#<service>` the set of its open requests, `closed#<office>#<service>` the last one closed. What
the conversation remembers is written in `talk`; `spoke#<channel number>` is when an officer last wrote from the office's phone.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from chalicelib.domain.contact import LANGUAGE, MOST_OPEN, Contact, Mark, Question, Told
from chalicelib.domain.request import Request
from chalicelib.ports import Condition, Item, Key, Put, Update
from chalicelib.table.values import Reader, filled, keyed_digest, moment, stamp

# What is written to an absorbed contact would never be found: whoever tries reads again and follows `merged_into`.
LIVES = (Condition("pk", "present"), Condition("merged_into", "absent"))


def key(contact_id: str) -> Key:
    """Where a contact is."""
    return Key(f"CONTACT#{contact_id}", "CONTACT")


def address_hash(address_key: str, family: Literal["phone", "user"], address: str | None) -> str | None:
    """The keyed hash of an address, None without one."""
    return keyed_digest(address_key, f"{family}:{address}") if address else None


def address_hashes(address_key: str, phone: str | None, user_id: str | None) -> list[str]:
    """The keyed hashes of a person's addresses, the phone's first."""
    both = (address_hash(address_key, "phone", phone), address_hash(address_key, "user", user_id))
    return [one for one in both if one]


def address_key(hash_: str) -> Key:
    """Where an address is."""
    return Key(f"ADDRESS#{hash_}", "ADDRESS")


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


def moved(contact_id: str, phone: str | None, user_id: str | None, at: datetime) -> Update:
    """Where the contact is reached from now on, as far as it has changed; refused after a merge.

    Whoever is merging it with what they read before has to read it again.
    """
    known = filled({"phone": phone, "user_id": user_id, "changed_by": f"move {stamp(at)}"})
    return Update(key(contact_id), set_=known, when=LIVES)


def heard(contact_id: str, phone_number_id: str, at: datetime) -> Update:
    """Raises the contact's last inbound on that number; refused when it is as high already, or the contact is not there."""
    name = f"last#{phone_number_id}"
    newer = Condition(name, "below", stamp(at))
    return Update(key(contact_id), set_={name: stamp(at)}, when=(Condition("pk", "present"), newer))


def spoken_to(contact_id: str, phone_number_id: str, at: datetime) -> Update:
    """Raises the time of the office's own words on that number; refused when it is as high already, or after a merge."""
    name = f"spoke#{phone_number_id}"
    return Update(key(contact_id), set_={name: stamp(at)}, when=(*LIVES, Condition(name, "below", stamp(at))))


def opt_out(contact_id: str, at: datetime) -> Update:
    """No status notices from now on; refused after a merge."""
    set_ = {"opted_out_at": stamp(at), "changed_by": f"opt_out {stamp(at)}"}
    return Update(key(contact_id), set_=set_, when=LIVES)


def opt_in(contact_id: str, at: datetime) -> Update:
    """Status notices again; refused after a merge."""
    return Update(key(contact_id), set_={"changed_by": f"opt_in {stamp(at)}"}, remove=("opted_out_at",), when=LIVES)


def opens(request: Request, *, only_first: bool) -> Update:
    """Adds a request to its contact's open ones, if it is the first of its service or, else, not one too many."""
    name = f"open#{request.office}#{request.service}"
    limit = Condition(name, "absent") if only_first else Condition(name, "fewer", MOST_OPEN)
    return Update(
        key(str(request.contact_id)), set_={"changed_by": f"open {request.id}"},
        join={name: frozenset({_mark(request.opened_by, request.id)})}, when=(*LIVES, limit),
    )  # fmt: skip


def closes(request: Request, contact_id: str, at: datetime) -> Update:
    """Takes a request from a contact's open ones and remembers it as the last closed; refused after a merge."""
    name = f"{request.office}#{request.service}"
    asked = Question(at, str(request.phone_number_id)) if request.rating_asked_at else None
    return Update(
        key(contact_id),
        set_={f"closed#{name}": _mark(at, request.id), "changed_by": f"close {request.id}"}
        | ({f"rates#{request.id}": _asked_text(asked)} if asked else {}),
        remove=(f"name#{request.id}",),
        leave={f"open#{name}": frozenset({_mark(request.opened_by, request.id)}), "incomplete": frozenset({request.id})},
        when=(Condition("merged_into", "absent"),),
    )


def absorb(into: Contact, other: Contact) -> tuple[Update, Update]:
    """Makes two contacts one: `into` gets what `other` has, and `other` points to it. Opted out wins, and what is later.

    A language that is not the first of everybody's was chosen, and stays. Refused when either opened, closed, absorbed, opted
    out or in or chose since it was read.
    """
    later = {name: at for name, at in _flat(other).items() if at > _flat(into).get(name, "")}
    known = filled(
        {"phone": into.phone or other.phone, "user_id": into.user_id or other.user_id, "name": into.name or other.name}
    )
    known |= filled({"sms_phone": into.sms_phone or other.sms_phone, "sms_asked_at": into.sms_asked_at or other.sms_asked_at})
    known |= filled({"opted_out_at": into.opted_out_at or other.opted_out_at, "changed_by": f"absorb {other.id}"})
    known |= {f"name#{request_id}": name for request_id, name in other.names.items()}
    if into.language == LANGUAGE:
        known["language"] = other.language
    picked = {f"picked#{number}": request_id for number, request_id in other.picked.items() if number not in into.picked}
    marks = {_open_name(pair): frozenset(_mark(*one) for one in marks) for pair, marks in other.open.items()}
    marks |= {"incomplete": other.incomplete} if other.incomplete else {}
    gained = Update(
        key(into.id), set_=later | known | picked, join={**marks, "absorbed": other.absorbed | {other.id}},
        when=(
            *LIVES, _unchanged(into), *(Condition(name, "below", at) for name, at in later.items()),
            *(Condition(name, "absent") for name in picked),
        ),
    )  # fmt: skip
    given = Update(
        key(other.id), set_={"merged_into": into.id}, remove=tuple(_open_name(pair) for pair in other.open),
        when=(*LIVES, _unchanged(other)),
    )  # fmt: skip
    return gained, given


def read(item: Item) -> Contact:
    """The contact of an item."""
    reader = Reader(item)
    families: dict[str, dict[Any, Any]] = {field: {} for field, _ in (*_BY_ONE.values(), *_BY_PAIR.values())}
    for name in item:
        family, _, rest = name.partition("#")
        if rest and family in _BY_ONE:
            field, value = _BY_ONE[family]
            families[field][rest] = value(reader, name)
        elif rest and family in _BY_PAIR:
            field, value = _BY_PAIR[family]
            families[field][_pair(rest)] = value(reader, name)
    return Contact(
        id=reader.text("pk").removeprefix("CONTACT#"), phone=reader.maybe("phone"), user_id=reader.maybe("user_id"),
        name=reader.maybe("name"), language=reader.maybe("language") or LANGUAGE,
        opted_out_at=reader.maybe_time("opted_out_at"), absorbed=frozenset(reader.many("absorbed")),
        merged_into=reader.maybe("merged_into"), changed_by=reader.maybe("changed_by"), sms_phone=reader.maybe("sms_phone"),
        sms_asked_at=reader.maybe_time("sms_asked_at"), incomplete=frozenset(reader.many("incomplete")), **families,
    )  # fmt: skip


def _flat(contact: Contact) -> dict[str, str]:
    """What has a time at its beginning, so that the later one of two is the greater."""
    last = {f"last#{number}": stamp(at) for number, at in contact.last_inbound.items()}
    last |= {f"told#{number}": told_text(told) for number, told in contact.told.items()}
    last |= {f"again#{number}": stamp(at) for number, at in contact.asked_again.items()}
    last |= {f"spoke#{number}": stamp(at) for number, at in contact.spoke.items()}
    last |= {f"rates#{request_id}": _asked_text(asked) for request_id, asked in contact.rates.items()}
    return last | {f"closed#{office}#{service}": _mark(*mark) for (office, service), mark in contact.closed.items()}


def _unchanged(contact: Contact) -> Condition:
    """Nothing happened to the contact since it was read that a merge would have to know of."""
    seen = contact.changed_by
    return Condition("changed_by", "absent") if seen is None else Condition("changed_by", "equals", seen)


def _open_name(pair: tuple[str, str]) -> str:
    return f"open#{pair[0]}#{pair[1]}"


def told_text(told: Told) -> str:
    """How the last answer on a number stands on the item."""
    return " ".join(filter(None, (stamp(told.at), told.kind, told.request_id)))


def read_told(text: str) -> Told:
    """The answer back from its text."""
    at, kind, *request_id = text.split(" ")
    return Told(moment(at), kind, request_id[0] if request_id else None)


def _asked_text(question: Question) -> str:
    return f"{stamp(question.at)} {question.phone_number_id}"


def _asked(text: str) -> Question:
    at, _, number = text.partition(" ")
    return Question(moment(at), number)


def _mark(at: datetime, request_id: str) -> str:
    return f"{stamp(at)} {request_id}"


def _unmark(text: str) -> Mark:
    at, _, request_id = text.partition(" ")
    return Mark(moment(at), request_id)


def _pair(text: str) -> tuple[str, str]:
    office, _, service = text.partition("#")
    return office, service


# The families of flat attributes, by what stands before the first `#`: the contact's field, and how a value is read.
_BY_ONE: Mapping[str, tuple[str, Callable[[Reader, str], Any]]] = {
    "last": ("last_inbound", Reader.time),
    "told": ("told", lambda reader, name: read_told(reader.text(name))),
    "answered": ("answered", lambda reader, name: frozenset(reader.many(name))),
    "picked": ("picked", Reader.text),
    "name": ("names", Reader.text),
    "again": ("asked_again", Reader.time),
    "spoke": ("spoke", Reader.time),
    "rates": ("rates", lambda reader, name: _asked(reader.text(name))),
}
_BY_PAIR: Mapping[str, tuple[str, Callable[[Reader, str], Any]]] = {
    "open": ("open", lambda reader, name: tuple(sorted(_unmark(one) for one in reader.many(name)))),
    "closed": ("closed", lambda reader, name: _unmark(reader.text(name))),
}
