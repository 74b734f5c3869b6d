"""The contract of the two ways by which WhatsApp carries a message, Meta's Cloud API and AWS's End User Messaging Social.

The same messages through both arrive as the same, and both end in the same kind of outcome where the same goes wrong; where
they cannot, because AWS tells by a report what Meta tells at once, it is the report that says the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.whatsapp import CloudApi
from chalicelib.adapters.whatsapp_by_channel import WhatsAppByChannel
from chalicelib.adapters.whatsapp_social import SocialApi
from chalicelib.domain.delivery import (
    Accepted,
    Button,
    Buttons,
    Choice,
    Choices,
    Content,
    FreeText,
    NotSent,
    Outbound,
    Outcome,
    Recipient,
    Refused,
    Remedy,
    Template,
    Unknown,
)
from chalicelib.domain.meta_codes import remedy_for
from chalicelib.ports import Channel, WhatsApp
from tests.fakes.providers import FixedSecrets
from tests.unit.simulator.stand import BY_AWS, KTP, ORIGINATION, SITI, TOKEN, USER_ID, Stand, running

WAYS = {"meta": KTP, "aws": BY_AWS}
CHANNELS = {KTP: Channel("1801", "KTP"), BY_AWS: Channel("1801", "KTP", "aws", ORIGINATION)}
CONTENTS: dict[str, Content] = {
    "text": FreeText("Yth. Bapak/Ibu,\nberkas *lengkap* ☀"),
    "long text": FreeText("ab" * 4096),
    "buttons": Buttons("Batalkan?", (Button("ya", "Ya, batalkan"), Button("tidak", "Tidak"))),
    "list": Choices("Yang mana?", "Pilih", (Choice("KTP", "KTP-el", "hilang atau rusak"), Choice("KK", "Kartu Keluarga"))),
    "template": Template("status_ready", "id", ("KTP-el", "KTP-7F3K-9QXM-2DM")),
    "template without parameters": Template("plain", "id", ()),
    "parameters to be cleaned": Template("status_ready", "id", ("a\nb\tc", "     ")),
}
RECIPIENTS = {
    "a phone": Recipient(f"+{SITI}", None),
    "a user id": Recipient(None, USER_ID),
    "both": Recipient(f"+{SITI}", USER_ID),
}


@dataclass
class Senders:
    """Both ways behind the one that chooses, in front of one simulator."""

    stand: Stand
    whatsapp: WhatsApp

    def send(self, way: str, content: Content, to: Recipient = RECIPIENTS["a phone"]) -> Outcome:
        return self.whatsapp.send(Outbound(WAYS[way], to, content, "KTP-7F3K-9QXM-2DM.3#1"))

    def statuses(self, way: str) -> list[dict[str, Any]]:
        """All that was reported by that way."""
        self.stand.settle()
        return self.stand.kabar.statuses() if way == "meta" else self.stand.account.statuses()


@pytest.fixture
def senders() -> Iterator[Senders]:
    with running() as stand:
        for contact in (SITI, USER_ID):
            for number in WAYS.values():
                stand.post("/sim/inbound", {"from": contact, "phone_number_id": number, "text": "CEK"})
        stand.kabar.received.clear()
        stand.account.published.clear()
        values = replace(FixedSecrets().values, access_token=TOKEN, channels=CHANNELS)
        secrets = FixedSecrets(values)
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=0.5)
        client: Any = boto3.client(
            "socialmessaging", region_name="ap-southeast-3", aws_access_key_id="x", aws_secret_access_key="x",
            endpoint_url=stand.url, config=once,
        )  # fmt: skip
        meta = CloudApi(stand.url, "v24.0", secrets, answer_timeout_s=0.5)
        aws = SocialApi(client, "v24.0", secrets)
        yield Senders(stand, WhatsAppByChannel(secrets, lambda: meta, lambda: aws))


@pytest.mark.parametrize("recipient", RECIPIENTS)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_message_arrives_the_same_by_either_way(senders: Senders, content: str, recipient: str) -> None:
    for way in WAYS:
        assert isinstance(senders.send(way, CONTENTS[content], RECIPIENTS[recipient]), Accepted)

    by_meta, by_aws = senders.stand.outbox()
    assert (by_meta["phone_number_id"], by_aws["phone_number_id"]) == (KTP, BY_AWS)
    own = {"at", "provider_id", "phone_number_id", "state"}
    assert {name: by_meta[name] for name in by_meta.keys() - own} == {name: by_aws[name] for name in by_aws.keys() - own}


@pytest.mark.parametrize("outcome", ["undeliverable", "failed:131049", "receipts:duplicated", "receipts:read_only", "silent"])
def test_the_same_is_reported_by_either_way(senders: Senders, outcome: str) -> None:
    for way in WAYS:
        senders.stand.post("/sim/faults", {"outcome": outcome})
        assert isinstance(senders.send(way, CONTENTS["template"]), Accepted)

    told = {
        way: [
            {name: value for name, value in one.items() if name != "id"} for one in senders.statuses(way)
        ]
        for way in WAYS
    }  # fmt: skip
    assert told["meta"] == told["aws"]
    assert all(one["biz_opaque_callback_data"] == "KTP-7F3K-9QXM-2DM.3#1" for one in told["aws"])


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("slow:20", Accepted("")),
        ("http_502", Unknown("http_502")),
        ("timeout_before", Unknown("timeout")),
        ("timeout_after", Unknown("timeout")),
        ("reset", Unknown("reset")),
        ("malformed_200", Unknown("no_id")),
    ],
)
def test_the_same_trouble_on_the_way_is_the_same_outcome(senders: Senders, outcome: str, expected: Outcome) -> None:
    for way in WAYS:
        senders.stand.post("/sim/faults", {"outcome": outcome})
        ended = senders.send(way, CONTENTS["template"])
        assert type(ended) is type(expected), way
        if isinstance(expected, Unknown):
            assert ended == expected, way


@pytest.mark.parametrize(
    ("meta", "aws", "remedy"),
    [
        ("error:130429", "error:ThrottledRequestException", Remedy.THROTTLED),
        ("http_429", "http_429", Remedy.THROTTLED),
        ("error:190", "error:AccessDeniedException", Remedy.CHANNEL_DOWN),
        ("error:33", "error:ResourceNotFoundException", Remedy.CHANNEL_DOWN),
        ("error:131005", "error:AccessDeniedByMetaException", Remedy.CHANNEL_DOWN),
        ("error:131009", "error:InvalidParametersException", Remedy.OUR_FAULT),
    ],
)
def test_a_refusal_asks_for_the_same_remedy_by_either_way(senders: Senders, meta: str, aws: str, remedy: Remedy) -> None:
    for way, outcome in {"meta": meta, "aws": aws}.items():
        senders.stand.post("/sim/faults", {"outcome": outcome})
        ended = senders.send(way, CONTENTS["template"])
        assert isinstance(ended, Refused), way
        assert ended.remedy is remedy, way


@pytest.mark.parametrize("code", [131026, 131047, 131049, 131050, 132015, 190, 131016])
def test_what_meta_refuses_at_once_aws_reports_with_the_same_code(senders: Senders, code: int) -> None:
    senders.stand.post("/sim/faults", {"outcome": f"error:{code}", "times": 2})

    assert senders.send("meta", CONTENTS["template"]) == Refused(str(code), remedy_for(str(code)))
    assert isinstance(senders.send("aws", CONTENTS["template"]), Accepted)
    assert [(one["status"], one["errors"][0]["code"]) for one in senders.statuses("aws")] == [("failed", code)]


def test_a_window_that_is_closed_is_told_with_the_same_code(senders: Senders) -> None:
    senders.stand.clock.now += timedelta(hours=25)

    assert senders.send("meta", CONTENTS["text"]) == Refused("131047", Remedy.TEMPLATE)
    assert isinstance(senders.send("aws", CONTENTS["text"]), Accepted)
    assert [one["errors"][0]["code"] for one in senders.statuses("aws")] == [131047]


def test_where_nobody_listens_nothing_was_sent() -> None:
    secrets = FixedSecrets(replace(FixedSecrets().values, channels=CHANNELS))
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    client: Any = boto3.client(
        "socialmessaging", region_name="ap-southeast-3", aws_access_key_id="x", aws_secret_access_key="x",
        endpoint_url="http://127.0.0.1:1", config=once,
    )  # fmt: skip
    nowhere = WhatsAppByChannel(
        secrets, lambda: CloudApi("http://127.0.0.1:1", "v24.0", secrets), lambda: SocialApi(client, "v24.0", secrets)
    )
    for number in WAYS.values():
        ended = nowhere.send(Outbound(number, RECIPIENTS["a phone"], CONTENTS["template"], "x"))
        assert ended == NotSent("connect_failed")
