"""The checklist as staff fill it in: nothing of it is lost, whoever else is at the request, and it is no change of status."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import Forbidden, IllegalChange, Malformed, NotFound, Stale
from chalicelib.domain.request import Met, Request, Status
from chalicelib.domain.staff import Role
from tests.data import payloads
from tests.fakes.world import World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising

S = Status
KK, LETTER = {"kk": Met.RECEIVED}, {"police-letter": Met.UNREADABLE}


def opened() -> World:
    """Siti has one request, at version 1."""
    world = World()
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds))))
    world.run()
    return world


def only(world: World) -> Request:
    [request] = world.requests()
    return request


def check(world: World, states: dict[str, Met], version: int | None = None, role: Role = Role.OPERATOR) -> Request:
    return world.parts.checklist(world.staff(role), only(world).id, states, version)


def test_what_is_set_stays_and_the_request_is_no_version_further() -> None:
    world = opened()
    before = only(world)
    assert check(world, KK) == only(world)
    after = check(world, LETTER, version=1)
    assert (after.requirements, after.version) == (KK | LETTER, before.version)
    assert len(world.notices()) == 1, "nobody is told by itself"
    world.set_status(before, S.INCOMPLETE, reason="foto buram")
    assert only(world).requirements == KK | LETTER


def test_the_same_again_costs_no_write() -> None:
    world = opened()
    check(world, KK | LETTER)
    before = picture(world)
    assert operations(world.store, lambda: check(world, LETTER)) == ["get"]
    assert picture(world) == before


def test_a_resident_who_asks_is_told_what_is_missing() -> None:
    world = opened()
    for words in ("apa yang kurang?", "CEK"):
        world.say(words, id_=f"wamid.{words[:3]}1")
        world.run()
        assert "kurang:" not in str(world.whatsapp.arrivals[-1].message), "nobody has looked"
    check(world, LETTER)
    for words in ("apa yang kurang?", "CEK"):
        world.say(words, id_=f"wamid.{words[:3]}2")
        world.run()
        said = str(world.whatsapp.arrivals[-1].message)
        assert "masih kurang: Kartu Keluarga, surat kehilangan dari polisi atau KTP-el yang rusak (tidak terbaca)" in said


def test_who_has_sent_it_again_is_told_of_nothing_missing_until_somebody_looks_again() -> None:
    world = opened()
    check(world, LETTER)
    world.set_status(only(world), S.INCOMPLETE, reason="foto buram")
    world.clock.now += timedelta(hours=1)
    world.receive(payloads.envelope(payloads.value(payloads.photo(at=world.seconds, id_="wamid.again"))))
    for times, known in ((1, False), (2, True)):
        world.say("CEK", id_=f"wamid.cek{times}")
        world.run()
        assert ("tidak terbaca" in str(world.whatsapp.arrivals[-1].message)) == known
        check(world, LETTER)
    assert only(world).requirements == LETTER


def test_whoever_does_the_intake_may_set_it_and_nobody_else() -> None:
    world = opened()
    for role in Role:
        if role is Role.INTEGRATION:
            with pytest.raises(Forbidden):
                check(world, KK, role=role)
        else:
            check(world, KK, role=role)
    with pytest.raises(NotFound):
        world.parts.checklist(world.staff(Role.ADMIN, "7371"), only(world).id, KK, None)
    with pytest.raises(NotFound):
        world.parts.checklist(world.officer, "KTP-7F3K-9QXM-2DM", KK, None)


def test_what_cannot_be_set_changes_nothing() -> None:
    world = opened()
    before = picture(world)
    for states, version, error in ((KK | {"nonsense": Met.OPEN}, None, Malformed), (KK, 2, Stale)):
        with pytest.raises(error):
            check(world, states, version)
    assert picture(world) == before
    world.set_status(only(world), S.CANCELLED)
    with pytest.raises(IllegalChange):
        check(world, KK)


def test_two_who_set_something_at_once_both_have_it() -> None:
    calm = opened()
    for position in range(len(operations(calm.store, lambda: check(calm, KK)))):
        world = opened()
        with disturbed(world.store, position, "before", lambda world=world: check(world, LETTER)):  # type: ignore[misc]
            check(world, KK)
        assert only(world).requirements == KK | LETTER


def verifies(world: World) -> Callable[[], Any]:
    return lambda: world.set_status(only(world), S.INCOMPLETE, reason="foto buram")


def test_a_change_of_status_and_the_checklist_at_once_lose_nothing() -> None:
    """Whoever is faster at whatever operation."""
    calm = opened()
    for position in range(len(operations(calm.store, lambda: check(calm, KK)))):
        world = opened()
        with disturbed(world.store, position, "before", verifies(world)):
            check(world, KK)
        assert (only(world).status, only(world).requirements) == (S.INCOMPLETE, KK)
    calm = opened()
    for position in range(len(operations(calm.store, verifies(calm)))):
        world = opened()
        with disturbed(world.store, position, "before", lambda world=world: check(world, KK)):  # type: ignore[misc]
            verifies(world)()
        assert (only(world).status, only(world).requirements) == (S.INCOMPLETE, KK)


def test_what_is_closed_meanwhile_is_not_set() -> None:
    calm = opened()
    for position in range(len(operations(calm.store, lambda: check(calm, KK)))):
        world = opened()
        close = lambda world=world: world.set_status(only(world), S.CANCELLED)  # noqa: E731
        with disturbed(world.store, position, "before", close), pytest.raises(IllegalChange):
            check(world, KK)
        assert only(world).requirements == {}


def test_a_file_that_comes_meanwhile_puts_it_back_before_the_officer_with_its_checklist() -> None:
    world = opened()
    verifies(world)()
    photo = payloads.envelope(payloads.value(payloads.photo(at=world.seconds + 60, id_="wamid.again")))
    calm = operations(world.store, lambda: check(world, KK))
    for position in range(len(calm)):
        world = opened()
        verifies(world)()
        with disturbed(world.store, position, "before", lambda world=world: world.receive(photo)):  # type: ignore[misc]
            check(world, KK)
        assert (only(world).status, only(world).requirements) == (S.SUBMITTED, KK)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_that_fails_anywhere_is_made_good_by_its_repeat(fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = opened()
    for position in range(len(operations(calm.store, lambda: check(calm, KK)))):
        world = opened()
        with disturbed(world.store, position, moment, raising(error)), pytest.raises(STRUCK):
            check(world, KK)
        check(world, KK)
        assert only(world).requirements == KK
