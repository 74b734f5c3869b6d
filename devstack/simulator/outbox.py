"""What the providers accepted, in order, and how far each message came."""

import re
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from devstack.simulator.addresses import shown
from devstack.simulator.content import Content

Channel = Literal["whatsapp", "sms"]

_RANKS = {"accepted": 0, "sent": 1, "failed": 2, "delivered": 3, "read": 4}
_ATTEMPT = re.compile(r"#[0-9]+$")


@dataclass(frozen=True)
class Sent:
    """A message that a provider accepted.

    to: canonical.  callback: the caller's `biz_opaque_callback_data`.  phone_number_id: WhatsApp's sender.  sender: the
    name that an SMS shows, None where the carrier chooses.
    """

    at: datetime
    channel: Channel
    to: str
    content: Content
    provider_id: str
    callback: str | None = None
    phone_number_id: str | None = None
    sender: str | None = None

    def told(self, state: str) -> dict[str, object]:
        """The message as `/sim/outbox` lists it."""
        return {
            "at": iso(self.at),
            "channel": self.channel,
            "to": shown(self.to),
            "kind": self.content.kind,
            "body": self.content.body,
            "notice": _ATTEMPT.sub("", self.callback) if self.callback else None,
            "provider_id": self.provider_id,
            "state": state,
            "phone_number_id": self.phone_number_id,
            **({"sender": self.sender} if self.sender else {}),
            **self.content.parts(),
        }


class Outbox:
    """All accepted messages since the last reset. Safe for threads; the order is that of acceptance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self._states: dict[str, str] = {}

    def add(self, sent: Sent) -> None:
        """Records an acceptance."""
        with self._lock:
            self._sent.append(sent)
            self._states[sent.provider_id] = "accepted"

    def move(self, provider_id: str, state: str) -> None:
        """Moves a message forward, never back: reports may come in any order. One that a reset took away stays away."""
        with self._lock:
            now = self._states.get(provider_id)
            if now is not None and _RANKS[state] > _RANKS[now]:
                self._states[provider_id] = state

    def messages(self, to: str | None = None) -> list[tuple[Sent, str]]:
        """All messages with their states, or those to one canonical address."""
        with self._lock:
            return [(sent, self._states[sent.provider_id]) for sent in self._sent if to in (None, sent.to)]

    def listed(self, to: str | None = None) -> list[dict[str, object]]:
        """The same as `/sim/outbox` lists them."""
        return [sent.told(state) for sent, state in self.messages(to)]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many messages each channel has in each state."""
        with self._lock:
            counted = Counter((sent.channel, self._states[sent.provider_id]) for sent in self._sent)
        told: dict[str, dict[str, int]] = {"whatsapp": {}, "sms": {}}
        for (channel, state), number in counted.items():
            told[channel][state] = number
        return told

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._sent.clear()
            self._states.clear()


def iso(moment: datetime) -> str:
    """A time as Kabar writes it: UTC, ISO 8601, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
