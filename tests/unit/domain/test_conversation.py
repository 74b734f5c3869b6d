"""What each message wants, as a table of messages and decisions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.asking import OPENING_MEDIA, called
from chalicelib.domain.contact import MOST_OPEN, Contact, Mark, Told
from chalicelib.domain.conversation import MOST_ANSWERS, SPOKEN, Decision, Intent, decide, hour_of
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind
from chalicelib.domain.replies import QUIET
from chalicelib.domain.request import Status
from tests.unit.domain import samples
from tests.unit.domain.samples import KTP, NOW, OFFICE

BEFORE = NOW - timedelta(hours=2)
KTP_ID, OLD_ID, KK_ID = "KTP-8B3E-5N56-TAK", "KTP-AAAA-AAA2-AAA", "KK-8B3E-5N56-TAK"
NOBODY = samples.contact()
WITH_KTP = samples.contact(open={("1801", "KTP"): (Mark(BEFORE, KTP_ID),)})
AFTER_KTP = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID)})

OPENS_KTP = Decision(Intent.OPEN, opens="KTP", only_first=True, answer=Kind.OPENED)
OPENS_ANOTHER = replace(OPENS_KTP, only_first=False)
JOINS_QUIETLY = Decision(Intent.JOIN, request_id=KTP_ID)
JOINS = replace(JOINS_QUIETLY, answer=Kind.ACK, about=(KTP_ID,), unless_told=True)
MENU = Decision(Intent.MENU, answer=Kind.MENU)
STOPS = Decision(Intent.OPT_OUT, answer=Kind.OPTED_OUT)
STARTS = Decision(Intent.OPT_IN, answer=Kind.OPTED_IN)
GREETS_FIRST = Decision(Intent.GREETING, answer=Kind.MENU, unless_told=True)
GREETS = Decision(Intent.GREETING, request_id=KTP_ID, answer=Kind.GREETING, unless_told=True)
THANKS_FIRST = replace(GREETS_FIRST, intent=Intent.THANKS)
THANKS = Decision(Intent.THANKS, request_id=KTP_ID, answer=Kind.THANKS, unless_told=True)
HELPS = Decision(Intent.HELP, answer=Kind.HELP)
ELSEWHERE = Decision(Intent.ELSEWHERE, answer=Kind.ELSEWHERE, topic="KK")
MISTYPED = Decision(Intent.STATUS, answer=Kind.MISTYPED)
CONFIRMS = Decision(Intent.CANCEL, request_id=KTP_ID, answer=Kind.CONFIRM, about=(KTP_ID,))


def asks(*about: str, **more: Any) -> Decision:
    return Decision(Intent.STATUS, answer=Kind.STATUS, about=about, **more)


def joining(decision: Decision) -> Decision:
    """The same, said by somebody with an open request."""
    return replace(decision, request_id=KTP_ID)


def said(message: Message, contact: Contact = NOBODY, service: str | None = "KTP") -> Decision:
    return decide(message, contact, OFFICE, service)


def told(kind: Kind, ago: timedelta = timedelta(minutes=1), request_id: str | None = None, **more: Any) -> Contact:
    """Somebody who was answered lately."""
    return samples.contact(told={KTP: Told(NOW - ago, kind.value, request_id)}, **more)


PICKED = replace(asks(KTP_ID), request_id=KTP_ID, picks=KTP_ID)
ALL_THREE = (KK_ID, KTP_ID, "PINDAH-8B3E-5N56-TAK")

#   text → decision of somebody without an open request, and of somebody with one
TEXTS: list[tuple[str, Decision, Decision]] = [
    ("KTP saya hilang", OPENS_KTP, JOINS),
    ("mau buat e-KTP", OPENS_KTP, JOINS),
    ("ktp.", OPENS_KTP, JOINS),
    ("perpanjang KTP-el", OPENS_KTP, JOINS),
    ("*KTP* rusak", OPENS_KTP, JOINS),
    ("ktpku hilang", OPENS_KTP, JOINS),
    ("kk baru", ELSEWHERE, joining(ELSEWHERE)),  # this number serves KTP only
    ("syarat kk apa", ELSEWHERE, joining(ELSEWHERE)),
    ("syarat ktp apa", HELPS, joining(HELPS)),
    ("kk saya di rumah", MENU, JOINS),
    ("halo", GREETS_FIRST, GREETS),
    ("Assalamualaikum", GREETS_FIRST, GREETS),
    ("terimakasih", THANKS_FIRST, THANKS),
    ("👍", THANKS_FIRST, THANKS),
    ("", MENU, JOINS),
    ("ktp sudah jadi belum", asks(), joining(asks(KTP_ID))),
    ("KTP sy gmn", asks(), joining(asks(KTP_ID))),
    ("piye ktp ku", asks(), joining(asks(KTP_ID))),
    ("kapan ktp selesai?", asks(), joining(asks(KTP_ID))),
    ("makasih, tapi kok belum jadi?", asks(), joining(asks(KTP_ID))),
    ("BARU", OPENS_ANOTHER, OPENS_ANOTHER),
    ("baru!", OPENS_ANOTHER, OPENS_ANOTHER),
    ("*Baru*", OPENS_ANOTHER, OPENS_ANOTHER),
    ("yang baru", MENU, JOINS),
    ("mau bikin satu lagi", OPENS_ANOTHER, OPENS_ANOTHER),
    ("CEK", asks(), joining(asks(KTP_ID))),
    ("cek dong", asks(), joining(asks(KTP_ID))),
    ("Cek.", asks(), joining(asks(KTP_ID))),
    ("STATUS", asks(), joining(asks(KTP_ID))),
    ("check", asks(), joining(asks(KTP_ID))),
    ("mau cek", asks(), joining(asks(KTP_ID))),
    ("BERHENTI", STOPS, STOPS),
    ("stop", STOPS, STOPS),
    ("Stop!!", STOPS, STOPS),
    ("stop kirim pesan", STOPS, STOPS),
    ("stop dulu pak saya mau tanya", HELPS, joining(HELPS)),
    ("jangan berhenti diproses", MENU, JOINS),
    ("MULAI", STARTS, STARTS),
    (" start ", STARTS, STARTS),
    ("mulai kapan bisa diambil", asks(), joining(asks(KTP_ID))),
    ("KTP-8B3E-5N56-TAK", asks(KTP_ID), PICKED),
    ("ktp-8b3e-5n56-tak sudah?", asks(KTP_ID), PICKED),
    ("KK-8B3E-5N56-TAK", asks(KK_ID), joining(asks(KK_ID))),
    ("8B3E-5N56-TAK", asks(*ALL_THREE), replace(PICKED, about=ALL_THREE)),
    ("cek 8B3E-5N56-TAK", asks(*ALL_THREE), replace(PICKED, about=ALL_THREE)),
    ("KTP-8B3E-5N56-TAM", MISTYPED, joining(MISTYPED)),
    ("apakah KTP-8B3E-5N56-TAK asli, bukan penipuan?", Decision(Intent.REAL, answer=Kind.REAL, about=(KTP_ID,)),
     Decision(Intent.REAL, request_id=KTP_ID, answer=Kind.REAL, about=(KTP_ID,))),
    ("apakah pesan ini asli", Decision(Intent.REAL, answer=Kind.REAL),
     Decision(Intent.REAL, request_id=KTP_ID, answer=Kind.REAL, about=(KTP_ID,))),
    ("mau bicara petugas", Decision(Intent.HUMAN, answer=Kind.HUMAN, calls=True),
     Decision(Intent.HUMAN, request_id=KTP_ID, answer=Kind.HUMAN, calls=True)),
    ("saya kecewa", Decision(Intent.COMPLAINT, answer=Kind.COMPLAINT, calls=True),
     Decision(Intent.COMPLAINT, request_id=KTP_ID, answer=Kind.COMPLAINT, about=(KTP_ID,), calls=True)),
    ("english please", Decision(Intent.LANGUAGE, answer=Kind.LANGUAGE, language="en"),
     Decision(Intent.LANGUAGE, request_id=KTP_ID, answer=Kind.LANGUAGE, language="en")),
    ("bahasa indonesia", Decision(Intent.LANGUAGE, answer=Kind.LANGUAGE, language="id"),
     Decision(Intent.LANGUAGE, request_id=KTP_ID, answer=Kind.LANGUAGE, language="id")),
    ("batalkan", replace(asks(), intent=Intent.CANCEL), CONFIRMS),
    ("batalkan KTP-8B3E-5N56-TAK", replace(asks(KTP_ID), intent=Intent.CANCEL), CONFIRMS),
    ("ya", MENU, JOINS),
    ("tidak", MENU, JOINS),
    ("saya mana kok", MENU, JOINS),
    ("hubungi 0812-0000-001", MENU, JOINS),
    ("OPEN:KTP", OPENS_KTP, JOINS),
    ("OPEN:KK", ELSEWHERE, joining(ELSEWHERE)),
    ("CANCEL:KTP-8B3E-5N56-TAK", replace(asks(KTP_ID), intent=Intent.CANCEL), CONFIRMS),
]  # fmt: skip


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
        assert said(media("image", "CEK"), WITH_KTP) == joining(asks(KTP_ID))
        assert said(media("image", "CEK")) == asks()
        assert said(media("image", "stop")) == STOPS

    @pytest.mark.parametrize("caption", ["sudah jadi belum?", "syarat kk apa", "mau bicara petugas", "makasih", "kecewa"])
    def test_opens_whatever_its_caption_asks(self, caption: str) -> None:
        assert said(media("image", caption)) == OPENS_KTP

    def test_with_a_question_for_caption_joins_and_is_answered(self) -> None:
        assert said(media("image", "sudah jadi belum?"), WITH_KTP) == joining(asks(KTP_ID))
        assert said(media("image", "makasih"), WITH_KTP) == JOINS

    def test_opens_nothing_by_itself_on_a_number_for_all_services(self) -> None:
        assert said(media("image"), service=None) == MENU
        assert said(media("image", "ktp hilang"), service=None) == OPENS_KTP
        assert said(media("image"), WITH_KTP, service=None) == JOINS

    @pytest.mark.parametrize("kind", ["location", "contacts", "order"])
    def test_of_other_kinds_opens_nothing(self, kind: str) -> None:
        assert said(media(kind)) == MENU
        assert said(media(kind), WITH_KTP) == JOINS

    def test_sticker_is_a_courtesy_that_nobody_needs_to_answer_twice(self) -> None:
        assert said(media("sticker")) == GREETS_FIRST
        assert said(media("sticker"), WITH_KTP) == JOINS_QUIETLY


@pytest.mark.parametrize("kind", ["reaction", "system", "unsupported", "edit", "revoke", "unknown", "hologram"])
def test_what_asks_nothing_is_noted_with_the_open_request_and_answered_nothing(kind: str) -> None:
    assert kind not in SPOKEN
    assert said(samples.message("BERHENTI", kind=kind)) == Decision(Intent.NOTE)
    assert said(samples.message("👍", kind=kind), WITH_KTP) == Decision(Intent.NOTE, request_id=KTP_ID)


class TestButton:
    @pytest.mark.parametrize(
        ("button_id", "decision"),
        [
            ("OPEN:KTP", OPENS_KTP),
            ("CEK", asks()),
            ("OPEN:KK", ELSEWHERE),
            ("OPEN:", MENU),
            ("whatever", MENU),
            ("BERHENTI", STOPS),
            ("HELP", HELPS),
            ("HUMAN", Decision(Intent.HUMAN, answer=Kind.HUMAN, calls=True)),
            ("PICK:whatever", MENU),
            (f"PICK:{KTP_ID}", asks(KTP_ID)),
            ("KEEP", MENU),
            ("NEW:KTP", OPENS_ANOTHER),
            (f"CANCEL:{KTP_ID}", asks(KTP_ID)),
            (f"DROP:{KTP_ID}", replace(asks(KTP_ID), intent=Intent.CANCEL)),
        ],
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
        another = Decision(Intent.ANOTHER, answer=Kind.ANOTHER)
        pressed = samples.message("Kartu Keluarga", kind="interactive", button_id="NEW:KTP")

        assert said(samples.message("BARU"), service=None) == another
        assert said(samples.message("BARU"), WITH_KTP, service=None) == joining(another)
        assert said(pressed, WITH_KTP, service=None) == OPENS_ANOTHER

    def test_two_services_at_once_are_for_the_resident_to_choose_from(self) -> None:
        assert said(samples.message("kk dan ktp saya hilang, mau bikin kk dan ktp"), service=None) == replace(
            OPENS_KTP, opens="KK"
        )
        assert said(samples.message("mau bikin surat"), service=None) == MENU

    def test_help_is_about_the_service_that_is_named(self) -> None:
        assert said(samples.message("syarat kk apa"), service=None) == replace(HELPS, topic="KK")
        assert said(samples.message("syaratnya apa"), service=None) == HELPS

    def test_joins_the_newest_open_request(self) -> None:
        contact = samples.contact(
            open={
                ("1801", "KTP"): (Mark(BEFORE, KTP_ID),),
                ("1801", "KK"): (Mark(BEFORE + timedelta(minutes=1), KK_ID),),
                ("1802", "KK"): (Mark(NOW, "KK-AAAA-AAA2-AAA"),),
            }
        )

        assert said(samples.message("ini ya"), contact, service=None).request_id == KK_ID
        assert said(samples.message("ini ya"), contact) == JOINS

    def test_late_message_joins_the_request_closed_last(self) -> None:
        contact = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID), ("1801", "KK"): Mark(NOW, KK_ID)})

        late = samples.message("ini ya", at=BEFORE)

        assert said(late, contact, service=None) == Decision(Intent.JOIN, request_id=KK_ID)
        assert said(samples.message("ini ya", at=NOW + timedelta(seconds=1)), contact, service=None) == MENU


class TestLateMessage:
    """Sent before a request was opened or closed, and received after."""

    LATE = BEFORE

    @pytest.mark.parametrize("text", ["KTP hilang", "BARU", "ini ya"])
    def test_joins_the_request_that_was_closed_since(self, text: str) -> None:
        assert said(samples.message(text, at=self.LATE), AFTER_KTP) == Decision(Intent.JOIN, request_id=OLD_ID)

    @pytest.mark.parametrize(("text", "decision"), [("KTP hilang", OPENS_KTP), ("BARU", OPENS_ANOTHER), ("ini ya", MENU)])
    def test_is_none_a_second_after_the_closing(self, text: str, decision: Decision) -> None:
        assert said(samples.message(text, at=self.LATE + timedelta(seconds=1)), AFTER_KTP) == decision

    def test_opens_no_other_request_when_it_is_no_newer_than_the_open_one(self) -> None:
        assert said(samples.message("BARU", at=self.LATE), WITH_KTP) == JOINS

    def test_courtesy_that_comes_late_is_not_answered(self) -> None:
        assert said(samples.message("halo", at=self.LATE), AFTER_KTP) == Decision(Intent.GREETING, request_id=OLD_ID)

    def test_newer_one_opens_another(self) -> None:
        assert said(samples.message("BARU", at=self.LATE + timedelta(seconds=1)), WITH_KTP) == OPENS_ANOTHER

    def test_photo_joins_what_was_closed(self) -> None:
        assert said(media("image", at=self.LATE), AFTER_KTP) == Decision(Intent.JOIN, request_id=OLD_ID)

    def test_is_not_judged_by_another_services_closing(self) -> None:
        contact = samples.contact(closed={("1801", "KK"): Mark(NOW, KK_ID), ("1802", "KTP"): Mark(NOW, OLD_ID)})

        assert said(samples.message("KTP hilang", at=self.LATE), contact) == OPENS_KTP
        assert said(samples.message("ini ya", at=self.LATE), contact) == MENU


def many_open(number: int) -> Contact:
    marks = tuple(Mark(BEFORE + timedelta(seconds=one), f"KTP-{one:04d}") for one in range(number))
    return samples.contact(open={("1801", "KTP"): marks})


def test_another_request_is_opened_until_there_are_too_many() -> None:
    assert said(samples.message("BARU"), many_open(MOST_OPEN - 1)) == OPENS_ANOTHER
    newest = f"KTP-{MOST_OPEN - 1:04d}"
    assert said(samples.message("BARU"), many_open(MOST_OPEN)) == replace(JOINS, request_id=newest, about=(newest,))


class TestStatus:
    def test_is_of_the_last_ten_open_requests_oldest_first(self) -> None:
        listed = asks(*(f"KTP-{one:04d}" for one in range(2, 12)))

        assert said(samples.message("CEK"), many_open(12)) == replace(listed, request_id="KTP-0011")

    def test_is_of_all_services_of_the_office(self) -> None:
        contact = samples.contact(
            open={
                ("1801", "KTP"): (Mark(NOW, KTP_ID),),
                ("1801", "KK"): (Mark(BEFORE, KK_ID),),
                ("1802", "KK"): (Mark(NOW, "KK-AAAA-AAA2-AAA"),),
            }
        )

        assert said(samples.message("CEK"), contact) == joining(asks(KK_ID, KTP_ID))

    def test_is_of_the_last_closed_one_when_none_is_open(self) -> None:
        contact = samples.contact(closed={("1801", "KTP"): Mark(BEFORE, OLD_ID), ("1801", "KK"): Mark(NOW, KK_ID)})

        assert said(samples.message("CEK"), contact) == asks(KK_ID)


class TestBundle:
    """Several messages within minutes get one answer."""

    @pytest.mark.parametrize("kind", [Kind.OPENED, Kind.ACK])
    def test_is_acknowledged_by_its_first_message(self, kind: Kind) -> None:
        for message in (media("image"), media("document"), samples.message("ini ya")):
            assert said(message, told(kind, open=WITH_KTP.open)) == JOINS_QUIETLY

    def test_is_over_after_some_minutes(self) -> None:
        assert said(media("image"), told(Kind.ACK, QUIET, open=WITH_KTP.open)) == JOINS
        assert said(media("image"), told(Kind.ACK, QUIET - timedelta(seconds=1), open=WITH_KTP.open)) == JOINS_QUIETLY

    @pytest.mark.parametrize("kind", [Kind.STATUS, Kind.HELP, Kind.MENU])
    def test_is_not_acknowledged_by_another_answer(self, kind: Kind) -> None:
        assert said(media("image"), told(kind, open=WITH_KTP.open)) == JOINS

    def test_on_another_number_is_another_bundle(self) -> None:
        contact = samples.contact(open=WITH_KTP.open, told={"100000000000001": Told(NOW, "ack")})

        assert said(media("image"), contact) == JOINS


class TestCourtesy:
    @pytest.mark.parametrize("kind", [Kind.MENU, Kind.ELSEWHERE, Kind.ANOTHER])
    @pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(days=30)])
    def test_gets_no_menu_twice_in_a_row(self, kind: Kind, ago: timedelta) -> None:
        assert said(samples.message("halo"), told(kind, ago)) == replace(GREETS_FIRST, answer=Kind.GREETING)
        assert said(samples.message("makasih"), told(kind, ago)) == replace(THANKS_FIRST, answer=Kind.THANKS)

    def test_after_a_courtesy_is_not_answered_within_minutes(self) -> None:
        assert said(samples.message("halo"), told(Kind.GREETING)).answer is None
        assert said(samples.message("halo"), told(Kind.GREETING, QUIET)) == GREETS_FIRST

    def test_thanks_for_an_answer_are_returned_without_a_menu(self) -> None:
        assert said(samples.message("makasih"), told(Kind.STATUS)) == replace(THANKS_FIRST, answer=Kind.THANKS)
        assert said(samples.message("makasih"), told(Kind.STATUS, QUIET)) == THANKS_FIRST

    @pytest.mark.parametrize("text", ["halo", "makasih"])
    def test_in_the_middle_of_a_conversation_is_not_answered(self, text: str) -> None:
        assert said(samples.message(text), told(Kind.STATUS, open=WITH_KTP.open)).answer is None


class TestIncomplete:
    LACKING = samples.contact(open=WITH_KTP.open, incomplete=frozenset({KTP_ID}))

    def test_file_puts_the_request_back_and_is_always_acknowledged(self) -> None:
        back = replace(JOINS, moves=Status.SUBMITTED)

        assert said(media("image"), self.LACKING) == back
        lately = told(Kind.ACK, open=WITH_KTP.open, incomplete=frozenset({KTP_ID}))
        assert said(media("document"), lately) == replace(back, unless_told=False)

    def test_words_leave_it_as_it_is(self) -> None:
        assert said(samples.message("nanti saya kirim"), self.LACKING) == JOINS
        assert said(media("sticker"), self.LACKING) == JOINS_QUIETLY

    def test_question_under_the_picture_is_answered_instead(self) -> None:
        answered = replace(joining(asks(KTP_ID)), moves=Status.SUBMITTED)

        assert said(media("image", "sudah jadi belum?"), self.LACKING) == answered


TWO_OPEN = {("1801", "KTP"): (Mark(BEFORE, KTP_ID), Mark(BEFORE + timedelta(minutes=1), OLD_ID))}


class TestSeveralRequests:
    def belongs(self, message: Message, **more: Any) -> str | None:
        return said(message, samples.contact(open=TWO_OPEN, **more)).request_id

    def test_what_says_nothing_belongs_to_the_newest(self) -> None:
        assert self.belongs(media("image")) == OLD_ID
        assert self.belongs(samples.message("ini ya")) == OLD_ID

    def test_caption_with_a_number_says_which(self) -> None:
        assert self.belongs(media("image", f"untuk {KTP_ID}")) == KTP_ID

    def test_name_says_which(self) -> None:
        names = {KTP_ID: "Budi Santoso", OLD_ID: "Siti"}

        assert self.belongs(media("image", "ini punya budi"), names=names) == KTP_ID
        assert self.belongs(samples.message("foto Siti menyusul"), names=names) == OLD_ID
        assert self.belongs(samples.message("kebudian"), names=names) == OLD_ID

    def test_file_belongs_to_the_one_that_lacks_something(self) -> None:
        lacking = frozenset({KTP_ID})

        assert self.belongs(media("image"), incomplete=lacking) == KTP_ID
        assert self.belongs(samples.message("ini ya"), incomplete=lacking) == OLD_ID

    def test_what_follows_belongs_to_the_one_that_was_picked(self) -> None:
        assert self.belongs(media("image"), picked={KTP: KTP_ID}) == KTP_ID
        assert self.belongs(media("image"), picked={KTP: KK_ID}) == OLD_ID
        assert self.belongs(media("image"), picked={"1": KTP_ID}) == OLD_ID

    def test_pressing_a_row_picks_it(self) -> None:
        pressed = samples.message("x", kind="interactive", button_id=f"PICK:{KTP_ID}")

        assert said(pressed, samples.contact(open=TWO_OPEN)) == PICKED

    def test_status_by_name_is_of_that_one(self) -> None:
        contact = samples.contact(open=TWO_OPEN, names={KTP_ID: "Budi"})

        assert said(samples.message("cek atas nama Budi"), contact) == PICKED

    def test_opening_notes_whom_it_is_for(self) -> None:
        decision = said(samples.message("BARU a.n. Budi Santoso"), WITH_KTP)

        assert (decision.opens, decision.only_first, decision.name) == ("KTP", False, "Budi Santoso")
        assert said(samples.message("mau bikin ktp a.n. Budi Santoso")).name == "Budi Santoso"


class TestCancelling:
    ASKED = told(Kind.CONFIRM, request_id=KTP_ID, open=WITH_KTP.open)
    CANCELS = Decision(Intent.CANCEL, request_id=KTP_ID, about=(KTP_ID,), moves=Status.CANCELLED)

    @pytest.mark.parametrize("text", ["ya", "iya pak", "Yakin", "betul"])
    def test_takes_a_yes(self, text: str) -> None:
        assert said(samples.message(text), self.ASKED) == self.CANCELS

    def test_takes_the_button(self) -> None:
        pressed = samples.message("Ya, batalkan", kind="interactive", button_id=f"CANCEL:{KTP_ID}")

        assert said(pressed, WITH_KTP) == self.CANCELS

    @pytest.mark.parametrize("text", ["tidak", "jangan", "KEEP"])
    def test_takes_a_no(self, text: str) -> None:
        kept = Decision(Intent.CANCEL, request_id=KTP_ID, answer=Kind.KEPT, about=(KTP_ID,))
        message = samples.message(text, button_id=text if text == "KEEP" else None)

        assert said(message, self.ASKED) == kept

    def test_waits_no_longer_than_an_hour_for_its_answer(self) -> None:
        late = told(Kind.CONFIRM, timedelta(hours=1), request_id=KTP_ID, open=WITH_KTP.open)

        assert said(samples.message("ya"), late) == JOINS

    def test_asks_which_when_there_are_several(self) -> None:
        contact = samples.contact(open=TWO_OPEN)

        assert said(samples.message("batalkan"), contact) == Decision(
            Intent.CANCEL, request_id=OLD_ID, answer=Kind.WHICH, about=(KTP_ID, OLD_ID)
        )
        pressed = samples.message("x", kind="interactive", button_id=f"DROP:{KTP_ID}")
        assert said(pressed, contact) == CONFIRMS

    def test_of_somebody_elses_request_tells_how_it_stands(self) -> None:
        assert said(samples.message(f"batalkan {KK_ID}"), WITH_KTP).answer is Kind.STATUS


class TestBounds:
    FULL = samples.contact(answered={hour_of(NOW): frozenset(str(one) for one in range(MOST_ANSWERS))})

    @pytest.mark.parametrize("text", ["halo", "CEK", "?", "apa syaratnya"])
    def test_nobody_is_answered_for_ever(self, text: str) -> None:
        assert said(samples.message(text), self.FULL).answer is None
        assert said(samples.message(text), samples.contact()).answer is not None

    def test_what_is_asked_is_done_all_the_same(self) -> None:
        assert said(samples.message("stop"), self.FULL) == replace(STOPS, answer=None)
        assert said(samples.message("mau bikin ktp"), self.FULL) == OPENS_KTP

    def test_next_hour_is_another(self) -> None:
        assert decide(samples.message("CEK"), self.FULL, OFFICE, "KTP", NOW + timedelta(hours=1)).answer is Kind.STATUS

    def test_forwarded_words_and_long_ones_ask_nothing(self) -> None:
        assert said(samples.message("mau bikin ktp", forwarded=True)) == MENU
        assert said(samples.message("mau bikin ktp " * 100)) == MENU
        assert said(media("image", forwarded=True)) == OPENS_KTP


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KK a.n. Suparman", "Suparman"),
        ("an. warga kami Siti Aminah, RT 3", "Siti Aminah"),
        ("atas nama: Budi Santoso bin Karto Wijoyo Kusumo", "Budi Santoso bin Karto"),
        ("A.N BUDI", "BUDI"),
        ("a/n Budi. Terima kasih", "Budi"),
        ("mau bikin akta anak", None),
        ("atas nama 1801010401900001", None),
        ("jalan Ahmad", None),
        ("", None),
    ],
)
def test_a_request_can_be_for_somebody_by_name(text: str, name: str | None) -> None:
    assert called(text) == name


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
    assert (decision.intent is Intent.NOTE) <= (decision.answer is None)
    assert (decision.answer is None) <= (decision.request_id is not None or decision.intent is Intent.NOTE)
    assert decision.opens in {None, *OFFICE.services}
