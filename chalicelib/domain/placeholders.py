"""What fills the placeholders of a text."""

import re
from collections.abc import Mapping
from datetime import timedelta

from chalicelib.domain import wording
from chalicelib.domain.catalogue import Office, Output, Service
from chalicelib.domain.notice import Kind
from chalicelib.domain.occasion import Occasion
from chalicelib.domain.phone import mask, mask_numbers
from chalicelib.domain.request import Request, Status
from chalicelib.domain.requirements import in_a_line, missing

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
        "whom": request.id if request else "Anda",
        "reason": reason(request),
        "lacks": _lacks(occasion),
        "due": calendar.show(request.due_at, language) if request and request.due_at else "-",
        "done": _duration(service, language),
        "code": service.code if service else "",
        "service": _service(own if occasion.notice.kind is Kind.ELSEWHERE else service, language),
        "other": _service(service, language),
        "other_number": service.number or "" if service else "",
        "needs": ", ".join(service.needed(language)) if service else "",
        "bring": service.bring[language] if service else "",
        "number": _number(occasion),
        "body": mask_numbers(occasion.notice.body or ""),
        "list": (separator if len(listed) > 1 and separator.startswith("\n") else "") + separator.join(listed),
    }


def reason(request: Request | None) -> str:
    """Why a request waits, is incomplete or rejected, as staff wrote it, without numbers of a person."""
    if request is None:
        return ""
    return mask_numbers((request.hold.reason if request.hold else request.reason) or "")


def _lacks(occasion: Occasion) -> str:
    """What is missing as the checklist has it, else as the officer wrote it."""
    request = occasion.subject
    if request is None:
        return ""
    return in_a_line(missing(request, occasion.office, occasion.language), occasion.language) or mask_numbers(
        request.reason or ""
    )


def label(status: Status, output: Output, language: str) -> str:
    """A status in the resident's words."""
    if status is Status.READY and output is Output.PDF:
        return wording.READY_PDF[language]
    return wording.LABELS[language][status]


def standing(office: Office, request: Request, language: str) -> str:
    """A request's status in words, without its number, and how much is missing."""
    said = label(request.status, office.services[request.service].output, language)
    count = len(missing(request, office, language))
    return f"{said}, {wording.LACKS[language].format(count=count)}" if count else said


def _listed(occasion: Occasion, *, short: bool) -> list[str]:
    office, language = occasion.office, occasion.language
    if occasion.notice.kind is Kind.HELP and occasion.topic:
        return occasion.topic.needed(language)
    if occasion.requests:
        several = len(occasion.requests) > 1
        if not several and not short:
            return [_line(occasion, occasion.requests[0])]
        return [_short_line(occasion, one, several=several, short=short) for one in occasion.requests]
    codes = [occasion.service] if occasion.service else sorted(office.services)
    return [office.services[code].name[language] for code in codes]


def _line(occasion: Occasion, request: Request) -> str:
    """A single request: number, status, why it waits, until when, and what is missing."""
    office, language = occasion.office, occasion.language
    said = label(request.status, office.services[request.service].output, language)
    names = in_a_line(missing(request, office, language), language)
    lacks = "; " + wording.MISSING[language].format(missing=names) if names else ""
    return f"{request.id} {said}{_because(_why(request))}{_until(occasion, request)}{lacks}"


def _short_line(occasion: Occasion, request: Request, *, several: bool, short: bool) -> str:
    """Number, whom it is for where that tells several apart, status, and why it waits or else how much is missing."""
    office, language = occasion.office, occasion.language
    named = several and not short and request.name and request.contact_id == occasion.notice.contact_id
    name = f" ({mask_numbers(str(request.name))})" if named else ""
    if not request.hold and missing(request, office, language):
        return f"{request.id}{name} {standing(office, request, language)}"
    why = _why(request)
    if several and len(why) > _MOST_OF_A_REASON:
        why = why[:_MOST_OF_A_REASON].rstrip() + "…"
    said = label(request.status, office.services[request.service].output, language)
    return f"{request.id}{name} {said}{_because(why)}"


def _why(request: Request) -> str:
    return reason(request) if request.hold or request.status is Status.INCOMPLETE else ""


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _until(occasion: Occasion, request: Request) -> str:
    ahead = request.due_at is not None and request.due_at > occasion.now and request.status is not Status.INCOMPLETE
    if not ahead or request.due_at is None:
        return ""
    due = occasion.office.calendar.show(request.due_at, occasion.language)
    return ", " + wording.UNTIL[occasion.language].format(due=due)


def _number(occasion: Occasion) -> str:
    """Where SMS go, enough of it to recognise one's own."""
    return next((mask(one.sms_phone) for one in reversed(occasion.requests) if one.sms_phone), "-")


def _service(service: Service | None, language: str) -> str:
    return service.name[language] if service else ""


def _duration(service: Service | None, language: str) -> str:
    if service is None:
        return ""
    hours, days = wording.UNITS[language]
    if service.done_time <= _LONGEST_IN_HOURS:
        return f"{service.done_time // timedelta(hours=1)} {hours}"
    return f"{-(-service.done_time // timedelta(days=1))} {days}"
