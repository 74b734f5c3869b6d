"""One spelling for each address: phones as digits in international form, WhatsApp user ids as they are."""

import re

_PUNCTUATION = re.compile(r"[\s\-().+/\u2010-\u2015]+")
_PHONE = re.compile(r"[1-9][0-9]{6,14}")
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_COUNTRY = "62"  # what a number without a country code gets, as Meta gives it the business's own


def canonical(address: str) -> str:
    """The one spelling of a phone or user id: `+62 812-0000-0001` and `0812 0000 0001` are both `6281200000001`.

    Raises:
        ValueError: It is neither.
    """
    if _USER_ID.fullmatch(address):
        return address
    digits = _PUNCTUATION.sub("", address)
    if digits.startswith("0"):
        digits = _COUNTRY + digits[1:]
    if not _PHONE.fullmatch(digits):
        raise ValueError("neither a phone number of 7 to 15 digits nor a user id such as ID.1349")
    return digits


def is_user_id(contact: str) -> bool:
    """Whether a canonical address is a user id."""
    return "." in contact


def shown(contact: str) -> str:
    """A canonical address as people write it: phones with a plus."""
    return contact if is_user_id(contact) else f"+{contact}"
