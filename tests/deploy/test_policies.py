"""Each function's policy, held against what it calls when the whole system runs: not one right too many, not one too few."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devstack.environment import ACCOUNT, REGION
from ops.configure import Outputs, policies
from ops.project import FUNCTIONS, SMS_REPORTS, SOCIAL
from tests.deploy.iam import Account, Act, grants, listed
from tests.deploy.place import PROJECT, Place
from tests.system.client import Devstack

# What Lambda does in a function's name, so that no code of ours calls it.
BY_LAMBDA = {
    "dispatch": {
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
    },
    "deliver": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "media": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "social": {"sqs:SendMessage"},
}  # fmt: skip
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
# An SMS goes to a phone number, which has no ARN; the policy denies topics, which have.
WITHOUT_ARN = {"sns:Publish"}

KK, KTP, PINDAH = "100000000000001", "100000000000002", "100000000000003"
BY_SOCIAL = "100000000000031"
RECORDED = (*FUNCTIONS, SOCIAL)
"""The functions of the development stack, which has a number at End User Messaging Social."""


def outputs(stage: str, sms: dict[str, str] | None = None, social_topic: str = "") -> Outputs:
    stream = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/kabar-{stage}/stream/2026-01-01T00:00:00.000"
    bucket = f"kabar-{stage}-media-{ACCOUNT}-{REGION}"
    queues = (f"kabar-{stage}-notices", "", f"kabar-{stage}-media", "")
    return Outputs(f"kabar-{stage}", stream, *queues, bucket, sms or {}, social_topic)


POLICIES = policies("dev", outputs("dev"))
WITH_REPORTS = policies("dev", outputs("dev", {"KABAR_SMS_ENGINE": "eum"}))
WITH_SOCIAL = policies("dev", outputs("dev", social_topic="kabar-dev-whatsapp"))


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Act]]:
    """What each function did in the development stack, while residents and staff did all that they can do."""
    notes = tmp_path_factory.mktemp("notes") / "calls.jsonl"
    with running(notes) as stack:
        everything(stack)
    done: dict[str, set[Act]] = {name: set() for name in RECORDED}
    account = Account(REGION, ACCOUNT)
    for line in notes.read_text().splitlines():
        call = json.loads(line)
        done[call["function"]].update(account.acts(call["service"], call["operation"], call["parameters"]))
    return done


@contextmanager
def running(notes: Path) -> Iterator[Devstack]:
    """The development stack as a process that notes its calls."""
    command = [sys.executable, "-m", "tests.deploy.recorded_stack", str(notes)]
    errors = notes.with_suffix(".errors")
    with (
        errors.open("w") as told,
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=told, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, errors.read_text()[-4000:]
            yield Devstack(line)
        finally:
            process.terminate()


def everything(stack: Devstack) -> None:
    """A day on which everything happens that makes a function call AWS in a way of its own."""
    write(stack, "+6281200007001", KTP, "KTP saya hilang")
    write(stack, "+6281200007001", KTP, "ini fotonya")
    write(stack, "+6281200007001", KTP, "CEK")
    write(stack, "+6281200007001", KTP, "BERHENTI")
    write(stack, "+6281200007001", KTP, "MULAI")
    merge(stack)
    for number, service in ((KK, "KK"), (PINDAH, "PINDAH")):
        write(stack, "+6281200007002", number, f"urus {service}")
    desk(stack)
    by_sms(stack)
    files(stack)
    by_social(stack)
    nonsense(stack)
    stack.sim("webhook", payload={"object": "whatsapp_business_account", "entry": [{"changes": [{"value": 7}]}]})
    stack.sim("webhook", payload=report_on_nothing())
    stack.settle()
    stack.sim("advance", seconds=3600)
    stack.settle()
    ready(stack)
    over(stack)


def write(stack: Devstack, sender: str, number: str, text: str) -> None:
    assert stack.sim("inbound", **{"from": sender, "phone_number_id": number, "text": text})["status"] == 200
    stack.settle()


def merge(stack: Devstack) -> None:
    """Somebody writes by phone, by user id, and then by both."""
    write(stack, "+6281200007003", KTP, "pagi")
    write(stack, "ID.7003", KTP, "halo")
    sender = {
        "from": "6281200007003",
        "from_user_id": "ID.7003",
        "id": "wamid.merge",
        "timestamp": "1790000000",
        "type": "text",
    }
    stack.sim("webhook", payload=payload(messages=[{**sender, "text": {"body": "saya"}}]))


def payload(**value: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "6281200000000", "phone_number_id": KTP}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def report_on_nothing() -> dict[str, Any]:
    callback = "KTP-7F3K-9QXM-2DM.1#1"
    status = {"id": "wamid.early", "status": "sent", "timestamp": "1790000000", "biz_opaque_callback_data": callback}
    return payload(statuses=[status])


def desk(stack: Devstack) -> None:
    (request,) = stack.staff("GET", "/staff/requests?service=KK&limit=1").json["requests"]
    path = f"/staff/requests/{request['id']}"
    assert stack.staff("POST", f"{path}/status", {"to": "verified", "expected_version": 1}).status == 200
    assert stack.staff("POST", f"{path}/messages", {"text": "Baik, kami periksa."}, **{"Idempotency-Key": "r1"}).status == 202
    stack.settle()
    assert stack.staff("GET", path).status == 200
    assert stack.api("GET", f"/requests/{request['id']}").status == 200
    walk_in = {"service": "KTP", "name": "Invented", "phone": "+6281200007004", "consent": True}
    assert stack.staff("POST", "/staff/requests", walk_in, **{"Idempotency-Key": "w1"}).status == 201
    listed_ = stack.staff("GET", "/staff/notices?state=accepted")
    assert listed_.status == 200


def ready(stack: Devstack) -> None:
    """All functions of the development stack share what was read of SSM; an hour later deliver is the first to read again."""
    stack.sim("advance", seconds=3600)
    (request,) = stack.staff("GET", "/staff/requests?service=KK&limit=1").json["requests"]
    change = {"to": "ready", "expected_version": request["version"]}
    assert stack.staff("POST", f"/staff/requests/{request['id']}/status", change).status == 200
    stack.settle()


def over(stack: Devstack) -> None:
    """A request with a photo is closed, and the time for which its chat is kept is over."""
    listed_ = stack.staff("GET", "/staff/requests?service=KTP&limit=100").json["requests"]
    files_ = [stack.staff("GET", f"/staff/requests/{one['id']}").json for one in listed_]
    mine = next(one for one in files_ if any(said.get("media", {}).get("state") == "kept" for said in one["messages"]))
    change = {"to": "cancelled", "expected_version": mine["request"]["version"]}
    assert stack.staff("POST", f"/staff/requests/{mine['request']['id']}/status", change).status == 200
    stack.settle()
    stack.sim("advance", seconds=31 * 24 * 3600)
    stack.settle()


def by_sms(stack: Devstack) -> None:
    """A phone without WhatsApp, one that WhatsApp is silent about, and a number that is down."""
    stack.sim("faults", to="+6281200007005", outcome="undeliverable", times=2)
    write(stack, "+6281200007005", PINDAH, "mau pindah")
    stack.sim("faults", to="+6281200007006", outcome="error:190", times=1)
    write(stack, "+6281200007006", PINDAH, "mau pindah")


def files(stack: Devstack) -> None:
    """A photo; one that WhatsApp does not have any more; and one that is another than was announced, so that it is tried again.

    That one is tried an hour later: media is then the first to read SSM again.
    """
    sends_photo(stack, "+6281200007008", KTP)
    gone = {"id": "100", "mime_type": "image/jpeg", "sha256": "00" * 32}
    uploaded = stack.ask("POST", f"{stack.graph_url}/sim/files", b"\xff\xd8\xff invented", **{"Content-Type": "image/jpeg"})
    for name, image in (("gone", gone), ("other", {**gone, "id": uploaded.json["id"]})):
        sent = {"from": "6281200007008", "id": f"wamid.{name}", "timestamp": "1790000000", "type": "image", "image": image}
        stack.sim("webhook", payload=payload(messages=[sent]))
        stack.settle()
    stack.sim("advance", seconds=3600)
    stack.settle()


def sends_photo(stack: Devstack, sender: str, number: str) -> None:
    photo = {"from": sender, "phone_number_id": number, "media": {"type": "image"}}
    assert stack.sim("inbound", **photo)["status"] == 200
    stack.settle()


def by_social(stack: Devstack) -> None:
    """After an hour in which nobody wrote, so that the function of the topic reads SSM, as media did.

    Among those who write is one who was two people once.
    """
    stack.sim("advance", seconds=3600)
    write(stack, "+6281200007003", BY_SOCIAL, "pagi")
    write(stack, "+6281200007009", BY_SOCIAL, "KTP saya hilang")
    sends_photo(stack, "+6281200007009", BY_SOCIAL)


def nonsense(stack: Devstack) -> None:
    """Something that nobody can read, on the table, on its stream, on the queues and among what is due."""
    place = Place(PROJECT, stack.aws_endpoint_url)
    item = {"pk": "REQ#X", "sk": "NOTICE#nonsense", "due_pk": "1801", "due_at": "2020-01-01T00:00:00.000Z"}
    place.client("dynamodb").put_item(
        TableName=stack.described["table"], Item={name: {"S": text} for name, text in item.items()}
    )
    for queue in ("notices", "media"):
        url = stack.described["queue_url"].replace("-notices", f"-{queue}")
        place.client("sqs").send_message(QueueUrl=url, MessageBody="nonsense")
    stack.settle()


@pytest.mark.parametrize("function", RECORDED)
def test_a_function_may_do_all_that_it_does(function: str, acts: dict[str, set[Act]]) -> None:
    refused = [act for act in acts[function] if not any(grants(one, act) for one in WITH_SOCIAL[function]["Statement"])]
    assert refused == []


@pytest.mark.parametrize("function", RECORDED)
def test_a_function_may_do_nothing_that_it_never_does(function: str, acts: dict[str, set[Act]]) -> None:
    for_us = LOGS | BY_LAMBDA.get(function, set())
    unused = [
        (statement["Sid"], action)
        for statement in WITH_SOCIAL[function]["Statement"]
        for action in listed(statement["Action"])
        if statement["Effect"] == "Allow"
        and action not in for_us
        and not any(act.action == action and grants(statement, act) for act in acts[function])
    ]
    assert unused == []


@pytest.mark.parametrize("function", RECORDED)
def test_a_function_reads_every_index_that_it_may_read(function: str, acts: dict[str, set[Act]]) -> None:
    indexes = {
        resource
        for statement in WITH_SOCIAL[function]["Statement"]
        for resource in listed(statement["Resource"])
        if "/index/" in resource
    }
    assert indexes == {act.resource for act in acts[function] if "/index/" in act.resource}


@pytest.mark.parametrize("function", RECORDED)
def test_a_function_puts_on_every_queue_that_it_may_put_on(function: str, acts: dict[str, set[Act]]) -> None:
    queues = {
        resource
        for statement in WITH_SOCIAL[function]["Statement"]
        for resource in listed(statement["Resource"])
        if "sqs:SendMessage" in set(listed(statement["Action"])) - BY_LAMBDA.get(function, set())
    }
    assert queues == {act.resource for act in acts[function] if act.action == "sqs:SendMessage"}


STATEMENTS = [
    pytest.param(statement, id=f"{function}-{statement['Sid']}")
    for function, policy in (*POLICIES.items(), *WITH_REPORTS.items(), *WITH_SOCIAL.items())
    for statement in policy["Statement"]
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_policy_has_a_wildcard_for_an_action_or_for_what_has_an_arn(statement: dict[str, Any]) -> None:
    assert not any("*" in action for action in listed(statement["Action"]))
    if "*" in listed(statement["Resource"]):
        assert set(listed(statement["Action"])) <= WITHOUT_ARN


def test_an_sms_goes_to_a_phone_and_to_no_topic() -> None:
    denied = [one for one in POLICIES["deliver"]["Statement"] if one["Effect"] == "Deny"]
    assert [(one["Action"], one["Resource"]) for one in denied] == [(["sns:Publish"], "arn:aws:sns:*:*:*")]


def test_the_function_for_reports_is_there_where_sms_are_reported_on_alone() -> None:
    assert set(WITH_REPORTS) == {*FUNCTIONS, SMS_REPORTS}
    actions = {action for one in WITH_REPORTS["deliver"]["Statement"] for action in listed(one["Action"])}
    assert "sms-voice:SendTextMessage" in actions
    assert "sns:Publish" not in actions


def test_an_office_with_numbers_at_social_has_one_function_more_and_deliver_may_send_from_them() -> None:
    assert set(WITH_SOCIAL) == {*FUNCTIONS, SOCIAL}
    sends = {"social-messaging:SendWhatsAppMessage"}
    assert sends <= {action for one in WITH_SOCIAL["deliver"]["Statement"] for action in listed(one["Action"])}
    assert not any(action in sends for one in POLICIES["deliver"]["Statement"] for action in listed(one["Action"]))
