"""What the simulator is told about the office it serves, and what it may ask of the rest of the stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Number:
    """A business's number, as residents know it. office: its name; service: its name, None for a number for all of them.

    origination: AWS's own id of it where End User Messaging Social carries it; such a number is not Meta's to send by.
    """

    office: str
    service: str | None
    origination: str | None = None


class Account(Protocol):
    """The office's own AWS account, as End User Messaging Social uses it."""

    def publish(self, message: str) -> None:
        """Publishes to the topic that is the event destination."""

    def put(self, bucket: str, key: str, content: bytes, content_type: str) -> None:
        """Writes a file. Raises PermissionError when the bucket is not there or may not be written."""


@dataclass(frozen=True)
class SimulatorConfig:
    """The business account that the simulator plays.

    app_secret: signs webhooks.  verify_token: for the handshake.  access_token: what senders must show.
    webhook_url: Kabar's.  numbers: by phone_number_id.
    templates: (name, language) → body with `{{1}}`, `{{2}}`, ….  graph_version: what Kabar uses; any `v<n>.<n>` is served.
    lifetimes: template name → how long WhatsApp tries to deliver it; all else it tries for 30 days.
    review_s: how long Meta looks at a template that was submitted or edited.
    redelivery_backoff_s: after the first failed post of a report, doubled for each further one; Meta goes on for 7 days, this
    for 31 times as long.  account: needed when a number has an origination.
    """

    app_secret: str
    verify_token: str
    access_token: str
    webhook_url: str
    numbers: Mapping[str, Number]
    templates: Mapping[tuple[str, str], str]
    graph_version: str
    lifetimes: Mapping[str, timedelta] = field(default_factory=dict)
    redelivery_backoff_s: float = 0.1
    review_s: float = 0.2
    account: Account | None = None


class Control(Protocol):
    """The rest of the development stack, as `/sim/advance` and `/sim/settle` need it."""

    def advance(self, seconds: float) -> bool:
        """Moves Kabar's clock, runs the sweep and waits; True when all is idle."""

    def settle(self, timeout_s: float) -> bool:
        """Waits at most `timeout_s`; True when all is idle."""
