"""Phones that have no WhatsApp, and phones that are off."""

import threading
from dataclasses import dataclass, field

from devstack.simulator.outbox import Sent
from devstack.simulator.reports import Report

_ON_THE_PHONE = ("delivered", "read")


@dataclass
class _Phone:
    """One phone. refuses: sends to it are refused at once; waiting: what is still to be reported when they arrive."""

    whatsapp: bool = True
    refuses: bool = False
    on: bool = True
    waiting: list[tuple[Sent, tuple[Report, ...]]] = field(default_factory=list)


class Phones:
    """All phones; one that nothing was said about has WhatsApp and is on. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phones: dict[str, _Phone] = {}

    def set(
        self, phone: str, *, whatsapp: bool | None = None, synchronous: bool = False, on: bool | None = None
    ) -> list[tuple[Sent, tuple[Report, ...]]]:
        """Gives or takes WhatsApp, switches on or off; None leaves it as it is.

        synchronous: without WhatsApp, sends are refused at once, rather than reported as failed later.

        Returns:
            The messages that waited for the phone and can reach it now, each with its reports.
        """
        with self._lock:
            known = self._phones.setdefault(phone, _Phone())
            if whatsapp is not None:
                known.whatsapp, known.refuses = whatsapp, synchronous and not whatsapp
            if on is not None:
                known.on = on
            if not (known.on and known.whatsapp):
                return []
            waited, known.waiting = known.waiting, []
            return waited

    def reports_now(self, sent: Sent, reports: tuple[Report, ...]) -> tuple[Report, ...]:
        """Which reports about a message can be made at once: from `delivered` on, those to a phone that is off wait."""
        with self._lock:
            known = self._phones.get(sent.to)
            if known is None or known.on:
                return reports
            arrival = next((place for place, report in enumerate(reports) if report.state in _ON_THE_PHONE), len(reports))
            if reports[arrival:]:
                known.waiting.append((sent, reports[arrival:]))
            return reports[:arrival]

    def reachable(self, phone: str) -> bool:
        """Whether the phone has WhatsApp."""
        with self._lock:
            return self._get(phone).whatsapp

    def refused(self, phone: str) -> bool:
        """Whether a send to it is refused at once."""
        with self._lock:
            return self._get(phone).refuses

    def told(self, phone: str) -> dict[str, bool]:
        """What the phone is like, as `/sim` tells it."""
        with self._lock:
            known = self._get(phone)
            return {"whatsapp": known.whatsapp, "synchronous": known.refuses, "on": known.on}

    def count(self) -> int:
        """How many have no WhatsApp."""
        with self._lock:
            return sum(not phone.whatsapp for phone in self._phones.values())

    def clear(self) -> None:
        """Gives WhatsApp to all, and switches them on; what waited is lost."""
        with self._lock:
            self._phones.clear()

    def _get(self, phone: str) -> _Phone:
        return self._phones.get(phone, _Phone())
