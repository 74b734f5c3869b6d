"""What each message wants, as a table of messages and decisions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import MOST_OPEN, Contact, Mark
from chalicelib.domain.conversation import OPENING_MEDIA, SPOKEN, Decision, Intent, decide
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind
from tests.unit.domain import samples
from tests.unit.domain.samples import NOW, OFFICE

BEFORE = NOW - timedelta(hours=2)
KTP_ID, OLD_ID, KK_ID = "KTP-8B3E-5N56-TAK", "KTP-AAAA-AAA2-AAA", "KK-8B3E-5N56-TAK"
NOBODY = samples.contact()
WITH_KTP = samples.contact(open={("1801", "KTP"): (Mark(BEFORE, KTP_ID),)})
AFTER_KTP = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID)})

OPENS_KTP = Decision(Intent.OPEN, opens="KTP", only_first=True, answer=Kind.OPENED)
OPENS_ANOTHER = replace(OPENS_KTP, only_first=False)
JOINS = Decision(Intent.JOIN, request_id=KTP_ID)
MENU = Decision(Intent.MENU, answer=Kind.MENU)
STOPS = Decision(Intent.OPT_OUT, answer=Kind.OPTED_OUT)
STARTS = Decision(Intent.OPT_IN, answer=Kind.OPTED_IN)


def asks(*about: str) -> Decision:
    return Decision(Intent.STATUS, answer=Kind.STATUS, about=about)


def said(message: Message, contact: Contact = NOBODY, service: str | None = "KTP") -> Decision:
    return decide(message, contact, OFFICE, service)


#   text → decision of somebody without an open request, and of somebody with one
TEXTS: list[tuple[str, Decision, Decision]] = [
    ("KTP saya hilang", OPENS_KTP, JOINS),
    ("mau buat e-KTP", OPENS_KTP, JOINS),
    ("ktp.", OPENS_KTP, JOINS),
    ("perpanjang KTP-el", OPENS_KTP, JOINS),
    ("*KTP* rusak", OPENS_KTP, JOINS),
    ("kk baru", MENU, JOINS),  # this number serves KTP only
    ("ktpku hilang", MENU, JOINS),
    ("halo", MENU, JOINS),
    ("Assalamualaikum", MENU, JOINS),
    ("terimakasih", MENU, JOINS),
    ("", MENU, JOINS),
    ("👍", MENU, JOINS),
    ("ktp sudah jadi belum", MENU, JOINS),
    ("KTP sy gmn", MENU, JOINS),
    ("piye ktp ku", MENU, JOINS),
    ("kapan ktp selesai?", MENU, JOINS),
    ("BARU", OPENS_ANOTHER, OPENS_ANOTHER),
    ("baru!", OPENS_ANOTHER, OPENS_ANOTHER),
    ("*Baru*", OPENS_ANOTHER, OPENS_ANOTHER),
    ("yang baru", MENU, JOINS),
    ("CEK", asks(), asks(KTP_ID)),
    ("cek dong", asks(), asks(KTP_ID)),
    ("Cek.", asks(), asks(KTP_ID)),
    ("STATUS", asks(), asks(KTP_ID)),
    ("check", asks(), asks(KTP_ID)),
    ("mau cek", MENU, JOINS),
    ("BERHENTI", STOPS, STOPS),
    ("stop", STOPS, STOPS),
    ("Stop!!", STOPS, STOPS),
    ("stop kirim pesan", MENU, JOINS),
    ("MULAI", STARTS, STARTS),
    (" start ", STARTS, STARTS),
    ("KTP-8B3E-5N56-TAK", asks(KTP_ID), asks(KTP_ID)),
    ("ktp-8b3e-5n56-tak sudah?", asks(KTP_ID), asks(KTP_ID)),
    ("KK-8B3E-5N56-TAK", asks(KK_ID), asks(KK_ID)),
    ("8B3E-5N56-TAK", asks(KK_ID, KTP_ID, "PINDAH-8B3E-5N56-TAK"), asks(KK_ID, KTP_ID, "PINDAH-8B3E-5N56-TAK")),
    ("cek 8B3E-5N56-TAK", asks(KK_ID, KTP_ID, "PINDAH-8B3E-5N56-TAK"), asks(KK_ID, KTP_ID, "PINDAH-8B3E-5N56-TAK")),
    ("KTP-8B3E-5N56-TAM", Decision(Intent.STATUS, answer=Kind.MISTYPED), Decision(Intent.STATUS, answer=Kind.MISTYPED)),
    ("saya mana kok", MENU, JOINS),
    ("hubungi 0812-0000-001", MENU, JOINS),
    ("OPEN:KTP", OPENS_KTP, JOINS),
    ("OPEN:KK", MENU, JOINS),
]


@pytest.mark.parametrize(("text", "without", "with_open"), TEXTS, ids=[text or "nothing" for text, _, _ in TEXTS])
def test_text_wants_what_the_table_says(text: str, without: Decision, with_open: Decision) -> None:
    assert said(samples.message(text)) == without
    assert said(samples.message(text), WITH_KTP) == with_open


def media(kind: str, caption: str | None = None, **more: Any) -> Message:
    return samples.message(caption, kind=kind, **more)


class TestMedia:
    @pytest.mark.parametrize("kind", sorted(OPENING_MEDIA))
    def test_opens_or_joins(self, kind: str) -> None:
        assert said(media(kind)) == OPENS_KTP
        assert said(media(kind, "ini KK saya")) == OPENS_KTP
        assert said(media(kind), WITH_KTP) == JOINS

    def test_with_a_command_for_caption_is_that_command(self) -> None:
        assert said(media("image", "BARU"), WITH_KTP) == OPENS_ANOTHER
        assert said(media("image", "CEK"), WITH_KTP) == asks(KTP_ID)

    def test_opens_nothing_by_itself_on_a_number_for_all_services(self) -> None:
        assert said(media("image"), service=None) == MENU
        assert said(media("image", "ktp hilang"), service=None) == OPENS_KTP
        assert said(media("image"), WITH_KTP, service=None) == JOINS

    @pytest.mark.parametrize("kind", ["sticker", "location", "contacts", "order"])
    def test_of_other_kinds_opens_nothing(self, kind: str) -> None:
        assert said(media(kind)) == MENU
        assert said(media(kind), WITH_KTP) == JOINS


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "edit", "revoke", "unknown", "hologram"])
def test_what_asks_nothing_is_noted_with_the_open_request_and_answered_nothing(kind: str) -> None:
    assert kind not in SPOKEN
    assert said(samples.message("BERHENTI", kind=kind)) == Decision(Intent.NOTE)
    assert said(samples.message("👍", kind=kind), WITH_KTP) == Decision(Intent.NOTE, request_id=KTP_ID)


class TestButton:
    @pytest.mark.parametrize(
        ("button_id", "decision"),
        [("OPEN:KTP", OPENS_KTP), ("CEK", asks()), ("OPEN:KK", MENU), ("OPEN:", MENU), ("whatever", MENU), ("BERHENTI", STOPS)],
    )
    @pytest.mark.parametrize("kind", ["interactive", "button"])
    def test_speaks_by_its_id(self, kind: str, button_id: str, decision: Decision) -> None:
        assert said(samples.message("Tombol", kind=kind, button_id=button_id)) == decision

    def test_opens_any_service_on_a_number_for_all(self) -> None:
        pressed = samples.message("Ajukan KK", kind="interactive", button_id="OPEN:KK")

        assert said(pressed, service=None) == replace(OPENS_KTP, opens="KK")

    def test_of_a_service_that_there_is_not_opens_nothing(self) -> None:
        pressed = samples.message("Ajukan LAHIR", kind="interactive", button_id="OPEN:LAHIR")

        assert said(pressed, service=None) == MENU


class TestNumberForAllServices:
    @pytest.mark.parametrize(("text", "service"), [("KK hilang", "KK"), ("ktp", "KTP"), ("mau pindah ke Bandung", "PINDAH")])
    def test_opens_the_service_that_is_named(self, text: str, service: str) -> None:
        assert said(samples.message(text), service=None) == replace(OPENS_KTP, opens=service)

    def test_opens_another_service_beside_the_one_that_is_open(self) -> None:
        assert said(samples.message("KK hilang"), WITH_KTP, service=None) == replace(OPENS_KTP, opens="KK")

    def test_new_one_of_what_is_asked_there(self) -> None:
        assert said(samples.message("BARU"), service=None) == MENU
        assert said(samples.message("BARU"), WITH_KTP, service=None) == JOINS

    def test_joins_the_newest_open_request(self) -> None:
        contact = samples.contact(
            open={
                ("1801", "KTP"): (Mark(BEFORE, KTP_ID),),
                ("1801", "KK"): (Mark(BEFORE + timedelta(minutes=1), KK_ID),),
                ("1802", "KK"): (Mark(NOW, "KK-AAAA-AAA2-AAA"),),
            }
        )

        assert said(samples.message("terima kasih"), contact, service=None) == Decision(Intent.JOIN, request_id=KK_ID)
        assert said(samples.message("terima kasih"), contact) == JOINS

    def test_late_message_joins_the_request_closed_last(self) -> None:
        contact = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID), ("1801", "KK"): Mark(NOW, KK_ID)})

        late = samples.message("terima kasih", at=BEFORE)

        assert said(late, contact, service=None) == Decision(Intent.JOIN, request_id=KK_ID)
        assert said(samples.message("terima kasih", at=NOW + timedelta(seconds=1)), contact, service=None) == MENU


class TestLateMessage:
    """Sent before a request was opened or closed, and received after."""

    LATE = BEFORE

    @pytest.mark.parametrize("text", ["KTP hilang", "BARU", "halo"])
    def test_joins_the_request_that_was_closed_since(self, text: str) -> None:
        assert said(samples.message(text, at=self.LATE), AFTER_KTP) == Decision(Intent.JOIN, request_id=OLD_ID)

    @pytest.mark.parametrize(("text", "decision"), [("KTP hilang", OPENS_KTP), ("BARU", OPENS_ANOTHER), ("halo", MENU)])
    def test_is_none_a_second_after_the_closing(self, text: str, decision: Decision) -> None:
        assert said(samples.message(text, at=self.LATE + timedelta(seconds=1)), AFTER_KTP) == decision

    def test_opens_no_other_request_when_it_is_no_newer_than_the_open_one(self) -> None:
        assert said(samples.message("BARU", at=self.LATE), WITH_KTP) == JOINS
        assert said(samples.message("BARU", at=self.LATE + timedelta(seconds=1)), WITH_KTP) == OPENS_ANOTHER

    def test_photo_joins_what_was_closed(self) -> None:
        assert said(media("image", at=self.LATE), AFTER_KTP) == Decision(Intent.JOIN, request_id=OLD_ID)

    def test_is_not_judged_by_another_services_closing(self) -> None:
        contact = samples.contact(closed={("1801", "KK"): Mark(NOW, KK_ID), ("1802", "KTP"): Mark(NOW, OLD_ID)})

        assert said(samples.message("KTP hilang", at=self.LATE), contact) == OPENS_KTP
        assert said(samples.message("halo", at=self.LATE), contact) == MENU


def many_open(number: int) -> Contact:
    marks = tuple(Mark(BEFORE + timedelta(seconds=one), f"KTP-{one:04d}") for one in range(number))
    return samples.contact(open={("1801", "KTP"): marks})


def test_another_request_is_opened_until_there_are_too_many() -> None:
    assert said(samples.message("BARU"), many_open(MOST_OPEN - 1)) == OPENS_ANOTHER
    assert said(samples.message("BARU"), many_open(MOST_OPEN)) == Decision(Intent.JOIN, request_id=f"KTP-{MOST_OPEN - 1:04d}")


class TestStatus:
    def test_is_of_the_last_five_open_requests_oldest_first(self) -> None:
        assert said(samples.message("CEK"), many_open(7)) == asks(*(f"KTP-{one:04d}" for one in range(2, 7)))

    def test_is_of_all_services_of_the_office(self) -> None:
        contact = samples.contact(
            open={
                ("1801", "KTP"): (Mark(NOW, KTP_ID),),
                ("1801", "KK"): (Mark(BEFORE, KK_ID),),
                ("1802", "KK"): (Mark(NOW, "KK-AAAA-AAA2-AAA"),),
            }
        )

        assert said(samples.message("CEK"), contact) == asks(KK_ID, KTP_ID)

    def test_is_of_the_last_closed_one_when_none_is_open(self) -> None:
        contact = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID), ("1801", "KK"): Mark(NOW, KK_ID)})

        assert said(samples.message("CEK"), contact) == asks(KK_ID)


@given(
    st.text(max_size=40),
    st.sampled_from(["text", "image", "reaction"]),
    st.sampled_from([NOBODY, WITH_KTP, AFTER_KTP]),
    st.booleans(),
)
def test_any_words_get_a_decision_that_makes_sense(text: str, kind: str, contact: Contact, for_all: bool) -> None:  # noqa: FBT001
    decision = said(samples.message(text, kind=kind), contact, None if for_all else "KTP")

    assert (decision.intent is Intent.OPEN) == (decision.opens is not None)
    assert (decision.intent is Intent.JOIN) <= (decision.request_id is not None)
    assert (decision.answer is None) == (decision.intent in {Intent.JOIN, Intent.NOTE})
    assert decision.opens in {None, *OFFICE.services}
