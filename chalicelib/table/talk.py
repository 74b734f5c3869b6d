"""What a contact's item remembers of the conversation: flat attributes, each written by those who mean it.

`told#<channel number>` is the last answer there, `answered#<hour>` the answers of an hour, `incomplete` the requests that lack
something, `picked#<channel number>` the request that is spoken of there, `name#<request id>` whom a request is for,
`again#<channel number>` when something was last to be sent again,
`rates#<request id>` that they were asked how it was and did not say yet.
"""

from datetime import datetime, timedelta

from chalicelib.domain.contact import Contact, Told
from chalicelib.domain.conversation import MOST_ANSWERS, hour_of
from chalicelib.domain.request import Request, Status
from chalicelib.ports import Condition, Key, Put, Update
from chalicelib.table import contacts
from chalicelib.table.contacts import LIVES
from chalicelib.table.values import epoch, stamp

# Symbols of a message's hash that tell the answers of an hour apart.
_SYMBOLS = 8
CALLS_KEPT = timedelta(days=14)
# Somebody who sent five photos is asked once for what is missing of them, however long they take.
ASKED_ONCE_IN = timedelta(hours=2)
# A row of a list can be pressed as long as the chat is there.
QUESTIONS_KEPT = timedelta(days=90)


def together(*updates: Update | None) -> Update | None:
    """Several updates of one item as one, since a transaction takes one for each item. None when there is none."""
    several = [one for one in updates if one is not None]
    if not several:
        return None
    first, *rest = several
    assert all(one.key == first.key for one in rest), "these are updates of one item"
    return Update(
        first.key,
        set_={name: value for one in several for name, value in one.set_.items()},
        remove=tuple(dict.fromkeys(name for one in several for name in one.remove)),
        join={name: members for one in several for name, members in one.join.items()},
        leave={name: members for one in several for name, members in one.leave.items()},
        when=tuple(dict.fromkeys(test for one in several for test in one.when)),
    )


def told(contact_id: str, number: str, kind: str, request_id: str | None, now: datetime) -> Update:
    """Remembers the last answer on a channel number."""
    said = contacts.told_text(Told(now, kind, request_id))
    return Update(contacts.key(contact_id), set_={f"told#{number}": said}, when=LIVES)


def counted(contact: Contact, message_hash: str, now: datetime) -> Update:
    """Counts an answer; refused when there were too many within the hour. Forgets the hours before."""
    hour = hour_of(now)
    return Update(
        contacts.key(contact.id),
        remove=tuple(f"answered#{old}" for old in contact.answered if old != hour),
        join={f"answered#{hour}": frozenset({message_hash[:_SYMBOLS]})},
        when=(*LIVES, Condition(f"answered#{hour}", "fewer", MOST_ANSWERS)),
    )


def nothing_told_since(contact: Contact, number: str) -> Update:
    """Refused when another answer on that number was given since the contact was read."""
    name, seen = f"told#{number}", contact.told.get(number)
    same = Condition(name, "absent") if seen is None else Condition(name, "equals", contacts.told_text(seen))
    return Update(contacts.key(contact.id), when=(same,))


def asks_again(contact: Contact, number: str, sent_at: datetime, now: datetime) -> Update | None:
    """Remembers that a person was asked to send something again; None when that was asked since it was sent, or shortly before.

    Refused when it was asked since the contact was read, or after a merge.
    """
    name, before = f"again#{number}", sent_at - ASKED_ONCE_IN
    if (asked := contact.asked_again.get(number)) is not None and asked >= before:
        return None
    not_since = Condition(name, "below", stamp(before))
    return Update(contacts.key(contact.id), set_={name: stamp(now)}, when=(*LIVES, not_since))


def picked(contact_id: str, number: str, request_id: str) -> Update:
    """What follows on that number belongs to this request, unless it says otherwise."""
    return Update(contacts.key(contact_id), set_={f"picked#{number}": request_id}, when=LIVES)


def named(contact_id: str, request_id: str, name: str) -> Update:
    """Whom a request is for."""
    return Update(contacts.key(contact_id), set_={f"name#{request_id}": name}, when=LIVES)


def asked_for_number(contact_id: str, now: datetime) -> Update:
    """A person is asked for a phone to send SMS to, once."""
    once = Condition("sms_asked_at", "absent")
    return Update(contacts.key(contact_id), set_={"sms_asked_at": stamp(now)}, when=(*LIVES, once))


def gave_number(contact_id: str, sms_phone: str, now: datetime) -> Update:
    """The phone that a person gave for SMS. A merge with what was read before has to read it again."""
    set_ = {"sms_phone": sms_phone, "changed_by": f"number {stamp(now)}"}
    return Update(contacts.key(contact_id), set_=set_, when=LIVES)


def speaks(contact_id: str, language: str, now: datetime) -> Update:
    """The language that a person wants. A merge with what was read before has to read it again."""
    set_ = {"language": language, "changed_by": f"language {stamp(now)}"}
    return Update(contacts.key(contact_id), set_=set_, when=LIVES)


def after_change(before: Request, after: Request, contact_id: str, now: datetime) -> Update | None:
    """What a status change is to its contact's item: the end of an open request, or something that is missing or no more.

    A merge with what was read before has to read it again.
    """
    if after.closed:
        return contacts.closes(after, contact_id, now)
    lacks, lacked = (one.status is Status.INCOMPLETE for one in (after, before))
    if lacks == lacked:
        return None
    one = {"incomplete": frozenset({after.id})}
    alive = (Condition("merged_into", "absent"),)
    seen = {"changed_by": f"lack {after.id} {after.version}"}
    key = contacts.key(contact_id)
    return Update(key, seen, join=one, when=alive) if lacks else Update(key, seen, leave=one, when=alive)


def rated(contact_id: str, request_id: str) -> Update:
    """The question of a request is answered; refused when it is not open any more, or after a merge."""
    name = f"rates#{request_id}"
    asked = Condition(name, "present")
    return Update(contacts.key(contact_id), set_={"changed_by": f"rate {request_id}"}, remove=(name,), when=(*LIVES, asked))


def forgets(contact: Contact, now: datetime) -> Update | None:
    """Lets go of questions that nobody will answer any more; None when there are none."""
    old = tuple(f"rates#{one}" for one, asked in contact.rates.items() if now - asked.at > QUESTIONS_KEPT)
    return Update(contacts.key(contact.id), remove=old) if old else None


def put_call(contact_id: str, office: str, number: str, now: datetime) -> Put:
    """Somebody without an open request wants a person; the desk finds it among `<office>#CALLS`."""
    return Put({
        "pk": contacts.key(contact_id).pk, "sk": f"CALL#{office}", "contact_id": contact_id, "office": office,
        "phone_number_id": number, "asked_at": stamp(now), "queue_pk": calls_pk(office),
        "queue_sk": f"{stamp(now)}#{contact_id}", "expires_at": epoch(now + CALLS_KEPT),
    })  # fmt: skip


def call_key(contact_id: str, office: str) -> Key:
    """Where it stands that somebody without an open request wants a person."""
    return Key(contacts.key(contact_id).pk, f"CALL#{office}")


def call_answered(key: Key, asked_at: datetime) -> Update:
    """An officer wrote to them: the desk lists them no more, unless they have asked again since it was read."""
    return Update(key, remove=("queue_pk", "queue_sk"), when=(Condition("asked_at", "equals", stamp(asked_at)),))


def calls_pk(office: str) -> str:
    """Partition of the desk's index for those who want a person and have no open request."""
    return f"{office}#CALLS"
