"""Whether a log gives somebody's phone number away."""

import re

# Random ids and hashes have digits enough to look like anything.
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?62|0)[ -]?8\d{2}[ -]?\d{3,4}[ -]?\d{3,4}(?![0-9A-Za-z])")


def has_phone(text: str) -> bool:
    """Whether an Indonesian mobile number stands in the text, by itself and not within a random word."""
    return _PHONE.search(_UUID.sub("", text)) is not None
