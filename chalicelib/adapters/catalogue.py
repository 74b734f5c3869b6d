"""The offices' TOML files → the catalogue."""

import tomllib
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import ROUND_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from chalicelib.domain.catalogue import LANGUAGES, MEDIA_KEPT, Coexistence, Office, Output, Requirement, Service, SmsTerms
from chalicelib.domain.errors import Misconfigured
from chalicelib.domain.hours import Calendar, Season, Span, Zone
from chalicelib.domain.request import Status

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def load_offices() -> Mapping[str, Office]:
    """All offices that ship with this package, by code.

    Raises:
        Misconfigured: naming the file, when one has not the required form.
    """
    folder = files("chalicelib").joinpath("offices")
    offices = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        code, dot, ending = file.name.rpartition(".")
        if dot and ending == "toml":
            offices[code] = parse_office(code, file.read_text(encoding="utf-8"))
    return offices


def parse_office(code: str, text: str) -> Office:
    """One office from its TOML.

    Raises:
        Misconfigured: naming the office and what is missing or wrong.
    """
    try:
        data = tomllib.loads(text)
        return Office(
            code=code,
            name=data["name"],
            short=data["short"],
            sms=_sms(data["sms"]),
            place=data["place"],
            calendar=_calendar(data["zone"], data["calendar"]),
            services={service: _service(service, one) for service, one in data["services"].items()},
            notify=frozenset(data["notify"]),
            notice_hours=_span(data["notice_hours"]),
            notice_on_closed_days=bool(data["notice_on_closed_days"]),
            media_time=timedelta(days=data["media_days"]) if "media_days" in data else MEDIA_KEPT,
            links=frozenset(data.get("links", ())),
            rating=bool(data.get("rating", False)),
            texts={(lang, kind): body for lang, own in data.get("texts", {}).items() for kind, body in own.items()},
            coexistence=_coexistence(data.get("coexistence", {})),
        )
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise Misconfigured(f"offices/{code}.toml: {error!r}") from error


def _calendar(zone: str, data: Mapping[str, Any]) -> Calendar:
    return Calendar(
        zone=Zone(zone),
        weekly=_weekly(data),
        closed=frozenset(date.fromisoformat(day) for day in data.get("closed", ())),
        extra={date.fromisoformat(day): _span(span) for day, span in data.get("extra", {}).items()},
        seasons=tuple(
            Season(date.fromisoformat(one["first"]), date.fromisoformat(one["last"]), _weekly(one))
            for one in data.get("seasons", ())
        ),
    )


def _weekly(data: Mapping[str, Any]) -> dict[int, Span]:
    return {number: _span(data[name]) for number, name in enumerate(_WEEKDAYS) if name in data}


def _sms(data: Mapping[str, Any]) -> SmsTerms:
    price, most = (Decimal(data[name]) * 1000 for name in ("price_usd", "max_per_day_usd"))
    return SmsTerms(data["sender"], int(price.to_integral_value(ROUND_UP)), int(most))


def _span(text: str) -> Span:
    opens, _, closes = text.partition("-")
    return Span(time.fromisoformat(opens), time.fromisoformat(closes))


def _coexistence(data: Mapping[str, Any]) -> Coexistence:
    words = {word.lower(): Status(status) for word, status in data.get("words", {}).items()}
    return Coexistence(timedelta(minutes=data.get("quiet_minutes", 30)), words)


def _service(code: str, data: Mapping[str, Any]) -> Service:
    return Service(
        code=code,
        name={language: data["name"][language] for language in LANGUAGES},
        words=frozenset(data["words"]),
        needs=tuple(Requirement(one["code"], {language: one[language] for language in LANGUAGES}) for one in data["needs"]),
        bring={language: data["bring"][language] for language in LANGUAGES},
        output=Output(data["output"]),
        decision_open_time=timedelta(hours=data["decision_hours"]),
        done_time=timedelta(hours=data["done_hours"]),
        number=data.get("number"),
    )
