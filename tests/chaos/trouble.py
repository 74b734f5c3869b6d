"""The world's rudeness, by chance: what can go wrong with a call, a send or a report."""

from dataclasses import dataclass
from random import Random

from chalicelib.domain.delivery import Remedy
from tests.fakes.providers import (
    ACCEPTED,
    KILLED_AFTER,
    KILLED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    NEVER_LEFT,
    Step,
    refused,
)

_WHATSAPP = (
    LOST_BEFORE,
    LOST_AFTER,
    LOST_AFTER,
    KILLED_BEFORE,
    KILLED_AFTER,
    NEVER_LEFT,
    refused("131000", Remedy.RETRY),
    refused("130429", Remedy.THROTTLED),
    refused("131056", Remedy.RETRY_CONTACT),
    refused("131047", Remedy.TEMPLATE),
    refused("131026", Remedy.SMS),
    refused("131050", Remedy.OPTED_OUT),
    refused("190", Remedy.CHANNEL_DOWN),
    refused("132015", Remedy.TEMPLATE_DOWN),
    refused("100", Remedy.OUR_FAULT),
)
_SMS = (
    LOST_BEFORE,
    LOST_AFTER,
    KILLED_BEFORE,
    KILLED_AFTER,
    NEVER_LEFT,
    refused("Throttling", Remedy.THROTTLED),
    refused("AccessDenied", Remedy.CHANNEL_DOWN),
    refused("InvalidParameter", Remedy.OUR_FAULT),
)


@dataclass(frozen=True)
class Trouble:
    """Chance, all of it from one seed. share: how many calls and sends go wrong."""

    rng: Random
    share: float

    def strikes(self, weight: float = 1.0) -> bool:
        """Whether it happens now."""
        return self.rng.random() < self.share * weight

    def whatsapp(self) -> Step:
        """How a send by WhatsApp ends."""
        return self.rng.choice(_WHATSAPP) if self.strikes() else ACCEPTED

    def sms(self) -> Step:
        """How an SMS ends."""
        return self.rng.choice(_SMS) if self.strikes() else ACCEPTED

    def reports(self) -> list[tuple[float, str, int | None]]:
        """What WhatsApp will report of a message, and after how many seconds: any order, any number, nothing at all."""
        usual = [(1.0, "sent", None), (3.0, "delivered", None), (60.0, "read", None)]
        if not self.strikes(4):
            return [(after * self.rng.random(), word, None) for after, word, _ in usual[: self.rng.choice((2, 3))]]
        unusual: list[list[tuple[float, str, int | None]]] = [
            [],
            [(1.0, "sent", None)],
            [(2.0, "read", None)],
            [(400.0, "delivered", None)],
            [(20.0, "delivered", None), (25.0, "sent", None), (30.0, "failed", 131026)],
            [(5.0, "failed", 131026), (90.0, "delivered", None)],
            [(5.0, "failed", 131026)],
            [(5.0, "failed", 131000)],
            [(5.0, "failed", 131050)],
            [(9.0, "deleted", None), (7200.0, "delivered", None)],
        ]
        chosen = self.rng.choice(unusual)
        return chosen * self.rng.choice((1, 1, 2))
