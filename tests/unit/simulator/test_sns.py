import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from tests.unit.simulator.stand import SITI, Stand

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

Attributes = dict[str, "MessageAttributeValueTypeDef"]


@pytest.fixture
def sns(stand: Stand) -> "Iterator[SNSClient]":
    client = client_of(stand.url)
    yield client
    client.close()


@pytest.fixture
def impatient_sns(stand: Stand) -> "Iterator[SNSClient]":
    client = client_of(stand.url, read_timeout_s=0.5)
    yield client
    client.close()


def client_of(url: str, read_timeout_s: float = 10) -> "SNSClient":
    once = Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout_s)
    session = boto3.Session(region_name="ap-southeast-3", aws_access_key_id="testing", aws_secret_access_key="testing")
    return session.client("sns", endpoint_url=url, config=once)


def attribute(name: str, value: str, kind: str = "String") -> Attributes:
    return {f"AWS.SNS.SMS.{name}": {"DataType": kind, "StringValue": value}}


def error_of(sns: "SNSClient", phone: str = f"+{SITI}", message: str = "Halo", **more: object) -> tuple[str, int]:
    """Code and HTTP status of a Publish that must fail."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sns.publish(PhoneNumber=phone, Message=message, **more)  # type: ignore[arg-type]
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_published_sms_lies_in_the_outbox_and_is_never_reported(stand: Stand, sns: "SNSClient") -> None:
    body = "DUKCAPIL LAMSEL: KTP-el Anda SIAP DIAMBIL & GRATIS <ok> ☀"
    attributes = (
        attribute("SenderID", "DUKCAPIL") | attribute("SMSType", "Transactional") | attribute("MaxPrice", "0.50", "Number")
    )

    answer = sns.publish(PhoneNumber=f"+{SITI}", Message=body, MessageAttributes=attributes)

    assert re.fullmatch(r"[0-9a-f-]{36}", answer["MessageId"])
    assert stand.simulator.idle()
    assert stand.kabar.received == []
    assert stand.outbox() == [
        {
            "at": "2026-03-02T03:04:05.678Z",
            "channel": "sms",
            "to": f"+{SITI}",
            "kind": "sms",
            "body": body,
            "notice": None,
            "provider_id": answer["MessageId"],
            "state": "accepted",
            "phone_number_id": None,
            "sender": "DUKCAPIL",
        }
    ]


@pytest.mark.parametrize(
    "phone", ["081200000001", "6281200000001", "+0812", "+62 812 0000", "", "+62812000000000001", "+\x00<"]
)
def test_only_e164_is_published_to(stand: Stand, sns: "SNSClient", phone: str) -> None:
    assert error_of(sns, phone) == ("InvalidParameter", 400)
    assert stand.outbox() == []


def test_the_length_of_a_message_is_bounded(stand: Stand, sns: "SNSClient") -> None:
    assert error_of(sns, message="") == ("InvalidParameter", 400)
    assert error_of(sns, message="x" * 1601) == ("InvalidParameter", 400)
    sns.publish(PhoneNumber=f"+{SITI}", Message="x" * 1600)
    assert len(stand.outbox()) == 1


@pytest.mark.parametrize(
    "attributes",
    [
        attribute("SenderID", "DUKCAPILLAMS"),
        attribute("SenderID", "12345"),
        attribute("SenderID", "DUK CAPIL"),
        attribute("SMSType", "transactional"),
        attribute("MaxPrice", "cheap"),
        attribute("MaxPrice", "-1"),
        attribute("SenderID", "DUKCAPIL", "Number"),
        attribute("SenderId", "DUKCAPIL"),
        {"Sender": {"DataType": "String", "StringValue": "DUKCAPIL"}},
        {"AWS.SNS.SMS.SenderID": {"DataType": "Binary", "BinaryValue": b"x"}},
    ],
)
def test_attributes_are_checked(stand: Stand, sns: "SNSClient", attributes: Attributes) -> None:
    assert error_of(sns, MessageAttributes=attributes) == ("InvalidParameter", 400)
    assert stand.outbox() == []


def test_topics_and_other_actions_are_not_played(sns: "SNSClient") -> None:
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.publish(TopicArn="arn:aws:sns:ap-southeast-3:123456789012:x", Message="Halo")
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidAction"):
        sns.list_topics()


def test_an_unsigned_request_is_refused(stand: Stand) -> None:
    answer = stand.http.request("POST", stand.url + "/", fields={"Action": "Publish"}, encode_multipart=False)
    assert answer.status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in answer.data


def test_a_client_with_a_path_in_its_endpoint_is_served_too(stand: Stand) -> None:
    client = client_of(f"{stand.url}/aws/sns")
    assert client.publish(PhoneNumber=f"+{SITI}", Message="Halo")["MessageId"]
    client.close()


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("http_500", ("InternalError", 500)),
        ("http_429", ("Throttled", 429)),
        ("error:OptedOut", ("OptedOut", 400)),
        ("error:AuthorizationError", ("AuthorizationError", 403)),
        ("http_502", ("502", 502)),
    ],
)
def test_faults_of_sms_are_sns_errors_and_nothing_is_accepted(
    stand: Stand, sns: "SNSClient", outcome: str, error: tuple[str, int]
) -> None:
    stand.post("/sim/faults", {"channel": "sms", "outcome": outcome})
    assert error_of(sns) == error
    assert stand.outbox() == []
    sns.publish(PhoneNumber=f"+{SITI}", Message="Halo")


@pytest.mark.parametrize(
    ("outcome", "raised", "accepted"),
    [
        ("timeout_before", botocore.exceptions.ReadTimeoutError, 0),
        ("timeout_after", botocore.exceptions.ReadTimeoutError, 1),
        ("slow:5000", botocore.exceptions.ReadTimeoutError, 1),
        ("reset", botocore.exceptions.ConnectionClosedError, 0),
        ("malformed_200", KeyError, 1),  # botocore's own, for XML that is not of SNS
    ],
)
def test_an_sms_can_have_an_unknown_end(
    stand: Stand, impatient_sns: "SNSClient", outcome: str, raised: type[Exception], accepted: int
) -> None:
    stand.post("/sim/faults", {"outcome": outcome, "channel": "sms"})
    with pytest.raises(raised):
        impatient_sns.publish(PhoneNumber=f"+{SITI}", Message="Halo")
    assert len(stand.outbox()) == accepted


@pytest.mark.parametrize("outcome", ["undeliverable", "silent", "receipts:duplicated", "failed:131047", "error:131026"])
def test_what_means_nothing_for_sms_is_refused_there_and_passes_it_by(stand: Stand, sns: "SNSClient", outcome: str) -> None:
    assert stand.try_post("/sim/faults", {"channel": "sms", "outcome": outcome}).status == 400
    stand.post("/sim/faults", {"outcome": outcome})
    sns.publish(PhoneNumber=f"+{SITI}", Message="Halo")
    assert [fault["outcome"] for fault in stand.get("/sim/faults")] == [outcome]
