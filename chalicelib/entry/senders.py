"""Which of a value's `contacts` each of its elements is about.

A batch may hold a thousand messages and as many contacts. What is kept of one message names its own people only: anything else
would be everybody's name in everybody's conversation, and grow with the square of the batch.
"""

from typing import Any

_NAMES = ("wa_id", "user_id")
_ADDRESSES = ("from", "from_user_id", "to", "to_user_id", "recipient_id", "recipient_user_id")


class Senders:
    """The contacts of one value with so many members. Around a single member they all stay, whosever they are."""

    def __init__(self, contacts: Any, members: int) -> None:
        self._contacts: list[Any] = contacts if isinstance(contacts, list) and members > 1 else []
        self._by_name: dict[str, Any] = {}
        self._asked: set[str] = set()
        for contact in self._contacts:
            for name in _texts(contact, _NAMES):
                self._by_name.setdefault(name, contact)

    def of(self, member: Any) -> dict[str, Any]:
        """`{"contacts": […]}` in the place of the value's own; empty where those stay."""
        if not self._contacts:
            return {}
        addresses = [one for one in _texts(member, _ADDRESSES) if one in self._by_name]
        self._asked.update(addresses)
        own: list[Any] = []
        for address in addresses:
            if self._by_name[address] not in own:
                own.append(self._by_name[address])
        return {"contacts": own}

    def unclaimed(self) -> dict[str, Any]:
        """The contacts that no member named, in the same form; empty when there are none. To be asked at the end."""
        left = [
            contact
            for contact in self._contacts
            if not any(name in self._asked and self._by_name[name] == contact for name in _texts(contact, _NAMES))
        ]
        return {"contacts": left} if left else {}


def _texts(holder: Any, names: tuple[str, ...]) -> list[str]:
    return [str(holder[name]) for name in names if holder.get(name)] if isinstance(holder, dict) else []
