"""The world's rudeness, by chance: what can go wrong with a call, a send or a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

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

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "crash": "the process dies before or after a call to the table",
        "table": "a call to the table fails, or its answer is lost",
        "faster": "somebody else is faster: the next event happens in the middle of this one",
        "stall": "a call takes long, and much happens meanwhile",
        "storm": "for an hour, half of all transactions are in conflict",
        "whatsapp": "a send by WhatsApp ends in one of the ways in which sends end",
        "sms": "the same by SMS",
        "reports": "reports come twice, late, in any order, with any failure, or never",
        "overtake": "a report comes before the answer to the send",
        "files": "a file comes late, as another, or not at all, and the bucket fails before or after it has it",
        "stream": "stream records are lost, and batches come twice",
        "queue": "queue messages come twice, or late",
        "repeat": "webhooks come twice, reports again after hours, and residents write twice at the same moment",
        "tick": "two sweeps at once",
        "jump": "the clock jumps",
        "away": "WhatsApp is away for 26 hours, or SMS is, or both",
        "down": "a number or all templates are refused for hours, or everything is throttled",
        "words": "Meta tells which templates are down and which are back: late, twice, in any order, or never",
        "budget": "the day's sum for SMS is spent after a few",
        "staff": "supervisors try notices again, whatever their state",
        "engine": "the engine for SMS reports what becomes of them",
    }
)
"""What can be left out of a run, to see what a failure needs."""

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
    refused("OptedOut", Remedy.OPTED_OUT),
    refused("InvalidParameter", Remedy.OUR_FAULT),
)
SMS_REFUSALS = frozenset({"InvalidParameter"})
"""What ends an SMS for good."""

Reports = list[tuple[float, str, int | None]]
"""What will be reported: after how many seconds, which word, with which code."""

_USUAL: Reports = [(1.0, "sent", None), (3.0, "delivered", None), (60.0, "read", None)]
_UNUSUAL: tuple[Reports, ...] = (
    [],
    [],
    [(1.0, "sent", None)],
    [(2.0, "read", None)],
    [(2.0, "read", None), (4.0, "delivered", None), (6.0, "sent", None)],
    [(400.0, "delivered", None)],
    [(20.0, "delivered", None), (25.0, "sent", None), (30.0, "failed", 131026)],
    [(5.0, "failed", 131026), (90.0, "delivered", None)],
    [(5.0, "failed", 131026)],
    [(5.0, "failed", 131000)],
    [(5.0, "failed", 131042)],
    [(5.0, "failed", 131050)],
    [(9.0, "deleted", None), (7200.0, "delivered", None)],
)
_BY_SMS: tuple[Reports, ...] = (
    [(2.0, "TEXT_SENT", None), (20.0, "TEXT_DELIVERED", None)],
    [(2.0, "TEXT_QUEUED", None), (9000.0, "TEXT_DELIVERED", None)],
    [(30.0, "TEXT_UNREACHABLE", None)],
    [(1.0, "TEXT_SUCCESSFUL", None)],
    [(1.0, "TEXT_UNKNOWN", None)],
    [],
)


class Chance:
    """All chance of a run, from one seed; each kind of trouble has its own, so that leaving one out changes no other.

    share: how many calls and sends go wrong. without: kinds that are left out; certain: kinds that last in every run.
    """

    def __init__(
        self, seed: int, share: float, without: frozenset[str] = frozenset(), certain: frozenset[str] = frozenset()
    ) -> None:
        if unknown := (without | certain) - KINDS.keys():
            raise ValueError(f"no such trouble: {', '.join(sorted(unknown))}")
        self.seed = seed
        self.share = share
        self.without = without
        self.certain = certain
        self._kinds: dict[str, Random] = {}

    def of(self, kind: str) -> Random:
        """The chance of one kind, or of anything else that has a name."""
        if kind not in self._kinds:
            self._kinds[kind] = Random(f"{self.seed} {kind}")
        return self._kinds[kind]

    def strikes(self, kind: str, weight: float = 1.0) -> bool:
        """Whether it happens now, in `weight` times the share of all cases."""
        return self.happens(kind, self.share * weight)

    def happens(self, kind: str, probability: float) -> bool:
        """Whether it happens now, however much else goes wrong."""
        drawn = self.of(kind).random()
        return kind not in self.without and drawn < probability

    def lasts(self, kind: str, probability: float) -> bool:
        """Whether a run has some of what lasts."""
        return self.happens(kind, 1.0 if kind in self.certain else probability)

    def whatsapp(self) -> Step:
        """How a send by WhatsApp ends."""
        return self.of("whatsapp").choice(_WHATSAPP) if self.strikes("whatsapp") else ACCEPTED

    def sms(self) -> Step:
        """How an SMS ends."""
        return self.of("sms").choice(_SMS) if self.strikes("sms") else ACCEPTED

    def reports(self) -> Reports:
        """What WhatsApp will report of a message: any order, any number, nothing at all."""
        rng = self.of("reports")
        if not self.strikes("reports", 3):
            return [(after * rng.random(), word, None) for after, word, _ in _USUAL[: rng.choice((2, 3))]]
        return rng.choice(_UNUSUAL) * rng.choice((1, 1, 2))

    def sms_reports(self) -> Reports:
        """What an engine for SMS that reports will report of a message."""
        return self.of("engine").choice(_BY_SMS if self.strikes("engine", 4) else _BY_SMS[:1])


@dataclass(frozen=True)
class Span:
    """From one moment to another, in epoch seconds."""

    begins: float = 0.0
    ends: float = 0.0

    def __contains__(self, at: object) -> bool:
        return isinstance(at, float) and self.begins <= at < self.ends


@dataclass(frozen=True)
class Weather:
    """What one run has of what lasts. sms_a_day: how many SMS the office pays for; jumps: after how long, by how much."""

    start_hours: float
    day_s: float
    whatsapp_away: Span
    sms_away: Span
    number_down: Span
    templates_down: Span
    throttled: Span
    storm: Span
    sms_a_day: int | None
    sms_reports: bool
    jumps: tuple[tuple[float, float], ...]


def weather(chance: Chance, now: float, *, outage: bool) -> Weather:
    """Draws it. outage: WhatsApp is away for 26 hours for certain."""
    drawn = chance.of("weather")
    start = drawn.choice((0.0, 0.0, drawn.random() * 24))
    begins = now + start * 3600
    away = outage or chance.lasts("away", 0.1)
    day_s = (30 if away else 8) * 3600.0

    def span(kind: str, probability: float, seconds: float) -> Span:
        since = begins + chance.of(kind).random() * day_s / 3
        return Span(since, since + seconds) if chance.lasts(kind, probability) else Span()

    long = Span(begins + 3600, begins + 27 * 3600)
    jumps = tuple(
        (chance.of("jump").random() * day_s, chance.of("jump").choice((-2.0, 30.0, 300.0, 7200.0)))
        for _ in range(3 if chance.lasts("jump", 0.3) else 0)
    )
    return Weather(
        start_hours=start,
        day_s=day_s,
        whatsapp_away=long if away and "away" not in chance.without else Span(),
        sms_away=long if away and chance.happens("away", 0.5) else Span(),
        number_down=span("down", 0.2, 7200),
        templates_down=span("down", 0.15, 7200),
        throttled=span("down", 0.15, 5400),
        storm=span("storm", 0.3, 3600),
        sms_a_day=chance.of("budget").randrange(4) if chance.lasts("budget", 0.2) else None,
        sms_reports=chance.lasts("engine", 0.3),
        jumps=jumps,
    )
