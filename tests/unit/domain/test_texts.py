"""From a notice to its words: free, as template and as SMS; what fits where, and what never gets through."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain import texts, wording
from chalicelib.domain.catalogue import LANGUAGES, Office, Output
from chalicelib.domain.delivery import Buttons, Choices, FreeText
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Hold, Status
from chalicelib.domain.texts import Occasion, TemplateText
from tests.unit.domain import gsm7, samples
from tests.unit.domain.samples import ID, NOW, OFFICE

NIK = "1801010401900001"
# Going back to submitted is never told.
KINDS = [kind for kind in Kind if kind is not Kind.SUBMITTED]
LONGEST_REASON = ("dokumen " * 63)[:500].strip()
SCRIPTS = [
    LONGEST_REASON,
    "x" * 500,
    "文書が不鮮明です" * 62,
    "é" * 500,
    "👍" * 500,
    "ﷺ" * 500,
    "½ " * 250,
    "€[]{}^~|\\" * 55,
    "\u0301" * 500,
    "\n" * 500,
]


def every_occasion() -> Iterator[pytest.param]:  # type: ignore[valid-type]
    for kind in KINDS:
        for language in LANGUAGES:
            for service in OFFICE.services:
                yield pytest.param(samples.occasion(kind, language, service=service), id=f"{kind} {language} {service}")


OCCASIONS = list(every_occasion())
TEMPLATES = {(one.name, one.language): one for one in texts.templates(OFFICE)}


def words_of(occasion: Occasion) -> str:
    return texts.free(occasion).body


def filled_template(occasion: Occasion) -> str:
    """What arrives when WhatsApp fills the approved body."""
    template = texts.template(occasion)
    body = TEMPLATES[template.name, template.language].body
    return re.sub(r"\{\{([0-9]+)\}\}", lambda match: template.parameters[int(match.group(1)) - 1], body)


@pytest.mark.parametrize("occasion", OCCASIONS)
class TestEveryNotice:
    def test_says_the_same_free_and_as_a_template_unless_it_is_an_answer(self, occasion: Occasion) -> None:
        free = words_of(occasion)

        if occasion.notice.kind in samples.ANSWERS:
            assert texts.template(occasion).name == "kabar_answer"
            assert "CEK" in filled_template(occasion)
        else:
            assert filled_template(occasion) == free

    def test_has_no_hole_and_no_placeholder(self, occasion: Occasion) -> None:
        for words in (words_of(occasion), texts.sms(occasion) or ""):
            assert "{" not in words
            assert "  " not in words
            assert not re.search(r"\(\)|\*\*|: ?\.|None", words)
            assert not re.search(r", ?\.| ,", words)

    def test_has_parameters_that_whatsapp_takes(self, occasion: Occasion) -> None:
        for parameter in texts.template(occasion).parameters:
            assert parameter.strip()
            assert not re.search(r"[\n\r\t]| {4,}", parameter)

    def test_names_its_request_when_it_is_about_one(self, occasion: Occasion) -> None:
        kind = occasion.notice.kind
        of_none = samples.ANSWERS | {Kind.REPLY, Kind.RESEND}
        named = kind in (samples.OF_SEVERAL | samples.OF_ONE) - {Kind.KEPT} or kind not in of_none

        assert (ID in words_of(occasion)) == named


@pytest.mark.parametrize("language", LANGUAGES)
class TestHold:
    def test_tells_the_new_estimate_while_it_lies_ahead_and_none_otherwise(self, language: str) -> None:
        held = samples.request(hold=Hold("listrik padam"))
        for due_at, dated in ((NOW + timedelta(hours=1), True), (NOW, False), (NOW - timedelta(days=2), False), (None, False)):
            occasion = samples.occasion(Kind.HOLD, language, request=replace(held, due_at=due_at))
            assert "listrik padam" in words_of(occasion)
            assert ("2026" in words_of(occasion)) == dated
            assert filled_template(occasion) == words_of(occasion)
            assert "listrik padam" in (texts.sms(occasion) or "")

    def test_that_is_late_is_not_told_as_being_worked_on(self, language: str) -> None:
        held = samples.request(hold=Hold("listrik padam"), due_at=NOW - timedelta(days=2))
        at_work = {"id": "mengerjakan", "en": "working"}[language]

        assert at_work not in words_of(samples.occasion(Kind.PROGRESS, language, request=held))
        assert "listrik padam" in words_of(samples.occasion(Kind.PROGRESS, language, request=held))
        assert at_work in words_of(samples.occasion(Kind.PROGRESS, language, request=replace(held, hold=None)))


OFFICES = list(load_offices().values())
BODIES = [
    pytest.param(office, one, id=f"{office.code} {one.name} {one.language}")
    for office in OFFICES
    for one in texts.templates(office)
]


@pytest.mark.parametrize(("office", "template"), BODIES)
class TestTemplateForMeta:
    """https://developers.facebook.com/docs/whatsapp/message-templates/guidelines, and what reviewers are known to refuse."""

    def test_is_named_as_meta_wants_it(self, office: Office, template: TemplateText) -> None:
        assert re.fullmatch(r"[a-z0-9_]{1,512}", template.name)
        assert template.language in LANGUAGES
        assert office.services

    def test_numbers_its_parameters_from_one_without_gaps(self, office: Office, template: TemplateText) -> None:
        numbers = [int(number) for number in re.findall(r"\{\{([0-9]+)\}\}", template.body)]

        assert numbers == list(range(1, len(numbers) + 1))
        assert "{" not in re.sub(r"\{\{[0-9]+\}\}", "", template.body)
        assert office.code

    def test_neither_begins_nor_ends_with_a_parameter(self, office: Office, template: TemplateText) -> None:
        # Punctuation around it makes no difference to Meta.
        assert not re.match(r"\W*\{\{", template.body)
        assert not re.search(r"\}\}\W*$", template.body)
        assert office.code

    def test_has_no_parameters_side_by_side(self, office: Office, template: TemplateText) -> None:
        assert not re.search(r"\}\}\s*\{\{", template.body)
        assert office.code

    def test_has_words_enough_around_its_parameters(self, office: Office, template: TemplateText) -> None:
        words = [word for word in template.body.split() if "{{" not in word]

        assert len(words) >= 2 * template.body.count("{{") + 1
        assert office.code

    def test_has_a_body_without_line_breaks(self, office: Office, template: TemplateText) -> None:
        assert template.body == " ".join(template.body.split())
        assert office.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", SCRIPTS, ids=lambda reason: ascii(reason[:3]))
def test_longest_values_fit_into_whatsapps_limits(kind: Kind, language: str, reason: str) -> None:
    held = samples.request(reason=reason, hold=Hold(reason), language=language)
    for service in OFFICE.services:
        about = replace(held, service=service, id=f"{service}-8B3E-5N56-TAK")
        occasion = samples.occasion(kind, language, service=service, reason=reason)
        if kind in samples.OF_SEVERAL:
            occasion = replace(occasion, requests=[about] * 10)
        occasion = replace(occasion, notice=replace(occasion.notice, body="x" * 1000))

        assert len(filled_template(occasion)) <= 1024
        content = texts.free(occasion)
        assert len(content.body) <= (4096 if isinstance(content, FreeText) else 1024)
        assert all(parameter.strip() for parameter in texts.template(occasion).parameters)


def test_white_space_of_any_kind_becomes_a_single_blank_in_a_parameter() -> None:
    occasion = samples.occasion(Kind.INCOMPLETE, reason="foto\n\n\tburam      sekali\u2028\r\nya")

    assert "foto buram sekali ya" in texts.template(occasion).parameters


def test_parameter_without_a_value_is_a_dash() -> None:
    occasion = samples.occasion(Kind.VERIFIED)
    assert occasion.request is not None
    occasion = replace(occasion, request=replace(occasion.request, due_at=None))

    assert texts.template(occasion).parameters[-1] == "-"
    assert "Perkiraan selesai: -." in words_of(occasion)


class TestSms:
    @pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.value in wording.SMS or kind is Kind.READY])
    @pytest.mark.parametrize("reason", SCRIPTS, ids=lambda reason: ascii(reason[:3]))
    def test_is_one_part_of_gsm7_whatever_the_reason(self, kind: Kind, reason: str) -> None:
        for office in OFFICES:
            for service in office.services:
                for language in LANGUAGES:
                    self._fits(samples.occasion(kind, language, service=service, reason=reason, office=office))

    @staticmethod
    def _fits(occasion: Occasion) -> None:
        service = str(occasion.service)
        request_id = f"{service}-8B3E-5N56-TAK"
        if occasion.request is not None:
            occasion = replace(occasion, request=replace(occasion.request, id=request_id))
        if occasion.notice.kind is Kind.STATUS:
            occasion = replace(occasion, requests=[replace(one, hold=Hold("x" * 500)) for one in occasion.requests] * 3)

        body = texts.sms(occasion)

        assert body is not None
        assert len(body) <= gsm7.PART
        assert set(body) <= gsm7.ALPHABET
        assert occasion.notice.kind in {Kind.STATUS, Kind.RESEND} or request_id in body
        assert not re.search(r": ?\.|\(\)| $", body)

    @pytest.mark.parametrize("kind", sorted(samples.ANSWERS - {Kind.STATUS}))
    def test_is_nothing_that_only_makes_sense_in_chat(self, kind: Kind) -> None:
        assert texts.sms(samples.occasion(kind)) is None
        assert texts.sms(samples.occasion(Kind.STATUS, requests=())) is None

    def test_cuts_what_staff_wrote_and_nothing_else(self) -> None:
        body = texts.sms(samples.occasion(Kind.INCOMPLETE, reason=LONGEST_REASON))

        assert body is not None
        assert body.startswith(f"DUKCAPIL LAMSEL: {ID} belum lengkap: dokumen dokumen")
        assert body.endswith(". Kirim foto dokumen via WhatsApp atau datang. GRATIS.")
        assert gsm7.PART - 8 < len(body) <= gsm7.PART

    def test_has_a_dash_for_a_reason_that_gsm7_cannot_say(self) -> None:
        body = texts.sms(samples.occasion(Kind.REJECTED, reason="文書"))

        assert body == f"DUKCAPIL LAMSEL: {ID} tidak disetujui: -. Pengaduan: lapor.go.id"

    def test_tells_where_to_pick_up_and_when(self) -> None:
        assert texts.sms(samples.occasion(Kind.READY)) == (
            f"DUKCAPIL LAMSEL: KTP Anda ({ID}) SIAP DIAMBIL. Sen-Kam 08-15, Jum 08-13 WIB. Bawa bukti ini. GRATIS. "
            "Kami tak minta OTP/PIN."
        )

    @given(st.text())
    def test_alphabet_holds_whatever_is_written(self, text: str) -> None:
        plain = texts.gsm(text)

        assert set(plain) <= gsm7.ALPHABET
        assert "\n" not in plain
        assert texts.gsm(plain) == plain

    def test_keeps_what_it_can_of_a_text(self) -> None:
        assert texts.gsm("Rp 5.000 – “café” naïve ½ l’eau • x") == "Rp 5.000 - cafe naive 12 l'eau - x"


class TestValues:
    @given(st.sampled_from(["{id}", "{office}", "{{1}}", "{body}", "{", "}", "{nothing}", "%s {0}", "\\1", "\\g<0>"]))
    def test_that_look_like_placeholders_are_words(self, value: str) -> None:
        for kind in (Kind.INCOMPLETE, Kind.HOLD):
            occasion = samples.occasion(kind, reason=value)
            assert f"karena {value}. " in words_of(occasion)
            assert value in texts.template(occasion).parameters
        reply = samples.occasion(Kind.REPLY)
        reply = replace(reply, notice=replace(reply.notice, body=value))
        assert f": {value} - silakan" in words_of(reply)

    @pytest.mark.parametrize("number", [NIK, "1801 0104 0190 0001", "081200000002", "+62 812-0000-0002"])
    @pytest.mark.parametrize("kind", [Kind.INCOMPLETE, Kind.REJECTED, Kind.HOLD, Kind.STATUS, Kind.REPLY])
    def test_that_are_numbers_of_a_person_do_not_get_through(self, kind: Kind, number: str) -> None:
        occasion = samples.occasion(kind, reason=f"NIK {number} ganda")
        occasion = replace(occasion, notice=replace(occasion.notice, body=f"NIK {number} ganda"))
        if kind is Kind.STATUS:
            occasion = replace(occasion, requests=[samples.request(hold=Hold(f"NIK {number} ganda"))])

        told = [words_of(occasion), texts.sms(occasion) or "", *texts.template(occasion).parameters]

        assert not any(re.search(r"[0-9]{4} ?[0-9]{4}|0812|812-", words) for words in told)
        assert any("••••" in words for words in told)


class TestPressing:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.code)
    def test_fits_into_whatsapps_limits(self, office: Office, kind: Kind, language: str) -> None:
        for service in [None, *office.services] if kind in {Kind.MENU, Kind.HELP, Kind.ANOTHER} else office.services:
            content = texts.free(samples.occasion(kind, language, service=service, office=office))
            if isinstance(content, Buttons):
                assert 1 <= len(content.buttons) <= 3
                assert len({button.id for button in content.buttons}) == len({one.title for one in content.buttons})
                assert all(1 <= len(one.title) <= 20 and 1 <= len(one.id) <= 256 for one in content.buttons)
            if isinstance(content, Choices):
                assert 1 <= len(content.rows) <= 10
                assert len({row.id for row in content.rows}) == len(content.rows)
                assert 1 <= len(content.button) <= 20
                assert all(1 <= len(row.title) <= 24 and len(row.description) <= 72 for row in content.rows)

    def test_menu_of_one_service_offers_that_one(self) -> None:
        content = texts.free(samples.occasion(Kind.MENU, service="PINDAH"))

        assert isinstance(content, Buttons)
        assert [(button.id, button.title) for button in content.buttons] == [
            ("OPEN:PINDAH", "Ajukan PINDAH"),
            ("CEK", "Cek status"),
            ("HELP", "Syarat dan jam"),
        ]
        assert "Layanan nomor ini: Surat Pindah (SKPWNI)\nPilih" in content.body

    def test_menu_of_all_services_is_a_list_of_them(self) -> None:
        content = texts.free(samples.occasion(Kind.MENU, service=None))

        assert isinstance(content, Choices)
        assert [row.id for row in content.rows] == ["OPEN:KK", "OPEN:KTP", "OPEN:PINDAH", "CEK"]
        assert all(service.name["id"] in content.body for service in OFFICE.services.values())

    def test_several_requests_can_be_chosen_from(self) -> None:
        status, which = (texts.free(samples.occasion(kind)) for kind in (Kind.STATUS, Kind.WHICH))

        assert isinstance(status, Choices)
        assert isinstance(which, Choices)
        assert [(row.id, row.title) for row in status.rows] == [
            (f"PICK:{ID}", ID),
            ("PICK:KK-8B3E-5N56-TAK", "KK-8B3E-5N56-TAK"),
        ]
        assert status.rows[1].description == "Kartu Keluarga: Permohonan diterima"
        assert [row.id for row in which.rows] == [f"DROP:{ID}", "DROP:KK-8B3E-5N56-TAK"]

    def test_cancelling_has_a_yes_and_a_no(self) -> None:
        content = texts.free(samples.occasion(Kind.CONFIRM))

        assert isinstance(content, Buttons)
        assert [button.id for button in content.buttons] == [f"CANCEL:{ID}", "KEEP"]

    def test_button_of_the_longest_service_fits(self) -> None:
        longest = replace(OFFICE.services["KTP"], code="ABCDEFGHIJKL")
        office = replace(OFFICE, services={longest.code: longest})

        content = texts.free(samples.occasion(Kind.MENU, "en", service=longest.code, office=office))

        assert isinstance(content, Buttons)
        assert all(len(button.title) <= 20 for button in content.buttons)


class TestHelp:
    def test_of_a_service_says_what_to_send_how_long_it_takes_and_where(self) -> None:
        words = words_of(samples.occasion(Kind.HELP))

        assert "- Kartu Keluarga\n- surat kehilangan dari polisi" in words
        assert "selesai dalam 24 jam" in words
        assert "GRATIS" in words
        assert "Kalianda, Senin-Kamis 08.00-15.00" in words

    def test_on_a_number_for_all_lets_choose_the_service(self) -> None:
        content = texts.free(samples.occasion(Kind.HELP, service=None))

        assert isinstance(content, Choices)
        assert [row.id for row in content.rows] == ["HELP:KK", "HELP:KTP", "HELP:PINDAH"]

    def test_time_of_more_than_two_days_is_told_in_days(self) -> None:
        slow = replace(OFFICE.services["KTP"], done_time=timedelta(hours=73))
        office = replace(OFFICE, services={"KTP": slow})

        assert "selesai dalam 4 hari" in words_of(samples.occasion(Kind.HELP, office=office))
        assert "within 4 days" in words_of(samples.occasion(Kind.HELP, "en", office=office))


class TestElsewhere:
    def test_says_where_the_other_service_is_served(self) -> None:
        words = words_of(samples.occasion(Kind.ELSEWHERE))

        assert "Nomor ini melayani *KTP-el*. Untuk *Kartu Keluarga*, silakan kirim pesan WhatsApp ke 0811-0000-0001." in words

    def test_names_the_office_where_no_number_is_known(self) -> None:
        unnumbered = {code: replace(service, number=None) for code, service in OFFICE.services.items()}

        words = words_of(samples.occasion(Kind.ELSEWHERE, office=replace(OFFICE, services=unnumbered)))

        assert "silakan hubungi kantor kami: Kantor Disdukcapil Lampung Selatan, Kalianda, Senin" in words


class TestOutsideHours:
    NIGHT = NOW + timedelta(hours=12)

    @pytest.mark.parametrize("kind", [Kind.OPENED, Kind.ACK, Kind.HUMAN, Kind.COMPLAINT])
    def test_says_when_the_office_opens(self, kind: Kind) -> None:
        open_, closed = samples.occasion(kind), samples.occasion(kind)
        closed = replace(closed, notice=replace(closed.notice, caused_at=self.NIGHT))

        assert "Kantor sedang tutup" not in words_of(open_)
        assert "Kantor sedang tutup dan buka kembali Rabu, 25 November 2026 pukul 08.00 WIB" in words_of(closed)

    def test_a_person_is_promised_for_office_hours(self) -> None:
        asked = samples.occasion(Kind.HUMAN)

        assert "paling lambat Rabu, 25 November 2026 pukul 09.00 WIB" in words_of(asked)

    def test_what_is_told_at_any_hour_says_nothing_of_it(self) -> None:
        ready = samples.occasion(Kind.READY)

        assert "tutup" not in words_of(replace(ready, notice=replace(ready.notice, caused_at=self.NIGHT)))


class TestAck:
    def test_tells_the_deadline_while_it_lies_ahead(self) -> None:
        assert "Petugas memeriksanya paling lambat Selasa, 24 November 2026 pukul 16.00 WIB" in words_of(
            samples.occasion(Kind.ACK)
        )

    @pytest.mark.parametrize("more", [{"due_at": None}, {"due_at": NOW}, {"status": Status.READY}])
    def test_tells_no_deadline_that_is_over_or_the_resident_s(self, more: dict[str, Any]) -> None:
        words = words_of(samples.occasion(Kind.ACK, requests=[samples.request(**more)]))

        assert "diteruskan ke petugas" in words
        assert "paling lambat" not in words


class TestRealOrNot:
    def test_what_is_on_record_is_ours(self) -> None:
        assert f"Benar, ini terdaftar di Disdukcapil Lampung Selatan: \n- {ID}" in words_of(samples.occasion(Kind.REAL))

    def test_what_is_not_is_warned_of(self) -> None:
        words = words_of(samples.occasion(Kind.REAL, requests=()))

        assert words.startswith("Hati-hati")
        assert "OTP, PIN" in words


class TestReady:
    def test_card_is_picked_up_and_pdf_downloaded(self) -> None:
        card, pdf = samples.occasion(Kind.READY, service="KTP"), samples.occasion(Kind.READY, service="KK")

        assert texts.template(card).name == "kabar_ready_card"
        assert "SIAP DIAMBIL* di Kantor Disdukcapil Lampung Selatan, Kalianda, Senin-Kamis 08.00-15.00" in words_of(card)
        assert texts.template(pdf).name == "kabar_ready_pdf"
        assert "Jangan berikan PIN" in words_of(pdf)


class TestStatusAnswer:
    def test_lists_each_request_in_a_line(self) -> None:
        occasion = samples.occasion(
            Kind.STATUS,
            requests=[
                samples.request(status=Status.PROCESSING, hold=Hold("blangko habis")),
                samples.request(id="KK-8B3E-5N56-TAK", service="KK", status=Status.READY),
            ],
        )

        assert words_of(occasion) == (
            f"Status permohonan Anda: \n- {ID} Sedang diproses (blangko habis)\n- KK-8B3E-5N56-TAK Siap diunduh\n"
            "Kami mengirim kabar di chat ini bila ada perubahan."
        )

    def test_of_one_request_says_until_when(self) -> None:
        occasion = samples.occasion(Kind.STATUS, requests=[samples.request()])

        assert words_of(occasion).startswith(
            f"Status permohonan Anda: {ID} Permohonan diterima, paling lambat Selasa, 24 November 2026 pukul 16.00 WIB\n"
        )

    def test_of_an_incomplete_request_says_what_is_missing(self) -> None:
        about = samples.request(status=Status.INCOMPLETE, reason="foto KK buram")

        assert f"{ID} Berkas belum lengkap (foto KK buram)\n" in words_of(samples.occasion(Kind.STATUS, requests=[about]))

    def test_tells_several_apart_by_whom_they_are_for(self) -> None:
        mine = [samples.request(name="Siti"), samples.request(id="KTP-AAAA-AAA2-AAA", name="Budi 1801010401900001")]
        not_mine = [replace(one, contact_id="b" * 20) for one in mine]

        assert f"{ID} (Siti) Permohonan diterima" in words_of(samples.occasion(Kind.STATUS, requests=mine))
        assert "(Budi •••• 01)" in words_of(samples.occasion(Kind.STATUS, requests=mine))
        assert "Siti" not in words_of(samples.occasion(Kind.STATUS, requests=not_mine))
        assert "Siti" not in words_of(samples.occasion(Kind.STATUS, requests=mine[:1]))

    def test_of_none_says_so(self) -> None:
        occasion = samples.occasion(Kind.STATUS, requests=())

        assert "tidak menemukan" in words_of(occasion)
        assert isinstance(texts.free(occasion), FreeText)


def test_office_may_say_it_in_its_own_words() -> None:
    own = replace(OFFICE, texts={("id", "verified"): "Halo, berkas {id} sudah lengkap ya."})
    occasion = samples.occasion(Kind.VERIFIED, office=own)

    assert words_of(occasion) == f"Halo, berkas {ID} sudah lengkap ya."
    assert texts.template(occasion).parameters == (ID,)
    assert texts.template(occasion).name == "kabar_verified_1801"
    assert "Halo, berkas {{1}} sudah lengkap ya." in [one.body for one in texts.templates(own)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("output", Output)
def test_every_status_has_its_label(language: str, status: Status, output: Output) -> None:
    assert texts.label(status, output, language)


def test_label_of_what_is_ready_says_how_to_get_it() -> None:
    assert texts.label(Status.READY, Output.CARD, "id") == "Siap diambil"
    assert texts.label(Status.READY, Output.PDF, "id") == "Siap diunduh"


def test_deadline_is_told_in_the_offices_zone() -> None:
    occasion = samples.occasion(Kind.OPENED)
    assert occasion.request is not None
    occasion = replace(occasion, request=replace(occasion.request, due_at=NOW + timedelta(hours=4)))

    assert "paling lambat Selasa, 24 November 2026 pukul 14.00 WIB;" in words_of(occasion)
