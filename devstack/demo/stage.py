"""What the day's script is written in: it narrates, waits, checks and keeps count."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import urllib3
from rich.console import Console
from rich.table import Table
from rich.text import Text

from devstack.demo.people import Answer, Desk, Resident, Web
from devstack.stack import Stack

_SETTLE_S = 20


@dataclass
class Stage:
    """One performance."""

    stack: Stack
    console: Console
    web: Web = field(default_factory=lambda: Web(urllib3.PoolManager()))
    people: list[Resident] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    checks: int = 0

    @property
    def desk(self) -> Desk:
        """The officer."""
        return Desk(self.web, self.stack)

    def resident(self, name: str, phone: str) -> Resident:
        """Somebody new."""
        one = Resident(name, phone, self.web, self.stack.graph_url)
        self.people.append(one)
        return one

    def scene(self, title: str) -> None:
        """A new scene."""
        self.console.print(Text(f"\n{title}", style="bold cyan"))

    def say(self, text: str) -> None:
        """What happens now."""
        self.console.print(Text(f"  {text}"), soft_wrap=False)

    def without_whatsapp(self, who: Resident) -> None:
        """Takes WhatsApp from somebody's phone."""
        self.web.call("POST", f"{self.stack.graph_url}/sim/phones", {"phone": who.phone, "whatsapp": False})

    def template(self, name: str, status: str) -> None:
        """Meta approves or pauses a template, and says so by webhook."""
        self.web.call("POST", f"{self.stack.graph_url}/sim/templates", {"name": name, "language": "id", "status": status})

    def settle(self) -> None:
        """Waits until stream and queue have nothing left to do."""
        self._at_rest(self.web.call("POST", f"{self.stack.graph_url}/sim/settle", {"timeout_s": _SETTLE_S}))

    def pass_time(self, seconds: int) -> None:
        """Moves Kabar's clock, with the minute's tick at the end."""
        self._at_rest(self.web.call("POST", f"{self.stack.graph_url}/sim/advance", {"seconds": seconds}))

    def _at_rest(self, answer: Answer) -> None:
        if not answer["idle"]:
            self.check("everything comes to rest", truth=False)

    def check(self, what: str, truth: object) -> None:
        """Notes whether something is as the script says."""
        self.checks += 1
        mark, style = ("✓", "green") if truth else ("✗", "bold red")
        self.console.print(Text(f"    {mark} {what}", style=style))
        if not truth:
            self.failures.append(what)

    def got(self, who: Resident, channel: str, kind: str, *words: str) -> None:
        """Checks the last thing that arrived on somebody's phone."""
        inbox = who.inbox()
        last: Answer = inbox[-1] if inbox else {}
        fits = (last.get("channel"), last.get("kind")) == (channel, kind) and all(one in last.get("body", "") for one in words)
        self.check(f"{who.name} gets a {kind if channel == 'whatsapp' else 'text'} by {_WORDS[channel]}", fits)
        if last:
            self.console.print(Text(f"      “{last['body']}”", style="italic dim"))

    def table(self, requests: Sequence[str]) -> Table:
        """Who got what by which channel, and how long after its cause."""
        table = Table(title="The day's notices")
        table.add_column("request", no_wrap=True)
        for name in ("notice", "state", "channel", "attempts"):
            table.add_column(name)
        table.add_column("took", justify="right")
        for request_id in requests:
            for notice in self.desk.file(request_id)["notices"]:
                table.add_row(
                    request_id, notice["kind"], notice["state"], notice["channel"] if notice["attempt"] else "-",
                    str(notice["attempt"]), _after(notice),
                )  # fmt: skip
        return table


_WORDS = {"whatsapp": "WhatsApp", "sms": "SMS"}


def _after(notice: dict[str, Any]) -> str:
    if "accepted_at" not in notice:
        return "-"
    took = datetime.fromisoformat(notice["accepted_at"]) - datetime.fromisoformat(notice["caused_at"])
    return f"{took.total_seconds():.2f} s"
