"""A webhook that could not be stored is answered 5xx, and its redelivery completes exactly what was missing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.domain.request import Status
from tests.data import payloads
from tests.data.payloads import KK, KTP, PINDAH, SITI
from tests.fakes.world import START, World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

NOW = int(START.timestamp())
USER = "ID.siti"
OPENING = payloads.photo(at=NOW - 60)


def of(*messages: Any, number: str = KTP, **more: Any) -> dict[str, Any]:
    return payloads.envelope(payloads.value(*messages, number=number, **more))


BY_USER_ID = of(
    payloads.photo(at=NOW - 50, sender=None, from_user_id=USER),
    payloads.text("STOP", at=NOW - 40, sender=None, from_user_id=USER),
    number=KK,
)


def nothing(_world: World) -> None:
    pass


def one_open(world: World) -> None:
    world.receive(of(OPENING))


def closed(world: World) -> None:
    one_open(world)
    [request] = world.requests()
    world.clock.now -= timedelta(hours=1)
    world.set_status(request, Status.CANCELLED)
    world.clock.now += timedelta(hours=1)


def two_people(world: World) -> None:
    """Siti's phone has a request, and so has her user id; nobody knows yet that both are hers."""
    one_open(world)
    world.receive(BY_USER_ID)


def told(world: World) -> None:
    one_open(world)
    world.run()


def report(word: str, code: int | None = None) -> Callable[[World], dict[str, Any]]:
    def made(world: World) -> dict[str, Any]:
        callback = f"{world.notices()[0].id}#1"
        return payloads.envelope(payloads.value(statuses=[payloads.status(word, callback, at=NOW, code=code)]))

    return made


@dataclass(frozen=True)
class Case:
    """What was before, and what comes: a payload, or one that is made from the world."""

    before: Callable[[World], None]
    payload: Any

    def begin(self) -> tuple[World, Any]:
        world = World()
        self.before(world)
        return world, self.payload(world) if callable(self.payload) else self.payload


TEXT, BOTH = payloads.text("KTP saya hilang", at=NOW), {"from_user_id": USER}
ECHO = payloads.text("Baik, Ibu", at=NOW, sender=None, to=SITI)
CASES = {
    "a first photo": Case(nothing, of(payloads.photo(at=NOW))),
    "a first text by phone and user id": Case(nothing, of(payloads.text("mau bikin KTP", at=NOW, **BOTH))),
    "a text on an open request": Case(one_open, of(TEXT)),
    "a text on an open request, whose sender's user id is new": Case(one_open, of(payloads.text("halo", at=NOW, **BOTH))),
    "a text that shows two contacts to be one person": Case(two_people, of(payloads.text("halo", at=NOW, **BOTH))),
    "a photo after the request was closed": Case(closed, of(payloads.photo(at=NOW))),
    "BARU": Case(one_open, of(payloads.text("BARU", at=NOW))),
    "CEK": Case(one_open, of(payloads.text("CEK", at=NOW))),
    "a greeting": Case(nothing, of(payloads.text("Assalamualaikum", at=NOW), number=PINDAH)),
    "STOP": Case(one_open, of(payloads.text("STOP", at=NOW))),
    "START": Case(two_people, of(payloads.text("START", at=NOW, sender=None, from_user_id=USER), number=KK)),
    "an echo": Case(one_open, of(message_echoes=[ECHO])),
    "an event": Case(nothing, payloads.envelope({"event": "FLAGGED"}, field="account_update")),
    "something broken": Case(nothing, of(payloads.text("halo", at="soon"))),
    "something broken and long": Case(nothing, of(payloads.text("x" * 700_000, at="soon"))),
    "delivered": Case(told, report("delivered")),
    "failed": Case(told, report("failed", 131026)),
    "failed, opted out": Case(told, report("failed", 131050)),
    "a whole batch": Case(
        one_open,
        payloads.envelope(
            payloads.value(payloads.photo(at=NOW), TEXT, {"id": "wamid.nobody"}, number=KTP),
            payloads.value(payloads.photo(at=NOW, **BOTH), payloads.text("STOP", at=NOW), number=KK),
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", CASES)
def test_whatever_fails_on_the_way_the_redelivery_ends_as_if_nothing_had(case: str, fault: str) -> None:
    calm, payload = CASES[case].begin()
    names = operations(calm.store, lambda: calm.receive(payload))
    moment, error = FAULTS[fault]
    assert names
    for position, name in enumerate(names):
        world, payload = CASES[case].begin()
        with disturbed(world.store, position, moment, raising(error)) as struck:
            try:
                world.receive(payload)
            except STRUCK:
                assert struck
            else:
                assert not struck, f"{name} failed, and yet the webhook was answered 200"

        counts = world.receive(payload)

        assert picture(world) == picture(calm), f"operation {position}, {name}"
        assert sum(counts.values()) == sum(calm.receive(payload).values())


@pytest.mark.parametrize("fault", ["refused before", "answer lost after"])
def test_what_stands_behind_the_element_that_could_not_be_stored_is_stored_at_once(fault: str) -> None:
    moment, error = FAULTS[fault]
    others = [payloads.photo(at=NOW, sender=f"62812000010{number:02d}") for number in range(3)]
    world = World()
    with disturbed(world.store, 1, moment, raising(error)), pytest.raises(TransientError):
        world.receive(of(payloads.photo(at=NOW), *others, {"id": "wamid.nobody"}))

    assert [world.contact("+" + one["from"]).name for one in others] == ["Siti"] * 3
    assert len(world.items("QUARANTINE#")) == 1
    assert len([one for one in world.requests() if one.service == "KTP"]) == 3


def test_redelivery_is_counted_as_what_it_adds() -> None:
    world = World()
    payload = of(payloads.photo(at=NOW), payloads.photo(at=NOW, sender="6281200000002"))
    with disturbed(world.store, 3, "before", raising(STRUCK[0])), pytest.raises(TransientError):
        world.receive(payload)
    assert world.receive(payload) == {"stored": 1, "duplicate": 1, "quarantined": 0}
