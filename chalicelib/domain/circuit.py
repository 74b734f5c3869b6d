"""A channel or a template that is down for everybody: known once, so that not every notice has to find out.

While a circuit is open, notices go by SMS or wait, and one a minute is let through as a probe. The first that is accepted
closes it. Where the provider has told that a template is unusable, it will tell when it is back: one notice an hour probes
such a circuit, in case that word is lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PROBE_EVERY = timedelta(minutes=1)
PROBE_TOLD_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Circuit:
    """An open circuit. scope: `number:<phone_number_id>`, `template:<name>:<language>` or `sms`; code: the provider's.

    told: whether the provider reported it, rather than a notice having found out.
    """

    scope: str
    code: str
    since: datetime
    probe_at: datetime
    told: bool = False

    @property
    def probe_every(self) -> timedelta:
        """How long after a probe the next one may go."""
        return PROBE_TOLD_EVERY if self.told else PROBE_EVERY


@dataclass(frozen=True)
class Word:
    """What the provider last said of a template, and when. A probe that was accepted says it as well as a report."""

    at: datetime
    usable: bool

    def outdates(self, other: "Word | None") -> bool:
        """Whether this is news beside what was known. Of two words from the same second, the good one counts, in any order."""
        return other is None or (self.at, self.usable) > (other.at, other.usable)


SMS = "sms"


def number(phone_number_id: str) -> str:
    """Scope of a channel number."""
    return f"number:{phone_number_id}"


def template(name: str, language: str) -> str:
    """Scope of a template."""
    return f"template:{name}:{language}"


def after(word: Word, code: str, scope: str, now: Circuit | None) -> Circuit | None:
    """The circuit that a provider's word leaves, None for a closed one. now: the one that is open.

    A good word says nothing against what a notice found out after it.
    """
    if not word.usable:
        since, probe_at = (now.since, now.probe_at) if now else (word.at, word.at)
        # A word that comes late hastens no probe.
        return Circuit(scope, code, since, max(probe_at, word.at + PROBE_TOLD_EVERY), told=True)
    return now if now is not None and not now.told and now.since > word.at else None
