"""The 24 hours after a contact's last message to a number, in which that number may answer in its own words."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from devstack.simulator.addresses import canonical

WINDOW = timedelta(hours=24)


class Windows:
    """Who wrote last to which number, and when. A chat with one number opens nothing for another. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[tuple[str, str], datetime] = {}

    def heard(self, phone_number_id: str, contact: str, at: datetime) -> None:
        """A contact wrote; an older message than the last changes nothing."""
        with self._lock:
            key = (phone_number_id, contact)
            self._heard[key] = max(at, self._heard.get(key, at))

    def heard_all(self, payload: object, now: datetime) -> None:
        """The same for every message in a webhook payload, however broken the payload is."""
        for phone_number_id, contact, at in _messages(payload, now):
            self.heard(phone_number_id, contact, at)

    def is_open(self, phone_number_id: str, contact: str, now: datetime) -> bool:
        """Whether free words may go."""
        with self._lock:
            at = self._heard.get((phone_number_id, contact))
        return at is not None and now - at < WINDOW

    def count(self, now: datetime) -> int:
        """How many are open."""
        with self._lock:
            return sum(now - at < WINDOW for at in self._heard.values())


def _messages(payload: object, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    """(phone_number_id, contact, time) of each message by a person; twice when it names both their phone and user id."""
    for entry in _items(payload, "entry"):
        for change in _items(entry, "changes"):
            value = _get(change, "value")
            number = _get(_get(value, "metadata"), "phone_number_id")
            for message in _items(value, "messages"):
                if isinstance(number, str) and _get(message, "group_id") is None and _get(message, "type") != "system":
                    at = _time(_get(message, "timestamp"), now)
                    yield from ((number, contact, at) for contact in _senders(message, _items(value, "contacts")))


def _senders(message: object, contacts: list[object]) -> set[str]:
    """All addresses of a message's sender, those that only its entry in `contacts` names included."""
    senders = _canonical(_get(message, "from"), _get(message, "from_user_id"))
    for contact in contacts:
        known = _canonical(_get(contact, "wa_id"), _get(contact, "user_id"))
        if known & senders or (not senders and len(contacts) == 1):
            senders |= known
    return senders


def _canonical(*addresses: object) -> set[str]:
    found = set()
    for address in addresses:
        if isinstance(address, str):
            try:
                found.add(canonical(address))
            except ValueError:
                continue
    return found


def _time(timestamp: object, now: datetime) -> datetime:
    """The provider's time, but never later than now; now when it is no number."""
    if isinstance(timestamp, str | int) and str(timestamp).isascii() and str(timestamp).isdigit():
        return datetime.fromtimestamp(min(int(str(timestamp)[:12]), int(now.timestamp())), UTC)
    return now


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _items(value: object, key: str) -> list[object]:
    items = _get(value, key)
    return items if isinstance(items, list) else []
