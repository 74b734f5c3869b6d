"""A photo from the resident's phone to the desk by its link; and what becomes of one that cannot be had."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from devstack.simulator.media_types import MEDIA_TYPES
from tests.system.client import Devstack

PHOTO = MEDIA_TYPES["image"].example("a family card")
_people = count(1)


@pytest.fixture
def case(faulty: Devstack) -> Iterator["Case"]:
    yield Case(faulty)
    faulty.sim("reset")


class Case:
    """One resident with a phone to take photos with."""

    def __init__(self, stack: Devstack) -> None:
        self.stack = stack
        self.phone = f"6281700{next(_people):06d}"
        self.id = ""

    def uploads(self, content: bytes = PHOTO, mime_type: str = "image/jpeg") -> str:
        """A file on the resident's phone; its id at WhatsApp."""
        answer = self.stack.ask("POST", f"{self.stack.graph_url}/sim/files", content, **{"Content-Type": mime_type})
        assert answer.status == 200
        return str(answer.json["id"])

    def sends(self, media_id: str, kind: str = "image") -> None:
        number = self.stack.phone_number_id("KTP")
        media = {"type": kind, "id": media_id}
        assert self.stack.sim("inbound", **{"from": self.phone, "phone_number_id": number, "media": media})["status"] == 200
        self.stack.settle()

    def fault(self, media_id: str, outcome: str, times: int = 1) -> None:
        self.stack.sim(f"files/{media_id}/faults", outcome=outcome, times=times)

    def media(self) -> list[dict[str, Any]]:
        """The resident's files, as the desk sees them."""
        if not self.id:
            [self.id] = re.findall(r"KTP(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{3}", self.stack.outbox(self.phone)[0]["body"])
        file = self.stack.staff("GET", f"/staff/requests/{self.id}").json
        return [one["media"] for one in file["messages"] if "media" in one]

    def asked(self) -> int:
        """How often the resident was asked to send something again."""
        return sum("tidak dapat dibuka" in one["body"] for one in self.stack.outbox(self.phone))


def download(link: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", link, retries=False)


def test_a_photo_arrives_at_the_desk_and_its_link_gives_the_very_bytes(case: Case) -> None:
    case.sends(case.uploads())

    [media] = case.media()
    assert (media["state"], media["content_type"], media["size"]) == ("kept", "image/jpeg", len(PHOTO))
    assert media["link_expires_at"]
    answer = download(media["link"])
    assert (answer.status, answer.data, answer.headers["Content-Type"]) == (200, PHOTO, "image/jpeg")
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{case.id}-')
    assert "X-Amz-Expires=300" in media["link"]
    assert case.asked() == 0


def test_the_same_photo_twice_is_one_object_and_another_is_another(case: Case) -> None:
    for content in (PHOTO, PHOTO, PHOTO + b"!"):
        case.sends(case.uploads(content))

    links = [urlsplit(media["link"]).path for media in case.media()]
    assert [media["state"] for media in case.media()] == ["kept"] * 3
    assert len(links) == 3
    assert len(set(links)) == 2


def test_what_is_said_to_be_a_picture_is_known_by_its_content(case: Case) -> None:
    case.sends(case.uploads(b"%PDF-1.7 a scan", "text/plain"), "document")
    case.sends(case.uploads(b"<html><script>", "application/pdf"), "document")

    pdf, page = case.media()
    assert (pdf["state"], pdf["content_type"]) == ("kept", "application/pdf")
    assert (page["state"], page["reason"], page.get("link")) == ("refused", "type_not_taken", None)
    assert case.asked() == 1


def test_an_expired_photo_is_marked_and_asked_for_once(case: Case) -> None:
    for _ in range(3):
        media_id = case.uploads()
        case.fault(media_id, "expired")
        case.sends(media_id)

    assert [(media["state"], media["reason"]) for media in case.media()] == [("gone", "100")] * 3
    assert case.asked() == 1
    case.sends(case.uploads())
    assert case.media()[-1]["state"] == "kept"


@pytest.mark.parametrize(
    "outcome", ["error:131000", "http_500", "http_404", "truncated", "other_bytes", "other_hash", "other_host"]
)
def test_a_photo_that_cannot_be_had_at_first_is_had_later(case: Case, outcome: str) -> None:
    media_id = case.uploads()
    case.fault(media_id, outcome)
    case.sends(media_id)
    assert [media["state"] for media in case.media()] == ["waiting"]

    assert case.stack.sim("advance", seconds=180)["idle"]
    [media] = case.media()
    assert (media["state"], case.asked()) == ("kept", 0)
    assert download(media["link"]).data == PHOTO


def test_a_photo_that_can_never_be_had_is_given_up_when_whatsapp_has_it_no_more(case: Case) -> None:
    media_id = case.uploads()
    case.fault(media_id, "http_500", times=1000)
    case.sends(media_id)
    for _ in range(8):
        assert case.stack.sim("advance", seconds=86_400)["idle"]

    [media] = case.media()
    assert media["state"] in {"gone", "lost"}
    assert "link" not in media
