"""A number by AWS End User Messaging Social: the same day at the office, without a word from Meta's own API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from devstack.aws import LocalAws
from devstack.channels import CHANNELS, as_parameter
from devstack.simulator.media_types import MEDIA_TYPES
from tests.data import payloads
from tests.system.cases import Case, daytime, now, pass_minutes
from tests.system.client import Devstack
from tests.system.process import stack_alone

NUMBER = next(number for number, channel in CHANNELS.items() if channel.by == "aws")
PHOTO = MEDIA_TYPES["image"].example("a family card")
OF_META = ("app_secret", "verify_token", "access_token")


class SocialCase(Case):
    """A resident who writes to the number that AWS carries."""

    def __init__(self, stack: Devstack) -> None:
        super().__init__(stack)
        self.number = NUMBER


@pytest.fixture(scope="module")
def stack() -> Iterator[Devstack]:
    """A stack with that number alone, that holds none of Meta's secrets."""
    with stack_alone() as stack:
        ssm = LocalAws(stack.aws_endpoint_url).ssm()
        alone = json.dumps(as_parameter({NUMBER: CHANNELS[NUMBER]}))
        ssm.put_parameter(Name="/kabar/dev/channels", Value=alone, Type="SecureString", Overwrite=True)
        ssm.delete_parameters(Names=[f"/kabar/dev/{name}" for name in OF_META])
        pass_minutes(stack, 6)  # what functions held of them is older than they keep it
        yield stack


@pytest.fixture
def case(stack: Devstack) -> Iterator[SocialCase]:
    daytime(stack)
    case = SocialCase(stack)
    case.open()
    stack.settle()
    case.opened()
    yield case
    stack.sim("reset")


def test_a_resident_is_answered_told_that_it_is_ready_and_reads_it(case: SocialCase) -> None:
    [answer] = case.stack.outbox(case.phone)
    assert (answer["state"], answer["phone_number_id"]) == ("delivered", NUMBER)

    case.change("processing", "ready")
    case.stack.settle()
    assert case.channels() == [("whatsapp", "delivered")]
    assert case.notice()["state"] == "delivered"

    case.stack.sim("read", phone=case.phone)
    case.stack.settle()
    assert case.channels() == [("whatsapp", "read")]
    assert case.notice()["state"] == "read"
    assert case.stack.api("GET", f"/requests/{case.id}").json["status"] == "ready"


def sends(case: SocialCase, content: bytes, *faults: str) -> None:
    """The resident sends a photo, of which the first tries to fetch it end so."""
    uploaded = case.stack.ask("POST", f"{case.stack.graph_url}/sim/files", content, **{"Content-Type": "image/jpeg"}).json["id"]
    for fault in faults:
        case.stack.sim(f"files/{uploaded}/faults", outcome=fault)
    said = {"from": case.phone, "phone_number_id": NUMBER, "media": {"type": "image", "id": uploaded}}
    assert case.stack.sim("inbound", **said)["status"] == 200
    case.stack.settle()


def photos(case: SocialCase) -> list[dict[str, Any]]:
    return [one["media"] for one in case.request()["messages"] if "media" in one]


def left_over(stack: Devstack) -> list[str]:
    """What lies where AWS puts files."""
    s3 = LocalAws(stack.aws_endpoint_url).client("s3")
    buckets = [one["Name"] for one in s3.list_buckets()["Buckets"] if "-media-" in one["Name"]]
    return [one["Key"] for name in buckets for one in s3.list_objects_v2(Bucket=name, Prefix="incoming/").get("Contents", [])]


def test_a_photo_arrives_at_the_desk_by_its_link(case: SocialCase) -> None:
    sends(case, PHOTO)

    [media] = photos(case)
    assert (media["state"], media["content_type"]) == ("kept", "image/jpeg")
    assert urllib3.request("GET", media["link"], retries=False).data == PHOTO
    assert left_over(case.stack) == []


def test_a_photo_that_came_in_part_is_fetched_again_and_one_that_is_gone_is_asked_for_once(case: SocialCase) -> None:
    sends(case, PHOTO, "truncated")
    sends(case, PHOTO, "expired")
    pass_minutes(case.stack, 10)

    assert sorted(media["state"] for media in photos(case)) == ["gone", "kept"]
    assert sum("tidak dapat dibuka" in one["body"] for one in case.stack.outbox(case.phone)) == 1
    assert left_over(case.stack) == []


def test_nothing_that_claims_to_be_metas_is_believed_where_no_secret_is_held(stack: Devstack) -> None:
    at = int(now(stack).timestamp())
    body = payloads.raw(payloads.envelope(payloads.value(payloads.text("KTP hilang", at=at), number=NUMBER)))
    for secret in ("", stack.described["app_secret"]):
        answer = stack.api("POST", "/webhooks/whatsapp", body, **{"X-Hub-Signature-256": payloads.signature(body, secret)})
        assert answer.status == 403
    path = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token="
    assert stack.api("GET", path + stack.described["verify_token"]).status == 403
    assert stack.api("GET", path).status == 403


def test_the_sms_follows_where_whatsapp_reports_that_it_cannot(case: SocialCase) -> None:
    case.fault("undeliverable", channel="whatsapp")
    case.change("processing", "ready")
    case.stack.settle()
    pass_minutes(case.stack, 2)

    assert case.channels() == [("whatsapp", "failed"), ("sms", "accepted")]


@pytest.mark.parametrize("outcome", ["error:131026", "error:InvalidParametersException", "error:131049"])
def test_the_sms_follows_whoever_says_no_and_whenever(case: SocialCase, outcome: str) -> None:
    case.fault(outcome, channel="whatsapp")
    case.change("processing", "ready")
    case.stack.settle()
    pass_minutes(case.stack, 2)

    assert case.channels()[-1] == ("sms", "accepted")


def test_an_answer_that_was_lost_is_made_good_by_the_reports_and_told_once(case: SocialCase) -> None:
    case.fault("timeout_after", channel="whatsapp")
    case.change("processing", "ready")
    case.stack.settle()
    pass_minutes(case.stack, 15)

    assert case.channels() == [("whatsapp", "delivered")]
    assert case.notice()["state"] == "delivered"


def test_an_error_of_awss_own_is_not_taken_for_not_sent(case: SocialCase) -> None:
    case.fault("http_500", channel="whatsapp")
    case.change("processing", "ready")
    case.stack.settle()
    assert case.notice()["state"] == "unknown"
    pass_minutes(case.stack, 11)

    assert case.channels() == [("whatsapp", "delivered")]


def test_a_right_that_was_taken_away_sends_sms_until_a_probe_finds_it_mended(case: SocialCase) -> None:
    case.fault("error:AccessDeniedException", times=100, channel="whatsapp")
    case.change("processing", "ready")
    case.stack.settle()
    pass_minutes(case.stack, 2)
    assert case.channels() == [("sms", "accepted")]

    case.stack.sim("reset")
    case.forget()
    pass_minutes(case.stack, 2)
    case.say("cek")
    case.stack.settle()
    pass_minutes(case.stack, 2)
    assert ("whatsapp", "delivered") in case.channels()
