"""One person in chat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.domain.delivery import Recipient

# WhatsApp allows free words for 24 h after the resident's last message to that number; the margin is for clocks and queues.
WINDOW = timedelta(hours=24) - timedelta(minutes=5)

# A contact's open requests of one service live on its item, which must stay small.
MOST_OPEN = 20

# Everybody's until they choose another.
LANGUAGE = "id"


class Mark(NamedTuple):
    """A request on its contact: when it was opened (by the provider's time of the opening message) or closed, and its id."""

    at: datetime
    request_id: str


class Question(NamedTuple):
    """That a person was asked how it was: when, and on which channel number."""

    at: datetime
    phone_number_id: str


class Told(NamedTuple):
    """The last answer on a channel number: when, what kind of notice, and about which request when it asked something."""

    at: datetime
    kind: str
    request_id: str | None = None


@dataclass(frozen=True)
class Contact:
    """A person, known by phone, by WhatsApp user id, or by both. phone, user_id and name are personal data.

    last_inbound: by channel number. open and closed: by (office, service); open ones oldest first. absorbed: contacts that
    turned out to be the same person; such a one has `merged_into`. changed_by: the last write that opened, closed, absorbed,
    opted out or in, or chose, or told what is missing, so that a merge can tell whether it has seen everything.

    told: by channel number. answered: the answers of an hour (UTC, `2026112403`), each by a few symbols of its message's
    hash, so that robots cannot talk for ever. incomplete: open requests that lack something. picked: by channel number, the
    request that its person spoke of last. names: of those whom their requests are for, by request id. asked_again: by channel
    number, when its person was last asked to send a file again. spoke: by channel number, when an
    officer last wrote to them from the office's own phone. rates: by request id,
    what they were asked and did not answer yet.

    sms_phone: where SMS go, by their own word, as nobody knows their phone (personal data). sms_asked_at: when that was asked.
    """

    id: str
    phone: str | None = None
    user_id: str | None = None
    name: str | None = None
    language: str = LANGUAGE
    opted_out_at: datetime | None = None
    last_inbound: Mapping[str, datetime] = field(default_factory=dict)
    open: Mapping[tuple[str, str], tuple[Mark, ...]] = field(default_factory=dict)
    closed: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    absorbed: frozenset[str] = frozenset()
    merged_into: str | None = None
    changed_by: str | None = None
    told: Mapping[str, Told] = field(default_factory=dict)
    answered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    picked: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    asked_again: Mapping[str, datetime] = field(default_factory=dict)
    spoke: Mapping[str, datetime] = field(default_factory=dict)
    sms_phone: str | None = None
    sms_asked_at: datetime | None = None
    rates: Mapping[str, Question] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Every id that this person has had: what was stored under one stays there."""
        return sorted({self.id} | self.absorbed)

    @property
    def recipient(self) -> Recipient | None:
        """Where WhatsApp reaches this person, None when nowhere."""
        return Recipient(self.phone, self.user_id) if self.phone or self.user_id else None

    def window_open(self, phone_number_id: str, now: datetime) -> bool:
        """Whether free words to this person are allowed on that number."""
        last = self.last_inbound.get(phone_number_id)
        return last is not None and now - last < WINDOW
