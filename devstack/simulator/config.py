"""What the simulator is told about the office it serves, and what it may ask of the rest of the stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class SimulatorConfig:
    """The business account that the simulator plays.

    app_secret: signs webhooks.  verify_token: for the handshake.  access_token: what senders must show.
    webhook_url: Kabar's.  numbers: phone_number_id → office.
    templates: (name, language) → body with `{{1}}`, `{{2}}`, ….  graph_version: what Kabar uses; any `v<n>.<n>` is served.
    redelivery_backoff_s: after the first failed post of a report, doubled for each further one; Meta goes on for 7 days, this
    for 31 times as long.
    """

    app_secret: str
    verify_token: str
    access_token: str
    webhook_url: str
    numbers: Mapping[str, str]
    templates: Mapping[tuple[str, str], str]
    graph_version: str
    redelivery_backoff_s: float = 0.1


class Control(Protocol):
    """The rest of the development stack, as `/sim/advance` and `/sim/settle` need it."""

    def advance(self, seconds: float) -> bool:
        """Moves Kabar's clock, runs the sweep and waits; True when all is idle."""

    def settle(self, timeout_s: float) -> bool:
        """Waits at most `timeout_s`; True when all is idle."""
