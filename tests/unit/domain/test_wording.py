"""The words as data: complete in every language, and with no placeholder that nobody fills."""

import re

import pytest

from chalicelib.domain import wording
from chalicelib.domain.catalogue import LANGUAGES, Output
from chalicelib.domain.notice import Kind
from chalicelib.domain.placeholders import values
from chalicelib.domain.rating import SCORES
from chalicelib.domain.request import Status
from chalicelib.domain.texts import next_step
from tests.unit.domain import samples

FILLED = set(values(samples.occasion(Kind.OPENED), separator="; ")) - {"short", "code"}
FILLED_IN_SMS = {"short", "code", "id", "whom", "hours", "reason", "lacks", "list"}
NOTICES = {name for _, name in wording.NOTICES}
ANSWERS = {name for _, name in wording.ANSWERS}
CASES = {
    "ready_card",
    "ready_pdf",
    "no_request",
    "ack_noted",
    "help_all",
    "elsewhere_office",
    "complaint_status",
    "real_unknown",
    "hold_open",
    "progress_hold",
}
OF_TIME = {"hold_open", "progress", "progress_hold", "reminder"}
TEXTS = wording.NOTICES | wording.ANSWERS


def test_every_text_is_there_in_every_language() -> None:
    names = ({kind.value for kind in Kind} - {"submitted", "ready"}) | CASES | {"answer"}

    assert names == NOTICES | ANSWERS
    assert set(TEXTS) == {(language, name) for language in LANGUAGES for name in NOTICES | ANSWERS}
    assert not NOTICES & ANSWERS


def test_whatever_the_office_says_by_itself_has_a_template() -> None:
    of_statuses = {status.value for status in Status} - {"submitted", "ready"}

    assert (
        of_statuses | {"opened", "ready_card", "ready_pdf", "hold", "reply", "resend", "rating", "answer"} | OF_TIME == NOTICES
    )


@pytest.mark.parametrize("key", TEXTS, ids=" ".join)
def test_text_has_placeholders_that_are_filled(key: tuple[str, str]) -> None:
    assert set(re.findall(r"\{(.*?)\}", TEXTS[key])) <= FILLED


@pytest.mark.parametrize("name", sorted(NOTICES | ANSWERS))
def test_languages_say_the_same_things(name: str) -> None:
    said = [sorted(re.findall(r"\{(\w+)\}", TEXTS[language, name])) for language in LANGUAGES]

    assert said[0] == said[1]


@pytest.mark.parametrize("name", wording.SMS)
def test_sms_is_of_a_text_that_there_is_and_has_placeholders_that_are_filled(name: str) -> None:
    assert name in NOTICES | ANSWERS
    assert set(re.findall(r"\{(.*?)\}", wording.SMS[name])) <= FILLED_IN_SMS
    # Only one of them may be cut to what is left.
    assert len({"reason", "lacks", "list"} & set(re.findall(r"\{(\w+)\}", wording.SMS[name]))) <= 1


def test_whatever_must_arrive_can_go_by_sms() -> None:
    assert {"opened", "incomplete", "ready_card", "ready_pdf", "rejected", "cancelled", "hold"} <= set(wording.SMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_and_labels_are_there_in_every_language_and_fit(language: str) -> None:
    assert set(wording.LABELS[language]) == set(Status)
    assert set(wording.BUTTONS[language]) == set(wording.BUTTONS["id"])
    assert all(len(title.format(code="PINDAH")) <= 20 for title in wording.BUTTONS[language].values())
    assert wording.READY_PDF[language]
    assert len(wording.SCORES[language]) == SCORES
    assert wording.TELLS_WHEN_OPEN <= NOTICES | ANSWERS
    assert set(re.findall(r"\{(\w+)\}", wording.CLOSED[language])) == {"opens"}


@pytest.mark.parametrize("status", Status)
def test_next_step_is_told_for_every_status(status: Status) -> None:
    assert next_step(status, Output.CARD, "id").endswith(".")
    assert (next_step(status, Output.PDF, "id") != next_step(status, Output.CARD, "id")) == (status is Status.READY)


def test_card_is_fetched_and_pdf_downloaded() -> None:
    assert next_step(Status.READY, Output.CARD, "id").startswith("Ambil")
    assert next_step(Status.READY, Output.PDF, "id").startswith("Unduh")


def test_nobody_is_asked_for_a_secret_or_for_money() -> None:
    for text in [*TEXTS.values(), *wording.SMS.values()]:
        assert not re.search(r"\b(transfer|bayar|http|www|NIK)\b", text, re.IGNORECASE)
