"""What staff do to requests happens once, on the version they saw, whoever else is at it and whatever answer is lost."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.contact import MOST_OPEN
from chalicelib.domain.errors import IllegalChange, KabarError, KeyReused, Malformed, MistypedId, NotFound, Rejected, Stale
from chalicelib.domain.request import Request, Status, Step
from chalicelib.domain.staff import Role
from chalicelib.entry import views
from chalicelib.flows.desk import Idempotency, WalkIn
from chalicelib.flows.reading import Wanted
from tests.data import payloads
from tests.data.payloads import KK, KTP, SITI
from tests.fakes.world import START, World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import FAULTS, STRUCK, disturbed, operations, raising, wait_for_all

S = Status
NO_KEY = Idempotency(None, "")
KEY, SAME_KEY_OTHER_BODY = Idempotency("key-1", "body-1"), Idempotency("key-1", "body-2")
PHOTO = payloads.envelope(payloads.value(payloads.photo(at=int(START.timestamp()))))
PHONE = "+6281200000009"


@pytest.fixture
def world() -> World:
    return opened()


def opened() -> World:
    """Siti has one request, at version 1."""
    world = World()
    world.receive(PHOTO)
    return world


def only(world: World) -> Request:
    [request] = world.requests()
    return request


def change(world: World, step: Step, repeat: Idempotency = NO_KEY, role: Role = Role.ADMIN) -> Request:
    return world.parts.desk.change(world.staff(role), only(world).id, step, repeat)


def seen(world: World, request: Request) -> dict[str, Any]:
    return views.request(request, world.parts.offices, world.clock())


def history(world: World) -> list[tuple[int, str]]:
    return [(int(str(item["version"])), str(item["to"])) for item in world.items("REQ#", "CHANGE#")]


def test_a_change_is_the_request_a_record_and_a_notice_together(world: World) -> None:
    after = change(world, Step(S.INCOMPLETE, 1, reason="KK belum ada", note="dihubungi besok"))
    assert only(world) == after
    assert (after.status, after.version, after.reason, after.updated_at) == (S.INCOMPLETE, 2, "KK belum ada", START)
    [_, record] = world.items("REQ#", "CHANGE#")
    assert {name: record[name] for name in ("from", "to", "actor", "reason", "note")} == {
        "from": "submitted",
        "to": "incomplete",
        "actor": "staff:staff-admin",
        "reason": "KK belum ada",
        "note": "dihubungi besok",
    }
    assert [one.id for one in world.notices()] == [f"{after.id}.1", f"{after.id}.2"]


def test_a_change_on_a_version_that_is_past_is_stale(world: World) -> None:
    change(world, Step(S.VERIFIED, 1))
    before = picture(world)
    for version in (1, 3, 99):
        with pytest.raises(Stale):
            change(world, Step(S.READY, version))
    assert picture(world) == before


def test_an_illegal_change_changes_nothing(world: World) -> None:
    before = picture(world)
    illegal = [
        Step(S.READY, 1), Step(S.COMPLETED, 1), Step(S.SUBMITTED, 1), Step(S.INCOMPLETE, 1), Step(S.REJECTED, 1),
        Step(S.VERIFIED, 1, hold=True), Step(S.SUBMITTED, 1, hold=False),
    ]  # fmt: skip
    for step in illegal:
        with pytest.raises(IllegalChange):
            change(world, step)
    assert picture(world) == before


@pytest.mark.parametrize("closed", [S.REJECTED, S.CANCELLED])
def test_nothing_happens_to_a_request_that_is_closed(world: World, closed: Status) -> None:
    change(world, Step(closed, 1, reason="Data ganda"))
    for to in Status:
        with pytest.raises(IllegalChange):
            change(world, Step(to, 2, reason="Data ganda"))
    assert world.contact().open == {}
    assert world.contact().closed["1801", "KTP"].request_id == only(world).id


def test_of_two_changes_at_once_one_is_made() -> None:
    calm = opened()
    for position in range(len(operations(calm.store, partial(change, calm, Step(S.VERIFIED, 1))))):
        world = opened()
        other = partial(change, world, Step(S.PROCESSING, 1))
        with disturbed(world.store, position, "before", other) as struck, pytest.raises(Stale):
            change(world, Step(S.VERIFIED, 1))
        assert struck
        assert history(world) == [(1, "submitted"), (2, "processing")]


def test_of_eight_changes_at_once_one_is_made_and_told() -> None:
    world, count = opened(), 8
    wait_for_all(world.store, count)

    def incomplete(number: int) -> str:
        try:
            change(world, Step(S.INCOMPLETE, 1, reason=f"berkas {number}"))
        except Stale as error:
            return error.code
        return "made"

    with ThreadPoolExecutor(count) as pool:
        results = list(pool.map(incomplete, range(count)))
    assert sorted(results) == ["made"] + ["stale_version"] * 7
    assert history(world) == [(1, "submitted"), (2, "incomplete")]
    assert len(world.notices()) == 2


def test_a_message_of_the_resident_and_a_change_at_once_are_both_made() -> None:
    calm = opened()
    for position in range(len(operations(calm.store, partial(change, calm, Step(S.CANCELLED, 1))))):
        world = opened()
        with disturbed(world.store, position, "before", partial(world.say, "terima kasih")):
            change(world, Step(S.CANCELLED, 1))
        assert len(world.items("CONTACT#", "MSG#")) == 2
        assert history(world) == [(1, "submitted"), (2, "cancelled")]


STEPS = [
    [Step(S.INCOMPLETE, 1, reason="KK belum ada", note="dihubungi")],
    [Step(S.VERIFIED, 1, eta=START + timedelta(days=2))],
    [Step(S.SUBMITTED, 1, reason="Gangguan jaringan")],
    [Step(S.VERIFIED, 1, hold=True, reason="Blangko habis", eta=START + timedelta(days=9))],
    [Step(S.INCOMPLETE, 1, reason="KK belum ada"), Step(S.INCOMPLETE, 2, hold=True, reason="Gangguan jaringan")],
    [
        Step(S.INCOMPLETE, 1, reason="KK belum ada"),
        Step(S.INCOMPLETE, 2, hold=True, reason="x"),
        Step(S.INCOMPLETE, 3, hold=False),
    ],
    [Step(S.SUBMITTED, 1, reason="Gangguan jaringan"), Step(S.SUBMITTED, 2)],
    [Step(S.CANCELLED, 1)],
    [Step(S.REJECTED, 1, reason="Data ganda")],
]


@pytest.mark.parametrize("steps", STEPS)
def test_the_same_key_and_body_get_the_same_answer_again_even_after_later_changes(world: World, steps: list[Step]) -> None:
    *before, last = steps
    for step in before:
        change(world, step)
    first = change(world, last, KEY)
    assert [change(world, last, KEY) for _ in range(9)] == [first] * 9
    with suppress(IllegalChange):
        change(world, Step(S.PROCESSING if first.status is S.VERIFIED else S.VERIFIED, first.version))
    world.clock.now += timedelta(days=1)
    assert seen(world, change(world, last, KEY)) == seen(world, first)
    assert len([one for one in history(world) if one[0] == first.version]) == 1


def test_a_key_that_comes_with_another_body_is_refused(world: World) -> None:
    change(world, Step(S.VERIFIED, 1), KEY)
    with pytest.raises(KeyReused):
        change(world, Step(S.PROCESSING, 2), SAME_KEY_OTHER_BODY)
    assert only(world).version == 2


def test_another_persons_key_is_another_key(world: World) -> None:
    change(world, Step(S.VERIFIED, 1), KEY, Role.OFFICER)
    with pytest.raises(Stale):
        change(world, Step(S.VERIFIED, 1), KEY, Role.OPERATOR)
    assert change(world, Step(S.INCOMPLETE, 2, reason="x"), SAME_KEY_OTHER_BODY, Role.OPERATOR).version == 3


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("steps", STEPS)
def test_a_change_whose_answer_was_lost_is_repeated_by_its_key_as_if_nothing_had_been(steps: list[Step], fault: str) -> None:
    moment, error = FAULTS[fault]

    def begin() -> World:
        world = opened()
        for step in steps[:-1]:
            change(world, step)
        return world

    calm = begin()
    names = operations(calm.store, partial(change, calm, steps[-1], KEY))
    for position, name in enumerate(names):
        world = begin()
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            change(world, steps[-1], KEY)
        assert struck
        again = change(world, steps[-1], KEY)
        assert picture(world) == picture(calm), name
        assert seen(world, again) == seen(world, only(world))


def test_a_change_without_a_key_whose_answer_was_lost_is_stale_when_it_is_repeated() -> None:
    calm = opened()
    count = len(operations(calm.store, partial(change, calm, Step(S.VERIFIED, 1))))
    world = opened()
    with disturbed(world.store, count - 1, "after", raising(STRUCK[0])), pytest.raises(STRUCK):
        change(world, Step(S.VERIFIED, 1))
    with pytest.raises(Stale):
        change(world, Step(S.VERIFIED, 1))
    assert history(world) == [(1, "submitted"), (2, "verified")]


@pytest.mark.parametrize("change_id", [str.lower, lambda id_: id_.removeprefix("KTP-"), lambda id_: id_.replace("-", "")])
def test_staff_may_write_the_id_as_they_like(world: World, change_id: Any) -> None:
    id_ = change_id(only(world).id)
    assert world.parts.desk.change(world.officer, id_, Step(S.VERIFIED, 1), NO_KEY).version == 2


def test_an_id_that_is_none_is_told_apart_by_what_is_wrong(world: World) -> None:
    id_ = only(world).id
    mistyped = id_[:-1] + ("1" if id_[-1] != "1" else "2")
    for wrong, error in ((mistyped, MistypedId), ("KTP-1", Malformed), ("KTP-0000-0000-0AA", NotFound)):
        with pytest.raises(error):
            world.parts.desk.change(world.officer, wrong, Step(S.VERIFIED, 1), NO_KEY)


OPERATORS = {S.SUBMITTED, S.INCOMPLETE, S.VERIFIED, S.CANCELLED}


@pytest.mark.parametrize("to", Status)
@pytest.mark.parametrize("role", Role)
def test_an_operator_does_the_intake_and_everybody_else_makes_every_change(role: Role, to: Status) -> None:
    world = opened()
    path: list[Step] = {
        S.SUBMITTED: [Step(S.INCOMPLETE, 1, reason="x")],
        S.READY: [Step(S.PROCESSING, 1)],
        S.COMPLETED: [Step(S.PROCESSING, 1), Step(S.READY, 2)],
    }.get(to, [])
    for step in path:
        change(world, step)
    before = picture(world)
    step = Step(to, len(path) + 1, reason="x")
    if role is Role.OPERATOR and to not in OPERATORS:
        with pytest.raises(Rejected, match="role"):
            change(world, step, role=role)
        assert picture(world) == before
    else:
        assert change(world, step, role=role).status is to


def test_another_offices_request_is_not_there(world: World) -> None:
    world = World(more_offices=("1701",))
    world.receive(PHOTO)
    before = picture(world)
    stranger = world.staff(Role.ADMIN, "1701")
    with pytest.raises(NotFound):
        world.parts.desk.change(stranger, only(world).id, Step(S.VERIFIED, 1), NO_KEY)
    with pytest.raises(NotFound):
        world.parts.reading.file(stranger, only(world).id)
    with pytest.raises(NotFound):
        world.parts.desk.walk_in(stranger, WalkIn("KTP", "1801"), world.secrets.values, NO_KEY)
    assert world.parts.reading.page(stranger, Wanted())[0] == []
    assert picture(world) == before


def walk_in(world: World, repeat: Idempotency = NO_KEY, role: Role = Role.OPERATOR, **wanted: Any) -> Request:
    return world.parts.desk.walk_in(world.staff(role), WalkIn(**{"service": "KTP"} | wanted), world.secrets.values, repeat)


def test_a_walk_in_with_nothing_of_a_person_is_a_request_without_a_contact() -> None:
    world = World()
    request = walk_in(world)
    assert (request.contact_id, request.sms_phone, request.name, request.status, request.version) == (
        None,
        None,
        None,
        S.SUBMITTED,
        1,
    )
    assert world.items("CONTACT#") == world.items("ADDRESS#") == []
    assert world.notices() == []
    assert only(world) == request


def test_a_walk_in_with_phone_and_consent_is_told_and_known_when_they_write() -> None:
    world = World()
    request = walk_in(world, name="Budi", phone=PHONE, consent=True, language="en")
    assert (request.name, request.sms_phone, request.language, request.phone_number_id) == ("Budi", PHONE, "en", KTP)
    world.run()
    assert world.whatsapp.arrivals[0].message.to.phone == PHONE
    world.say("halo", sender=PHONE[1:])
    assert world.items("CONTACT#", "MSG#")[0]["request_id"] == request.id


def test_a_phone_without_consent_is_not_kept() -> None:
    world = World()
    with pytest.raises(Malformed):
        walk_in(world, phone=PHONE)
    assert world.store.everything() == []


@pytest.mark.parametrize("wanted", [{"service": "SIM"}, {"office": "9999"}])
def test_what_the_office_does_not_offer_is_refused(wanted: dict[str, Any]) -> None:
    world = World()
    with pytest.raises(Rejected):
        walk_in(world, **wanted)
    assert world.store.everything() == []


@pytest.mark.parametrize(("named", "opened_at"), [("1801", "1801"), ("1701", "1701"), (None, "1701")])
def test_who_works_for_several_offices_names_one_or_gets_the_first(named: str | None, opened_at: str) -> None:
    world = World(more_offices=("1701",))
    everywhere = world.staff(Role.OPERATOR, "1801", "1701")
    request = world.parts.desk.walk_in(everywhere, WalkIn("KTP", office=named), world.secrets.values, NO_KEY)
    assert request.office == opened_at


@pytest.mark.parametrize("role", Role)
def test_an_integration_opens_no_walk_in(role: Role) -> None:
    world = World()
    if role is Role.INTEGRATION:
        with pytest.raises(Rejected, match="role"):
            walk_in(world, role=role)
        assert world.store.everything() == []
    else:
        assert walk_in(world, role=role) == only(world)


@pytest.mark.parametrize("wanted", [{}, {"phone": PHONE, "consent": True}])
def test_the_same_key_opens_one_walk_in(wanted: dict[str, Any]) -> None:
    world = World()
    first = walk_in(world, KEY, **wanted)
    assert [walk_in(world, KEY, **wanted) for _ in range(9)] == [first] * 9
    with pytest.raises(KeyReused):
        walk_in(world, SAME_KEY_OTHER_BODY, **wanted)
    change(world, Step(S.CANCELLED, 1))
    assert seen(world, walk_in(world, KEY, **wanted)) == seen(world, first)
    assert len(world.requests()) == 1
    assert walk_in(world, KEY, Role.OFFICER, **wanted) != first


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("wanted", [{}, {"phone": PHONE, "consent": True}, {"phone": "+" + SITI, "consent": True}])
def test_a_walk_in_whose_answer_was_lost_is_opened_once_by_its_key(wanted: dict[str, Any], fault: str) -> None:
    moment, error = FAULTS[fault]
    calm = opened()
    for position in range(len(operations(calm.store, partial(walk_in, calm, KEY, **wanted)))):
        world = opened()
        with disturbed(world.store, position, moment, raising(error)) as struck, pytest.raises(STRUCK):
            walk_in(world, KEY, **wanted)
        assert struck
        again = walk_in(world, KEY, **wanted)
        assert picture(world) == picture(calm)
        assert again in world.requests()


def test_of_two_walk_ins_with_one_key_at_once_one_is_opened() -> None:
    wanted: dict[str, Any] = {"phone": PHONE, "consent": True}
    calm = World()
    for position in range(len(operations(calm.store, partial(walk_in, calm, KEY, **wanted)))):
        world = World()
        with disturbed(world.store, position, "before", partial(walk_in, world, KEY, **wanted)):
            assert walk_in(world, KEY, **wanted) == only(world)


def test_a_person_with_too_many_open_requests_gets_no_other() -> None:
    world = World()
    for _ in range(MOST_OPEN):
        walk_in(world, phone=PHONE, consent=True)
    with pytest.raises(Rejected, match="too many"):
        walk_in(world, phone=PHONE, consent=True)
    assert len(world.requests()) == MOST_OPEN


def test_a_walk_in_of_somebody_whose_contact_was_absorbed_is_theirs() -> None:
    world = World()
    other = "6281200000002"
    for said in ({}, {"from_user_id": "ID.siti"}, {"sender": other}, {"sender": other, "from_user_id": "ID.siti"}):
        world.say("halo", number=KK, **said)
    request = walk_in(world, phone="+" + SITI, consent=True)
    assert request.contact_id == world.contact("+" + other).id
    assert ("1801", "KTP") in world.contact("+" + other).open


def test_a_walk_in_is_theirs_although_their_contact_is_absorbed_meanwhile() -> None:
    def begin() -> World:
        world = World()
        world.say("halo", number=KK, from_user_id="ID.siti")
        world.say("halo", number=KK, sender=PHONE[1:])
        return world

    def merge(world: World) -> None:
        world.say("halo", number=KK, sender=PHONE[1:], from_user_id="ID.siti")

    calm = begin()
    for position in range(len(operations(calm.store, partial(walk_in, calm, phone="+" + SITI, consent=True)))):
        world = begin()
        with disturbed(world.store, position, "before", partial(merge, world)) as struck:
            request = walk_in(world, phone="+" + SITI, consent=True)
        assert struck
        assert [mark.request_id for mark in world.contact(PHONE).open["1801", "KTP"]] == [request.id]


def test_of_several_numbers_for_a_service_the_first_serves_whoever_did_not_write() -> None:
    world = World()
    secrets = world.secrets.values
    channels = {**secrets.channels, "200000000000031": secrets.channels[KTP]}
    world.secrets.values = replace(secrets, channels=channels)
    assert walk_in(world, service="KTP").phone_number_id == KTP


def test_a_number_for_all_services_serves_where_a_service_has_none_of_its_own() -> None:
    world = World()
    secrets = world.secrets.values
    office = next(iter(secrets.channels.values()))
    channels = {number: channel for number, channel in secrets.channels.items() if channel.service == "KK"}
    world.secrets.values = replace(secrets, channels={"777": office._replace(service=None), **channels})
    assert walk_in(world, service="KTP").phone_number_id == "777"
    assert walk_in(world, service="KK").phone_number_id == KK


def test_errors_of_the_desk_have_codes_that_stay(world: World) -> None:
    codes: dict[str, Any] = {
        "stale_version": partial(change, world, Step(S.VERIFIED, 7)),
        "illegal_change": partial(change, world, Step(S.READY, 1)),
        "malformed": partial(walk_in, world, service="SIM"),
        "forbidden": partial(change, world, Step(S.READY, 1), NO_KEY, Role.OPERATOR),
        "not_found": partial(world.parts.desk.change, world.officer, "KTP-0000-0000-0AA", Step(S.VERIFIED, 1), NO_KEY),
    }
    for code, act in codes.items():
        with pytest.raises(KabarError) as caught:
            act()
        assert caught.value.code == code
