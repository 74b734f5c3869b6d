"""The words of sending: what goes to a provider, and how a send can end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True)
class Recipient:
    """Where a WhatsApp message goes. phone: E.164 with its plus. At least one of the two is there."""

    phone: str | None
    user_id: str | None


@dataclass(frozen=True)
class FreeText:
    """Plain words, possible within 24 hours of the resident's last message to that number."""

    body: str


@dataclass(frozen=True)
class Button:
    """A reply button. id: ≤ 256 characters; title: ≤ 20."""

    id: str
    title: str


@dataclass(frozen=True)
class Buttons:
    """Plain words with one to three reply buttons under them, under the same rule as FreeText."""

    body: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Choice:
    """A row of a list. id: ≤ 200 characters; title: ≤ 24; description: ≤ 72."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Choices:
    """Plain words with a list of one to ten rows that opens at a button (≤ 20 characters), under the same rule as FreeText."""

    body: str
    button: str
    rows: tuple[Choice, ...]


@dataclass(frozen=True)
class Template:
    """An approved template, possible at any time. parameters: what fills `{{1}}`, `{{2}}`, … of its body."""

    name: str
    language: str
    parameters: tuple[str, ...]


Content: TypeAlias = FreeText | Buttons | Choices | Template


@dataclass(frozen=True)
class Outbound:
    """One WhatsApp message. callback: comes back in every report about it (`biz_opaque_callback_data`)."""

    phone_number_id: str
    to: Recipient
    content: Content
    callback: str


@dataclass(frozen=True)
class TextMessage:
    """One SMS. phone: E.164 with its plus; sender: the alphanumeric sender id, ≤ 11 characters; callback: as in Outbound."""

    phone: str
    body: str
    sender: str
    callback: str = ""


class Remedy(StrEnum):
    """What to do about a refusal."""

    RETRY = "retry"
    THROTTLED = "throttled"
    """Retry, and do not count it: the provider asks for a slower pace."""
    RETRY_CONTACT = "retry_contact"
    """Retry, slower for this contact."""
    TEMPLATE = "template"
    SMS = "sms"
    OPTED_OUT = "opted_out"
    CHANNEL_DOWN = "channel_down"
    """The whole channel refuses: token expired, account locked."""
    TEMPLATE_DOWN = "template_down"
    """This template cannot be sent until a person has acted: paused, not approved, or not what we fill in."""
    OUR_FAULT = "our_fault"
    """The request is wrong: fail loudly, use SMS."""


@dataclass(frozen=True)
class Accepted:
    """The provider took it."""

    provider_id: str


@dataclass(frozen=True)
class Refused:
    """The provider said no: nothing was sent. code: the provider's error code."""

    code: str
    remedy: Remedy


@dataclass(frozen=True)
class NotSent:
    """The request never left: nothing was sent. code: `connect_failed` and the like."""

    code: str


@dataclass(frozen=True)
class Unknown:
    """Nobody can say whether it was sent. code: `timeout`, `reset`, `http_502`, `no_id`."""

    code: str


Outcome: TypeAlias = Accepted | Refused | NotSent | Unknown
