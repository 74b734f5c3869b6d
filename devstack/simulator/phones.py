"""Phones that have no WhatsApp."""

import threading


class Phones:
    """The phones without WhatsApp; all others have it. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._without: dict[str, bool] = {}

    def set(self, phone: str, *, whatsapp: bool, synchronous: bool = False) -> None:
        """Gives or takes WhatsApp. synchronous: sends are refused at once, rather than reported as failed later."""
        with self._lock:
            if whatsapp:
                self._without.pop(phone, None)
            else:
                self._without[phone] = synchronous

    def reachable(self, phone: str) -> bool:
        """Whether the phone has WhatsApp."""
        with self._lock:
            return phone not in self._without

    def refused(self, phone: str) -> bool:
        """Whether a send to it is refused at once."""
        with self._lock:
            return self._without.get(phone, False)

    def count(self) -> int:
        """How many have none."""
        with self._lock:
            return len(self._without)

    def clear(self) -> None:
        """Gives WhatsApp to all."""
        with self._lock:
            self._without.clear()
