"""The checklist of a request, and what a resident is told of it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import texts
from chalicelib.domain.catalogue import LANGUAGES, Requirement
from chalicelib.domain.delivery import Choices, FreeText
from chalicelib.domain.errors import IllegalChange, Malformed
from chalicelib.domain.notice import Kind
from chalicelib.domain.pressing import MOST_ROW_DESCRIPTION
from chalicelib.domain.request import CLOSED, Hold, Met, Request, Status
from chalicelib.domain.requirements import Line, checklist, in_a_line, marked, missing
from tests.unit.domain import samples
from tests.unit.domain.samples import NOW, OFFICE

KK, LETTER = "Kartu Keluarga", "surat kehilangan dari polisi atau KTP-el yang rusak"
ALL_THERE = dict.fromkeys(("kk", "police-letter"), Met.RECEIVED)


def looked_at(status: Status = Status.INCOMPLETE, **states: Met) -> Request:
    """A request that an officer has looked at; underscores stand for dashes."""
    checked = {"checked_version": 1}
    return samples.request(
        status=status, **checked, requirements={code.replace("_", "-"): state for code, state in states.items()}
    )


def said(*requests: Request, language: str = "id", kind: Kind = Kind.STATUS) -> Any:
    occasion = samples.occasion(kind, language, requests=requests)
    return texts.free(occasion)


class TestChecklist:
    def test_is_the_catalogues_in_its_order_and_open_before_anybody_has_looked(self) -> None:
        assert checklist(samples.request(), OFFICE, "id") == [
            Line("kk", KK, Met.OPEN), Line("police-letter", LETTER, Met.OPEN),
        ]  # fmt: skip

    def test_keeps_what_the_catalogue_has_no_more_and_has_what_is_new(self) -> None:
        request = looked_at(old_form=Met.UNREADABLE, kk=Met.RECEIVED)

        assert checklist(request, OFFICE, "en") == [
            Line("kk", "family card", Met.RECEIVED), Line("police-letter", "police letter or the damaged card", Met.OPEN),
            Line("old-form", "old-form", Met.UNREADABLE),
        ]  # fmt: skip

    def test_has_what_is_known_where_the_service_is_no_more(self) -> None:
        gone = replace(looked_at(kk=Met.RECEIVED), service="GONE")

        for office in (OFFICE, None):
            assert checklist(gone, office, "id") == [Line("kk", "kk", Met.RECEIVED)]


class TestMissing:
    def test_is_nothing_before_anybody_has_looked(self) -> None:
        for status in Status:
            assert missing(samples.request(status=status), OFFICE, "id") == []

    @pytest.mark.parametrize("status", [Status.SUBMITTED, Status.INCOMPLETE])
    def test_is_what_is_open_and_what_nobody_can_read(self, status: Status) -> None:
        assert missing(looked_at(status, kk=Met.UNREADABLE), OFFICE, "id") == [f"{KK} (tidak terbaca)", LETTER]
        assert missing(looked_at(status, police_letter=Met.RECEIVED), OFFICE, "en") == ["family card"]
        assert missing(looked_at(status, kk=Met.OPEN), OFFICE, "id") == [KK, LETTER], "an officer has looked"
        assert missing(samples.request(status=status, requirements=ALL_THERE, checked_version=1), OFFICE, "id") == []

    def test_is_not_known_any_more_once_the_resident_has_sent_something_and_nobody_has_looked_since(self) -> None:
        looked = looked_at(kk=Met.UNREADABLE)
        again = replace(looked, status=Status.SUBMITTED, version=3)

        assert missing(replace(looked, version=2), OFFICE, "id") != [], "it is incomplete since the look"
        assert missing(again, OFFICE, "id") == []
        looked_again = marked(again, OFFICE, {"kk": Met.UNREADABLE})
        assert looked_again.checked_version == 3
        assert missing(looked_again, OFFICE, "id") != []

    @pytest.mark.parametrize("status", [one for one in Status if one not in {Status.SUBMITTED, Status.INCOMPLETE}])
    def test_is_nothing_once_the_office_has_said_that_all_is_there(self, status: Status) -> None:
        assert missing(looked_at(status, kk=Met.UNREADABLE), OFFICE, "id") == []


class TestMarking:
    def test_changes_what_it_names_and_nothing_else(self) -> None:
        before = looked_at(kk=Met.UNREADABLE)

        after = marked(before, OFFICE, {"police-letter": Met.RECEIVED})

        assert after.checked_version == before.version
        assert after == replace(before, requirements={"kk": Met.UNREADABLE, "police-letter": Met.RECEIVED})
        assert marked(after, OFFICE, {"kk": Met.UNREADABLE, "police-letter": Met.RECEIVED}) is after
        assert marked(after, OFFICE, {"kk": Met.OPEN}).requirements["kk"] is Met.OPEN

    def test_refuses_a_code_that_nobody_knows_and_names_those_that_there_are(self) -> None:
        for request, known in (
            (samples.request(), "kk, police-letter"), (looked_at(old_form=Met.OPEN), "kk, police-letter, old-form"),
        ):  # fmt: skip
            with pytest.raises(Malformed) as caught:
                marked(request, OFFICE, {"kk": Met.RECEIVED, "1801010401900001": Met.RECEIVED})
            assert str(caught.value) == f"This request has the requirements {known}."
        assert marked(looked_at(old_form=Met.OPEN), OFFICE, {"old-form": Met.RECEIVED}).requirements == {
            "old-form": Met.RECEIVED
        }

    @pytest.mark.parametrize("status", CLOSED)
    def test_refuses_a_request_that_is_closed(self, status: Status) -> None:
        closed = samples.request(status=status, closed_at=NOW, requirements=ALL_THERE)

        with pytest.raises(IllegalChange):
            marked(closed, OFFICE, {"kk": Met.OPEN})
        assert marked(closed, OFFICE, {"kk": Met.RECEIVED}) is closed, "a repeat of what was so before"


class TestWords:
    def test_say_what_is_missing_of_one_request(self) -> None:
        request = replace(looked_at(kk=Met.UNREADABLE), reason="foto buram")

        assert f"Berkas belum lengkap (foto buram); masih kurang: {KK} (tidak terbaca), {LETTER}\n" in said(request).body
        assert (
            "Documents missing (foto buram); still missing: family card (unreadable), police"
            in said(request, language="en").body
        )
        assert "kurang" not in said(samples.request(status=Status.INCOMPLETE)).body
        assert "kurang" not in said(samples.request(status=Status.SUBMITTED, requirements=ALL_THERE, checked_version=1)).body

    def test_say_until_when_the_office_decides_before_what_is_missing(self) -> None:
        body = said(replace(looked_at(Status.SUBMITTED, kk=Met.RECEIVED), due_at=NOW + timedelta(hours=2))).body

        assert re.search(rf"Permohonan diterima, paling lambat Selasa.* WIB; masih kurang: {LETTER}\n", body)

    def test_say_how_much_is_missing_of_each_of_several(self) -> None:
        held = replace(looked_at(kk=Met.OPEN), id="KTP-7F3K-9QXM-2DM", hold=Hold("listrik padam"))
        content = said(replace(looked_at(kk=Met.OPEN), reason="foto buram"), held)

        assert isinstance(content, Choices)
        assert f"{samples.ID} Berkas belum lengkap, kurang 2 dokumen" in content.body
        assert "Berkas belum lengkap (listrik padam)" in content.body
        assert content.rows[0].description == "KTP-el: Berkas belum lengkap, kurang 2 dokumen"
        assert all(len(row.description) <= MOST_ROW_DESCRIPTION for row in content.rows)

    def test_of_a_reminder_name_what_is_missing_or_else_the_reason(self) -> None:
        for language in LANGUAGES:
            for request, lacks in ((looked_at(police_letter=Met.RECEIVED), "{kk}"), (samples.request(), "foto buram")):
                occasion = samples.occasion(
                    Kind.REMINDER, language, request=replace(request, reason="foto buram", status=Status.INCOMPLETE)
                )
                name = {"id": KK, "en": "family card"}[language]
                assert f": {lacks.format(kk=name)}. " in texts.free(occasion).body
                assert texts.template(occasion).parameters[2] == lacks.format(kk=name)
        occasion = samples.occasion(Kind.REMINDER, request=replace(looked_at(kk=Met.UNREADABLE), reason="foto buram"))
        sms = texts.sms(occasion)
        assert sms is not None
        assert f"menunggu berkas: {KK} (tidak terbaca), surat" in sms
        assert len(sms) <= texts.SMS_PART

    def test_fit_however_long_the_list_is(self) -> None:
        needs = tuple(Requirement(f"need-{number}", {"id": "surat " * 33, "en": "letter " * 28}) for number in range(10))
        service = replace(OFFICE.services["KTP"], needs=needs)
        office = replace(OFFICE, services={**OFFICE.services, "KTP": service})
        request = replace(looked_at(), requirements={"need-3": Met.UNREADABLE}, reason="x" * 500)
        names = missing(request, office, "id")

        assert len(names) == 10
        assert in_a_line(names, "id").endswith(", dan 9 lagi")
        assert len(in_a_line(names, "id")) < 240
        confirm = texts.free(samples.occasion(Kind.CONFIRM, requests=[request], office=office))
        assert len(confirm.body) <= 1024
        status = texts.free(samples.occasion(Kind.STATUS, requests=[request], office=office))
        assert isinstance(status, FreeText)

    def test_in_a_line_name_all_where_there_is_room(self) -> None:
        assert in_a_line([], "id") == ""
        assert in_a_line(["KK", "KTP-el"], "id") == "KK, KTP-el"
        assert in_a_line(["a" * 150, "b" * 150, "c"], "en") == "a" * 150 + ", and 2 more"
        assert in_a_line(["a" * 500], "id") == "a" * 500
