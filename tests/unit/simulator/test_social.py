"""The simulator's End User Messaging Social, asked by botocore's own client."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from tests.unit.simulator.stand import BUDI, BY_AWS, KTP, ORIGINATION, SITI, Stand, template, text


def client_of(url: str, read_timeout_s: float = 10) -> Any:
    once = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout_s)
    session = boto3.Session(region_name="ap-southeast-3", aws_access_key_id="testing", aws_secret_access_key="testing")
    return session.client("socialmessaging", endpoint_url=url, config=once)


@pytest.fixture
def social(stand: Stand) -> Iterator[Any]:
    client = client_of(stand.url)
    yield client
    client.close()


def send(social: Any, body: object, **more: object) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = {"originationPhoneNumberId": ORIGINATION, "message": raw, "metaApiVersion": "v24.0", **more}
    return social.send_whatsapp_message(**asked)


def refused(social: Any, body: object, **more: object) -> tuple[str, int]:
    """Code and HTTP status of a send that must fail."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        send(social, body, **more)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def writes(stand: Stand, sender: str = SITI) -> None:
    """Opens the window, and forgets that Kabar was told."""
    stand.post("/sim/inbound", {"from": sender, "phone_number_id": BY_AWS, "text": "CEK"})
    stand.account.published.clear()


def to(body: dict[str, object]) -> dict[str, object]:
    return {**body, "to": f"+{body['to']}"}


def test_what_a_resident_writes_is_published_as_aws_writes_it_and_not_posted(stand: Stand) -> None:
    answer = stand.post("/sim/inbound", {"from": SITI, "phone_number_id": BY_AWS, "text": "Halo ☀"})

    assert answer["status"] == 200
    assert stand.kabar.received == []
    [published] = [json.loads(one) for one in stand.account.published]
    assert published.keys() == {"context", "whatsAppWebhookEntry", "aws_account_id", "message_timestamp", "messageId"}
    assert published["context"]["MetaPhoneNumberIds"][0]["metaPhoneNumberId"] == BY_AWS
    entry = json.loads(published["whatsAppWebhookEntry"])
    assert entry.keys() == {"id", "changes"}
    [message] = entry["changes"][0]["value"]["messages"]
    assert (message["id"], message["text"]) == (answer["id"], {"body": "Halo ☀"})


def test_a_message_is_taken_and_reported_by_the_topic_with_its_callback(stand: Stand, social: Any) -> None:
    writes(stand)

    answer = send(social, {**to(text()), "biz_opaque_callback_data": "X.1#1"})
    stand.settle()

    assert re.fullmatch("[0-9a-f-]{36}", answer["messageId"])
    [sent] = stand.outbox()
    assert (sent["body"], sent["notice"], sent["state"], sent["phone_number_id"]) == ("Halo", "X.1", "delivered", BY_AWS)
    assert [(one["status"], one["biz_opaque_callback_data"]) for one in stand.account.statuses()] == [
        ("sent", "X.1#1"), ("delivered", "X.1#1"),
    ]  # fmt: skip
    assert {one["id"] for one in stand.account.statuses()} == {sent["provider_id"]} != {answer["messageId"]}
    assert stand.kabar.received == []


def test_what_whatsapp_has_against_a_message_is_reported_and_never_answered(stand: Stand, social: Any) -> None:
    send(social, to(text()))  # no window
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused"})
    send(social, {**to(template(name="plain")), "biz_opaque_callback_data": "X.2#1"})
    send(social, to(template("one parameter of two")))
    stand.post("/sim/phones", {"phone": BUDI, "whatsapp": False, "synchronous": True})
    send(social, to(template("a", "b", to=BUDI)))
    stand.settle()

    by_code = {one["errors"][0]["code"]: one for one in stand.account.statuses()}
    assert sorted(by_code) == [131026, 131047, 132000, 132015]
    assert by_code[132015]["biz_opaque_callback_data"] == "X.2#1"
    assert {one["status"] for one in stand.account.statuses()} == {"failed"}
    assert {one["state"] for one in stand.outbox()} == {"failed"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", ("InvalidParametersException", 400)),
        (b"[]", ("InvalidParametersException", 400)),
        (text(), ("InvalidParametersException", 400)),  # a phone without its plus
        ({**to(text()), "to": "+62-812"}, ("InvalidParametersException", 400)),
        ({**to(text()), "type": "hologram"}, ("InvalidParametersException", 400)),
        ({**to(text()), "messaging_product": "sms"}, ("InvalidParametersException", 400)),
        (to(text(body="x" * 4097)), ("InvalidParametersException", 400)),
    ],
)
def test_what_is_no_message_is_refused_at_once(stand: Stand, social: Any, body: object, error: tuple[str, int]) -> None:
    writes(stand)

    assert refused(social, body) == error
    assert stand.outbox() == []


def test_who_may_not_send_or_from_where_is_refused(stand: Stand, social: Any) -> None:
    body = to(template("a", "b"))
    assert refused(social, body, originationPhoneNumberId="phone-number-id-another") == ("ResourceNotFoundException", 404)
    assert refused(social, body, originationPhoneNumberId=KTP) == ("ValidationException", 400)
    assert refused(social, body, metaApiVersion="24") == ("InvalidParametersException", 400)
    asked = {"originationPhoneNumberId": ORIGINATION, "message": base64.b64encode(b"{}").decode(), "metaApiVersion": "v24.0"}
    unsigned = stand.try_post("/v1/whatsapp/send", asked)
    assert (unsigned.status, unsigned.headers["x-amzn-ErrorType"]) == (403, "MissingAuthenticationTokenException")


def test_a_number_of_awss_is_not_metas_to_send_by(stand: Stand) -> None:
    answer = stand.send(template("a", "b"), number=BY_AWS)
    assert (answer.status, answer.json()["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("http_429", ("ThrottledRequestException", 429)),
        ("http_500", ("InternalServiceException", 500)),
        ("error:DependencyException", ("DependencyException", 502)),
        ("error:AccessDeniedByMetaException", ("AccessDeniedByMetaException", 403)),
        ("error:ValidationException", ("ValidationException", 400)),
    ],
)
def test_sends_can_be_ordered_to_fail_as_aws_fails(stand: Stand, social: Any, outcome: str, error: tuple[str, int]) -> None:
    stand.post("/sim/faults", {"outcome": outcome, "channel": "whatsapp"})
    stand.send(template("a", "b"), timeout_s=5)  # by Meta, who knows no such names

    if outcome.startswith("error:"):
        assert len(stand.outbox()) == 1
        assert refused(social, to(template("a", "b"))) == error
    stand.post("/sim/faults", {"outcome": outcome})
    assert refused(social, to(template("a", "b"))) == error


def test_an_ordered_code_of_metas_is_reported(stand: Stand, social: Any) -> None:
    stand.post("/sim/faults", {"outcome": "error:131049"})
    send(social, to(template("a", "b")))
    stand.settle()

    assert [(one["status"], one["errors"][0]["code"]) for one in stand.account.statuses()] == [("failed", 131049)]


def test_an_answer_can_be_lost_after_the_message_was_taken(stand: Stand) -> None:
    client = client_of(stand.url, read_timeout_s=0.3)
    stand.post("/sim/faults", {"outcome": "timeout_after"})
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        send(client, to(template("a", "b")))
    client.close()
    stand.settle()

    assert [one["state"] for one in stand.outbox()] == ["delivered"]


def test_the_window_closes_after_a_day(stand: Stand, social: Any) -> None:
    writes(stand)
    stand.clock.now += timedelta(hours=24)
    send(social, to(text()))
    stand.settle()

    assert [one["errors"][0]["code"] for one in stand.account.statuses()] == [131047]


def uploaded(stand: Stand, content: bytes) -> str:
    """A photo that a resident may send; its id."""
    answer = stand.http.request("POST", f"{stand.url}/sim/files", body=content, headers={"Content-Type": "image/jpeg"})
    return str(answer.json()["id"])


def fetch(social: Any, media_id: str, **more: object) -> Any:
    place = {"bucketName": "kabar-media", "key": "incoming/1/"}
    asked = {"mediaId": media_id, "originationPhoneNumberId": ORIGINATION, "destinationS3File": place, **more}
    return social.get_whatsapp_message_media(**asked)


def test_a_file_is_written_into_the_bucket_under_a_name_of_awss_own(stand: Stand, social: Any) -> None:
    stand.post("/sim/inbound", {"from": SITI, "phone_number_id": BY_AWS, "media": {"type": "image"}})
    image = stand.account.entries()[0]["changes"][0]["value"]["messages"][0]["image"]

    answer = fetch(social, image["id"])

    [((bucket, key), content)] = stand.account.files.items()
    assert (bucket, key) == ("kabar-media", f"incoming/1/{image['id']}.jpeg")
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == image["sha256"]
    assert (answer["mimeType"], answer["fileSize"]) == ("image/jpeg", -(-len(content) // 1024))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"mediaId": "12345"}, "ResourceNotFoundException"),
        ({"mediaId": "not/an/id"}, "ValidationException"),
        ({"originationPhoneNumberId": "phone-number-id-another"}, "ResourceNotFoundException"),
        ({"destinationS3File": {"bucketName": "another-bucket", "key": "incoming/1/"}}, "AccessDeniedException"),
        ({"destinationS3PresignedUrl": {"url": "https://x.s3.amazonaws.com/y", "headers": {}}}, "InvalidParametersException"),
    ],
)
def test_a_file_that_cannot_be_had_is_refused(stand: Stand, social: Any, more: dict[str, object], code: str) -> None:
    kept = uploaded(stand, b"x")
    asked: dict[str, Any] = {"media_id": kept, **more}
    if "mediaId" in more:
        asked["media_id"] = asked.pop("mediaId")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        fetch(social, **asked)
    assert caught.value.response["Error"]["Code"] == code
    assert stand.account.files == {}


def test_a_file_is_to_be_had_for_a_week(stand: Stand, social: Any) -> None:
    kept = uploaded(stand, b"x")
    fetch(social, kept)
    stand.clock.now += timedelta(days=8)
    with pytest.raises(botocore.exceptions.ClientError, match="ResourceNotFoundException"):
        fetch(social, kept)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("expired", "ResourceNotFoundException"),
        ("error:131000", "DependencyException"),
        ("http_500", "DependencyException"),
    ],
)
def test_a_file_can_be_ordered_not_to_be_had_once(stand: Stand, social: Any, outcome: str, code: str) -> None:
    kept = uploaded(stand, b"x")
    stand.post(f"/sim/files/{kept}/faults", {"outcome": outcome})
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        fetch(social, kept)
    assert caught.value.response["Error"]["Code"] == code
    fetch(social, kept)
    assert list(stand.account.files.values()) == [b"x"]


@pytest.mark.parametrize(("outcome", "content"), [("truncated", b"ab"), ("other_bytes", bytes(4)), ("other_hash", b"abcd")])
def test_a_file_can_be_ordered_to_come_otherwise(stand: Stand, social: Any, outcome: str, content: bytes) -> None:
    kept = stand.http.request("POST", f"{stand.url}/sim/files", body=b"abcd", headers={"Content-Type": "image/jpeg"}).json()[
        "id"
    ]
    stand.post(f"/sim/files/{kept}/faults", {"outcome": outcome})
    fetch(social, kept)
    assert list(stand.account.files.values()) == [content]
