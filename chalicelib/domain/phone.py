"""Phone numbers and WhatsApp user ids."""

import re

from chalicelib.domain.errors import Malformed

_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Sixteen digits in any grouping, an Indonesian mobile number in any grouping, or nine and more digits in a row.
_PERSONAL_NUMBER = re.compile(
    r"(?<![0-9])(?:(?:[0-9][ .-]?){15}[0-9]|(?:\+?62|0)[ .-]?8(?:[ .-]?[0-9]){7,11}|[0-9]{9,})(?![0-9])"
)


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
    """Whether the text is a WhatsApp user id: country code, dot, up to 128 letters and digits."""
    return _USER_ID.fullmatch(text) is not None


def mask(number: str) -> str:
    """Enough of a number to recognise one's own: the country code and the last three digits."""
    return f"{number[:3]}…{number[-3:]}"


def mask_numbers(text: str) -> str:
    """The text with every NIK, family-card number and phone number in it reduced to its last two digits."""
    return _PERSONAL_NUMBER.sub(lambda match: "•••• " + re.sub(r"[^0-9]", "", match.group())[-2:], text)
