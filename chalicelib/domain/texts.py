"""From a notice to its words: for a free message, a template or an SMS."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain import wording
from chalicelib.domain.catalogue import LANGUAGES, Office, Output
from chalicelib.domain.delivery import Buttons, Choices, FreeText, Template
from chalicelib.domain.occasion import Occasion
from chalicelib.domain.placeholders import PLACEHOLDER, fill, label, values
from chalicelib.domain.pressing import pressable
from chalicelib.domain.request import Status

__all__ = ["Occasion", "TemplateText", "free", "gsm", "label", "next_step", "sms", "template", "templates"]

SMS_PART = 160
# The most that a template's parameter carries, so that a filled body stays within WhatsApp's 1,024 characters.
_MOST_PARAMETER = 300
# Said by template when it can be said in no other way.
_ANY_ANSWER = "answer"


@dataclass(frozen=True)
class TemplateText:
    """A message template as WhatsApp approves it. body: with {{1}}, {{2}}, … for its parameters; places: what each one is."""

    name: str
    language: str
    body: str
    places: tuple[str, ...] = ()


def templates(office: Office) -> Iterator[TemplateText]:
    """Every template that the office needs approved. Those in its own words have names of their own."""
    for language, name in wording.NOTICES:
        body = _body(office, language, name)
        places = tuple(PLACEHOLDER.findall(body))
        for number, placeholder in enumerate(places, start=1):
            body = body.replace("{" + placeholder + "}", "{{" + str(number) + "}}", 1)
        yield TemplateText(_template_name(office, language, name), language, body, places)


def free(occasion: Occasion) -> FreeText | Buttons | Choices:
    """The words for a resident whose window is open."""
    name, office, language = occasion.text_name, occasion.office, occasion.language
    filling = values(occasion, separator="\n- ")
    text = fill(_body(office, language, name), filling)
    if name in wording.TELLS_WHEN_OPEN and not office.calendar.is_open(occasion.now):
        text = f"{text} {fill(wording.CLOSED[language], filling)}"
    if occasion.notice.asks_number:
        text = f"{text} {wording.ASKS_NUMBER[language]}"
    return pressable(occasion, name, text)


def template(occasion: Occasion) -> Template:
    """The same words as an approved template. An answer whose chat has closed can only say that it is there."""
    name = occasion.text_name
    if (occasion.language, name) not in wording.NOTICES:
        name = _ANY_ANSWER
    filling = values(occasion, separator="; ")
    names = PLACEHOLDER.findall(_body(occasion.office, occasion.language, name))
    parameters = tuple(" ".join(filling[one].split())[:_MOST_PARAMETER] or "-" for one in names)
    return Template(_template_name(occasion.office, occasion.language, name), occasion.language, parameters)


def sms(occasion: Occasion) -> str | None:
    """The words for one SMS of at most 160 GSM-7 characters, None where an SMS makes no sense.

    What staff wrote is cut to what is left of the part.
    """
    text = wording.SMS.get(occasion.text_name)
    if text is None:
        return None
    filling = {name: gsm(value) for name, value in values(occasion, separator=", ").items()}
    filling["hours"] = gsm(occasion.office.calendar.short_week(occasion.now)) + "."
    elastic = next((name for name in ("reason", "lacks", "list") if "{" + name + "}" in text), None)
    if elastic is not None:
        room = SMS_PART - len(fill(text, {**filling, elastic: ""}))
        filling[elastic] = filling[elastic][:room].rstrip() or "-"
    return fill(text, filling)


def next_step(status: Status, output: Output, language: str) -> str:
    """What happens next, or what the resident should do."""
    if status is Status.READY and output is Output.PDF:
        return wording.NEXT_READY_PDF[language]
    return wording.NEXT[language][status]


def gsm(text: str) -> str:
    """The text in the part of GSM-7's basic alphabet that is plain ASCII, so that one character takes one place."""
    plain = unicodedata.normalize("NFKD", text.translate({0x2013: "-", 0x2014: "-", 0x2019: "'", 0x2022: "-"}))
    return " ".join(re.sub(r"[^A-Za-z0-9\s@$!\"#%&'()*+,\-./:;<=>?]", "", plain).split())


def _body(office: Office, language: str, name: str) -> str:
    text = wording.NOTICES.get((language, name)) or wording.ANSWERS[language, name]
    return office.texts.get((language, name)) or text


def _template_name(office: Office, language: str, name: str) -> str:
    own = f"_{office.code}" if (language, name) in office.texts else ""
    return f"kabar_{name}{own}"


assert set(LANGUAGES) == set(wording.LABELS), "every language has its labels"
