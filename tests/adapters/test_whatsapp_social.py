"""WhatsApp by End User Messaging Social, against botocore's own model of it; and the choice between it and Meta."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from botocore.stub import Stubber

from chalicelib.adapters.whatsapp_body import body_of
from chalicelib.adapters.whatsapp_by_channel import WhatsAppByChannel
from chalicelib.adapters.whatsapp_social import REMEDIES, SocialApi
from chalicelib.domain.delivery import (
    Accepted,
    FreeText,
    NotSent,
    Outbound,
    Outcome,
    Recipient,
    Refused,
    Remedy,
    Unknown,
)
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.ports import Channel
from tests.adapters.stubbed import client_of, stubbed
from tests.fakes.providers import FakeWhatsApp, FixedSecrets

NUMBER, OF_META, ORIGINATION = "100000000000031", "100000000000002", "phone-number-id-0123456789abcdef0123456789abcdef"
CHANNELS = {NUMBER: Channel("1801", "KTP", "aws", ORIGINATION), OF_META: Channel("1801", "KTP")}
MESSAGE = Outbound(NUMBER, Recipient("+6281200000001", None), FreeText("Halo"), "KTP-7F3K-9QXM-2DM.3#2")
BODY = body_of(MESSAGE)
SENT = {"originationPhoneNumberId": ORIGINATION, "message": json.dumps(BODY).encode(), "metaApiVersion": "v24.0"}


def secrets(error: TransientError | Misconfigured | None = None) -> FixedSecrets:
    return FixedSecrets(replace(FixedSecrets().values, channels=CHANNELS), error)


@pytest.fixture
def service() -> Iterator[tuple[Any, Stubber]]:
    with stubbed("socialmessaging") as both:
        yield both


def send(client: Any) -> Outcome:
    return SocialApi(client, "v24.0", secrets()).send(MESSAGE)


def test_metas_own_json_goes_from_awss_own_id_of_the_number(service: tuple[Any, Stubber]) -> None:
    client, stubber = service
    stubber.add_response("send_whatsapp_message", {"messageId": "m-1"}, SENT)

    assert send(client) == Accepted("m-1")
    assert BODY["biz_opaque_callback_data"] == MESSAGE.callback
    assert BODY["to"] == "+6281200000001"  # AWS refuses one without its plus


def test_an_answer_without_an_id_says_nothing(service: tuple[Any, Stubber]) -> None:
    client, stubber = service
    stubber.add_response("send_whatsapp_message", {}, SENT)

    assert send(client) == Unknown("no_id")


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("ThrottledRequestException", 429, Refused("ThrottledRequestException", Remedy.THROTTLED)),
        ("ThrottlingException", 400, Refused("ThrottlingException", Remedy.THROTTLED)),
        ("LimitExceededException", 400, Refused("LimitExceededException", Remedy.THROTTLED)),
        ("AccessDeniedException", 403, Refused("AccessDeniedException", Remedy.CHANNEL_DOWN)),
        ("AccessDeniedByMetaException", 403, Refused("AccessDeniedByMetaException", Remedy.CHANNEL_DOWN)),
        ("ResourceNotFoundException", 404, Refused("ResourceNotFoundException", Remedy.CHANNEL_DOWN)),
        ("UnrecognizedClientException", 403, Refused("UnrecognizedClientException", Remedy.CHANNEL_DOWN)),
        ("ExpiredTokenException", 403, Refused("ExpiredTokenException", Remedy.CHANNEL_DOWN)),
        ("InvalidParametersException", 400, Refused("InvalidParametersException", Remedy.OUR_FAULT)),
        ("ValidationException", 400, Refused("ValidationException", Remedy.OUR_FAULT)),
        ("InternalServiceException", 500, Unknown("http_500")),
        ("DependencyException", 502, Unknown("http_502")),
        ("NeverHeardOfException", 400, Refused("NeverHeardOfException", Remedy.OUR_FAULT)),
        ("NeverHeardOfException", 503, Unknown("http_503")),
    ],
)
def test_each_error_of_the_service_ends_in_its_own_way(
    service: tuple[Any, Stubber], code: str, status: int, outcome: Outcome
) -> None:
    client, stubber = service
    stubber.add_client_error("send_whatsapp_message", code, "to +6281200000001", http_status_code=status, expected_params=SENT)

    assert send(client) == outcome


def test_each_error_of_the_service_model_is_decided_on() -> None:
    client = client_of("socialmessaging")
    shapes = client.meta.service_model.operation_model("SendWhatsAppMessage").error_shapes
    modelled = {one.name: one.metadata["error"] for one in shapes}
    client.close()

    of_the_server = {name for name, error in modelled.items() if error["httpStatusCode"] >= 500}
    assert of_the_server == {"InternalServiceException", "DependencyException"}
    assert modelled.keys() - REMEDIES.keys() == of_the_server


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectTimeoutError(endpoint_url="https://social.test"), NotSent("connect_timeout")),
        (EndpointConnectionError(endpoint_url="https://social.test"), NotSent("connect_failed")),
        (NoCredentialsError(), NotSent("no_credentials")),
        (ReadTimeoutError(endpoint_url="https://social.test"), Unknown("timeout")),
        (KeyError("what a parser may raise"), Unknown("malformed")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_network_that_fails_is_unknown_unless_nothing_has_left(error: Exception, outcome: Outcome) -> None:
    class Broken:
        closed = False

        def send_whatsapp_message(self, **_: object) -> None:
            raise error

        def close(self) -> None:
            self.closed = True

    client = Broken()
    assert send(client) == outcome
    assert client.closed, "a connection that outlives the send may be dead at the next one"


def test_what_is_refused_is_logged_without_the_phone(service: tuple[Any, Stubber], caplog: pytest.LogCaptureFixture) -> None:
    client, stubber = service
    stubber.add_client_error("send_whatsapp_message", "NeverHeardOfException", "to +6281200000001", http_status_code=400)

    with caplog.at_level(logging.DEBUG, logger="chalicelib"):
        send(client)

    assert "NeverHeardOfException" in caplog.text
    assert "62812" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("chalicelib"))


def test_a_number_of_which_aws_knows_nothing_sends_nothing(service: tuple[Any, Stubber]) -> None:
    client, _ = service

    for number in (OF_META, "999999999999999"):
        outcome = SocialApi(client, "v24.0", secrets()).send(replace(MESSAGE, phone_number_id=number))
        assert outcome == Refused("no_origination", Remedy.CHANNEL_DOWN)


NO_SECRETS = [
    (TransientError("SSM is down"), NotSent("no_credentials")),
    (Misconfigured("no channels"), Refused("misconfigured", Remedy.CHANNEL_DOWN)),
]


@pytest.mark.parametrize(("error", "outcome"), NO_SECRETS)
def test_without_secrets_nothing_is_sent(error: TransientError | Misconfigured, outcome: Outcome) -> None:
    asked: list[str] = []
    by_channel = WhatsAppByChannel(secrets(error), lambda: asked.append("meta"), lambda: asked.append("aws"))  # type: ignore[arg-type,return-value]

    assert SocialApi(None, "v24.0", secrets(error)).send(MESSAGE) == outcome
    assert by_channel.send(MESSAGE) == outcome
    assert asked == []


def test_each_number_sends_by_whoever_carries_it_and_only_that_one_is_made() -> None:
    meta, aws, made = FakeWhatsApp(), FakeWhatsApp(), list[str]()

    def by_meta() -> FakeWhatsApp:
        made.append("meta")
        return meta

    def by_aws() -> FakeWhatsApp:
        made.append("aws")
        return aws

    chooser = WhatsAppByChannel(secrets(), by_meta, by_aws)
    for number in (NUMBER, OF_META, "999999999999999"):
        chooser.send(replace(MESSAGE, phone_number_id=number))

    assert [one.phone_number_id for one in aws.attempts] == [NUMBER]
    assert [one.phone_number_id for one in meta.attempts] == [OF_META, "999999999999999"]
    assert made == ["aws", "meta", "meta"]
