"""A file from a resident's chat to the desk, through the functions as AWS calls them."""

import hashlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.media import NoLonger
from chalicelib.domain.staff import Role
from tests.data import payloads
from tests.functional.stand import BUCKET, Stand, client, standing

NIK = "1801010101900001"
PDF = b"%PDF-1.7 an invented scan"


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing() as stand:
        yield stand


def sends(stand: Stand, content: bytes | BaseException = PDF) -> None:
    """A document with a NIK in its name, its caption and its type."""
    stand.source.files["media-1"] = content
    about = {"id": "media-1", "mime_type": f"application/{NIK}", "filename": f"{NIK}.pdf", "caption": f"NIK {NIK}"}
    message = payloads.message("document", about, at=stand.seconds)
    assert stand.webhook(payloads.envelope(payloads.value(message))).status_code == 200


def shown(stand: Stand, role: Role = Role.OPERATOR) -> list[Any]:
    path = f"/staff/requests/{stand.only_request().id}"
    return [one["media"] for one in stand.get(path, stand.staff(role)).json_body["messages"]]


def test_document_is_fetched_by_a_function_of_its_own_and_shown_by_a_link(stand: Stand) -> None:
    sends(stand)
    assert [one["state"] for one in shown(stand)] == ["waiting"]
    stand.run()

    [item] = stand.items("CONTACT#", "MSG#")
    file_id = f"{str(item['pk']).removeprefix('CONTACT#')} {item['sk']}"
    assert json.dumps({"media": file_id}) in stand.bodies
    digest = hashlib.sha256(PDF).hexdigest()
    key = f"1801/{stand.only_request().contact_id}/{digest}"
    kept = client("s3").get_object(Bucket=BUCKET, Key=key)
    assert (kept["Body"].read(), kept["ContentType"]) == (PDF, "application/pdf")
    [media] = shown(stand)
    assert (media["state"], media["size"], media["sha256"]) == ("kept", len(PDF), digest)
    assert f"{BUCKET}.s3." in media["link"]
    assert key in media["link"]


def test_who_may_not_read_messages_gets_no_link(stand: Stand) -> None:
    sends(stand)
    stand.run()

    assert shown(stand, Role.INTEGRATION) == []


def test_what_the_stream_missed_is_fetched_by_the_sweep(stand: Stand) -> None:
    sends(stand)
    stand.seen = stand.new_records()[-1]["dynamodb"]["SequenceNumber"]
    stand.tick(minutes=3)

    assert [one["state"] for one in shown(stand)] == ["kept"]


def test_expired_document_is_marked_and_asked_for_again(stand: Stand) -> None:
    sends(stand, NoLonger("100"))
    stand.run()

    assert [(one["state"], one["reason"]) for one in shown(stand)] == [("gone", "100")]
    assert "tidak dapat dibuka" in stand.whatsapp.arrivals[-1].message.content.body  # type: ignore[union-attr]


def test_nothing_that_a_resident_called_a_file_gets_out(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="chalicelib"):
        sends(stand)
        stand.run()
        sends(stand, NoLonger("100"))
        stand.run()

    keys = [one["Key"] for one in client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
    out = [*stand.bodies, *keys, *(f"{item['pk']} {item['sk']}" for item in stand.items()), *caplog.messages]
    out += [json.dumps(media) for media in shown(stand)]
    assert [text for text in out if NIK in text or payloads.SITI[2:] in text] == []
