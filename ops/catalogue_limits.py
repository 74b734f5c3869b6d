"""What an office's file must keep to beyond its form: limits of WhatsApp and SMS, known placeholders, allowed links."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from chalicelib.domain import lexicon, spelling, texts, wording
from chalicelib.domain.catalogue import LANGUAGES, Office, Service
from chalicelib.domain.delivery import Buttons, Choices
from chalicelib.domain.notice import Kind, Notice
from chalicelib.domain.phone import mask_numbers
from chalicelib.domain.placeholders import PLACEHOLDER
from chalicelib.domain.pressing import MOST_BUTTON, MOST_ROW_TITLE, MOST_ROWS
from chalicelib.domain.request import Hold, Met, Request, Status
from chalicelib.domain.texts import SMS_PART, Occasion

CODE_DIGITS = 4
_LONGEST_BODY = 1024
_LONGEST_REASON = ("dokumen " * 63)[:500].strip()
# Of what staff wrote, an SMS should say at least so much.
_LEAST_OF_A_REASON = 20
# What every text may name besides what its own default does.
_ANYWHERE = frozenset({"office", "place", "hours"})
_SAYS_SERVICE = frozenset({"service", "code", "done", "needs", "bring"})
_HOST = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+(?:id|com|net|org|info|io|app|link|me|ly|to|xyz|site|online))\b", re.IGNORECASE
)
_TWO_TOGETHER = re.compile(r"\}\}\s*\{\{")
_AT_AN_END = re.compile(r"^\W*\{\{|\}\}\W*$")
_BREAKS = re.compile(r"[\n\r\t]| {2,}")

# Going back to submitted is never told.
_TOLD = [kind for kind in Kind if kind is not Kind.SUBMITTED]

Problem = tuple[str, str]


def problems(office: Office) -> Iterator[Problem]:
    """What is wrong, as the key and a sentence."""
    named = list(chain(_own_texts(office), _links(office), _services(office)))
    yield from named
    # What follows fills the texts: those whose placeholders are wrong cannot be filled.
    if not named:
        yield from chain(_templates(office), _sms(office), _presses(office))


def _own_texts(office: Office) -> Iterator[Problem]:
    defaults = wording.NOTICES | wording.ANSWERS
    for (language, name), body in office.texts.items():
        key = f"texts.{language}.{name}"
        default = defaults.get((language, name))
        if default is None:
            yield key, f"there is no such text; there are {', '.join(sorted({one for _, one in defaults}))}"
            continue
        if any((other, name) not in office.texts for other in LANGUAGES):
            yield key, "say it in both languages"
        known = set(PLACEHOLDER.findall(default)) | _ANYWHERE
        known |= _SAYS_SERVICE if {"id", "service"} & known else set()
        strange = {one for one in re.findall(r"\{(.*?)\}", body) if one not in known}
        if strange:
            yield key, f"{{{min(strange)}}} has no value here; there are {', '.join(sorted(known))}"
        elif re.sub(PLACEHOLDER, "", body).count("{") or re.sub(PLACEHOLDER, "", body).count("}"):
            yield key, "a brace that begins or ends no placeholder"
        if mask_numbers(body) != body:
            yield key, "a phone number, or another long one, would be masked: put it into `number` of its service"


def _links(office: Office) -> Iterator[Problem]:
    """Texts that name a host which the office does not allow; its own and those that it takes over."""
    said = {
        f"texts.{language}.{name}": body
        for (language, name), body in (wording.NOTICES | wording.ANSWERS | dict(office.texts)).items()
    }
    said |= {f"the SMS {name}": body for name, body in wording.SMS.items()} | {"place": office.place, "name": office.name}
    for service in office.services.values():
        for language in LANGUAGES:
            told = [service.name[language], service.bring[language], *service.needed(language)]
            said[f"services.{service.code}"] = said.get(f"services.{service.code}", "") + " ".join(told)
    for key, text in said.items():
        for host in sorted({found.lower() for found in _HOST.findall(text)} - office.links):
            yield key, f"{host} is not among the links that the office allows"


def _services(office: Office) -> Iterator[Problem]:
    if len(office.services) > MOST_ROWS - 1:
        yield "services", f"a list has room for {MOST_ROWS - 1} of them besides the one to ask for the status"
    owners: dict[str, str] = {}
    ours = {word for word, _ in spelling.rows()} | set(lexicon.GREETINGS.split()) | set(lexicon.FILLERS.split())
    for service in office.services.values():
        for language in LANGUAGES:
            if len(service.name[language]) > MOST_ROW_TITLE:
                yield f"services.{service.code}.name.{language}", f"a row of a list has room for {MOST_ROW_TITLE} characters"
        for word in sorted(service.words):
            plain = spelling.plain(word)
            if owners.setdefault(plain, service.code) != service.code:
                yield f"services.{service.code}.words", f"{word!r} is what {owners[plain]} is called, too"
            if plain in ours or not plain:
                yield f"services.{service.code}.words", f"{word!r} means something else to the rules of the conversation"


def _templates(office: Office) -> Iterator[Problem]:
    """Meta's rules for a template's body, and its length when filled with the longest values."""
    for one in texts.templates(office):
        name = one.name.removeprefix("kabar_").removesuffix(f"_{office.code}")
        key = f"texts.{one.language}.{name}"
        words = [word for word in one.body.split() if "{{" not in word]
        if _AT_AN_END.search(one.body):
            yield key, "a template neither begins nor ends with a placeholder"
        if _TWO_TOGETHER.search(one.body):
            yield key, "a template has words between two placeholders"
        if _BREAKS.search(one.body):
            yield key, "a template has no line breaks and no wide gaps"
        if len(words) < 2 * one.body.count("{{") + 1:
            yield key, "a template has more words than placeholders: twice as many, and one"
    for kind in _TOLD:
        for language in LANGUAGES:
            for service in office.services.values():
                yield from _filled(_occasion(office, service, kind, language))


def _filled(occasion: Occasion) -> Iterator[Problem]:
    if (occasion.language, occasion.text_name) not in wording.NOTICES:
        return
    template = texts.template(occasion)
    body = next(
        one.body for one in texts.templates(occasion.office) if (one.name, one.language) == (template.name, template.language)
    )
    for number, parameter in enumerate(template.parameters, start=1):
        body = body.replace("{{" + str(number) + "}}", parameter)
    if len(body) > _LONGEST_BODY:
        key = f"texts.{occasion.language}.{occasion.text_name}"
        yield key, f"with the longest values of {occasion.service} it has {len(body)} characters, at most {_LONGEST_BODY}"


def _sms(office: Office) -> Iterator[Problem]:
    """One part of GSM-7 with the longest values, and room for what staff wrote."""
    if texts.gsm(office.short) != office.short:
        yield "short", "an SMS cannot say it in GSM-7"
    for kind in _TOLD:
        for service in office.services.values():
            for at in _weeks(office):
                body = texts.sms(_occasion(office, service, kind, "id", at))
                if body is None:
                    continue
                if len(body) > SMS_PART:
                    said = f"the SMS for {kind.value} has {len(body)} characters with {office.calendar.short_week(at)!r}"
                    yield f"services.{service.code}", f"{said}, at most {SMS_PART}: shorten `short` or the hours"
                elif kind in {Kind.INCOMPLETE, Kind.REJECTED, Kind.HOLD} and _LONGEST_REASON[:_LEAST_OF_A_REASON] not in body:
                    yield f"services.{service.code}", f"the SMS for {kind.value} has no room for a reason: shorten `short`"


def _presses(office: Office) -> Iterator[Problem]:
    for service in office.services.values():
        for language in LANGUAGES:
            title = wording.BUTTONS[language]["open"].format(code=service.code)
            if len(title) > MOST_BUTTON:
                yield f"services.{service.code}", f"the button {title!r} has more than {MOST_BUTTON} characters"
    for kind in _TOLD:
        for language in LANGUAGES:
            for service in office.services.values():
                content = texts.free(_occasion(office, service, kind, language))
                if isinstance(content, Buttons | Choices) and len(content.body) > _LONGEST_BODY:
                    key = f"texts.{language}.{_occasion(office, service, kind, language).text_name}"
                    yield key, f"it has {len(content.body)} characters, and something to press: at most {_LONGEST_BODY}"


def _weeks(office: Office) -> list[datetime]:
    """A moment in the usual weeks and one in each season."""
    usual = datetime(2026, 6, 3, 3, tzinfo=UTC)
    seasons = [datetime.combine(one.first, datetime.min.time(), UTC) + timedelta(hours=12) for one in office.calendar.seasons]
    return [usual, *seasons]


def _occasion(office: Office, service: Service, kind: Kind, language: str, at: datetime | None = None) -> Occasion:
    """A notice of that kind with the longest values that there are."""
    now = at or _weeks(office)[0]
    request = Request(
        id=f"{service.code}-8W8W-8W8W-8W8", office=office.code, service=service.code, status=Status.SUBMITTED, version=2,
        contact_id="0" * 20, phone_number_id="1", language=language, opened_at=now, opened_by=now, updated_at=now,
        due_at=now + timedelta(days=30), hold=Hold(_LONGEST_REASON) if kind is Kind.HOLD else None, reason=_LONGEST_REASON,
    )  # fmt: skip
    notice = Notice(
        id=f"{request.id}.2", kind=kind, answer=False, office=office.code, contact_id="0" * 20, phone_number_id="1",
        caused_at=now, due_at=None, service=service.code, body="W" * 1000,
    )  # fmt: skip
    if kind in {Kind.STATUS, Kind.CONFIRM, Kind.COMPLAINT, Kind.REAL, Kind.WHICH, Kind.REMINDER}:
        lacking = {one.code: Met.UNREADABLE for one in service.needs}
        request = replace(request, status=Status.INCOMPLETE, requirements=lacking)
    answers = {Kind.ACK, Kind.STATUS, Kind.CONFIRM, Kind.WHICH, Kind.REAL, Kind.COMPLAINT}
    if kind in answers:
        several = [request] if kind in {Kind.ACK, Kind.CONFIRM} else [replace(request)] * MOST_ROWS
        return Occasion(notice, office, service.code, language, None, several)
    return Occasion(notice, office, service.code, language, request)
