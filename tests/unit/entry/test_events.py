"""Lambda's events: what each handler takes from them, what it raises for, and what it sets aside."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.errors import KabarError, PermanentError, TransientError
from chalicelib.domain.inbound import StatusReport
from chalicelib.entry import events
from chalicelib.flows.keeping import Stored
from chalicelib.ports import Item, Key
from chalicelib.table import notices
from tests.fakes.world import World
from tests.unit.domain.samples import CONTACT_ID, ID

OF_CHANGE, OF_MESSAGE = f"{ID}.2", f"{CONTACT_ID}.{'ab' * 16}"


class Recorder:
    """In the place of a flow: remembers what it was called with, and fails where it is told to."""

    def __init__(self, failing: Callable[[Any], Exception | None] = lambda _: None) -> None:
        self.calls: list[Any] = []
        self._failing = failing

    def __call__(self, *given: Any) -> Stored:
        error = self._failing(given[0])
        if error is not None:
            raise error
        self.calls.append(given if len(given) > 1 else given[0])
        return Stored.STORED


def record(key: Key, name: str = "INSERT") -> dict[str, Any]:
    return {"eventName": name, "dynamodb": {"Keys": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}}}


def quarantined(world: World) -> list[Item]:
    return world.items("QUARANTINE#")


class TestDispatch:
    @staticmethod
    def dispatch(world: World, *records: Any) -> list[Any]:
        flow: Any = Recorder()
        events.dispatch({"Records": list(records)}, flow, world.parts.keeping)
        [(notice_ids, file_ids)] = flow.calls
        return [*notice_ids, *file_ids]

    def test_takes_the_inserted_notices_in_their_order(self, world: World) -> None:
        keys = [notices.key(OF_CHANGE), Key(f"REQ#{ID}", "REQUEST"), notices.key(OF_MESSAGE), Key("CONTACT#x", "MSG#1#2")]

        assert self.dispatch(world, *map(record, keys)) == [OF_CHANGE, OF_MESSAGE]

    def test_takes_the_files_of_inserted_messages(self, world: World) -> None:
        flow: Any = Recorder()
        sent = f"MSG#2026-11-24T03:00:00.000Z#{'ab' * 16}.media"

        records = [record(Key("CONTACT#x", sent)), record(notices.key(OF_CHANGE)), record(Key("CONTACT#x", sent), "MODIFY")]
        events.dispatch({"Records": records}, flow, world.parts.keeping)

        assert flow.calls == [([OF_CHANGE], [f"x {sent}"])]

    @pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
    def test_takes_nothing_else_that_happens_to_a_notice(self, world: World, name: str) -> None:
        assert self.dispatch(world, record(notices.key(OF_CHANGE), name)) == []

    @pytest.mark.parametrize(
        "poison",
        [
            {}, None, 7, [], {"eventName": "INSERT"}, {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "x"}}}},
            {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"N": "1"}, "sk": {"S": "NOTICE#1"}}}},
            {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "REQ#x"}, "sk": {"S": "NOTICE#x"}}}},
            {"dynamodb": {"Keys": {"pk": {"S": "REQ#x"}, "sk": {"S": "NOTICE#000001"}}}}, {"dynamodb": "x"},
        ],
    )  # fmt: skip
    def test_sets_a_record_aside_that_nobody_can_read_and_goes_on(self, world: World, poison: Any) -> None:
        taken = self.dispatch(world, record(notices.key(OF_CHANGE)), poison, record(notices.key(OF_MESSAGE)))

        assert taken == [OF_CHANGE, OF_MESSAGE]
        [kept] = quarantined(world)
        assert (kept["kind"], json.loads(str(kept["raw"]))) == ("stream_record", poison)

    def test_raises_when_the_queue_fails_so_that_the_batch_comes_again(self, world: World) -> None:
        flow: Any = Recorder(lambda _: TransientError("the queue"))

        with pytest.raises(TransientError):
            events.dispatch({"Records": [record(notices.key(OF_CHANGE))]}, flow, world.parts.keeping)


def message(body: Any) -> dict[str, Any]:
    return {"messageId": "1", "body": body if isinstance(body, str) else json.dumps(body)}


class TestDeliver:
    def test_delivers_each_notice_in_the_name_of_its_invocation(self, world: World) -> None:
        flow: Any = Recorder()

        event = {"Records": [message({"notice": OF_CHANGE}), message({"notice": OF_MESSAGE})]}
        events.deliver(event, "invocation-1", flow, world.parts.keeping)

        assert flow.calls == [(OF_CHANGE, "invocation-1"), (OF_MESSAGE, "invocation-1")]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "null",
            "[]",
            "7",
            "{}",
            '{"notice":null}',
            '{"notice":7}',
            '{"notice":[]}',
            f'{{"notice":"{ID}.abc"}}',
            "\ud800",
        ],
    )
    def test_sets_aside_what_is_no_notice_and_goes_on(self, world: World, body: str) -> None:
        flow: Any = Recorder()

        events.deliver({"Records": [message(body), message({"notice": OF_CHANGE})]}, "me", flow, world.parts.keeping)

        assert flow.calls == [(OF_CHANGE, "me")]
        [kept] = quarantined(world)
        assert str(kept["kind"]).startswith("queue_message_")
        assert json.loads(str(kept["raw"])) == body

    def test_raises_for_passing_faults_only(self, world: World) -> None:
        event = {"Records": [message({"notice": OF_CHANGE})]}
        failing: Any = Recorder(lambda _: TransientError("the table"))
        with pytest.raises(TransientError):
            events.deliver(event, "me", failing, world.parts.keeping)
        assert quarantined(world) == []

        errors = iter([PermanentError("x"), KabarError("x"), ValueError("x")])
        broken: Any = Recorder(lambda _: next(errors))
        for _ in range(3):
            events.deliver(event, "me", broken, world.parts.keeping)

        assert len(quarantined(world)) == 3

    def test_repeat_of_a_poisonous_message_is_kept_once(self, world: World) -> None:
        flow: Any = Recorder()
        for _ in range(3):
            events.deliver({"Records": [message("{")]}, "me", flow, world.parts.keeping)

        assert len(quarantined(world)) == 1


FILE = f"{CONTACT_ID} MSG#2026-11-24T03:00:00.000Z#{'ab' * 16}.media"


class TestMedia:
    def test_fetches_each_file(self, world: World) -> None:
        flow: Any = Recorder()

        events.media({"Records": [message({"media": FILE})] * 2}, flow, world.parts.keeping)

        assert flow.calls == [FILE, FILE]

    @pytest.mark.parametrize("body", ["", "{", "null", "[]", "{}", '{"media":null}', '{"media":"x"}', '{"notice":"x.1"}'])
    def test_sets_aside_what_is_no_file_and_goes_on(self, world: World, body: str) -> None:
        flow: Any = Recorder()

        events.media({"Records": [message(body), message({"media": FILE})]}, flow, world.parts.keeping)

        assert flow.calls == [FILE]
        [kept] = quarantined(world)
        assert str(kept["kind"]).startswith("media_message_")
        assert json.loads(str(kept["raw"])) == body

    def test_raises_for_passing_faults_only(self, world: World) -> None:
        event = {"Records": [message({"media": FILE})]}
        failing: Any = Recorder(lambda _: TransientError("the bucket"))
        with pytest.raises(TransientError):
            events.media(event, failing, world.parts.keeping)
        assert quarantined(world) == []

        events.media(event, Recorder(lambda _: PermanentError("x")), world.parts.keeping)  # type: ignore[arg-type]

        assert len(quarantined(world)) == 1


def notification(text: str) -> dict[str, Any]:
    return {"EventSource": "aws:sns", "Sns": {"Message": text}}


class TestSmsReports:
    def test_applies_each_report(self, world: World) -> None:
        flow: Any = Recorder()
        text = json.dumps({"eventType": "TEXT_DELIVERED", "eventTimestamp": 1795489200000, "context": {"kabar": f"{ID}.2#1"}})

        events.sms_reports({"Records": [notification(text)] * 2}, flow, world.parts.keeping)

        assert [(one.status, one.callback) for one in flow.calls if isinstance(one, StatusReport)] == [
            ("delivered", f"{ID}.2#1")
        ] * 2

    @pytest.mark.parametrize(
        "text", ["", "{", "{}", "[]", "null", '{"eventType":"TEXT_DELIVERED"}', '{"eventType":"X","eventTimestamp":"x"}']
    )
    def test_sets_aside_what_is_no_report_and_goes_on(self, world: World, text: str) -> None:
        flow: Any = Recorder()
        fine = json.dumps({"eventType": "TEXT_SENT", "eventTimestamp": 1})

        events.sms_reports({"Records": [notification(text), notification(fine)]}, flow, world.parts.keeping)

        assert [one.status for one in flow.calls] == ["sent"]
        [kept] = quarantined(world)
        assert json.loads(str(kept["raw"])) == text

    def test_raises_for_passing_faults(self, world: World) -> None:
        flow: Any = Recorder(lambda _: TransientError("the table"))

        with pytest.raises(TransientError):
            events.sms_reports(
                {"Records": [notification(json.dumps({"eventType": "TEXT_SENT", "eventTimestamp": 1}))]},
                flow,
                world.parts.keeping,
            )
