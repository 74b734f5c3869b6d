"""The app as Lambda would run it, through Chalice's test client, over moto: real table, stream, queue and secrets in memory.

Only WhatsApp, SMS and the clock are played; everything else is wired as in production, from the environment.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

import boto3
import pytest
from botocore.config import Config
from chalice.test import Client, HTTPResponse
from moto import mock_aws

import app
from chalicelib import wiring
from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.request import Request
from chalicelib.domain.staff import Role, Staff
from chalicelib.ports import Item
from chalicelib.table import notices, requests, tokens
from devstack.pumps import events
from tests.adapters import backing
from tests.data import payloads
from tests.fakes.providers import CHANNELS, FakeSms, FakeSource, FakeWhatsApp, NoPace, Script
from tests.fakes.world import ManualClock

STAGE, TABLE, BUCKET = "dev", "kabar-dev", "kabar-dev-media"
SECRETS: Mapping[str, str] = {
    "app_secret": "an-invented-app-secret",
    "verify_token": "an-invented-verify-token",
    "access_token": "an-invented-access-token",
    "address_key": "an-invented-address-key",
    "channels": json.dumps({number: channel._asdict() for number, channel in CHANNELS.items()}),
}
# moto's streams know no endpoint with an account in it.
CONFIG = Config(account_id_endpoint_mode="disabled", retries={"total_max_attempts": 1})


@cache
def client(service: str) -> Any:
    """The tests' own way to AWS. It works in every mock_aws, since moto was imported before."""
    return boto3.client(service, config=CONFIG)  # type: ignore[call-overload]


@cache
def table() -> dict[str, Any]:
    """Arguments of CreateTable, from the template of production."""
    return backing.create_table_arguments(TABLE)


class Stand:
    """Kabar behind its front doors.

    whatsapp, sms: what residents' phones got. source: the files that they sent. parts: the wiring of this process. bodies: of
    all messages that the queues gave to deliver and media. seen: how far dispatch has come in the stream, nothing at its
    beginning.
    """

    def __init__(self, whatsapp: Script[Any] = (), sms: Script[Any] = ()) -> None:
        self.clock = ManualClock()
        self.whatsapp = FakeWhatsApp(whatsapp)
        self.sms = FakeSms(sms)
        self.source = FakeSource()
        self.client = Client(app.app, stage_name=STAGE)
        self.dynamodb, self.streams = client("dynamodb"), client("dynamodbstreams")
        self.sqs, self.ssm = client("sqs"), client("ssm")
        self.queue_url = os.environ["KABAR_QUEUE_URL"]
        self.queue_arn = self.sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        self.media_queue_url = os.environ["KABAR_MEDIA_QUEUE_URL"]
        self.stream_arn = self.dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
        self.store = DynamoStore(self.dynamodb, TABLE, self.clock, rng=Random(1))
        self.bodies: list[str] = []
        self.seen = ""
        self.rewire()

    @property
    def parts(self) -> wiring.Wiring:
        return wiring.wired()

    @property
    def seconds(self) -> int:
        """Now, as providers tell the time."""
        return int(self.clock.now.timestamp())

    def rewire(self) -> None:
        """A new process: everything is built anew, and secrets are read again."""
        wiring.use_clock(self.clock)
        vars(self.parts).update(whatsapp=self.whatsapp, sms=self.sms, media_source=self.source, pace=NoPace())

    def start_over(self) -> None:
        """Nothing in the table, the stream, the queue and the phones."""
        self.dynamodb.delete_table(TableName=TABLE)
        self.dynamodb.create_table(**table())
        self.stream_arn, self.seen = self.dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"], ""
        while found := self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                self.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        for phone in (self.whatsapp, self.sms):
            phone.attempts.clear()
            phone.arrivals.clear()

    # What comes from outside.

    def webhook(self, payload: Any, signature: str | None = None) -> HTTPResponse:
        """Meta's POST."""
        body = payload if isinstance(payload, bytes) else payloads.raw(payload)
        signed = payloads.signature(body, SECRETS["app_secret"]) if signature is None else signature
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signed}
        return self.client.http.post("/webhooks/whatsapp", headers=headers, body=body)

    def say(self, body: str, *, number: str = payloads.KTP, **more: Any) -> HTTPResponse:
        """A resident writes."""
        said = payloads.text(body, **({"at": self.seconds} | more))
        return self.webhook(payloads.envelope(payloads.value(said, number=number)))

    def photo(self, *, number: str = payloads.KTP, **more: Any) -> HTTPResponse:
        """A resident sends a photo."""
        return self.webhook(payloads.envelope(payloads.value(payloads.photo(**({"at": self.seconds} | more)), number=number)))

    def report(self, word: str, callback: str, code: int | None = None) -> HTTPResponse:
        """WhatsApp reports."""
        status = payloads.status(word, callback, at=self.seconds, code=code)
        return self.webhook(payloads.envelope(payloads.value(statuses=[status])))

    def get(self, path: str, token: str | None = None, **headers: str) -> HTTPResponse:
        return self.client.http.get(path, headers=_with(token, headers))

    def post(self, path: str, body: Any, token: str | None = None, **headers: str) -> HTTPResponse:
        """body: JSON, or bytes as they are. headers: with underscores for dashes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.http.post(path, headers={"Content-Type": "application/json", **_with(token, headers)}, body=raw)

    # What AWS does.

    def run(self) -> None:
        """Stream, queue and their functions, until nothing is left to do."""
        self.dispatch()
        while self.deliver() or self.fetch():
            self.dispatch()

    def dispatch(self) -> None:
        """The stream's new records, in one batch."""
        records = self.new_records()
        if records:
            self.client.lambda_.invoke("dispatch", events.stream_event(records, self.stream_arn))
        self.seen = records[-1]["dynamodb"]["SequenceNumber"] if records else self.seen

    def new_records(self) -> list[Any]:
        """What the stream has after what dispatch took without an error."""
        [shard] = self.streams.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]["Shards"]
        start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.seen} if self.seen else {
            "ShardIteratorType": "TRIM_HORIZON"
        }  # fmt: skip
        place = {"StreamArn": self.stream_arn, "ShardId": shard["ShardId"]}
        iterator = self.streams.get_shard_iterator(**place, **start)["ShardIterator"]
        return list(self.streams.get_records(ShardIterator=iterator)["Records"])

    def deliver(self) -> int:
        """Each message that the queue has now, one at a time; returns how many there were. A failed one comes again at once."""
        return self._hand_over("deliver", self.queue_url)

    def fetch(self) -> int:
        """The same for the queue of files."""
        return self._hand_over("media", self.media_queue_url)

    def _hand_over(self, function: str, queue_url: str) -> int:
        names = {"MessageSystemAttributeNames": ["All"], "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        found = self.sqs.receive_message(QueueUrl=queue_url, **names).get("Messages", [])
        for message in found:
            self.bodies.append(message["Body"])
            self.client.lambda_.invoke(function, events.queue_event([message], self.queue_arn))
            self.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return len(found)

    def tick(self, **time: float) -> None:
        """Time passes, with the minute's tick at its end."""
        self.clock.now += timedelta(**time)
        self.client.lambda_.invoke("sweep", events.tick_event("sweep", self.clock.now))
        self.run()

    # What is there.

    def staff(self, role: Role = Role.ADMIN, *offices: str, days: float = 365) -> str:
        """A live token of somebody of that role, at 1801 unless told otherwise."""
        token = f"{role.value}-{'-'.join(offices) or '1801'}-{days}-token-with-256-bits"
        who = Staff.of(
            hash_=tokens.key(token).pk.removeprefix(tokens.PREFIX), name="Budi", role=role.value,
            offices=offices or ("1801",), expires_at=self.clock.now + timedelta(days=days),
        )  # fmt: skip
        if self.store.get(tokens.key(token)) is None:
            self.store.put(tokens.put_new(token, who))
        return token

    def items(self, pk: str = "", sk: str = "") -> list[Item]:
        """All items whose keys begin so."""
        from chalicelib.adapters.dynamo_wire import item_from_wire

        found = [item_from_wire(one) for one in self.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]]
        fitting = [one for one in found if str(one["pk"]).startswith(pk) and str(one["sk"]).startswith(sk)]
        return sorted(fitting, key=lambda one: (str(one["pk"]), str(one["sk"])))

    def requests(self) -> list[Request]:
        return [requests.read(item) for item in self.items("REQ#", "REQUEST")]

    def only_request(self) -> Request:
        [request] = self.requests()
        return request

    def states(self) -> dict[str, str]:
        """Each notice's state, by its id."""
        return {str(item["id"]): str(item["state"]) for item in self.items("", notices.PREFIX)}


def _with(token: str | None, headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return named | ({"Authorization": f"Bearer {token}"} if token else {})


@contextmanager
def standing(whatsapp: Script[Any] = (), sms: Script[Any] = (), secrets: Mapping[str, str] = SECRETS) -> Iterator[Stand]:
    """Kabar with nothing in its table yet."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        queue_url = client("sqs").create_queue(QueueName="kabar-dev-notices")["QueueUrl"]
        patch.setenv("KABAR_STAGE", STAGE)
        patch.setenv("KABAR_TABLE", TABLE)
        patch.setenv("KABAR_QUEUE_URL", queue_url)
        patch.setenv("KABAR_MEDIA_QUEUE_URL", client("sqs").create_queue(QueueName="kabar-dev-media")["QueueUrl"])
        patch.setenv("KABAR_MEDIA_BUCKET", BUCKET)
        region = client("s3").meta.region_name
        client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
        client("dynamodb").create_table(**table())
        for name, value in secrets.items():
            client("ssm").put_parameter(Name=f"/kabar/{STAGE}/{name}", Value=value, Type="SecureString")
        try:
            yield Stand(whatsapp, sms)
        finally:
            wiring.use_clock(wiring.utc_now)
