"""Stream records → the queue: every inserted notice, however records are shuffled, repeated, grouped or broken."""

import json
import random
from typing import Any

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.domain.request import Status
from tests.data import payloads
from tests.data.payloads import KK, KTP
from tests.fakes.providers import FakeQueue
from tests.fakes.world import World

RECORD = {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "REQ#KTP-7F3K-9QXM-2DM"}, "sk": {"S": "NOTICE#000001"}}}}


def busy(queue: FakeQueue | None = None) -> World:
    """Six residents open eight requests, two are moved on, one asks, one opts out."""
    world = World()
    vars(world.parts).update(queue=queue or world.queue)
    for number in range(6):
        world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=f"62812000000{number}"))))
    for number in range(2):
        world.receive(
            payloads.envelope(payloads.value(payloads.photo(at=world.seconds, sender=f"62812000000{number}"), number=KK))
        )
    for request in world.requests()[:2]:
        world.set_status(request, Status.INCOMPLETE, reason="KK belum ada")
    world.say("CEK", number=KTP, sender="6281200000004")
    world.say("STOP", number=KTP, sender="6281200000005")
    return world


def ids(world: World) -> list[str]:
    return sorted(notice.id for notice in world.notices())


def test_every_inserted_notice_is_queued_and_nothing_else() -> None:
    world = busy()
    records = world.new_records()
    world.dispatch(records)
    assert sorted(world.queue.ids) == ids(world)
    assert len(records) > 3 * len(world.queue.ids)


@pytest.mark.parametrize("seed", range(10))
def test_shuffled_repeated_and_regrouped_batches_tell_each_notice_once(seed: int) -> None:
    chance, world = random.Random(seed), busy()
    records = world.new_records() * 3
    chance.shuffle(records)
    while records:
        size = chance.randint(1, 100)
        world.dispatch(records[:size])
        del records[:size]
        queued = world.queue.take()
        chance.shuffle(queued)
        for notice_id in queued:
            world.deliver(notice_id)
    sent = [one.callback.split("#")[0] for one in world.whatsapp.attempts]
    told = [notice for notice in world.notices() if notice.state != "superseded"]
    assert sorted(sent) == sorted(notice.id for notice in told)
    assert {notice.state for notice in told} == {"accepted"}


@pytest.mark.parametrize(
    "record",
    [
        RECORD | {"eventName": "MODIFY"},
        RECORD | {"eventName": "REMOVE"},
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "REQ#KTP-7F3K-9QXM-2DM"}, "sk": {"S": "CHANGE#000001"}}}},
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "CONTACT#0"}, "sk": {"S": "CONTACT"}}}},
    ],
)
def test_what_is_no_inserted_notice_queues_and_keeps_nothing(record: dict[str, Any]) -> None:
    world = World()
    world.dispatch([record] * 3)
    assert world.queue.ids == []
    assert world.store.everything() == []


BROKEN: list[Any] = [
    None,
    {},
    "record",
    {"eventName": "INSERT"},
    {"eventName": "INSERT", "dynamodb": None},
    {"eventName": "INSERT", "dynamodb": {"Keys": {}}},
    {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"N": "1"}, "sk": {"S": "NOTICE#000001"}}}},
    {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "REQ#KTP-7F3K-9QXM-2DM"}, "sk": {"S": "NOTICE#one"}}}},
    {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": 1}, "sk": {"S": 2}}}},
]


@pytest.mark.parametrize("record", BROKEN, ids=map(str, BROKEN))
def test_a_broken_record_is_kept_once_and_stops_none_behind_it(record: Any) -> None:
    world = busy()
    records = world.new_records()
    for position in (0, len(records) // 2, len(records)):
        world.queue.take()
        world.dispatch([*records[:position], record, *records[position:]])
        assert sorted(world.queue.ids) == ids(world)
    [item] = world.items("QUARANTINE#")
    assert (item["kind"], json.loads(str(item["raw"]))) == ("stream_record", record)


@pytest.mark.parametrize("reached", [0, 1, 5])
def test_a_queue_that_fails_fails_the_batch_and_the_batch_completes_when_it_comes_again(reached: int) -> None:
    queue = FakeQueue([reached])
    world = busy(queue)
    records = world.new_records()
    with pytest.raises(TransientError):
        world.dispatch(records)
    assert len(queue.ids) == reached
    world.dispatch(records)
    assert set(queue.ids) == set(ids(world))
    for notice_id in queue.take():
        world.deliver(notice_id)
    assert len(world.whatsapp.attempts) == len({one.callback for one in world.whatsapp.attempts})


def test_a_broken_record_that_cannot_be_kept_for_now_fails_the_batch() -> None:
    world = World()

    def refuse(_moment: str, _operation: str) -> None:
        raise TransientError

    world.store.faults = refuse
    with pytest.raises(TransientError):
        world.dispatch([None])  # type: ignore[list-item]


def test_notices_of_residents_and_of_requests_come_back_from_their_keys() -> None:
    world = World()
    world.say("halo")
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    world.dispatch(world.new_records())
    assert sorted(world.queue.ids) == ids(world)
    assert {world.notice(id_).kind for id_ in world.queue.ids} == {"menu", "opened"}
