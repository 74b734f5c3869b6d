"""A resident whom only WhatsApp knows by a user id has no phone that an SMS could go to: they are asked for one, once."""

import re
from datetime import timedelta

from chalicelib.domain import phone
from chalicelib.domain.belonging import Talk
from chalicelib.domain.contact import Contact
from chalicelib.domain.decision import Decision, Intent
from chalicelib.domain.errors import Malformed
from chalicelib.domain.notice import Kind

# For so long after it was asked for, a number is the answer; later it is whatever it was before.
PATIENCE = timedelta(days=7)
_MOST_LISTED = 10
_MOBILE = re.compile(r"\+628[0-9]{8,11}")
_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{6,24}[0-9]")
# What people say around their number.
_AROUND = """
nomor nomer nomorku no nmr hp handphone telp telepon telpon sms wa saya aku sy ini itu adalah yaitu ke lewat di bisa boleh
silakan silahkan kirim pakai pake ya iya oke ok baik pak bu bapak ibu kak min admin petugas terima kasih makasih tolong mohon
my number is phone mobile please yes thanks thank you it the to use send
"""


def asks(contact: Contact) -> bool:
    """Whether somebody who opens a request is to be asked for a number."""
    return contact.phone is None and contact.sms_phone is None and contact.sms_asked_at is None


def given(talk: Talk) -> Decision | None:
    """What follows from a number that was asked for; None when the message is no such answer."""
    message, contact = talk.message, talk.contact
    asked_at = contact.sms_asked_at
    if asked_at is None or contact.sms_phone is not None or message.kind != "text" or message.forwarded or not talk.all_open:
        return None
    if not asked_at <= talk.now < asked_at + PATIENCE or message.at < asked_at - timedelta(minutes=1):
        return None
    number = number_in(message.text or "")
    if number is None:
        return None
    about = tuple(talk.all_open[-_MOST_LISTED:])
    return Decision(Intent.SMS_NUMBER, request_id=about[-1], answer=Kind.SMS_NUMBER, about=about, sms_phone=number)


def number_in(text: str) -> str | None:
    """The Indonesian mobile number that a text is, E.164, but for the words that people say around it; None for all else."""
    found = _NUMBER.findall(text)
    words = re.findall(r"\w+", _NUMBER.sub(" ", text).casefold())
    if len(found) != 1 or not set(words) <= set(_AROUND.split()):
        return None
    try:
        number = phone.normalise(found[0])
    except Malformed:
        return None
    return number if _MOBILE.fullmatch(number) else None
