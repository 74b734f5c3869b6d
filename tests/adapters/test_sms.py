"""The adapter of SNS: what it publishes, and what it makes of every way in which a publish can end."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from moto import mock_aws
from moto.sns.models import sns_backends

from chalicelib.adapters.sms import SnsSms, sns_config
from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, TextMessage, Unknown
from tests.adapters.rude_server import (
    Ending,
    RudeServer,
    answer,
    half_a_body,
    hang_up_after_reading,
    raw_answer,
    reset_after_reading,
    reset_before_reading,
    silence_after_reading,
    silence_before_reading,
)
from tests.fakes.providers import ACCEPTED, LOST_AFTER, FakeSms, Step, refused

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

PHONE = "+628120000001"
TEXT = TextMessage(PHONE, "DUKCAPIL LAMSEL: KTP-el Anda SIAP DIAMBIL.", "DUKCAPIL")
SHORT_S = 0.5
LONG_S = 10.0
PUBLISHED = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>{}</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>"
)


def sns_error(code: str, status: int = 400) -> Ending:
    return answer(
        status,
        '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>Not to {PHONE}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
    )


def limit_for(outcome: Outcome) -> float:
    """Short only where time is to run out, so that a slow machine changes nothing."""
    return SHORT_S if outcome == Unknown("timeout") else LONG_S


@pytest.fixture
def client_to() -> Iterator[Callable[..., "SNSClient"]]:
    clients: list[SNSClient] = []

    def build(url: str, limit_s: float = LONG_S) -> "SNSClient":
        config = sns_config().merge(Config(connect_timeout=limit_s, read_timeout=limit_s))
        clients.append(boto3.client("sns", endpoint_url=url, config=config))
        return clients[-1]

    yield build
    for client in clients:
        client.close()


def test_sms_is_published_to_the_phone() -> None:
    with mock_aws():
        outcome = SnsSms(boto3.client("sns", config=sns_config())).send(TEXT)
        published = dict(sns_backends["123456789012"]["ap-southeast-3"].sms_messages)

    assert isinstance(outcome, Accepted)
    assert published == {outcome.provider_id: (PHONE, TEXT.body)}


def test_sms_is_transactional_with_sender_and_highest_price(client_to: "Callable[..., SNSClient]") -> None:
    with RudeServer(answer(200, PUBLISHED.format("id-1"))) as server:
        outcome = SnsSms(client_to(server.url), max_price_usd="0.75").send(TEXT)

    assert outcome == Accepted("id-1")
    form = {name: values[0] for name, values in parse_qs(server.requests[0].body.decode()).items()}
    entries = {
        form[f"MessageAttributes.entry.{n}.Name"]: (
            form[f"MessageAttributes.entry.{n}.Value.DataType"],
            form[f"MessageAttributes.entry.{n}.Value.StringValue"],
        )
        for n in (1, 2, 3)
    }
    assert form["PhoneNumber"] == PHONE
    assert entries == {
        "AWS.SNS.SMS.SMSType": ("String", "Transactional"),
        "AWS.SNS.SMS.SenderID": ("String", "DUKCAPIL"),
        "AWS.SNS.SMS.MaxPrice": ("Number", "0.75"),
    }


def test_each_sms_has_a_connection_of_its_own(client_to: "Callable[..., SNSClient]") -> None:
    with RudeServer(*[answer(200, PUBLISHED.format(f"id-{n}")) for n in (1, 2)]) as server:
        sms = SnsSms(client_to(server.url))
        outcomes = [sms.send(TEXT), sms.send(TEXT)]

    assert outcomes == [Accepted("id-1"), Accepted("id-2")]
    assert server.connections == len(server.requests) == 2


def test_configuration_allows_one_try_and_bounds_it() -> None:
    config = vars(sns_config())

    assert config["retries"] == {"total_max_attempts": 1, "mode": "standard"}
    assert (config["connect_timeout"], config["read_timeout"]) == (3, 10)


ENDINGS: dict[str, tuple[Ending, Outcome]] = {
    "reset before reading": (reset_before_reading, Unknown("reset")),
    "reset after reading": (reset_after_reading, Unknown("reset")),
    "hangs up without a word": (hang_up_after_reading, Unknown("reset")),
    "never reads": (silence_before_reading, Unknown("timeout")),
    "reads and stays silent": (silence_after_reading, Unknown("timeout")),
    "half a body": (half_a_body(200, PUBLISHED.encode()), Unknown("malformed")),
    "no HTTP at all": (raw_answer(b"lalala\r\n\r\n"), Unknown("reset")),
    "200 without a body": (answer(200), Unknown("malformed")),
    "200 with a page": (answer(200, "<html/>"), Unknown("malformed")),
    "200 without an id": (answer(200, "<PublishResponse><PublishResult/></PublishResponse>"), Unknown("no_id")),
    "500": (sns_error("InternalError", 500), Unknown("http_500")),
    "502 without a body": (answer(502), Unknown("http_502")),
    "500 with words": (answer(500, "oops"), Unknown("malformed")),
    "503 that throttles": (sns_error("Throttling", 503), Refused("Throttling", Remedy.THROTTLED)),
    "throttled": (sns_error("Throttled", 429), Refused("Throttled", Remedy.THROTTLED)),
    "frozen too long": (sns_error("RequestExpired"), Refused("RequestExpired", Remedy.RETRY)),
    "opted out": (sns_error("OptedOut"), Refused("OptedOut", Remedy.OPTED_OUT)),
    "wrong phone": (sns_error("InvalidParameter"), Refused("InvalidParameter", Remedy.OUR_FAULT)),
    "not allowed": (sns_error("AuthorizationError", 403), Refused("AuthorizationError", Remedy.CHANNEL_DOWN)),
    "unknown code": (sns_error("Novelty"), Refused("Novelty", Remedy.OUR_FAULT)),
    "403 with a page": (answer(403, "<html>no</html>"), Refused("http_403", Remedy.OUR_FAULT)),
}


@pytest.mark.parametrize(("ending", "outcome"), ENDINGS.values(), ids=ENDINGS)
def test_every_ending_is_classified_and_nothing_is_sent_again(
    ending: Ending, outcome: Outcome, client_to: "Callable[..., SNSClient]"
) -> None:
    with RudeServer(ending) as server:
        assert SnsSms(client_to(server.url, limit_for(outcome))).send(TEXT) == outcome

    assert server.connections == 1
    assert len(server.requests) <= 1


def test_unknown_code_is_loud_and_says_nothing_about_the_person(
    client_to: "Callable[..., SNSClient]", caplog: pytest.LogCaptureFixture
) -> None:
    with RudeServer(sns_error("Novelty")) as server:
        SnsSms(client_to(server.url)).send(TEXT)

    [record] = [record for record in caplog.records if record.name.startswith("chalicelib")]
    assert record.levelno == logging.ERROR
    assert "Novelty" in record.getMessage()
    assert "62812" not in caplog.text


def test_refused_connection_sent_nothing(client_to: "Callable[..., SNSClient]") -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert SnsSms(client_to(f"http://127.0.0.1:{port}")).send(TEXT) == NotSent("connect_failed")


def test_connection_that_times_out_sent_nothing(client_to: "Callable[..., SNSClient]") -> None:
    with socket.socket() as server, closing(socket.socket()) as first:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        first.connect(server.getsockname())

        assert SnsSms(client_to(f"http://127.0.0.1:{server.getsockname()[1]}", SHORT_S)).send(TEXT) == NotSent(
            "connect_timeout"
        )


def test_without_credentials_nothing_is_sent(client_to: "Callable[..., SNSClient]") -> None:
    def without_credentials(**_: object) -> None:
        raise NoCredentialsError

    with RudeServer(answer(200, PUBLISHED.format("id-1"))) as server:
        client = client_to(server.url)
        client.meta.events.register("before-sign.sns.Publish", without_credentials)

        assert SnsSms(client).send(TEXT) == NotSent("no_credentials")

    assert server.connections == 0


def test_parameters_that_botocore_refuses_are_our_fault(client_to: "Callable[..., SNSClient]") -> None:
    with RudeServer(answer(200, PUBLISHED.format("id-1"))) as server:
        message = TextMessage(PHONE, None, "DUKCAPIL")  # type: ignore[arg-type]  # what the type checker cannot see

        assert SnsSms(client_to(server.url)).send(message) == Refused("invalid_parameters", Remedy.OUR_FAULT)

    assert server.connections == 0


ALIKE: dict[str, tuple[Ending, Step]] = {
    "accepted": (answer(200, PUBLISHED.format("sms-1")), ACCEPTED),
    "refused": (sns_error("OptedOut"), refused("OptedOut", Remedy.OPTED_OUT)),
    "lost": (silence_after_reading, LOST_AFTER),
}


@pytest.mark.parametrize(("ending", "step"), ALIKE.values(), ids=ALIKE)
def test_fake_ends_like_the_real_one(ending: Ending, step: Step, client_to: "Callable[..., SNSClient]") -> None:
    with RudeServer(ending) as server:
        expected = FakeSms([step]).send(TEXT)
        assert SnsSms(client_to(server.url, limit_for(expected))).send(TEXT) == expected
