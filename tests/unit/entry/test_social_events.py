"""Events of End User Messaging Social: what they bring is what the webhook would have brought, and trust is their topic's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.entry import social_events
from chalicelib.ports import Item
from tests.data import payloads
from tests.fakes.world import World
from tests.unit.entry.shapes import FOLDER

TOPIC = "arn:aws:sns:ap-southeast-3:123456789012:kabar-test-whatsapp"


def payload_of(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def is_ours(payload: Any) -> bool:
    """Whether it has the frame that Meta gives every webhook; AWS takes that away, so without one there is nothing to carry."""
    framed = isinstance(payload, dict) and payload.get("object") == "whatsapp_business_account"
    return framed and isinstance(payload.get("entry"), list) and bool(payload["entry"])


FILES = [path for path in sorted(FOLDER.glob("**/*.json")) if is_ours(payload_of(path))]


def event(message: Any, topic: str = TOPIC) -> dict[str, Any]:
    """As SNS hands it to Lambda. message: the notification's text, or what it is JSON of."""
    text = message if isinstance(message, str) else json.dumps(message)
    sns: dict[str, Any] = {
        "Type": "Notification", "MessageId": "9d2f6b70-0000-4000-8000-000000000001", "TopicArn": topic, "Subject": None,
        "Message": text, "Timestamp": "2026-11-24T03:00:00.000Z", "SignatureVersion": "1", "MessageAttributes": {},
    }  # fmt: skip
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{topic}:1", "Sns": sns}]}


def wrapped(entry: Any) -> dict[str, Any]:
    """AWS's own wrapping of what came from Meta."""
    return {
        "context": {"MetaWabaIds": [{"wabaId": "200000000000001", "arn": "arn:aws:social-messaging:x:1:waba/1"}]},
        "whatsAppWebhookEntry": entry,
        "aws_account_id": "123456789012",
        "message_timestamp": "2026-11-24T03:00:00.123456789Z",
        "messageId": "6d69f07a-c317-4278-9d5c-6a84078419ec",
    }


def bring(world: World, message: Any, topic: str = TOPIC) -> None:
    parts = world.parts
    social_events.receive(event(message, topic), "kabar-test-whatsapp", parts.ingest, world.secrets.values, parts.keeping)


def everything(world: World) -> list[Item]:
    return world.items("", "")


def entries(payload: Any) -> list[Any]:
    return list(payload["entry"])


WAYS: dict[str, Callable[[Any], list[Any]]] = {
    "an event for each entry": lambda payload: [json.dumps(one) for one in entries(payload)],
    "all entries in a list": lambda payload: [json.dumps(entries(payload))],
    "the whole payload": lambda payload: [json.dumps(payload)],
    "without the second JSON": lambda payload: [payload],
}


def fits(payload: Any, way: str) -> bool:
    """An entry that is a list, or has entries of its own, cannot be told from what else may come in its place."""
    return way != "an event for each entry" or all(isinstance(one, dict) and "entry" not in one for one in entries(payload))


CASES = [(path, way) for path in FILES for way in WAYS if fits(payload_of(path), way)]


@pytest.mark.parametrize(("path", "way"), CASES, ids=[f"{path.stem}-{way}" for path, way in CASES])
def test_each_payload_leaves_the_same_in_the_table_by_the_webhook_and_by_the_topic(path: Path, way: str) -> None:
    payload = payload_of(path)
    by_webhook, by_topic = World(), World()

    by_webhook.receive(payload)
    for entry in WAYS[way](payload):
        bring(by_topic, wrapped(entry))

    assert everything(by_topic) == everything(by_webhook)


def test_numbers_without_end_are_read_as_the_webhook_reads_them() -> None:
    payload = payloads.envelope(payloads.value(payloads.text("Halo", at=1795489200)))
    text = json.dumps(entries(payload)[0]).replace('"Halo"', "1" * 5000)
    by_webhook, by_topic = World(), World()

    by_webhook.receive(json.loads(json.dumps(payload).replace('"Halo"', '"' + "1" * 5000 + '"')))
    bring(by_topic, wrapped(text))

    assert len(everything(by_topic)) == len(everything(by_webhook)) > 0


def test_the_same_event_twice_changes_nothing() -> None:
    world = World()
    said = wrapped(json.dumps(entries(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))[0]))
    bring(world, said)
    once = everything(world)

    bring(world, said)

    assert everything(world) == once
    assert [str(item["sk"]) for item in once].count("REQUEST") == 1


@pytest.mark.parametrize(
    "message",
    [
        "", "{", "null", "[]", "7", "{}", '"x"', '{"whatsAppWebhookEntry": "{"}', '{"whatsAppWebhookEntry": ""}',
        '{"somethingElse": 1}', "[" * 100_000, json.dumps({"whatsAppWebhookEntry": "[" * 100_000}),
    ],
)  # fmt: skip
def test_what_is_no_such_event_is_kept_whole_for_a_person(message: str) -> None:
    world = World()

    bring(world, message)
    bring(world, message)

    [kept] = [item for item in everything(world) if str(item["pk"]).startswith("QUARANTINE#")]
    assert str(kept["kind"]).startswith("social_event_")
    assert json.loads(str(kept["raw"])) == message


@pytest.mark.parametrize("entry", [None, 7, "7", "null", {}, [], [7], '{"id": "1"}', {"changes": 7}])
def test_an_entry_that_is_none_is_kept_as_the_webhook_keeps_it(entry: Any) -> None:
    world = World()

    bring(world, wrapped(entry))

    assert len(everything(world)) == 1


@pytest.mark.parametrize(
    ("topic", "configured"),
    [
        ("arn:aws:sns:ap-southeast-3:123456789012:another", "kabar-test-whatsapp"),
        ("arn:aws:sns:ap-southeast-3:123456789012:not-kabar-test-whatsapp", "kabar-test-whatsapp"),
        ("arn:aws:sns:ap-southeast-3:999999999999:kabar-test-whatsapp", TOPIC),
        (TOPIC, ""),
        ("", ""),
    ],
)
def test_what_comes_by_another_topic_is_not_believed(topic: str, configured: str) -> None:
    world = World()
    said = wrapped(json.dumps(entries(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))[0]))

    social_events.receive(event(said, topic), configured, world.parts.ingest, world.secrets.values, world.parts.keeping)

    [kept] = everything(world)
    assert kept["kind"] == "social_event_Forbidden"


@pytest.mark.parametrize("configured", ["kabar-test-whatsapp", TOPIC])
def test_the_topic_is_named_or_given_by_its_arn(configured: str) -> None:
    world = World()
    said = wrapped(json.dumps(entries(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))[0]))

    social_events.receive(event(said), configured, world.parts.ingest, world.secrets.values, world.parts.keeping)

    assert len(world.items("REQ#", "REQUEST")) == 1


def test_what_cannot_be_stored_now_raises_so_that_lambda_tries_again() -> None:
    world = World()
    said = wrapped(json.dumps(entries(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))[0]))

    def down(*_: object) -> None:
        raise TransientError("the table")

    with pytest.raises(TransientError):
        social_events.receive(event(said), TOPIC, down, world.secrets.values, world.parts.keeping)  # type: ignore[arg-type]

    bring(world, said)
    assert len(world.items("REQ#", "REQUEST")) == 1
