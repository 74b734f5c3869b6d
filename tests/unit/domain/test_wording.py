"""The words as data: complete in every language, and with no placeholder that nobody fills."""

import re

import pytest

from chalicelib.domain import wording
from chalicelib.domain.catalogue import LANGUAGES, Output
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Status
from chalicelib.domain.texts import next_step

FILLED = {"id", "service", "office", "due", "place", "hours", "bring", "needs", "reason", "list", "body"}
FILLED_IN_SMS = {"short", "code", "id", "hours", "reason", "list"}
NAMES = ({kind.value for kind in Kind} - {"submitted", "ready"}) | {"ready_card", "ready_pdf", "no_request"}


def test_every_text_is_there_in_every_language() -> None:
    assert set(wording.WHATSAPP) == {(language, name) for language in LANGUAGES for name in NAMES}


@pytest.mark.parametrize("key", wording.WHATSAPP, ids=" ".join)
def test_text_has_placeholders_that_are_filled(key: tuple[str, str]) -> None:
    assert set(re.findall(r"\{(.*?)\}", wording.WHATSAPP[key])) <= FILLED


@pytest.mark.parametrize("name", sorted(NAMES))
def test_languages_say_the_same_things(name: str) -> None:
    said = [sorted(re.findall(r"\{(\w+)\}", wording.WHATSAPP[language, name])) for language in LANGUAGES]

    assert said[0] == said[1]


@pytest.mark.parametrize("name", wording.SMS)
def test_sms_is_of_a_text_that_there_is_and_has_placeholders_that_are_filled(name: str) -> None:
    assert name in NAMES
    assert set(re.findall(r"\{(.*?)\}", wording.SMS[name])) <= FILLED_IN_SMS
    # Only one of them may be cut to what is left.
    assert len({"reason", "list"} & set(re.findall(r"\{(\w+)\}", wording.SMS[name]))) <= 1


def test_whatever_must_arrive_can_go_by_sms() -> None:
    assert {"opened", "incomplete", "ready_card", "ready_pdf", "rejected", "cancelled", "hold"} <= set(wording.SMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_and_labels_are_there_in_every_language(language: str) -> None:
    assert set(wording.LABELS[language]) == set(Status)
    assert set(wording.BUTTONS[language]) == {"open", "check"}
    assert wording.READY_PDF[language]


@pytest.mark.parametrize("status", Status)
def test_next_step_is_told_for_every_status(status: Status) -> None:
    assert next_step(status, Output.CARD, "id").endswith(".")
    assert (next_step(status, Output.PDF, "id") != next_step(status, Output.CARD, "id")) == (status is Status.READY)


def test_nobody_is_asked_for_a_secret_or_for_money() -> None:
    for text in [*wording.WHATSAPP.values(), *wording.SMS.values()]:
        assert not re.search(r"\b(transfer|bayar|http|www|NIK)\b", text, re.IGNORECASE)
