"""Phone numbers and WhatsApp user ids."""

import re

from chalicelib.domain.errors import Malformed

_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Between the digits of a number that somebody wrote in groups.
_GAP = r"(?:[^\S\r\n]{0,2}|[^\S\r\n]?[().\-/‐-―][^\S\r\n]?)"
_TIME = r"[0-2]?[0-9][.:][0-5][0-9]"
_DATE = r"(?:[0-3]?[0-9][./-][01]?[0-9][./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9])"
# What has many digits and says nothing of a person: dates and opening hours, request ids, our random ids and hashes.
_HARMLESS = (
    rf"(?<![0-9])(?:{_DATE}|{_TIME} ?[-‐-―] ?{_TIME})(?![0-9]|[./-][0-9]| ?[0-9]{{4}})"
    r"|(?<![0-9A-Za-z])(?:[A-Z]{1,12}(?=[0-9-]*[A-Z])(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{3}|(?=[0-9a-f]*[a-f][0-9]+[a-f])[0-9a-f]{12,})"
    r"(?![0-9A-Za-z])"
)
# Sixteen digits and phone numbers (Indonesian ones, any with a plus) in any grouping, and nine and more digits in a row.
_PERSONAL = (
    rf"(?<![0-9])(?:(?:[0-9]{_GAP}){{15}}[0-9]|(?:\+?62|0){_GAP}8(?:{_GAP}[0-9]){{7,11}}|\+[1-9](?:{_GAP}[0-9]){{7,14}}|[0-9]{{9,}})"
    r"(?![0-9])"
)
_NUMBER = re.compile(rf"(?P<harmless>{_HARMLESS})|{_PERSONAL}")


def normalise(text: str) -> str:
    """The number in E.164: `08…`, `8…`, `62…` and `+62…` with any punctuation become `+62…`; other countries keep theirs.

    A number without a plus that begins with neither 0, 8 nor 62 is taken as international, as WhatsApp writes them.

    Raises:
        Malformed: it is no phone number.
    """
    stripped = re.sub(r"[\s().\-/‐-―\u202a-\u202e\u2066-\u2069]", "", text)
    digits = stripped.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        raise Malformed("That is no phone number.")
    if digits.startswith("00"):
        digits, stripped = digits[2:], "+"
    elif not stripped.startswith("+") and digits.startswith(("0", "8")):
        digits = "62" + digits.removeprefix("0")
    number = "+" + re.sub(r"^620+", "62", digits)
    if not _E164.fullmatch(number):
        raise Malformed("That is no phone number.")
    return number


def from_whatsapp(digits: str) -> str:
    """E.164 of a `from` or `wa_id` in WhatsApp's form: always international, so `8…` is not Indonesian there.

    Raises:
        Malformed: it is no phone number.
    """
    return normalise("+" + digits.strip().removeprefix("+"))


def is_user_id(text: str) -> bool:
    """Whether the text is a WhatsApp user id: country code, dot, up to 128 letters and digits.

    One that is valid for all of a group's businesses, a parent's, has `ENT.` before these.
    """
    return _USER_ID.fullmatch(text) is not None


def is_parents(user_id: str) -> bool:
    """Whether a user id is a parent's."""
    return user_id[2:].startswith(".ENT.")


def mask(number: str) -> str:
    """Enough of a number to recognise one's own: the country code and the last three digits."""
    return f"{number[:3]}…{number[-3:]}"


def mask_numbers(text: str) -> str:
    """The text with every NIK, family-card number and phone number in it reduced to its last two digits."""
    return _NUMBER.sub(lambda match: match["harmless"] or "•••• " + re.sub(r"[^0-9]", "", match.group())[-2:], text)
