import json
import threading
from typing import Any

from devstack.pumps.function import Context, Function
from devstack.pumps.topic import TopicPump
from tests.unit.devstack.handlers import RecordingHandler
from tests.unit.devstack.waiting import eventually

TOPIC = "arn:aws:sns:ap-southeast-3:123456789012:kabar-dev-whatsapp"


def pump_of(handler: Any, dead: list[str] | None = None) -> TopicPump:
    return TopicPump(Function("social", handler), TOPIC, (dead if dead is not None else []).append, backoff_s=0.001)


def test_a_notification_has_the_shape_that_sns_gives_it() -> None:
    handler = RecordingHandler()
    pump = pump_of(handler)
    identifier = pump.publish('{"a": "☀"}')
    pump.turn()

    [event] = handler.events
    [record] = event["Records"]
    assert record.keys() == {"EventVersion", "EventSubscriptionArn", "EventSource", "Sns"}
    assert record["EventSource"] == "aws:sns"
    assert record["EventSubscriptionArn"].startswith(f"{TOPIC}:")
    sns = record["Sns"]
    assert (sns["TopicArn"], sns["Message"], sns["MessageId"]) == (TOPIC, '{"a": "☀"}', identifier)
    assert (sns["Type"], sns["Subject"], sns["MessageAttributes"]) == ("Notification", None, {})


def test_an_event_that_fails_comes_twice_more_and_then_lies_with_the_failure_destination() -> None:
    handler, dead = RecordingHandler(), list[str]()
    handler.fail_next = 3
    pump = pump_of(handler, dead)
    pump.publish("poison")
    pump.publish("fine")
    pump.turn()

    assert [event["Records"][0]["Sns"]["Message"] for event in handler.events] == ["poison"] * 3
    [record] = [json.loads(one) for one in dead]
    assert record["requestPayload"] == handler.events[0]
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responsePayload"]["errorType"] == "RuntimeError"

    pump.turn()
    assert handler.events[-1]["Records"][0]["Sns"]["Message"] == "fine"
    assert len(dead) == 1


def test_an_event_that_succeeds_at_last_is_not_buried() -> None:
    handler, dead = RecordingHandler(), list[str]()
    handler.fail_next = 2
    pump = pump_of(handler, dead)
    pump.publish("late")
    pump.turn()

    assert (len(handler.events), dead) == (3, [])


def test_it_is_idle_only_when_every_notification_has_come_to_an_end() -> None:
    going_on, may_end = threading.Event(), threading.Event()

    def handle(_: dict[str, Any], __: Context) -> None:
        going_on.set()
        assert may_end.wait(5)

    pump = pump_of(handle)
    assert pump.idle()
    pump.publish("one")
    assert not pump.idle()
    pump.start()
    assert going_on.wait(5)
    assert not pump.idle()
    may_end.set()
    assert eventually(pump.idle)
    assert pump.stop()
