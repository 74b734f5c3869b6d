"""Residents, each with a request and a phone of their own, in a stack whose clock and channels tests move and break."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from itertools import count
from typing import Any

from tests.system.client import Devstack

WIB = timezone(timedelta(hours=7))
_MORNING, _EVENING = time(8), time(16)
_ASKS = {"KTP": "ktp saya hilang", "KK": "mau bikin kk", "PINDAH": "mau urus surat pindah"}
_phones = count(1)


@dataclass(frozen=True)
class Seen:
    """A message as the outbox has it. minutes: since the case's last change of status."""

    channel: str
    kind: str
    state: str
    minutes: float


class Case:
    """One resident, whose request is opened by chat and moved by an officer."""

    def __init__(self, stack: Devstack, service: str = "KTP") -> None:
        self.stack = stack
        self.phone = f"+62814{next(_phones):08d}"
        self.number = stack.phone_number_id(service)
        self.id = ""
        self.changed_at = now(stack)
        self._service = service
        self._before = 0

    def say(self, text: str) -> None:
        """The resident writes."""
        sent = self.stack.sim("inbound", **{"from": self.phone, "phone_number_id": self.number, "text": text})
        assert sent["status"] == 200

    def open(self) -> None:
        """Asks for the service; once that is answered, `opened` knows the request's number."""
        self.say(_ASKS[self._service])

    def opened(self) -> None:
        """Reads what the office answered."""
        [first] = self.stack.outbox(self.phone)
        [self.id] = re.findall(rf"{self._service}(?:-[0-9A-Z]{{4}}){{2}}-[0-9A-Z]{{3}}", first["body"])

    def fault(self, outcome: str, times: int = 1, **more: str) -> None:
        """How the resident's next messages end."""
        self.stack.sim("faults", to=self.phone, outcome=outcome, times=times, **more)

    def change(self, *statuses: str) -> None:
        """The officer takes the request so many steps further."""
        self._before = len(self.stack.outbox(self.phone))
        for to in statuses:
            version = self.request()["request"]["version"]
            reason = {"reason": "foto buram"} if to in {"incomplete", "rejected"} else {}
            body = {"to": to, "expected_version": version} | reason
            answer = self.stack.staff("POST", f"/staff/requests/{self.id}/status", body)
            assert answer.status == 200, answer
        self.changed_at = now(self.stack)

    def forget(self) -> None:
        """The outbox has been emptied."""
        self._before = 0

    def request(self) -> Any:
        """The whole file."""
        return self.stack.staff("GET", f"/staff/requests/{self.id}").json

    def notice(self) -> dict[str, Any]:
        """The last notice of the request."""
        last: dict[str, Any] = self.request()["notices"][-1]
        return last

    def seen(self) -> list[Seen]:
        """What providers took since the last change of status, or since the outbox was emptied."""
        listed = [(datetime.fromisoformat(one["at"]), one) for one in self.stack.outbox(self.phone)]
        return [
            Seen(one["channel"], one["kind"], one["state"], (at - self.changed_at).total_seconds() / 60)
            for at, one in listed[self._before :]
        ]

    def channels(self) -> list[tuple[str, str]]:
        """The same, by channel and state alone."""
        return [(one.channel, one.state) for one in self.seen()]


def now(stack: Devstack) -> datetime:
    """Kabar's time."""
    return datetime.fromisoformat(stack.ask("GET", f"{stack.graph_url}/sim/state").json["now"])


def opened(stack: Devstack, service: str = "KTP") -> Case:
    """A case in the daytime, whose opening was answered."""
    daytime(stack)
    case = Case(stack, service)
    case.open()
    stack.settle()
    case.opened()
    return case


def calm(stack: Devstack, *cases: Case) -> None:
    """No faults from now on; what has arrived so far is forgotten."""
    stack.sim("reset")
    for case in cases:
        case.forget()


def pass_minutes(stack: Devstack, minutes: float) -> None:
    """Time passes, and all that it brings is done. The stack spares ticks once a call has taken long."""
    assert stack.sim("advance", seconds=minutes * 60)["idle"] is True


def daytime(stack: Devstack) -> None:
    """Lets the night pass, if it is one, so that status notices go at once."""
    if not _MORNING <= now(stack).astimezone(WIB).time() < _EVENING:
        until(stack, _MORNING)


def until(stack: Devstack, at: time) -> None:
    """Time passes until the next moment that shows that time in Lampung."""
    local = now(stack).astimezone(WIB)
    then = datetime.combine(local.date(), at, WIB)
    pass_minutes(stack, ((then if then > local else then + timedelta(days=1)) - local).total_seconds() / 60)
