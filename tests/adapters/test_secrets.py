"""Secrets from SSM: read in one go, cached, served on for a while when SSM is down, and never when something is missing."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws

from chalicelib.adapters.secrets import SsmSecrets
from chalicelib.domain.errors import KabarError, Misconfigured, TransientError
from chalicelib.ports import Channel, SecretValues

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

STORED = {
    "app_secret": "invented-app-secret",
    "app_secret_previous": "invented-old-secret",
    "verify_token": "invented-verify-token",
    "access_token": "invented-access-token",
    "address_key": "invented-address-key",
    "channels": json.dumps(
        {"1001": {"office": "1801", "service": "KTP", "waba": "2001"}, "1002": {"office": "1801", "service": None}}
    ),
}
REQUIRED = [name for name in STORED if name != "app_secret_previous"]
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Ssm:
    """SSM with a clock beside it. failure: how each read fails, None while it does not. reads: how many calls were made."""

    client: "SSMClient"
    now: datetime = START
    failure: Exception | tuple[str, int] | None = None
    reads: int = 0
    pause: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.pause.set()
        events: Any = self.client.meta.events  # the stubs do not know that a handler can answer
        events.register("before-call.ssm.GetParametersByPath", self._before_read)
        self.secrets = SsmSecrets(self.client, "test", lambda: self.now)

    def _before_read(self, **_: object) -> tuple[SimpleNamespace, dict[str, Any]] | None:
        self.reads += 1
        assert self.pause.wait(10)
        if isinstance(self.failure, Exception):
            raise self.failure
        if self.failure is None:
            return None
        code, status = self.failure
        error = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return SimpleNamespace(status_code=status), error

    def put(self, name: str, value: str, stage: str = "test") -> None:
        self.client.put_parameter(Name=f"/kabar/{stage}/{name}", Value=value, Type="SecureString", Overwrite=True)

    def delete(self, name: str) -> None:
        self.client.delete_parameter(Name=f"/kabar/test/{name}")


@pytest.fixture
def ssm() -> Iterator[Ssm]:
    with mock_aws():
        client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 1}))
        ssm = Ssm(client)
        for name, value in STORED.items():
            ssm.put(name, value)
        yield ssm
        client.close()


def assert_no_value_in(text: str) -> None:
    assert "invented" not in text


def test_everything_is_read(ssm: Ssm) -> None:
    assert ssm.secrets.current() == SecretValues(
        app_secrets=("invented-app-secret", "invented-old-secret"),
        verify_token="invented-verify-token",
        access_token="invented-access-token",
        address_key="invented-address-key",
        channels={"1001": Channel("1801", "KTP", waba="2001"), "1002": Channel("1801", None)},
    )
    assert ssm.reads == 1


def test_previous_app_secret_may_be_absent(ssm: Ssm) -> None:
    ssm.delete("app_secret_previous")

    assert ssm.secrets.current().app_secrets == ("invented-app-secret",)


def test_white_space_around_a_value_is_left_away(ssm: Ssm) -> None:
    ssm.put("access_token", "invented-access-token\n")

    assert ssm.secrets.current().access_token == "invented-access-token"


def test_every_page_is_read(ssm: Ssm) -> None:
    for number in range(20):
        ssm.put(f"aaa{number}", "of no interest")

    assert ssm.secrets.current().verify_token == "invented-verify-token"
    assert ssm.reads > 1


def test_other_stages_secrets_are_not_seen(ssm: Ssm) -> None:
    ssm.delete("verify_token")
    ssm.put("verify_token", "of another stage", stage="test2")
    ssm.put("verify_token", "of another stage", stage="test/deeper")

    with pytest.raises(Misconfigured):
        ssm.secrets.current()


def test_values_are_kept_for_five_minutes(ssm: Ssm) -> None:
    ssm.secrets.current()
    ssm.put("verify_token", "invented-new-token")

    ssm.now += timedelta(minutes=4, seconds=59)
    assert ssm.secrets.current().verify_token == "invented-verify-token"
    assert ssm.reads == 1

    ssm.now += timedelta(seconds=1)
    assert ssm.secrets.current().verify_token == "invented-new-token"
    assert ssm.reads == 2


TRANSIENT: list[Exception | tuple[str, int]] = [
    ("ThrottlingException", 400),
    ("InternalServerError", 500),
    ReadTimeoutError(endpoint_url="https://ssm.test"),
    ConnectTimeoutError(endpoint_url="https://ssm.test"),
    EndpointConnectionError(endpoint_url="https://ssm.test"),
]


@pytest.mark.parametrize("failure", TRANSIENT, ids=str)
def test_without_older_values_a_read_that_fails_is_a_transient_error(ssm: Ssm, failure: Exception | tuple[str, int]) -> None:
    ssm.failure = failure
    with pytest.raises(TransientError):
        ssm.secrets.current()

    ssm.failure = None
    assert ssm.secrets.current().verify_token == "invented-verify-token"


@pytest.mark.parametrize("failure", TRANSIENT, ids=str)
def test_older_values_serve_on_while_ssm_is_down(
    ssm: Ssm, failure: Exception | tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    values = ssm.secrets.current()
    ssm.failure = failure

    for minutes in (5, 30, 60):
        ssm.now = START + timedelta(minutes=minutes)
        assert ssm.secrets.current() == values

    warnings = [record.getMessage() for record in caplog.records if record.name.startswith("chalicelib")]
    assert len(warnings) == 3
    assert_no_value_in(caplog.text)


def test_older_values_serve_for_an_hour_and_no_longer(ssm: Ssm) -> None:
    ssm.secrets.current()
    ssm.failure = TRANSIENT[0]

    ssm.now = START + timedelta(hours=1, seconds=1)
    for _ in range(2):
        with pytest.raises(TransientError):
            ssm.secrets.current()


def test_ssm_that_is_down_is_asked_each_half_minute_not_each_call(ssm: Ssm) -> None:
    ssm.secrets.current()
    ssm.failure = TRANSIENT[0]
    ssm.now = START + timedelta(minutes=5)
    for _ in range(5):
        ssm.secrets.current()
    assert ssm.reads == 2

    ssm.failure = None
    ssm.put("verify_token", "invented-new-token")
    ssm.now += timedelta(seconds=30)
    assert ssm.secrets.current().verify_token == "invented-new-token"


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_secret_fails_closed_and_is_named(ssm: Ssm, name: str) -> None:
    ssm.delete(name)

    with pytest.raises(Misconfigured, match=name) as caught:
        ssm.secrets.current()
    assert_no_value_in(str(caught.value))


@pytest.mark.parametrize("name", REQUIRED)
def test_blank_secret_is_a_missing_one(ssm: Ssm, name: str) -> None:
    ssm.put(name, " \n")

    with pytest.raises(Misconfigured, match=name):
        ssm.secrets.current()


@pytest.mark.parametrize("name", [name for name in STORED if name != "channels"])
@pytest.mark.parametrize("value", ["invented\nX-Injected: yes", "invented–dash"])
def test_secret_that_is_not_one_line_of_ascii_fails_closed(ssm: Ssm, name: str, value: str) -> None:
    ssm.put(name, value)

    with pytest.raises(Misconfigured, match=name) as caught:
        ssm.secrets.current()
    assert_no_value_in(str(caught.value))


def test_secret_that_was_taken_away_serves_no_longer(ssm: Ssm) -> None:
    ssm.secrets.current()
    ssm.delete("app_secret")
    ssm.now += timedelta(minutes=5)
    with pytest.raises(Misconfigured):
        ssm.secrets.current()

    ssm.failure = TRANSIENT[0]
    with pytest.raises(TransientError):
        ssm.secrets.current()


def test_secret_that_was_put_right_serves_at_once(ssm: Ssm) -> None:
    ssm.delete("app_secret")
    with pytest.raises(Misconfigured):
        ssm.secrets.current()

    ssm.put("app_secret", "invented-app-secret")

    assert ssm.secrets.current().app_secrets[0] == "invented-app-secret"


def test_secrets_that_we_may_not_read_fail_closed(ssm: Ssm) -> None:
    ssm.secrets.current()
    ssm.now += timedelta(minutes=5)
    ssm.failure = ("AccessDeniedException", 400)

    with pytest.raises(Misconfigured, match="AccessDeniedException"):
        ssm.secrets.current()


@pytest.mark.parametrize(
    "channels",
    [
        "not json",
        "[]",
        "{}",
        '"1801"',
        '{"1001": "1801"}',
        '{"1001": null}',
        '{"1001": {"office": "1801"}}',
        '{"1001": {"service": "KTP"}}',
        '{"1001": {"office": "", "service": "KTP"}}',
        '{"1001": {"office": 1801, "service": "KTP"}}',
        '{"1001": {"office": "1801", "service": ""}}',
        '{"1001": {"office": "1801", "service": 7}}',
        '{"": {"office": "1801", "service": null}}',
        '{"1001": {"office": "1801", "service": "KTP"}, "1002": {}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": "twilio"}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": ["aws"]}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": "aws"}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": "aws", "origination": ""}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": "aws", "origination": "1001"}}',
        '{"1001": {"office": "1801", "service": "KTP", "by": "aws", "origination": "phone-number-id-1 "}}',
        '{"1001": {"office": "1801", "service": "KTP", "coexistence": "yes"}}',
        '{"1001": {"office": "1801", "service": "KTP", "coexistence": null}}',
    ],
)
def test_channels_of_another_form_fail_closed(ssm: Ssm, channels: str) -> None:
    ssm.put("channels", channels)

    with pytest.raises(Misconfigured, match="channels"):
        ssm.secrets.current()


BY_AWS = {"office": "1801", "service": "KTP", "by": "aws", "origination": "phone-number-id-0123456789abcdef"}
ARN = "arn:aws:social-messaging:ap-southeast-3:123456789012:phone-number-id/0123456789abcdef"


@pytest.mark.parametrize("origination", [BY_AWS["origination"], ARN])
def test_a_number_may_be_carried_by_aws(ssm: Ssm, origination: str) -> None:
    by_meta = {"office": "1801", "service": None, "by": "meta", "origination": None}
    ssm.put("channels", json.dumps({"1001": {**BY_AWS, "origination": origination}, "1002": by_meta}))

    assert ssm.secrets.current().channels == {"1001": Channel("1801", "KTP", "aws", origination), "1002": Channel("1801", None)}


def test_a_number_may_be_in_coexistence(ssm: Ssm) -> None:
    places = {"1001": {"office": "1801", "service": "KTP", "coexistence": True}, "1002": {**BY_AWS, "coexistence": False}}
    ssm.put("channels", json.dumps(places))

    channels = ssm.secrets.current().channels
    assert {number: channel.coexistence for number, channel in channels.items()} == {"1001": True, "1002": False}


def test_where_aws_carries_every_number_nothing_of_metas_is_needed(ssm: Ssm) -> None:
    ssm.put("channels", json.dumps({"1001": BY_AWS}))
    for name in ("app_secret", "app_secret_previous", "verify_token", "access_token"):
        ssm.delete(name)

    values = ssm.secrets.current()

    assert (values.app_secrets, values.verify_token, values.access_token) == ((), "", "")
    assert values.address_key == "invented-address-key"


@pytest.mark.parametrize("name", ["app_secret", "verify_token", "access_token", "address_key"])
def test_with_one_number_of_metas_all_of_metas_is_needed(ssm: Ssm, name: str) -> None:
    ssm.put("channels", json.dumps({"1001": BY_AWS, "1002": {"office": "1801", "service": None}}))
    ssm.delete(name)

    with pytest.raises(Misconfigured, match=name):
        ssm.secrets.current()


def test_many_threads_cause_one_read(ssm: Ssm) -> None:
    seen: list[SecretValues | KabarError] = []
    ssm.pause.clear()
    threads = [threading.Thread(target=lambda: seen.append(ssm.secrets.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    ssm.pause.set()
    for thread in threads:
        thread.join(10)

    assert len(seen) == 8
    assert ssm.reads == 1


def test_adapter_does_not_show_what_it_holds(ssm: Ssm) -> None:
    ssm.secrets.current()

    assert_no_value_in(repr(ssm.secrets))
