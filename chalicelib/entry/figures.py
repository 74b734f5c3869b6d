"""An office's figures as JSON. Hours and shares are rounded to two places; what is of nothing is null."""

from typing import Any

from chalicelib.domain.figures import Figures, Ratings, Ready
from chalicelib.domain.request import CLOSED, Status
from chalicelib.flows.statistics import Report
from chalicelib.table.values import stamp

_INDEX = 25
FATES = ("whatsapp_arrived", "sms_arrived", "sms_accepted", "on_the_way", "failed", "unknown", "suppressed")


def report(one: Report) -> dict[str, Any]:
    """The whole report."""
    return {
        "office": one.office, "from": one.first.isoformat(), "to": one.last.isoformat(), "as_of": stamp(one.as_of),
        "complete": one.complete, "rating_months": list(one.months), "all": _figures(one.in_all),
        "services": [{"service": code, **_figures(figures)} for code, figures in one.services.items()],
    }  # fmt: skip


def _figures(one: Figures) -> dict[str, Any]:
    return {
        "opened": one.opened,
        "closed": {status.value: one.closed[status] for status in Status if status in CLOSED},
        "open": {status.value: one.open[status] for status in Status if status not in CLOSED},
        "overdue": one.overdue,
        "ready": _ready(one.ready),
        "notices": {fate: one.notices[fate] for fate in FATES},
        "ratings": _ratings(one.ratings),
    }


def _ready(one: Ready) -> dict[str, Any]:
    return {
        "count": len(one.hours), "median_hours": _rounded(one.median_hours), "p90_hours": _rounded(one.p90_hours),
        "promised": one.promised, "kept": one.kept, "kept_share": _rounded(one.kept / one.promised if one.promised else None),
    }  # fmt: skip


def _ratings(one: Ratings) -> dict[str, Any]:
    average = one.average
    return {
        "answers": one.answers, "counts": {str(score): count for score, count in enumerate(one.counts, start=1)},
        "average": _rounded(average), "index": _rounded(average * _INDEX if average is not None else None),
    }  # fmt: skip


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 2)
