"""A channel or a template that is down for everybody: known once, so that not every notice has to find out.

While a circuit is open, notices go by SMS or wait, and one a minute is let through as a probe. The first that is accepted
closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PROBE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Circuit:
    """An open circuit. scope: `number:<phone_number_id>`, `template:<name>:<language>` or `sms`; code: the provider's."""

    scope: str
    code: str
    since: datetime
    probe_at: datetime


SMS = "sms"


def number(phone_number_id: str) -> str:
    """Scope of a channel number."""
    return f"number:{phone_number_id}"


def template(name: str, language: str) -> str:
    """Scope of a template."""
    return f"template:{name}:{language}"
