"""How the next sends are to end, as `/sim/faults` orders it."""

import re
import threading
from dataclasses import dataclass

from devstack.simulator.outbox import Channel

MAX_SLOW_MS = 30_000

_PLAIN = (
    *("http_500", "http_502", "http_429", "timeout_before", "timeout_after", "reset", "malformed_200"),
    *("undeliverable", "silent"),
)
_RECEIPTS = ("duplicated", "reversed", "delivered_after_failed", "read_only", "sent_only")
_WHATSAPP_ONLY = ("undeliverable", "silent", "failed", "receipts")  # SNS reports nothing, so there is nothing to twist
_GRAPH_CODE = re.compile(r"[0-9]{1,7}")
_AWS_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_SOCIAL_CODE = re.compile(r"[A-Za-z]{1,55}Exception")
KNOWN = (*_PLAIN, "slow:<ms>", "error:<code>", "failed:<code>", *(f"receipts:{order}" for order in _RECEIPTS))
"""Every outcome, as people write it."""


@dataclass(frozen=True)
class Outcome:
    """How a send ends: `error:131056` is kind `error`, argument `131056`."""

    kind: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind

    def fits(self, channel: Channel, *, by_aws: bool = True) -> bool:
        """Whether that channel's provider can end a send so. Meta's error codes are numbers, those of AWS are names.

        by_aws: of WhatsApp, whether End User Messaging Social may be the provider. It ends sends by codes of both.
        """
        if self.kind == "error" and channel == "whatsapp" and by_aws and _SOCIAL_CODE.fullmatch(self.argument):
            return True
        if self.kind == "error":
            return bool(_GRAPH_CODE.fullmatch(self.argument)) == (channel == "whatsapp")
        return channel == "whatsapp" or self.kind not in _WHATSAPP_ONLY


def outcome(text: str) -> Outcome:
    """Reads an outcome.

    Raises:
        ValueError: There is no such outcome.
    """
    kind, colon, argument = text.partition(":")
    if not colon and kind in _PLAIN:
        return Outcome(kind)
    if _takes(kind, argument):
        return Outcome(kind, argument)
    raise ValueError(f"unknown outcome; known are {', '.join(KNOWN)} (ms up to {MAX_SLOW_MS})")


def _takes(kind: str, argument: str) -> bool:
    match kind:
        case "error":
            return bool(_GRAPH_CODE.fullmatch(argument) or _AWS_CODE.fullmatch(argument))
        case "failed":
            return bool(_GRAPH_CODE.fullmatch(argument))
        case "slow":
            return bool(re.fullmatch("[0-9]{1,6}", argument)) and int(argument) <= MAX_SLOW_MS
        case "receipts":
            return argument in _RECEIPTS
        case _:
            return False


@dataclass
class Fault:
    """An outcome for the next `left` sends to an address (canonical) by a channel; None is any."""

    outcome: Outcome
    to: str | None
    channel: Channel | None
    left: int


class Faults:
    """The faults still to come, consumed in the order in which they were set. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Sets one more, behind those already set."""
        with self._lock:
            self._faults.append(fault)

    def take(self, channel: Channel, to: str, *, by_aws: bool = False) -> Outcome | None:
        """How this send ends: the first fault that is meant for it is consumed once. by_aws: as in `Outcome.fits`."""
        with self._lock:
            for fault in self._faults:
                if fault.channel in (None, channel) and fault.to in (None, to) and fault.outcome.fits(channel, by_aws=by_aws):
                    fault.left -= 1
                    if not fault.left:
                        self._faults.remove(fault)
                    return fault.outcome
        return None

    def listed(self) -> list[dict[str, object]]:
        """What is still to come."""
        with self._lock:
            return [
                {"to": fault.to, "channel": fault.channel, "outcome": str(fault.outcome), "times": fault.left}
                for fault in self._faults
            ]

    def clear(self) -> None:
        """Takes all back."""
        with self._lock:
            self._faults.clear()
