"""Request ids that survive being read aloud, and the ids of notices.

A request id is `KTP-7F3K-9QXM-2DM`: the service's code, ten random symbols of Crockford's base 32 (50 bits) and his check
symbol, the ten symbols modulo 37 (https://www.crockford.com/base32.html).
"""

import re
from random import Random
from typing import NamedTuple

from chalicelib.domain.errors import Malformed, MistypedId

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans("OIL", "011")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_RANDOM_SYMBOLS = 10
_LENGTH = _RANDOM_SYMBOLS + 1
_SERVICE = re.compile(r"[A-Z]{1,12}")
_DASH = r"[ \-‐-―\u2212]"
_ANYWHERE = re.compile(
    rf"(?<![A-Z0-9])(?:[A-Z]{{1,12}}{_DASH}?)?[A-Z0-9]{{4}}{_DASH}?[A-Z0-9]{{4}}{_DASH}?[A-Z0-9]{{3}}(?![A-Z0-9])"
)
_GROUPED = re.compile(r"[A-Z0-9]{4}[-‐-―\u2212][A-Z0-9]{4}[-‐-―\u2212][A-Z0-9]{3}$")


class ParsedId(NamedTuple):
    """A request id as somebody wrote it. service: None when the prefix was left out; symbols: the last eleven."""

    service: str | None
    symbols: str

    def with_service(self, service: str) -> str:
        """The public id under that service."""
        return f"{service}-{self.symbols[:4]}-{self.symbols[4:8]}-{self.symbols[8:]}"


def draw(service: str, rng: Random) -> str:
    """Draws a new request id; draws again while the check symbol is one that people confuse (`*~$=U`).

    An id also has a letter and a digit that is no lookalike, by which `find` tells it from words and phone numbers.
    """
    while True:
        number = rng.randrange(32**_RANDOM_SYMBOLS)
        check = number % 37
        if check >= len(ALPHABET):
            continue
        symbols = "".join(ALPHABET[number >> (5 * place) & 31] for place in reversed(range(_RANDOM_SYMBOLS))) + ALPHABET[check]
        if not symbols.isdigit() and set(symbols) & set("23456789"):
            return ParsedId(service, symbols).with_service(service)


def parse(text: str) -> ParsedId:
    """Reads a request id from the end: any case, any spaces and dashes, O, I and L for 0 and 1 in the last eleven symbols.

    Raises:
        Malformed: the text does not have the form of an id.
        MistypedId: it has, but the check symbol does not fit.
    """
    packed = re.sub(r"[\s‐-―\u2212-]+", "", text).upper()
    service, symbols = packed[:-_LENGTH], packed[-_LENGTH:].translate(_LOOKALIKES)
    if len(symbols) < _LENGTH or not set(symbols) <= set(ALPHABET) or (service and not _SERVICE.fullmatch(service)):
        raise Malformed("A request number looks like KTP-7F3K-9QXM-2DM.")
    number = 0
    for symbol in symbols[:-1]:
        number = number * 32 + _VALUES[symbol]
    if number % 37 != _VALUES[symbols[-1]]:
        raise MistypedId("That number has a typing error: please compare it with the message you got.")
    return ParsedId(service or None, symbols)


def find(text: str) -> ParsedId | MistypedId | None:
    """Finds a request id anywhere in a message: the first that is right, else the first that is mistyped, else None.

    Plain words can have the form of an id ("saya mana kok"), and so can numbers: only what has a digit and a letter among the
    last eleven symbols is taken for one. service: whatever word stands before the symbols ("cek 7F3K-9QXM-2DM"); whether it is
    one, the caller knows.
    """
    return _search(text.upper())[0]


def cut(text: str) -> tuple[ParsedId | MistypedId | None, str]:
    """What `find` finds, and the text without it."""
    upper = text.upper()
    # A few letters become two when they are made large.
    found, begin, end = _search(upper if len(upper) == len(text) else text.translate(_ASCII_UPPER))
    return found, f"{text[:begin]} {text[end:]}" if found is not None else text


def _search(upper: str) -> tuple[ParsedId | MistypedId | None, int, int]:
    """The id that `find` finds, and where it begins and ends."""
    mistyped: tuple[MistypedId | None, int, int] = (None, 0, 0)
    start = 0
    while match := _ANYWHERE.search(upper, start):
        # What is no id may have an id's prefix for its end, so candidates may overlap.
        candidate, start = match.group(), match.start() + 1
        digits = sum(symbol.isdigit() for symbol in candidate)
        if not 0 < digits < _LENGTH:
            continue
        try:
            return parse(candidate), *match.span()
        except MistypedId as error:
            # Without its dashes it may as well be something else.
            if mistyped[0] is None and _GROUPED.search(candidate):
                mistyped = (error, *match.span())
        except Malformed:
            continue
    return mistyped


def notice_of_change(request_id: str, version: int) -> str:
    """Id of the notice that a change owes."""
    return f"{request_id}.{version}"


def notice_besides(request_id: str, version: int, letter: str) -> str:
    """Id of a notice that a request owes at that version beside the change's own; one letter tells them apart."""
    return f"{request_id}.{version}{letter}"


def notice_of_message(contact_id: str, message_hash: str) -> str:
    """Id of the notice that answers a message."""
    return f"{contact_id}.{message_hash}"


def callback(notice_id: str, attempt: int) -> str:
    """What a provider is given with an attempt, and gives back in its reports."""
    return f"{notice_id}#{attempt}"


def parse_callback(text: str) -> tuple[str, int] | None:
    """Notice id and attempt of a callback, None when it is not one of ours."""
    match = re.fullmatch(r"([A-Z0-9-]{1,60}\.[0-9]{1,6}[a-z]?|[A-Za-z0-9]{1,60}\.[0-9a-z]{1,64})#([0-9]{1,6})", text)
    return (match.group(1), int(match.group(2))) if match else None
