"""What staff see: everything that they need, and nobody's numbers."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.media import FileState, Kept, NotKept, Settled
from chalicelib.domain.message import Media, Message
from chalicelib.domain.notice import Attempt, Channel, Notice
from chalicelib.domain.request import Change, Hold, Met, Request, Status
from chalicelib.entry import views
from chalicelib.flows.reading import File
from chalicelib.ports import Item
from chalicelib.table import media, messages
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, NOW, OFFICE, PHONE
from tests.unit.table import stored
from tests.unit.table.strategies import CHANGES, DECISIONS, MESSAGES, NOTICES, REQUESTS

NIK = "1801010401900001"
WORDS = f"NIK {NIK}, telepon 0812-0000-0001"
PERSONAL = re.compile(r"1801010401900001|0812-0000-0001|81200000001")


def message_item(**more: Any) -> Any:
    return messages.put(CONTACT_ID, samples.message(**more), Decision(Intent.JOIN), ID, NOW).item


OFFICES = {"1801": OFFICE}


def view_of(request: Request, now: datetime = NOW) -> dict[str, Any]:
    return views.request(request, OFFICES, now)


def file_of(file: File) -> dict[str, Any]:
    return views.file(file, OFFICES, NOW)


class TestRequest:
    def test_is_shown_with_what_the_desk_needs(self) -> None:
        view = view_of(samples.request(name="Siti", sms_phone=PHONE))

        assert view == {
            "id": ID, "office": "1801", "service": "KTP", "status": "submitted", "version": 1, "language": "id", "name": "Siti",
            "phone": "+62…001", "opened_at": "2026-11-24T03:00:00.000Z", "updated_at": "2026-11-24T03:00:00.000Z",
            "due_at": "2026-11-24T09:00:00.000Z",
            "requirements": [
                {"code": "kk", "name": "Kartu Keluarga", "state": "open"},
                {"code": "police-letter", "name": "surat kehilangan dari polisi atau KTP-el yang rusak", "state": "open"},
            ],
        }  # fmt: skip

    def test_shows_what_is_missing_once_an_officer_has_looked(self) -> None:
        looked_at = view_of(samples.request(requirements={"police-letter": Met.UNREADABLE, "of-before": Met.RECEIVED}))

        assert [(one["code"], one["state"]) for one in looked_at["requirements"]] == [
            ("kk", "open"), ("police-letter", "unreadable"), ("of-before", "received"),
        ]  # fmt: skip
        assert looked_at["requirements"][2]["name"] == "of-before", "the catalogue has it no more"
        assert looked_at["missing"] == 2
        assert view_of(samples.request(requirements={"kk": Met.RECEIVED, "police-letter": Met.RECEIVED}))["missing"] == 0
        assert "missing" not in view_of(samples.request())

    def test_shows_whether_it_is_overdue(self) -> None:
        late = NOW + timedelta(hours=7)

        assert view_of(samples.request(), late)["overdue"] is True
        assert "overdue" not in view_of(samples.request())
        for one in ({"status": Status.READY}, {"status": Status.CANCELLED, "closed_at": NOW}, {"due_at": None}):
            assert "overdue" not in view_of(samples.request(**one), late)

    def test_shows_hold_reason_and_end(self) -> None:
        closed = samples.request(status=Status.REJECTED, reason="ganda", closed_at=NOW, due_at=None)
        held = samples.request(hold=Hold("blangko habis"))

        assert view_of(closed)["reason"] == "ganda"
        assert view_of(closed)["closed_at"] == "2026-11-24T03:00:00.000Z"
        assert view_of(closed)["due_at"] is None
        assert view_of(held)["hold"] == {"reason": "blangko habis"}

    @given(REQUESTS)
    def test_never_shows_a_phone_number_or_a_nik(self, request: Request) -> None:
        told = replace(request, name=WORDS, reason=WORDS, hold=Hold(WORDS), sms_phone=PHONE)

        assert not PERSONAL.search(json.dumps(view_of(told)))

    @given(REQUESTS)
    def test_does_not_show_the_contact(self, request: Request) -> None:
        view = view_of(request)

        assert not {"contact_id", "sms_phone", "phone_number_id", "opened_by"} & set(view)


class TestFile:
    def test_has_its_four_parts(self) -> None:
        change = Change(
            ID, 2, Status.SUBMITTED, Status.VERIFIED, "staff:0123456789ab", NOW, note="lihat", idempotency_key="once"
        )

        view = file_of(File(samples.request(), [change], [samples.notice()], [message_item(text="halo")]))

        assert set(view) == {"request", "changes", "messages", "notices"}
        assert view["changes"] == [
            {"version": 2, "from": "submitted", "to": "verified", "actor": "staff:0123456789ab",
             "at": "2026-11-24T03:00:00.000Z", "note": "lihat"},
        ]  # fmt: skip
        assert [(one["from"], one["kind"], one["text"], one["intent"]) for one in view["messages"]] == [
            ("resident", "text", "halo", "join")
        ]
        assert [one["id"] for one in view["notices"]] == [f"{ID}.2"]

    @given(CHANGES)
    def test_masks_what_staff_wrote(self, change: Change) -> None:
        told = replace(change, reason=WORDS, note=WORDS, hold=Hold(WORDS), request_id=ID)

        view = file_of(File(samples.request(), [told]))["changes"][0]

        assert not PERSONAL.search(json.dumps(view))
        assert "body_hash" not in view

    @given(MESSAGES, DECISIONS)
    def test_masks_what_residents_wrote_and_how_they_named_their_files(self, message: Message, decision: Decision) -> None:
        told = replace(
            message,
            text=WORDS,
            media=Media("media-1", "image/jpeg", "c2hh", f"KTP_{NIK}.jpg"),
            name="Siti",
            phone=PHONE,
            plain=False,
        )
        item = messages.put(CONTACT_ID, told, decision, ID, NOW).item

        view = file_of(File(samples.request(), [], [], [item]))["messages"][0]

        assert not PERSONAL.search(json.dumps(view))
        assert not {"raw", "name", "phone", "provider_id"} & set(view)
        assert view["media"]["filename"] == "KTP_•••• 01.jpg"

    def test_tells_the_offices_words_from_the_residents(self) -> None:
        echo = messages.put(CONTACT_ID, samples.message("Siap"), None, None, NOW).item

        assert file_of(File(samples.request(), [], [], [echo]))["messages"][0]["from"] == "office"

    def test_shows_a_file_that_is_kept_by_a_link_and_one_that_is_not_by_its_reason(self) -> None:
        kept = _settled(Kept("1801/x/00", "application/pdf", 3, "00"))
        gone = _settled(NotKept(FileState.GONE, "100"))
        file = File(samples.request(), [], [], [kept, gone], {str(kept["sk"]): "https://files.invalid/x"}, NOW)

        shown = [one["media"] for one in file_of(file)["messages"]]

        about = {"id": "media-1", "mime_type": "image/jpeg"}
        assert shown[0] == about | {
            "state": "kept", "content_type": "application/pdf", "size": 3, "sha256": "00", "link": "https://files.invalid/x",
            "link_expires_at": "2026-11-24T03:00:00.000Z",
        }  # fmt: skip
        without = file_of(replace(file, messages=[gone], links={}))["messages"][0]["media"]
        assert without == about | {"state": "gone", "reason": "100"}

    def test_message_with_a_file_has_the_same_id_as_any(self) -> None:
        message = samples.message(kind="image", media=Media("m"))
        item = messages.put(CONTACT_ID, message, Decision(Intent.JOIN), ID, NOW, "1801").item

        view = file_of(File(samples.request(), [], [], [item]))["messages"][0]

        assert re.fullmatch("[0-9a-f]{32}", view["id"])
        assert view["media"] == {"id": "m", "state": "waiting"}

    def test_message_without_a_file_has_no_media(self) -> None:
        assert "media" not in file_of(File(samples.request(), [], [], [message_item(text="halo")]))["messages"][0]


def _settled(outcome: Settled) -> Item:
    """A message whose file came to that."""
    message = samples.message(kind="document", media=Media("media-1", "image/jpeg"))
    put = messages.put(CONTACT_ID, message, Decision(Intent.JOIN), ID, NOW, "1801")
    file = media.awaited(put.item)
    assert file is not None
    return stored.after(put, media.settles(file, outcome, NOW, timedelta(days=30)))


class TestNotice:
    def test_shows_how_far_it_has_come_and_each_attempt(self) -> None:
        attempt = Attempt(1, Channel.WHATSAPP, NOW, "refused", "131026", "wamid.HBgNNjI4MTIwMDAwMDAwMQ==")

        view = views.notice(samples.notice(attempt=1).with_attempt(attempt))

        assert view == {
            "id": f"{ID}.2", "kind": "ready", "state": "planned", "channel": "whatsapp", "attempt": 1,
            "caused_at": "2026-11-24T03:00:00.000Z", "due_at": "2026-11-24T03:02:00.000Z",
            "attempts": [
                {"number": 1, "channel": "whatsapp", "at": "2026-11-24T03:00:00.000Z", "outcome": "refused", "code": "131026"}
            ],
        }  # fmt: skip

    @given(NOTICES)
    def test_shows_no_words_and_no_contact(self, notice: Notice) -> None:
        view = views.notice(replace(notice, body=WORDS))

        assert not PERSONAL.search(json.dumps(view))
        assert not {"body", "contact_id", "owner", "phone_number_id"} & set(view)


@pytest.mark.parametrize("view", [view_of(samples.request()), views.notice(samples.notice())])
def test_view_is_json(view: dict[str, Any]) -> None:
    assert json.loads(json.dumps(view)) == view
