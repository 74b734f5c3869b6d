"""The offices' TOML files: those that ship are right, and a wrong one is named."""

import re
from datetime import date, time, timedelta
from importlib.resources import files

import pytest

from chalicelib.adapters.catalogue import load_offices, parse_office
from chalicelib.domain.catalogue import LANGUAGES, Office, Output
from chalicelib.domain.errors import Misconfigured
from chalicelib.domain.hours import Span, Zone
from chalicelib.domain.request import Status
from tests.unit.domain.samples import NOW

TOML = files("chalicelib").joinpath("offices", "1801.toml").read_text(encoding="utf-8")
OFFICES = list(load_offices().values())


def test_lampung_selatan_ships_with_its_services() -> None:
    office = load_offices()["1801"]

    assert (office.code, office.name, office.calendar.zone) == ("1801", "Disdukcapil Lampung Selatan", Zone.WIB)
    assert {code: service.output for code, service in office.services.items()} == {
        "KK": Output.PDF,
        "KTP": Output.CARD,
        "PINDAH": Output.PDF,
    }
    assert office.calendar.weekly[0] == Span(time(8), time(15))
    assert office.calendar.weekly[4] == Span(time(8), time(13))
    assert 5 not in office.calendar.weekly
    assert office.notice_hours == Span(time(6), time(21))
    assert (office.sms.price_mills, office.sms.max_per_day_mills) == (350, 50_000)


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.code)
class TestEveryOffice:
    def test_has_what_each_language_needs(self, office: Office) -> None:
        assert all(office.calendar.week(NOW, language) for language in LANGUAGES)
        for service in office.services.values():
            assert all(
                service.name[language] and service.needed(language) and service.bring[language] for language in LANGUAGES
            )

    def test_tells_of_things_that_there_are(self, office: Office) -> None:
        assert office.notify <= set(Status) | {"hold"}

    def test_is_open_at_times_and_keeps_its_promises(self, office: Office) -> None:
        for span in [*office.calendar.weekly.values(), *office.calendar.extra.values(), office.notice_hours]:
            assert span.opens < span.closes
        assert office.calendar.weekly
        for service in office.services.values():
            assert timedelta(0) < service.decision_open_time
            assert timedelta(0) < service.done_time

    def test_has_services_that_an_id_can_begin_with_and_words_that_chat_is_compared_with(self, office: Office) -> None:
        for code, service in office.services.items():
            assert service.code == code
            assert re.fullmatch("[A-Z]{1,12}", code)
            assert service.words == {word.lower() for word in service.words}

    def test_sends_sms_under_a_name_that_carriers_take(self, office: Office) -> None:
        assert re.fullmatch(r"[A-Za-z0-9]{1,11}", office.sms.sender)
        assert 0 < office.sms.price_mills <= office.sms.max_per_day_mills


def changed(old: str, new: str) -> str:
    assert old in TOML
    return TOML.replace(old, new, 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("name = ", id="no TOML"),
        pytest.param(changed('zone = "WIB"', ""), id="no zone"),
        pytest.param(changed('zone = "WIB"', 'zone = "CET"'), id="a zone that Indonesia has not"),
        pytest.param(changed('monday = "08:00-15:00"', 'monday = "8-15"'), id="hours that are no times"),
        pytest.param(changed('monday = "08:00-15:00"', 'monday = "08:00"'), id="an opening without an end"),
        pytest.param(changed('monday = "08:00-15:00"', "monday = 8"), id="hours that are a number"),
        pytest.param(changed('"2026-12-25"', '"25-12-2026"'), id="a day in another form"),
        pytest.param(changed('output = "pdf"', 'output = "fax"'), id="an output that there is not"),
        pytest.param(changed("decision_hours = 6", 'decision_hours = "six"'), id="hours in words"),
        pytest.param(changed('price_usd = "0.35"', 'price_usd = "cheap"'), id="a price in words"),
        pytest.param(changed('en = "Family card (KK)"', ""), id="a language that is missing"),
        pytest.param(changed("notify = [", "notify = 7 # ["), id="a list that is a number"),
        pytest.param("texts = 7\n" + TOML, id="a table that is a number"),
        pytest.param(TOML.partition("[services.KK]")[0] + "[[services]]\n", id="services in a list"),
        pytest.param(changed("[calendar.extra]", '[calendar.extra]\n"2026-11-29" = 9'), id="an extra day that is a number"),
    ],
)
def test_wrong_file_is_named(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"^offices/9999\.toml: "):
        parse_office("9999", text)


def test_extra_days_and_own_words_are_read() -> None:
    text = changed("[calendar.extra]", '[calendar.extra]\n"2026-11-29" = "09:00-10:30"')
    text += '\n[texts.id]\ncompleted = "Selesai, {id}, terima kasih."\n'

    office = parse_office("1801", text)

    assert office.calendar.extra == {date(2026, 11, 29): Span(time(9), time(10, 30))}
    assert office.texts == {("id", "completed"): "Selesai, {id}, terima kasih."}


def test_every_day_of_the_week_has_its_name() -> None:
    text = changed('friday = "08:00-13:00"', 'friday = "08:00-13:00"\nsaturday = "09:00-10:00"\nsunday = "10:00-11:00"')

    weekly = parse_office("1801", text).calendar.weekly

    assert [weekly[day].closes.hour for day in range(7)] == [15, 15, 15, 15, 13, 10, 11]


def test_price_is_never_rounded_down() -> None:
    office = parse_office("1801", changed('price_usd = "0.35"', 'price_usd = "0.35001"'))

    assert office.sms.price_mills == 351
