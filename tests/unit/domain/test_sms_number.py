"""A number that was asked for is taken when it is the answer, and means what it always meant when it is not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import texts, wording
from chalicelib.domain.contact import Contact, Mark
from chalicelib.domain.conversation import Decision, Intent, decide
from chalicelib.domain.delivery import FreeText
from chalicelib.domain.notice import Kind
from chalicelib.domain.sms_number import PATIENCE, asks, number_in
from tests.unit.domain import samples
from tests.unit.domain.samples import ID, NOW, OFFICE, PHONE, USER_ID

ASKED = samples.contact(
    phone=None,
    user_id=USER_ID,
    sms_asked_at=NOW - timedelta(hours=1),
    open={("1801", "KTP"): (Mark(NOW - timedelta(hours=1), ID),)},
)
TAKEN = Decision(Intent.SMS_NUMBER, request_id=ID, answer=Kind.SMS_NUMBER, about=(ID,), sms_phone=PHONE)


def decided(said: str, contact: Contact = ASKED, **more: Any) -> Decision:
    return decide(samples.message(said, phone=None, user_id=USER_ID, **more), contact, OFFICE, "KTP", NOW)


@pytest.mark.parametrize(
    "said",
    [
        "081200000001",
        "0812-0000-0001",
        "+62 812 0000 0001",
        "6281200000001",
        "81200000001",
        "nomor saya 081200000001",
        "No HP: 0812.0000.0001 ya pak",
        "boleh, ke 081200000001, terima kasih",
        "my number is +6281200000001",
    ],
)
def test_a_number_with_the_words_around_it_is_taken(said: str) -> None:
    assert number_in(said) == PHONE
    assert decided(said) == TAKEN


@pytest.mark.parametrize(
    "said",
    [
        "",
        "ya",
        "1801234567890001",  # sixteen digits: somebody's NIK
        "0721123456",  # no mobile
        "+886912345678",  # abroad
        "0812",
        "081200000001 081200000002",
        "ktp saya hilang, hubungi 081200000001",
        "081200000001 itu nomor penipu",
        f"CEK {ID}",
    ],
)
def test_all_else_is_none(said: str) -> None:
    assert number_in(said) is None
    assert decided(said).intent is not Intent.SMS_NUMBER


@pytest.mark.parametrize(
    "contact",
    [
        replace(ASKED, sms_asked_at=None),
        replace(ASKED, sms_asked_at=NOW - PATIENCE),
        replace(ASKED, sms_phone="+6281200000002"),
        replace(ASKED, open={}),
        replace(ASKED, open={("7371", "KTP"): ASKED.open["1801", "KTP"]}),
    ],
)
def test_who_is_not_asked_has_said_what_they_always_said(contact: Contact) -> None:
    never = replace(contact, sms_asked_at=None)
    assert decided("081200000001", contact) == decided("081200000001", never)


def test_what_was_written_before_it_was_asked_is_no_answer() -> None:
    assert decided("081200000001", at=NOW - timedelta(hours=2)).intent is not Intent.SMS_NUMBER


def test_what_somebody_else_wrote_is_no_answer() -> None:
    assert decided("081200000001", forwarded=True).intent is not Intent.SMS_NUMBER


def test_who_has_a_phone_or_was_asked_is_not_asked() -> None:
    assert asks(samples.contact(phone=None, user_id=USER_ID))
    assert not asks(samples.contact())
    assert not asks(ASKED)
    assert not asks(samples.contact(phone=None, sms_phone=PHONE))


def test_a_decision_shows_no_number() -> None:
    assert PHONE not in repr(TAKEN)


@pytest.mark.parametrize("language", ["id", "en"])
class TestWords:
    def test_of_the_answer_show_the_number_masked(self, language: str) -> None:
        request = samples.request(sms_phone=PHONE)
        said = texts.free(samples.occasion(Kind.SMS_NUMBER, language, requests=[request]))
        assert isinstance(said, FreeText)
        assert "+62…001" in said.body
        assert PHONE not in said.body

    def test_of_the_opening_ask_at_their_end(self, language: str) -> None:
        asking = replace(samples.occasion(Kind.OPENED, language).notice, asks_number=True)
        said = texts.free(samples.occasion(Kind.OPENED, language, notice=asking))
        plain = texts.free(samples.occasion(Kind.OPENED, language))
        assert said.body == f"{plain.body} {wording.ASKS_NUMBER[language]}"
