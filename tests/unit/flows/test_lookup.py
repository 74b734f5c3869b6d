"""A request by the id that somebody typed: one read, and nothing told of ids that are none."""

from typing import Any

import pytest

from chalicelib.domain.errors import Malformed, MistypedId, NotFound, TransientError
from chalicelib.flows.desk import WalkIn
from tests.fakes.world import NO_KEY, World
from tests.unit.flows.trouble import STRUCK, disturbed, operations, raising


@pytest.fixture
def world() -> World:
    world = World()
    for service in ("KTP", "KK", "PINDAH"):
        world.parts.desk.walk_in(world.officer, WalkIn(service), world.secrets.values, NO_KEY)
    return world


WRITINGS: dict[str, Any] = {
    "as it is": lambda id_: id_,
    "in small letters": str.lower,
    "without dashes": lambda id_: id_.replace("-", ""),
    "with spaces": lambda id_: f" {id_.replace('-', '  ')} ",
    "with other dashes": lambda id_: id_.replace("-", "–"),  # a phone's keyboard makes them
    "with letters that look like digits": lambda id_: id_[:-13] + id_[-13:].replace("0", "O").replace("1", "l"),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_an_id_in_any_writing_is_found_by_one_read(world: World, writing: str) -> None:
    for request in world.requests():
        text = WRITINGS[writing](request.id)
        assert operations(world.store, lambda: world.parts.lookup(text)) == ["get"]  # noqa: B023
        assert world.parts.lookup(text) == request


def test_an_id_without_its_service_is_found_by_one_call(world: World) -> None:
    for request in world.requests():
        text = request.id.split("-", 1)[1]
        assert world.parts.lookup(text) == request
        assert operations(world.store, lambda: world.parts.lookup(text)) == ["get_many"]  # noqa: B023


@pytest.mark.parametrize(
    "text", ["", " ", "KTP", "KTP-", "1234", "<script>", "KTP-7F3K-9QXM-2DU", "😀" * 11, "x" * 10_000, "../../etc"]
)
def test_what_is_no_id_is_said_so_without_a_look(world: World, text: str) -> None:
    def look() -> None:
        with pytest.raises(Malformed) as caught:
            world.parts.lookup(text)
        assert not isinstance(caught.value, MistypedId)

    assert operations(world.store, look) == []


def test_every_single_typing_error_is_caught_without_a_look(world: World) -> None:
    request = world.requests()[0]
    head, symbols = request.id[:-13], request.id[-13:]

    def look(text: str) -> None:
        with pytest.raises(MistypedId):
            world.parts.lookup(text)

    for place, symbol in enumerate(symbols):
        for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if symbol not in {"-", other}:
                text = head + symbols[:place] + other + symbols[place + 1 :]
                assert operations(world.store, lambda: look(text)) == []  # noqa: B023


@pytest.mark.parametrize("text", ["KTP-0000-0000-0AA", "0000-0000-0AA", "ZZZ-0000-0000-0AA"])
def test_an_id_of_nothing_is_not_found(world: World, text: str) -> None:
    with pytest.raises(NotFound):
        world.parts.lookup(text)


def test_another_services_prefix_finds_nothing(world: World) -> None:
    ktp = next(one.id for one in world.requests() if one.service == "KTP")
    with pytest.raises(NotFound):
        world.parts.lookup(ktp.replace("KTP", "KK"))


def test_the_tables_trouble_is_no_answer(world: World) -> None:
    with disturbed(world.store, 0, "before", raising(STRUCK[0])), pytest.raises(TransientError):
        world.parts.lookup(world.requests()[0].id)
