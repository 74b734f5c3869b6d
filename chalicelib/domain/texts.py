"""From a notice to its words: for a free message, a template or an SMS."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain import wording
from chalicelib.domain.catalogue import LANGUAGES, Office, Output
from chalicelib.domain.delivery import Button, Buttons, FreeText, Template
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.request import Request, Status

SMS_PART = 160
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
# The most that a template's parameter carries, so that a filled body stays within WhatsApp's 1,024 characters.
_MOST_PARAMETER = 300


@dataclass(frozen=True)
class TemplateText:
    """A message template as WhatsApp approves it. body: with {{1}}, {{2}}, … for its parameters."""

    name: str
    language: str
    body: str


@dataclass(frozen=True)
class Occasion:
    """All that a notice's words can draw on, as it is when they are sent. requests: those that a status answer is about."""

    notice: Notice
    office: Office
    service: str | None
    language: str
    request: Request | None = None
    requests: Sequence[Request] = ()


def templates(office: Office) -> Iterator[TemplateText]:
    """Every template that the office needs approved."""
    for language, name in wording.WHATSAPP:
        body = _body(office, language, name)
        for number, placeholder in enumerate(_PLACEHOLDER.findall(body), start=1):
            body = body.replace("{" + placeholder + "}", "{{" + str(number) + "}}", 1)
        yield TemplateText(f"kabar_{name}", language, body)


def free(occasion: Occasion) -> FreeText | Buttons:
    """The words for a resident whose window is open."""
    name = _name(occasion)
    body = _body(occasion.office, occasion.language, name)
    text = _fill(body, _values(occasion, separator="\n- "))
    return Buttons(text, _menu(occasion)) if name == "menu" else FreeText(text)


def template(occasion: Occasion) -> Template:
    """The same words as an approved template."""
    name = _name(occasion)
    values = _values(occasion, separator="; ")
    names = _PLACEHOLDER.findall(_body(occasion.office, occasion.language, name))
    parameters = tuple(" ".join(values[one].split())[:_MOST_PARAMETER] or "-" for one in names)
    return Template(f"kabar_{name}", occasion.language, parameters)


def sms(occasion: Occasion) -> str | None:
    """The words for one SMS of at most 160 GSM-7 characters, None where an SMS makes no sense.

    What staff wrote is cut to what is left of the part.
    """
    text = wording.SMS.get(_name(occasion))
    if text is None:
        return None
    values = {name: gsm(value) for name, value in _values(occasion, separator=", ").items()}
    values["hours"] = gsm(occasion.office.calendar.short_week(occasion.notice.caused_at)) + "."
    elastic = next((name for name in ("reason", "list") if "{" + name + "}" in text), None)
    if elastic is not None:
        room = SMS_PART - len(_fill(text, {**values, elastic: ""}))
        values[elastic] = values[elastic][:room].rstrip() or "-"
    return _fill(text, values)


def label(status: Status, output: Output, language: str) -> str:
    """A status in the resident's words."""
    if status is Status.READY and output is Output.PDF:
        return wording.READY_PDF[language]
    return wording.LABELS[language][status]


def next_step(status: Status, output: Output, language: str) -> str:
    """What happens next, or what the resident should do."""
    if status is Status.READY and output is Output.PDF:
        return wording.NEXT_READY_PDF[language]
    return wording.NEXT[language][status]


def gsm(text: str) -> str:
    """The text in the part of GSM-7's basic alphabet that is plain ASCII, so that one character takes one place."""
    plain = unicodedata.normalize("NFKD", text.translate({0x2013: "-", 0x2014: "-", 0x2019: "'", 0x2022: "-"}))
    return " ".join(re.sub(r"[^A-Za-z0-9\s@$!\"#%&'()*+,\-./:;<=>?]", "", plain).split())


def _name(occasion: Occasion) -> str:
    """The text's name: a ready document is either picked up or downloaded, and a status answer may find nothing."""
    kind = occasion.notice.kind
    if kind is Kind.READY and occasion.service is not None:
        return f"ready_{occasion.office.services[occasion.service].output}"
    if kind is Kind.STATUS and not occasion.requests:
        return "no_request"
    return kind.value


def _body(office: Office, language: str, name: str) -> str:
    return office.texts.get((language, name)) or wording.WHATSAPP[language, name]


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Fills placeholders in one pass: what a value holds is never taken for a placeholder."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)


def _values(occasion: Occasion, *, separator: str) -> dict[str, str]:
    office, language, request = occasion.office, occasion.language, occasion.request
    service = office.services.get(occasion.service or "")
    values = {
        "office": office.name,
        "short": office.short,
        "place": office.place,
        "hours": office.calendar.week(occasion.notice.caused_at, language),
        "id": request.id if request else "",
        "reason": _reason(request),
        "due": office.calendar.show(request.due_at, language) if request and request.due_at else "-",
        "code": service.code if service else "",
        "service": service.name[language] if service else "",
        "needs": ", ".join(service.needs[language]) if service else "",
        "bring": service.bring[language] if service else "",
        "body": mask_numbers(occasion.notice.body or ""),
    }
    lines = [_line(office, one, language) for one in occasion.requests]
    listed = _services(occasion) if occasion.notice.kind is Kind.MENU else lines
    values["list"] = (separator if len(listed) > 1 and separator.startswith("\n") else "") + separator.join(listed)
    return values


def _reason(request: Request | None) -> str:
    if request is None:
        return ""
    return mask_numbers((request.hold.reason if request.hold else request.reason) or "")


def _line(office: Office, request: Request, language: str) -> str:
    output = office.services[request.service].output
    waiting = f" ({_reason(request)})" if request.hold else ""
    return f"{request.id} {label(request.status, output, language)}{waiting}"


def _services(occasion: Occasion) -> list[str]:
    codes = [occasion.service] if occasion.service else sorted(occasion.office.services)
    return [occasion.office.services[code].name[occasion.language] for code in codes]


def _menu(occasion: Occasion) -> tuple[Button, ...]:
    """One button to apply for each service while there is room for three in all, and one to ask how it stands."""
    words = wording.BUTTONS[occasion.language]
    codes = [occasion.service] if occasion.service else sorted(occasion.office.services)[:2]
    opening = tuple(Button(f"OPEN:{code}", words["open"].format(code=code)[:20]) for code in codes)
    return (*opening, Button("CEK", words["check"]))


assert set(LANGUAGES) == set(wording.LABELS), "every language has its labels"
