"""How one send ends, whichever provider it goes to.

Accepted, so that it is in the outbox and reported: no fault, `slow` (at once, the answer comes late), `timeout_after`,
`malformed_200`, and what only concerns reports. Not accepted: `http_500`, `http_502`, `http_429`, `timeout_before`, `reset`
and `error`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Response

from devstack.simulator.faults import Outcome
from devstack.simulator.reports import Report
from devstack.simulator.wire import Wire

_UNDELIVERABLE = 131026
_REPORTS = {
    "duplicated": ("sent", "sent", "delivered", "delivered"),
    "reversed": ("delivered", "sent"),
    "delivered_after_failed": ("sent", "failed", "delivered"),
    "read_only": ("read",),
    "sent_only": ("sent",),
}


@dataclass(frozen=True)
class Exchange:
    """What a provider does with one well-formed send.

    accept: records it and makes the answer.  refuse: makes the error answer for a code.
    internal: its code for an error of its own.  throttled: its code with HTTP 429, None for a bare 429.
    """

    accept: Callable[[], Response]
    refuse: Callable[[str], Response]
    internal: str
    throttled: str | None


def end(exchange: Exchange, outcome: Outcome | None, wire: Wire, environ: Mapping[str, object]) -> Response:
    """Ends a send as ordered; None is as it should be."""
    match outcome:
        case Outcome("http_500" | "error"):
            return exchange.refuse(outcome.argument or exchange.internal)
        case Outcome("http_429") if exchange.throttled:
            return exchange.refuse(exchange.throttled)
        case Outcome("http_429" | "http_502"):
            return Response(status=int(outcome.kind.removeprefix("http_")))
        case Outcome("timeout_before"):
            return wire.hang(environ)
        case Outcome("reset"):
            return wire.reset(environ)
        case _:
            return _accepted(exchange.accept(), outcome, wire, environ)


def _accepted(answer: Response, outcome: Outcome | None, wire: Wire, environ: Mapping[str, object]) -> Response:
    match outcome:
        case Outcome("timeout_after"):
            return wire.hang(environ)
        case Outcome("malformed_200"):
            return Response("<html><body>OK</body></html>", mimetype="text/html")
        case Outcome("slow"):
            wire.pause(int(outcome.argument) / 1000)
            return answer
        case _:
            return answer


def reports(outcome: Outcome | None, *, reachable: bool) -> tuple[Report, ...]:
    """What is reported about an accepted WhatsApp message. reachable: whether the phone has WhatsApp."""
    match outcome:
        case Outcome("silent"):
            return ()
        case Outcome("failed"):
            return (Report("failed", int(outcome.argument)),)
        case Outcome("receipts") if reachable:
            states = _REPORTS[outcome.argument]
        case Outcome("undeliverable"):
            states = ("failed",)
        case _:
            states = ("sent", "delivered") if reachable else ("failed",)
    return tuple(Report(state, _UNDELIVERABLE if state == "failed" else None) for state in states)
