"""Single values as the table holds them, and their way back."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from chalicelib.ports import Item

NEVER_DUE = "9999-12-31T00:00:00.000Z"


def stamp(at: datetime) -> str:
    """A time as it is stored: `2026-11-24T01:02:03.004Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The time back from `stamp`."""
    return datetime.fromisoformat(text)


def epoch(at: datetime) -> int:
    """A time as `expires_at` holds it."""
    return int(at.timestamp())


def digest(text: str) -> str:
    """A short hash for keys: 128 bits of SHA-256, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def keyed_digest(key: str, text: str) -> str:
    """A hash that nobody can reverse by trying all phone numbers, unless they have the key."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def filled(attributes: Mapping[str, Any]) -> Item:
    """The attributes that have a value: the table holds no nulls, and no empty texts, lists, maps or sets."""
    return {
        name: cast("Any", stamp(value) if isinstance(value, datetime) else value)
        for name, value in attributes.items()
        if value is not None and value not in ("", (), [], {}, frozenset())
    }


class Reader:
    """Typed reading of an item that this package wrote."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._item = item

    def text(self, name: str) -> str:
        """An attribute that is always there."""
        return str(self._item[name])

    def maybe(self, name: str) -> str | None:
        """A text, None when absent."""
        value = self._item.get(name)
        return None if value is None else str(value)

    def number(self, name: str) -> int:
        """A number, 0 when absent."""
        return int(self._item.get(name, 0))

    def flag(self, name: str) -> bool:
        """A truth, False when absent."""
        return bool(self._item.get(name, False))

    def time(self, name: str) -> datetime:
        """A time that is always there."""
        return moment(self.text(name))

    def maybe_time(self, name: str) -> datetime | None:
        """A time, None when absent."""
        value = self.maybe(name)
        return None if value is None else moment(value)

    def named(self, name: str) -> Mapping[str, str]:
        """A map of texts, empty when absent."""
        return {key: str(value) for key, value in self._item.get(name, {}).items()}

    def many(self, name: str) -> tuple[Any, ...]:
        """A list's or set's members, none when absent."""
        return tuple(self._item.get(name, ()))
