"""What fills the placeholders of a text."""

import re
from collections.abc import Mapping
from datetime import timedelta

from chalicelib.domain import wording
from chalicelib.domain.catalogue import Office, Output, Service
from chalicelib.domain.notice import Kind
from chalicelib.domain.occasion import Occasion
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.request import Request, Status

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# An officer answers whoever asks within so many open hours.
_ANSWER_OPEN_TIME = timedelta(hours=6)
# How much of a reason a list has room for.
_MOST_OF_A_REASON = 40
_LONGEST_IN_HOURS = timedelta(hours=48)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fills placeholders in one pass: what a value holds is never taken for a placeholder."""
    return PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def values(occasion: Occasion, *, separator: str) -> dict[str, str]:
    """The values of all placeholders. separator: between the members of a list; one with a line break begins it, too."""
    office, language, request, service = occasion.office, occasion.language, occasion.subject, occasion.topic
    own = office.services.get(occasion.service or "")
    calendar, now = office.calendar, occasion.now
    listed = _listed(occasion, short=separator == ", ")
    return {
        "office": office.name,
        "short": office.short,
        "place": office.place,
        "hours": calendar.week(now, language),
        "opens": calendar.show(calendar.next_opening(now), language),
        "answer_by": calendar.show(calendar.after(now, _ANSWER_OPEN_TIME), language),
        "id": request.id if request else "",
        "reason": reason(request),
        "lacks": mask_numbers(request.reason or "") if request else "",
        "due": calendar.show(request.due_at, language) if request and request.due_at else "-",
        "done": _duration(service, language),
        "code": service.code if service else "",
        "service": _service(own if occasion.notice.kind is Kind.ELSEWHERE else service, language),
        "other": _service(service, language),
        "other_number": service.number or "" if service else "",
        "needs": ", ".join(service.needs[language]) if service else "",
        "bring": service.bring[language] if service else "",
        "body": mask_numbers(occasion.notice.body or ""),
        "list": (separator if len(listed) > 1 and separator.startswith("\n") else "") + separator.join(listed),
    }


def reason(request: Request | None) -> str:
    """Why a request waits, is incomplete or rejected, as staff wrote it, without numbers of a person."""
    if request is None:
        return ""
    return mask_numbers((request.hold.reason if request.hold else request.reason) or "")


def label(status: Status, output: Output, language: str) -> str:
    """A status in the resident's words."""
    if status is Status.READY and output is Output.PDF:
        return wording.READY_PDF[language]
    return wording.LABELS[language][status]


def standing(office: Office, request: Request, language: str) -> str:
    """A request's status in words, without its number."""
    return label(request.status, office.services[request.service].output, language)


def _listed(occasion: Occasion, *, short: bool) -> list[str]:
    office, language = occasion.office, occasion.language
    if occasion.notice.kind is Kind.HELP and occasion.topic:
        return list(occasion.topic.needs[language])
    if occasion.requests:
        several = len(occasion.requests) > 1
        return [_line(occasion, one, several=several, short=short) for one in occasion.requests]
    codes = [occasion.service] if occasion.service else sorted(office.services)
    return [office.services[code].name[language] for code in codes]


def _line(occasion: Occasion, request: Request, *, several: bool, short: bool) -> str:
    """Number, whom it is for where that tells several apart, status, why it waits, until when."""
    named = several and request.name and request.contact_id == occasion.notice.contact_id
    name = f" ({mask_numbers(str(request.name))})" if named and not short else ""
    why = reason(request) if request.hold or request.status is Status.INCOMPLETE else ""
    if several and len(why) > _MOST_OF_A_REASON:
        why = why[:_MOST_OF_A_REASON].rstrip() + "…"
    line = f"{request.id}{name} {standing(occasion.office, request, occasion.language)}" + (f" ({why})" if why else "")
    ahead = request.due_at is not None and request.due_at > occasion.now and request.status is not Status.INCOMPLETE
    if several or short or not ahead or request.due_at is None:
        return line
    until = wording.UNTIL[occasion.language].format(due=occasion.office.calendar.show(request.due_at, occasion.language))
    return f"{line}, {until}"


def _service(service: Service | None, language: str) -> str:
    return service.name[language] if service else ""


def _duration(service: Service | None, language: str) -> str:
    if service is None:
        return ""
    hours, days = wording.UNITS[language]
    if service.done_time <= _LONGEST_IN_HOURS:
        return f"{service.done_time // timedelta(hours=1)} {hours}"
    return f"{-(-service.done_time // timedelta(days=1))} {days}"
