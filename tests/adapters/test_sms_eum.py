"""SMS by End User Messaging SMS, against botocore's own model of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from chalicelib.adapters.sms_eum import EumSms
from chalicelib.domain.delivery import Accepted, Outcome, Refused, Remedy, TextMessage, Unknown
from tests.adapters.stubbed import stubbed

SENDER = "DUKCAPIL"
MESSAGE = TextMessage("+6281200000001", "DUKCAPIL LAMSEL: KTP-7F3K-9QXM-2DM SIAP DIAMBIL.", SENDER, "KTP-7F3K-9QXM-2DM.3#2")
SENT = {
    "DestinationPhoneNumber": "+6281200000001",
    "OriginationIdentity": SENDER,
    "MessageBody": MESSAGE.body,
    "MessageType": "TRANSACTIONAL",
    "MaxPrice": "1.00",
    "TimeToLive": ANY,
    "Context": {"kabar": "KTP-7F3K-9QXM-2DM.3#2"},
    "ConfigurationSetName": "kabar-reports",
}


@pytest.fixture
def service() -> Iterator[tuple[Any, Stubber]]:
    with stubbed("pinpoint-sms-voice-v2") as both:
        yield both


def send(client: Any) -> Outcome:
    return EumSms(client, "kabar-reports").send(MESSAGE)


def test_an_sms_carries_what_its_reports_will_bring_back(service: tuple[Any, Stubber]) -> None:
    client, stubber = service
    stubber.add_response("send_text_message", {"MessageId": "m-1"}, SENT)

    assert send(client) == Accepted("m-1")


def test_an_answer_without_an_id_says_nothing(service: tuple[Any, Stubber]) -> None:
    client, stubber = service
    stubber.add_response("send_text_message", {}, SENT)

    assert send(client) == Unknown("no_id")


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("ThrottlingException", 400, Refused("ThrottlingException", Remedy.THROTTLED)),
        ("AccessDeniedException", 400, Refused("AccessDeniedException", Remedy.CHANNEL_DOWN)),
        ("ResourceNotFoundException", 400, Refused("ResourceNotFoundException", Remedy.CHANNEL_DOWN)),
        ("ServiceQuotaExceededException", 402, Refused("ServiceQuotaExceededException", Remedy.CHANNEL_DOWN)),
        ("ValidationException", 400, Refused("ValidationException", Remedy.OUR_FAULT)),
        ("ConflictException", 409, Refused("ConflictException", Remedy.OUR_FAULT)),
        ("InternalServerException", 500, Unknown("http_500")),
        ("NeverHeardOfException", 400, Refused("NeverHeardOfException", Remedy.OUR_FAULT)),
    ],
)
def test_each_error_of_the_service_ends_in_its_own_way(
    service: tuple[Any, Stubber], code: str, status: int, outcome: Outcome
) -> None:
    client, stubber = service
    stubber.add_client_error("send_text_message", code, "no", http_status_code=status, expected_params=SENT)

    assert send(client) == outcome


def test_who_opted_out_at_the_carrier_has_opted_out(service: tuple[Any, Stubber]) -> None:
    client, stubber = service
    stubber.add_client_error(
        "send_text_message", "ConflictException", "no", http_status_code=409,
        modeled_fields={"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}, expected_params=SENT,
    )  # fmt: skip

    assert send(client) == Refused("ConflictException", Remedy.OPTED_OUT)
