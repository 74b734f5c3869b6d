"""No robot talks over a person: which answers are left unsaid while an officer writes, and which are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.catalogue import Coexistence
from chalicelib.domain.contact import Contact, Mark, Told
from chalicelib.domain.conversation import Intent, decide
from chalicelib.domain.decision import Decision
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Status
from tests.unit.domain import samples
from tests.unit.domain.samples import KTP, NOW, OFFICE

KTP_ID = "KTP-8B3E-5N56-TAK"
SPOKE = {KTP: NOW - timedelta(minutes=5)}
NEW = samples.contact(spoke=SPOKE)
KNOWN = samples.contact(spoke=SPOKE, open={("1801", "KTP"): (Mark(NOW - timedelta(hours=2), KTP_ID),)})
LACKING = replace(KNOWN, incomplete=frozenset({KTP_ID}))
ASKED = replace(KNOWN, told={KTP: Told(NOW - timedelta(minutes=1), Kind.CONFIRM.value, KTP_ID)})


def decided(message: Message, contact: Contact, service: str | None = "KTP") -> Decision:
    return decide(message, contact, OFFICE, service)


def silent(contact: Contact) -> Contact:
    """The same, without an officer."""
    return replace(contact, spoke={})


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("ini fotonya", KNOWN),
        ("halo", NEW),
        ("selamat pagi", KNOWN),
        ("terima kasih", KNOWN),
        ("syarat ktp apa", NEW),
        ("mau bicara petugas", KNOWN),
        ("pelayanannya lambat", KNOWN),
        ("mau bikin kk", NEW),
        ("sudah bu, besok saya foto", KNOWN),
        ("gmn ktp saya", KNOWN),
    ],
)
def test_small_talk_is_left_to_the_officer_and_all_else_happens(said: str, contact: Contact) -> None:
    alone = decided(samples.message(said), silent(contact))
    assert alone.answer is not None
    assert decided(samples.message(said), contact) == replace(alone, answer=None, unless_told=False)


@pytest.mark.parametrize(
    ("said", "contact"),
    [
        ("CEK", KNOWN),
        ("cek dong", KNOWN),
        (f"gimana {KTP_ID}", KNOWN),
        (KTP_ID, KNOWN),
        ("KTP saya hilang", NEW),
        ("BARU", KNOWN),
        ("BERHENTI", KNOWN),
        ("MULAI", KNOWN),
        ("batalin aja", KNOWN),
        ("tidak", ASKED),
        ("ya", ASKED),
        ("english please", KNOWN),
        ("apakah pesan ini asli", KNOWN),
    ],
)
def test_what_only_the_record_knows_is_told_all_the_same(said: str, contact: Contact) -> None:
    alone = decided(samples.message(said), silent(contact))
    assert alone.answer is not None or alone.moves is Status.CANCELLED
    assert decided(samples.message(said), contact) == alone


@pytest.mark.parametrize("button", ["HELP", "HELP:KTP", "HUMAN", "CEK"])
def test_a_button_is_answered(button: str) -> None:
    pressed = samples.message("…", kind="interactive", button_id=button)
    assert decided(pressed, KNOWN).answer == decided(pressed, silent(KNOWN)).answer is not None


def test_the_command_for_another_request_is_answered_where_it_needs_a_choice() -> None:
    assert decided(samples.message("Baru!"), NEW, None).answer is Kind.ANOTHER
    assert decided(samples.message("bikin satu lagi buat adik"), NEW, None).answer is None


def test_a_photo_that_was_missing_puts_the_request_back_without_a_word() -> None:
    photo = samples.message(None, kind="image")
    wanted = Decision(Intent.JOIN, request_id=KTP_ID, moves=Status.SUBMITTED)
    assert decided(photo, LACKING) == replace(wanted, about=(KTP_ID,))


@pytest.mark.parametrize(("minutes", "answer"), [(0, Kind.MENU), (5, Kind.MENU), (6, None), (60, None)])
def test_how_long_is_the_offices_choice(minutes: int, answer: Kind | None) -> None:
    office = replace(OFFICE, coexistence=Coexistence(timedelta(minutes=minutes)))
    assert decide(samples.message("halo"), NEW, office, "KTP").answer is answer


def test_an_officers_words_on_another_number_silence_nobody_here() -> None:
    elsewhere = samples.contact(spoke={"100000000000001": NOW})
    assert decided(samples.message("halo"), elsewhere).answer is Kind.MENU
