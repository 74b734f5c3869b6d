"""What residents wrote by `/sim/inbound`, for the phone page. What comes by `/sim/webhook` can be anything, and is not here."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from devstack.simulator.files import File
from devstack.simulator.outbox import iso

State = Literal["sent", "delivered", "failed"]
"""On its way to Kabar; taken by Kabar; refused by Kabar, which Meta would send again."""

_MOST = 5_000


@dataclass(frozen=True)
class Written:
    """A message. sender: canonical; kind: Meta's type of it; body: a text, a caption, or the title of what was pressed."""

    id: str
    at: datetime
    sender: str
    phone_number_id: str
    kind: str
    body: str
    file: File | None = None

    def told(self, state: State) -> dict[str, object]:
        """The message as `/sim/thread` lists it."""
        return {
            "by": "resident",
            "id": self.id,
            "at": iso(self.at),
            "channel": "whatsapp",
            "phone_number_id": self.phone_number_id,
            "kind": self.kind,
            "body": self.body,
            "state": state,
            **({"file": self.file.told()} if self.file else {}),
        }


class Inbox:
    """The last `most` messages of all residents, in order. Safe for threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._written: OrderedDict[str, tuple[Written, State]] = OrderedDict()

    def add(self, written: Written) -> None:
        """Remembers one that is on its way. An id that is known is the same message, sent again."""
        with self._lock:
            self._written.setdefault(written.id, (written, "sent"))
            while len(self._written) > self._most:
                self._written.popitem(last=False)

    def move(self, identifier: str, state: State) -> None:
        """Says what became of one. What was taken once stays taken."""
        with self._lock:
            known = self._written.get(identifier)
            if known and known[1] != "delivered":
                self._written[identifier] = (known[0], state)

    def by(self, sender: str) -> list[tuple[Written, State]]:
        """What one address wrote."""
        with self._lock:
            return [(written, state) for written, state in self._written.values() if written.sender == sender]

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._written.clear()
