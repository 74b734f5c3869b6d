"""What becomes of a template at Meta, and the webhooks that tell of it."""

from functools import partial

from devstack.simulator import payloads
from devstack.simulator.parts import Parts
from devstack.simulator.templates import Quality, Status, Template

_EVENTS: dict[Status, str] = {
    "approved": "APPROVED", "pending": "PENDING", "rejected": "REJECTED", "paused": "PAUSED", "disabled": "DISABLED",
    "pending_deletion": "PENDING_DELETION",
}  # fmt: skip
_PAUSES = {1: ("FIRST_PAUSE", "3 hours"), 2: ("SECOND_PAUSE", "6 hours")}
# Meta takes words that sell something for no utility.
_SELLING = ("diskon", "promo", "discount", "% off")


def review(parts: Parts, template: Template) -> None:
    """Meta looks at a template, takes its time, approves or rejects it, and tells."""

    def decide() -> object:
        now = parts.templates.get(template.name, template.language) or template
        sells = now.category == "UTILITY" and any(word in now.body.casefold() for word in _SELLING)
        status: Status = "rejected" if sells else "approved"
        reason = "INCORRECT_CATEGORY" if sells else "NONE"
        return _told(parts, parts.templates.change(now, status=status, reason=reason), _EVENTS[status])

    parts.reporter.tell(decide, wait_s=parts.config.review_s)


def move(parts: Parts, template: Template, status: Status, reason: str | None, *, told: bool) -> None:
    """Meta decides so, at once. told: whether Kabar hears of it."""
    if template.status == status:
        return
    pauses = template.pauses + (status == "paused")
    why = (reason or "INCORRECT_CATEGORY") if status == "rejected" else "NONE"
    moved = parts.templates.change(template, status=status, reason=why, pauses=pauses)
    event = "REINSTATED" if (template.status, status) == ("disabled", "approved") else _EVENTS[status]
    if told:
        parts.reporter.tell(partial(_told, parts, moved, event))


def rate(parts: Parts, template: Template, quality: Quality, *, told: bool) -> None:
    """Residents have thought better or worse of it."""
    rated = parts.templates.change(template, quality=quality)
    if told and template.quality != quality:
        now, at_s = parts.templates.told(rated, parts.clock())
        parts.reporter.tell(lambda: payloads.template_quality(now, template.quality, at_s))


def _told(parts: Parts, template: Template, event: str) -> dict[str, object]:
    _, at_s = parts.templates.told(template, parts.clock())
    more: dict[str, object] = {}
    if event == "PAUSED":
        title, lasts = _PAUSES.get(template.pauses, ("RATE_LIMITING_PAUSE", "a while"))
        more["other_info"] = {"title": title, "description": f"Your template has been paused for {lasts}."}
    if event == "DISABLED":
        more["disable_info"] = {"disable_date": str(at_s)}
    return payloads.template_status(template, event, at_s, **more)
