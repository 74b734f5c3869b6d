import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from devstack.simulator.files import Files
from devstack.simulator.media_types import MEDIA_TYPES
from tests.unit.simulator.stand import KTP, SITI, TOKEN, Stand

PHOTO = b"\xff\xd8\xff\xe0 an invented photo"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def upload(stand: Stand, content: bytes = PHOTO, mime_type: str = "image/jpeg", query: str = "") -> urllib3.BaseHTTPResponse:
    headers = {"Content-Type": mime_type} if mime_type else {}
    return stand.http.request("POST", f"{stand.url}/sim/files{query}", body=content, headers=headers)


def get(stand: Stand, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return stand.http.request("GET", url if url.startswith("http") else stand.url + url, headers=headers)


def send(stand: Stand, **media: object) -> Any:
    """Sends a file, and returns what Kabar was told of it."""
    stand.post("/sim/inbound", {"from": SITI, "phone_number_id": KTP, "media": media})
    return stand.kabar.received[-1].value["messages"][0][media["type"]]


def described(stand: Stand, media_id: str) -> Any:
    answer = get(stand, f"/v24.0/{media_id}", **BEARER)
    assert answer.status == 200
    return answer.json()


def test_a_file_that_was_sent_can_be_fetched_as_meta_lets_it_be_fetched(stand: Stand) -> None:
    kept = upload(stand).json()
    told = send(stand, type="image", caption="KK lama", id=kept["id"])
    about = described(stand, told["id"])

    assert about == {
        "messaging_product": "whatsapp",
        "url": about["url"],
        "mime_type": "image/jpeg",
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "file_size": len(PHOTO),
        "id": kept["id"],
    }
    answer = get(stand, about["url"], **BEARER)
    assert (answer.status, answer.data, answer.headers["Content-Type"]) == (200, PHOTO, "image/jpeg")


@pytest.mark.parametrize("kind", list(MEDIA_TYPES))
def test_who_sends_no_file_sends_an_example_of_its_kind_and_never_twice_the_same(stand: Stand, kind: str) -> None:
    first, second = (send(stand, type=kind) for _ in range(2))
    assert first["sha256"] != second["sha256"]
    about = described(stand, first["id"])
    content = get(stand, about["url"], **BEARER).data
    assert about["mime_type"] == first["mime_type"]
    assert about["sha256"] == hashlib.sha256(content).hexdigest()
    signature = {"image": b"\xff\xd8", "document": b"%PDF", "audio": b"OggS", "video": b"ftyp", "sticker": b"WEBP"}[kind]
    assert signature in content[:16]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": TOKEN}])
def test_without_the_token_there_is_neither_address_nor_file(stand: Stand, headers: dict[str, str]) -> None:
    url = described(stand, send(stand, type="image")["id"])["url"]
    assert get(stand, url, **headers).status == 401
    refused = get(stand, "/v24.0/" + url.partition("mid=")[2].partition("&")[0], **headers)
    assert (refused.status, refused.json()["error"]["code"]) == (401, 190)


def test_an_address_lives_five_minutes_and_a_new_one_is_given_after_it(stand: Stand) -> None:
    media_id = send(stand, type="image")["id"]
    url = described(stand, media_id)["url"]
    stand.post("/sim/advance", {"seconds": 299})
    assert get(stand, url, **BEARER).status == 200
    stand.post("/sim/advance", {"seconds": 1})
    assert get(stand, url, **BEARER).status == 404
    assert get(stand, described(stand, media_id)["url"], **BEARER).status == 200


def test_an_address_that_was_changed_leads_nowhere(stand: Stand) -> None:
    one, other = (described(stand, send(stand, type="image")["id"]) for _ in range(2))
    until = one["url"].partition("ext=")[2].partition("&")[0]
    for changed in (
        one["url"].replace(one["id"], other["id"]),
        one["url"].replace(f"ext={until}", f"ext={int(until) + 60}"),
        one["url"].replace("ext=", "ext=x"),
        one["url"].partition("&hash=")[0],
        one["url"] + "%C3%A9",
        f"{stand.url}/whatsapp_business/attachments/",
    ):
        assert get(stand, changed, **BEARER).status == 404


def test_a_file_is_gone_after_a_week(stand: Stand) -> None:
    media_id = send(stand, type="image")["id"]
    stand.post("/sim/advance", {"seconds": 7 * 86_400})
    error = get(stand, f"/v24.0/{media_id}", **BEARER).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert get(stand, f"/sim/files/{media_id}").status == 404


@pytest.mark.parametrize(("path", "code"), [("/v24.0/1", 100), ("/vx/1", 2500), ("/v24.0.1/1", 2500)])
def test_an_unknown_id_and_a_wrong_version_are_graph_s_errors(stand: Stand, path: str, code: int) -> None:
    answer = get(stand, path, **BEARER)
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("content", "mime_type", "query"),
    [(b"", "image/jpeg", ""), (PHOTO, "", ""), (PHOTO, "picture", ""), (PHOTO, "image/", ""), (PHOTO, "image/jpeg", "?name=")],
)
def test_an_upload_that_is_none_is_a_400(stand: Stand, content: bytes, mime_type: str, query: str) -> None:
    answer = upload(stand, content, mime_type, query)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_an_upload_that_is_too_large_for_anything_is_a_413(stand: Stand) -> None:
    answer = stand.simulator.app.test_client().post(
        "/sim/files", data=b"x" * (16 * 1024 * 1024 + 1), headers={"Content-Type": "application/pdf"}
    )
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("kind", "mime_type", "size"),
    [
        ("image", "application/pdf", 10),
        ("image", "image/webp", 10),
        ("image", "image/jpeg", 5 * 1024 * 1024 + 1),
        ("sticker", "image/webp", 500 * 1024 + 1),
        ("audio", "video/mp4", 10),
    ],
)
def test_what_whatsapp_does_not_carry_is_a_400(stand: Stand, kind: str, mime_type: str, size: int) -> None:
    kept = upload(stand, b"x" * size, mime_type).json()
    body = {"from": SITI, "phone_number_id": KTP, "media": {"type": kind, "id": kept["id"]}}
    answer = stand.try_post("/sim/inbound", body)
    assert answer.status == 400
    assert answer.json()["detail"].startswith("media: ")
    assert stand.kabar.received == []


def test_a_kind_of_file_may_say_more_of_itself(stand: Stand) -> None:
    kept = upload(stand, b"OggS", "audio/ogg; codecs=opus").json()
    assert send(stand, type="audio", id=kept["id"])["mime_type"] == "audio/ogg; codecs=opus"


def test_a_document_keeps_its_name_and_can_be_anything(stand: Stand) -> None:
    kept = upload(stand, b"halo", "text/plain; charset=utf-8", "?name=surat%20kuasa.txt").json()
    told = send(stand, type="document", id=kept["id"])
    assert (told["filename"], told["mime_type"]) == ("surat kuasa.txt", "text/plain; charset=utf-8")


def test_an_unknown_file_cannot_be_sent(stand: Stand) -> None:
    body = {"from": SITI, "phone_number_id": KTP, "media": {"type": "image", "id": "1"}}
    assert stand.try_post("/sim/inbound", body).status == 400


@pytest.mark.parametrize(
    ("mime_type", "shown", "disposition"),
    [
        ("image/jpeg", "image/jpeg", "inline"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
def test_the_page_shows_pictures_and_runs_nothing(stand: Stand, mime_type: str, shown: str, disposition: str) -> None:
    kept = upload(stand, b"<script>alert(1)</script>", mime_type).json()
    answer = get(stand, f"/sim/files/{kept['id']}")
    assert (answer.headers["Content-Type"], answer.headers["Content-Disposition"]) == (shown, disposition)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_oldest_files_make_room_for_new_ones() -> None:
    now, files = datetime(2026, 3, 2, tzinfo=UTC), Files(most_bytes=10)
    kept = [files.keep(now, "image/jpeg", b"x" * 4) for _ in range(3)]
    assert [files.get(file.id, now) is not None for file in kept] == [False, True, True]
    large = files.keep(now, "image/jpeg", b"x" * 11)
    assert files.get(large.id, now + timedelta(days=6)) == large
    assert files.get(kept[2].id, now) is None


def ordered(stand: Stand, outcome: str, times: int = 1) -> str:
    """The id of a photo that is to come so."""
    media_id: str = send(stand, type="image", id=upload(stand).json()["id"])["id"]
    stand.post(f"/sim/files/{media_id}/faults", {"outcome": outcome, "times": times})
    return media_id


@pytest.mark.parametrize(
    ("outcome", "status", "code", "subcode"),
    [("expired", 400, 100, 33), ("error:190", 401, 190, None), ("error:4", 429, 4, None)],
)
def test_an_ordered_refusal_comes_as_often_as_it_was_ordered(
    stand: Stand, outcome: str, status: int, code: int, subcode: int | None
) -> None:
    media_id = ordered(stand, outcome, times=2)
    for _ in range(2):
        answer = get(stand, f"/v24.0/{media_id}", **BEARER)
        error = answer.json()["error"]
        assert (error["code"], error.get("error_subcode")) == (code, subcode)
        assert answer.status == status
    assert described(stand, media_id)["id"] == media_id


def test_a_file_can_be_described_as_another_or_as_somewhere_else(stand: Stand) -> None:
    assert described(stand, ordered(stand, "other_hash"))["sha256"] != hashlib.sha256(PHOTO).hexdigest()
    assert described(stand, ordered(stand, "other_host"))["url"].startswith("https://files.invalid/")


@pytest.mark.parametrize(("outcome", "status"), [("http_404", 404), ("http_500", 500)])
def test_a_file_can_be_refused_where_it_lies(stand: Stand, outcome: str, status: int) -> None:
    url = described(stand, ordered(stand, outcome))["url"]
    assert get(stand, url, **BEARER).status == status
    assert get(stand, url, **BEARER).data == PHOTO


def test_a_file_can_end_early(stand: Stand) -> None:
    url = described(stand, ordered(stand, "truncated"))["url"]
    with pytest.raises(urllib3.exceptions.HTTPError):
        get(stand, url, **BEARER)


def test_a_file_can_be_other_bytes_and_can_drip(stand: Stand) -> None:
    other = get(stand, described(stand, ordered(stand, "other_bytes"))["url"], **BEARER).data
    assert (len(other), other != PHOTO) == (len(PHOTO), True)
    assert get(stand, described(stand, ordered(stand, "drip:10"))["url"], **BEARER).data == PHOTO


@pytest.mark.parametrize("outcome", ["", "http_502", "error", "error:x", "drip", "drip:99999", "expired:1", "silent"])
def test_an_outcome_that_files_do_not_have_is_a_400(stand: Stand, outcome: str) -> None:
    media_id = upload(stand).json()["id"]
    assert stand.try_post(f"/sim/files/{media_id}/faults", {"outcome": outcome}).status == 400


def test_a_fault_of_no_file_is_a_400_and_a_reset_takes_faults_back(stand: Stand) -> None:
    assert stand.try_post("/sim/files/1/faults", {"outcome": "expired"}).status == 400
    media_id = ordered(stand, "expired")
    stand.post("/sim/reset", {})
    assert described(stand, media_id)["id"] == media_id
