"""A webhook's elements are each stored once, whatever comes twice, together, out of order or broken."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.errors import Unstorable
from chalicelib.ports import Channel
from tests.data import payloads
from tests.data.payloads import KK, KTP, PINDAH, SITI
from tests.fakes.world import START, World
from tests.unit.flows.picture import picture
from tests.unit.flows.trouble import disturbed, operations, raising, wait_for_all

NOW = int(START.timestamp())
USER, BUDI = "ID.siti", "6281200000002"
STORED, DUPLICATE, QUARANTINED = (
    {"stored": 0, "duplicate": 0, "quarantined": 0} | {one: 1} for one in ("stored", "duplicate", "quarantined")
)


def of(*messages: Any, number: str = KTP, **more: Any) -> dict[str, Any]:
    return payloads.envelope(payloads.value(*messages, number=number, **more))


ECHO = payloads.text("Baik, Ibu", at=NOW, sender=None, to=SITI)
ELEMENTS: dict[str, dict[str, Any]] = {
    "text": of(payloads.text("KTP saya hilang", at=NOW)),
    "photo": of(payloads.photo("kk saya", at=NOW)),
    "voice": of(payloads.message("audio", {"id": "media-v", "voice": True}, at=NOW)),
    "document": of(payloads.message("document", {"id": "media-d", "filename": "f-1.02.pdf"}, at=NOW)),
    "button": of(payloads.message("button", {"payload": "CEK", "text": "Cek status"}, at=NOW)),
    "reply button": of(payloads.press("OPEN:KTP", at=NOW)),
    "location": of(payloads.message("location", {"latitude": -5.7, "longitude": 105.6}, at=NOW)),
    "reaction": of(payloads.message("reaction", {"message_id": "wamid.x", "emoji": "👍"}, at=NOW)),
    "removed reaction": of(payloads.message("reaction", {"message_id": "wamid.x"}, at=NOW)),
    "contacts": of(payloads.message("contacts", [{"name": {"formatted_name": "Budi"}}], at=NOW)),
    "unsupported": of(payloads.message("unsupported", {}, at=NOW, errors=[{"code": 131051}])),
    "changed number": of(payloads.message("system", {"type": "user_changed_number", "wa_id": BUDI}, at=NOW)),
    "type not invented yet": of(payloads.message("hologram", {"beam": 1}, at=NOW)),
    "user id where the phone belongs": of(payloads.text("halo", at=NOW, sender=USER)),
    "user id alone": of(payloads.text("halo", at=NOW, sender=None, from_user_id=USER)),
    "user id of a parent": of(payloads.text("halo", at=NOW, sender=None, from_user_id=USER, from_parent_user_id="ID.ibu")),
    "group": of(payloads.text("halo", at=NOW, group_id="group-1")),
    "echo": payloads.envelope(payloads.value(message_echoes=[ECHO]), field="smb_message_echoes"),
    "error": of(errors=[{"code": 130429, "title": "Rate limit hit"}]),
    "report about nothing": of(statuses=[payloads.status("delivered", "KTP-7F3K-9QXM-2DM.1#1", at=NOW)]),
    "report without callback": of(statuses=[payloads.status("sent", None, at=NOW)]),
    "report in a new word": of(statuses=[payloads.status("teleported", "KTP-7F3K-9QXM-2DM.1#1", at=NOW)]),
    "account": payloads.envelope({"event": "ACCOUNT_RESTRICTION"}, field="account_update"),
    "template of no name": payloads.envelope({"event": "PAUSED"}, field="message_template_status_update"),
    "template": payloads.template("PAUSED", at=NOW),
    "no entries": {"object": "whatsapp_business_account", "entry": []},
}  # fmt: skip
BROKEN: dict[str, Any] = {
    "no sender": {"id": "wamid.1", "timestamp": str(NOW), "type": "text", "text": {"body": "halo"}},
    "a sender that is no number": payloads.text("halo", at=NOW, sender="Siti"),
    "no id": payloads.text("halo", at=NOW) | {"id": ""},
    "a time that is no number": payloads.text("halo", at="soon"),
    "a time after the last year": payloads.text("halo", at=10**15),
    "a text": "halo",
    "nothing": None,
    "a list": [1, 2],
}


@pytest.mark.parametrize("element", ELEMENTS)
def test_an_element_is_stored_once_however_often_it_comes(element: str) -> None:
    world = World()
    assert world.receive(ELEMENTS[element]) == STORED
    once = picture(world)
    assert [world.receive(ELEMENTS[element]) for _ in range(9)] == [DUPLICATE] * 9
    assert picture(world) == once


@pytest.mark.parametrize("element", BROKEN)
def test_a_broken_element_is_kept_whole_and_once(element: str) -> None:
    world = World()
    assert world.receive(of(BROKEN[element])) == QUARANTINED
    assert [world.receive(of(BROKEN[element])) for _ in range(9)] == [DUPLICATE] * 9
    [item] = world.items("QUARANTINE#")
    assert json.loads(str(item["raw"]))["messages"] == [BROKEN[element]]


@pytest.mark.parametrize("element", BROKEN)
def test_a_broken_element_does_not_sink_its_batch_wherever_it_stands(element: str) -> None:
    sound = [payloads.photo(at=NOW), payloads.text("halo", at=NOW + 1), payloads.photo(at=NOW, sender=BUDI)]
    for position in range(len(sound) + 1):
        world = World()
        counts = world.receive(of(*sound[:position], BROKEN[element], *sound[position:]))
        assert counts == {"stored": 3, "duplicate": 0, "quarantined": 1}
        assert len(world.items("CONTACT#", "MSG#")) == 3
        assert len(world.requests()) == 2


@pytest.mark.parametrize("payload", [[], "halo", None, {"object": "page", "entry": []}, {"entry": [None]}, {"entry": 1}])
def test_what_is_no_envelope_is_kept(payload: Any) -> None:
    world = World()
    assert world.receive(payload) == QUARANTINED
    assert len(world.items("QUARANTINE#")) == 1


def test_an_element_that_takes_several_items_is_kept_whole() -> None:
    world = World()
    long = payloads.text("é" * 200_000, at="soon")
    assert world.receive(of(long)) == QUARANTINED
    chunks = sorted(world.items("QUARANTINE#"), key=lambda item: str(item["sk"]))
    assert len(chunks) > 1
    assert {one["chunks"] for one in chunks} == {len(chunks)}
    assert json.loads("".join(str(one["raw"]) for one in chunks))["messages"] == [long]
    assert world.receive(of(long)) == DUPLICATE


def test_a_text_that_is_too_long_is_stored_in_bounds_and_says_so() -> None:
    world = World()
    assert world.receive(of(payloads.text("x" * 100_000, at=NOW))) == STORED
    [item] = world.items("CONTACT#", "MSG#")
    assert (len(str(item["text"])), item["full_length"]) == (16_384, 100_000)


def test_a_text_of_what_no_store_can_hold_is_stored() -> None:
    world = World()
    assert world.receive(of(payloads.text("halo \ud800 \x00", at=NOW))) == STORED
    [item] = world.items("CONTACT#", "MSG#")
    assert item["text"] == "halo � \x00"


def test_a_message_to_a_number_of_nobody_is_kept_whole_and_touches_no_contact() -> None:
    world = World()
    message = payloads.photo(at=NOW)
    assert world.receive(of(message, number="999")) == QUARANTINED
    assert [item["pk"] for item in world.store.everything()] == ["QUARANTINE#2026-11-24"]
    assert json.loads(str(world.items()[0]["raw"]))["messages"] == [message]


def test_a_bug_that_one_element_meets_is_kept_with_it_and_stops_no_other() -> None:
    world = World()
    channels = {**world.secrets.values.channels, "999": Channel("9999", "KTP")}  # an office that is in no catalogue
    world.secrets.values = replace(world.secrets.values, channels=channels)
    values = [payloads.value(payloads.photo(at=NOW), number=number) for number in ("999", KTP)]
    assert world.receive(payloads.envelope(*values)) == {"stored": 1, "duplicate": 0, "quarantined": 1}
    assert world.receive(payloads.envelope(*values)) == {"stored": 0, "duplicate": 2, "quarantined": 0}
    [item] = world.items("QUARANTINE#")
    assert (item["kind"], json.loads(str(item["raw"]))["messages"]) == ("KeyError", values[0]["messages"])


def test_what_the_table_refuses_for_good_is_kept_for_a_person() -> None:
    calm = World()
    for position in range(len(operations(calm.store, partial(calm.receive, ELEMENTS["photo"])))):
        world = World()
        with disturbed(world.store, position, "before", raising(Unstorable)):
            assert world.receive(ELEMENTS["photo"]) == QUARANTINED
        assert world.requests() == []
        assert [item["kind"] for item in world.items("QUARANTINE#")] == ["Unstorable"]


def test_nobody_but_the_table_is_called() -> None:
    world = World()
    for payload in ELEMENTS.values():
        world.receive(payload)
    assert (world.whatsapp.attempts, world.sms.attempts, world.queue.ids) == ([], [], [])
    assert {notice.state for notice in world.notices()} == {"planned"}


def conversation() -> list[dict[str, Any]]:
    """What three residents write to three numbers, as changes of one message each: texts, photos, questions, an opt-out."""
    changes = []
    for sender in (SITI, BUDI, "6281200000003"):
        for number in (KK, KTP, PINDAH):
            for second, said in enumerate(["photo", "photo", "halo", "sudah?", "CEK"]):
                at = NOW + second
                photo, text = payloads.photo(at=at, sender=sender), payloads.text(said, at=at, sender=sender)
                message = photo if said == "photo" else text
                changes.append(payloads.value(message, number=number))
    return changes


@pytest.mark.parametrize("seed", range(10))
def test_in_whatever_order_and_company_messages_come_each_service_has_one_request(seed: int) -> None:
    chance, changes, world = random.Random(seed), conversation(), World()
    world.clock.now = START.replace(minute=1)
    repeated = changes * 2
    chance.shuffle(repeated)
    stored = 0
    while repeated:
        size = chance.randint(1, 7)
        stored += world.receive(payloads.envelope(*repeated[:size]))["stored"]
        del repeated[:size]
    assert stored == len(changes) == len(world.items("CONTACT#", "MSG#"))
    assert sorted((one.contact_id, one.service) for one in world.requests()) == sorted(
        (str(item["pk"]).removeprefix("CONTACT#"), service)
        for item in world.items("CONTACT#", "CONTACT")
        for service in ("KK", "KTP", "PINDAH")
    )
    kinds = [notice.kind.value for notice in world.notices()]
    assert (kinds.count("opened"), kinds.count("status")) == (9, 18)


def known(world: World) -> None:
    world.receive(of(payloads.text("halo", at=NOW - 60), number=KK))


def nobody(_world: World) -> None:
    pass


@pytest.mark.parametrize("before", [nobody, known])
@pytest.mark.parametrize("same", [True, False], ids=["one message twice", "two messages"])
def test_somebody_faster_with_another_first_message_changes_nothing(before: Callable[[World], None], same: bool) -> None:  # noqa: FBT001
    calm = World()
    before(calm)
    first, second = of(payloads.photo(at=NOW)), of(payloads.photo(at=NOW))
    for position in range(len(operations(calm.store, partial(calm.receive, first)))):
        world = World()
        before(world)
        with disturbed(world.store, position, "before", partial(world.receive, first if same else second)) as struck:
            world.receive(first)
        assert struck
        assert len(world.requests()) == 1
        assert [notice.kind for notice in world.notices() if notice.kind != "menu"] == ["opened"]
        assert len([one for one in world.items("CONTACT#", "MSG#") if one["kind"] == "image"]) == (1 if same else 2)
        assert len(world.items("CONTACT#", "CONTACT")) == 1


@pytest.mark.parametrize("before", [nobody, known])
@pytest.mark.parametrize("same", [True, False], ids=["one message", "different messages"])
def test_of_eight_first_messages_at_once_one_opens_a_request(before: Callable[[World], None], same: bool) -> None:  # noqa: FBT001
    world, count = World(), 8
    before(world)
    wait_for_all(world.store, count)
    payload = of(payloads.photo(at=NOW))
    sent = [payload if same else of(payloads.photo(at=NOW)) for _ in range(count)]
    with ThreadPoolExecutor(count) as pool:
        counts = list(pool.map(world.receive, sent))
    assert sum(one["stored"] for one in counts) == (1 if same else count)
    assert len(world.requests()) == 1
    assert [notice.kind for notice in world.notices() if notice.kind != "menu"] == ["opened"]
    assert len(world.items("CONTACT#", "CONTACT")) == 1
