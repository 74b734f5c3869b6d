"""What each path through the flows costs, in AWS's own units: half of Kabar's bill for the table is these figures.

Writes include those of the indexes. A refused condition costs a write unit that no answer tells of.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.media import NoLonger
from chalicelib.domain.request import Met, Request, Status, Step
from chalicelib.flows.desk import WalkIn
from chalicelib.flows.reading import Wanted
from chalicelib.ports import Key
from chalicelib.table import media as files
from chalicelib.table import notices, requests
from tests.adapters import engines
from tests.adapters.capacity import CapacityMeter
from tests.data import payloads
from tests.fakes.world import NO_KEY, World

pytestmark = pytest.mark.dynamodb_local

REASON = "Kartu Keluarga belum ada"


class Cost(NamedTuple):
    """Units of reads and of single writes, those of the indexes included; and how many items transactions wrote."""

    reads: float
    writes: float
    in_transactions: int


class Metered(NamedTuple):
    """Kabar on DynamoDB Local, with a request of Siti's, of which she was told. cost: what a piece of work takes."""

    world: World
    request: Request
    cost: Callable[[Callable[[], object]], Cost]


@pytest.fixture
def metered(dynamodb_local_url: str) -> Iterator[Metered]:
    client = engines.new_client(dynamodb_local_url)
    with engines.fresh_table(client):
        world = World()
        store = DynamoStore(client, engines.TABLE, world.clock, rng=random.Random(1))
        vars(world.parts).update(store=store)
        world.receive(first_photo(world))
        [item] = store.query_index("queue", requests.queue_pk("1801", "KTP", open_=True))
        request = requests.read(item)
        world.parts.deliver(f"{request.id}.1", "owner")
        world.clock.now += timedelta(minutes=1)
        meter, transactions = CapacityMeter(client), list[int]()
        client.meta.events.register(
            "before-parameter-build.dynamodb.TransactWriteItems",
            lambda params, **_: transactions.append(len(params["TransactItems"])),
        )

        def cost(work: Callable[[], object]) -> Cost:
            transactions.clear()
            with meter.measuring() as bill:
                work()
            single = sum(one.units for one in bill.costs if one.operation in {"PutItem", "UpdateItem", "DeleteItem"})
            return Cost(bill.reads, single, sum(transactions))

        yield Metered(world, request, cost)
    client.close()


def first_photo(world: World, **more: Any) -> dict[str, Any]:
    return payloads.envelope(payloads.value(payloads.photo(at=world.seconds, **more)))


def awaited(world: World) -> str:
    """The id of the first photo's file."""
    [keys] = world.parts.store.query_index("due", files.due_pk("1801"))
    return files.id_of(str(keys["pk"]), str(keys["sk"]))


def media_ids(world: World) -> list[str]:
    items = world.parts.store.query(files.key(awaited(world)).pk, "MSG#")
    return [str(item["media"]["id"]) for item in items]  # type: ignore[call-overload,index]


def said(world: World, words: str, **more: Any) -> Callable[[], object]:
    return lambda: world.say(words, **more)


@pytest.mark.parametrize("words", ["ini fotonya", "x" * 600])
def test_a_message_on_an_open_request_costs_one_read_and_two_writes(metered: Metered, words: str) -> None:
    assert metered.cost(said(metered.world, words)) == (1, 2, 0)


def test_a_photo_on_an_open_request_costs_one_read_and_two_writes_and_one_in_the_index_of_what_is_due(metered: Metered) -> None:
    photo = first_photo(metered.world)
    assert metered.cost(lambda: metered.world.receive(photo)) == (1, 3, 0)


def test_fetching_a_photo(metered: Metered) -> None:
    """The message, and whether its sender's files are being cleared; the message, which leaves the index of what is due."""
    sent = awaited(metered.world)
    assert metered.cost(lambda: metered.world.parts.media(sent)) == (2, 2, 0)


def test_fetching_a_photo_again(metered: Metered) -> None:
    sent = awaited(metered.world)
    metered.world.parts.media(sent)
    assert metered.cost(lambda: metered.world.parts.media(sent)) == (1, 0, 0)


def test_a_photo_that_is_gone(metered: Metered) -> None:
    """The message, a clearing, its request and its contact; message, contact, and the notice that asks for it again."""
    sent = awaited(metered.world)
    metered.world.source.files = dict.fromkeys(media_ids(metered.world), NoLonger("100"))
    assert metered.cost(lambda: metered.world.parts.media(sent)) == (4, 0, 3)


def test_a_message_by_phone_and_user_id_costs_no_more_once_both_are_known(metered: Metered) -> None:
    metered.world.say("halo", from_user_id="ID.siti")
    metered.world.clock.now += timedelta(minutes=1)
    assert metered.cost(said(metered.world, "halo", from_user_id="ID.siti")) == (1, 2, 0)


def test_a_redelivered_message_costs_one_read_and_two_refused_writes(metered: Metered) -> None:
    words = payloads.envelope(payloads.value(payloads.text("ini fotonya", at=metered.world.seconds)))
    metered.world.receive(words)
    assert metered.cost(lambda: metered.world.receive(words)) == (1, 0, 0), "no answer tells of the refused ones"


def test_a_look_up_costs_one_read(metered: Metered) -> None:
    assert metered.cost(lambda: metered.world.parts.lookup(metered.request.id)) == (1, 0, 0)


def test_a_look_up_of_nothing_costs_one_read(metered: Metered) -> None:
    def look() -> None:
        with pytest.raises(Exception, match="no request"):
            metered.world.parts.lookup("KTP-0000-0000-0AA")

    assert metered.cost(look) == (1, 0, 0)


# For the record: what the dearer paths cost today. AWS bills two units for each item of a transaction, and one for each index
# that the item is in or leaves; DynamoDB Local rounds up a transaction as a whole, so items are counted here instead.


def test_opening_a_request_by_a_known_contact(metered: Metered) -> None:
    """Address; contact heard; message, contact, request, change and notice."""
    world = metered.world
    photo = payloads.envelope(payloads.value(payloads.photo(at=world.seconds), number=payloads.KK))
    assert metered.cost(lambda: world.receive(photo)) == (1, 1, 5)


def test_opening_a_request_by_somebody_new(metered: Metered) -> None:
    """The same, and before it an address and a contact that are not there yet."""
    photo = first_photo(metered.world, sender="6281200000002")
    assert metered.cost(lambda: metered.world.receive(photo)) == (1, 1, 2 + 5)


def test_a_question_by_chat(metered: Metered) -> None:
    """Address; contact heard; message, notice, and the contact, which counts its answers."""
    assert metered.cost(said(metered.world, "CEK")) == (1, 1, 3)


def test_a_status_change_that_owes_a_notice(metered: Metered) -> None:
    """The request, then all of it, and its contact, which notes that something lacks; request, change, notice and contact."""
    world, step = metered.world, Step(Status.INCOMPLETE, 1, reason=REASON)
    assert metered.cost(lambda: world.parts.desk.change(world.officer, metered.request.id, step, NO_KEY)) == (3, 0, 4)


def test_a_status_change_that_owes_none(metered: Metered) -> None:
    world, step = metered.world, Step(Status.VERIFIED, 1)
    assert metered.cost(lambda: world.parts.desk.change(world.officer, metered.request.id, step, NO_KEY)) == (2, 0, 2)


def test_a_checklist(metered: Metered) -> None:
    """The request; and it again, in the desk's index, too. The same again costs the read alone."""
    world = metered.world

    def check() -> object:
        return world.parts.checklist(world.officer, metered.request.id, {"kk": Met.RECEIVED}, None)

    assert metered.cost(check) == (1, 2, 0)
    assert metered.cost(check) == (1, 0, 0)


def test_a_note_on_a_promise_that_has_passed(metered: Metered) -> None:
    """What is due, and the request; the request without its due time, and the notice."""
    world = metered.world
    world.clock.now += timedelta(days=3)
    assert metered.cost(world.parts.due_requests) == (1.5, 0, 2)
    assert metered.cost(world.parts.due_requests) == (0, 0, 0)


def test_the_end_of_a_request(metered: Metered) -> None:
    """The contact, too, is read, and its open entry goes."""
    world, step = metered.world, Step(Status.CANCELLED, 1)
    assert metered.cost(lambda: world.parts.desk.change(world.officer, metered.request.id, step, NO_KEY)) == (3, 0, 4)


def test_a_delivery_by_whatsapp(metered: Metered) -> None:
    """Notice; contact, request and the circuits that are not there; the request's notices. The claim and the record, each with
    both indexes: the claim moves the notice in them, two units each, and so does the record.
    """
    world, step = metered.world, Step(Status.INCOMPLETE, 1, reason=REASON)
    request = world.parts.desk.change(world.officer, metered.request.id, step, NO_KEY)
    assert metered.cost(lambda: world.parts.deliver(f"{request.id}.2", "owner")) == (4, 10, 0)


def test_a_report_of_delivery(metered: Metered) -> None:
    """The notice, which moves in the desk's index, to be counted, and leaves the sweep's; read, it stays in its place."""
    callback = f"{metered.request.id}.1#1"
    assert metered.cost(lambda: metered.world.report("delivered", callback)) == (1, 4, 0)
    assert metered.cost(lambda: metered.world.report("read", callback)) == (1, 2, 0)


def test_a_rating(metered: Metered) -> None:
    """Address and the tally that is not there; contact heard; message, contact, thanks and tally."""
    world, request = metered.world, metered.request
    for to in (Status.VERIFIED, Status.PROCESSING, Status.READY, Status.COMPLETED):
        request = world.parts.desk.change(world.officer, request.id, Step(to, request.version), NO_KEY)
    world.clock.now += timedelta(minutes=1)
    assert metered.cost(said(world, "4")) == (2, 1, 4)


def test_a_walk_in_of_somebody_new(metered: Metered) -> None:
    """Address and contact; then contact, request, change and notice."""
    world = metered.world
    wanted = WalkIn("KTP", name="Budi", phone="+6281200000009", consent=True)
    assert metered.cost(lambda: world.parts.desk.walk_in(world.officer, wanted, world.secrets.values, NO_KEY)) == (2, 0, 2 + 4)


def test_a_page_of_the_desks_list(metered: Metered) -> None:
    world = metered.world
    bill = metered.cost(lambda: world.parts.reading.page(world.officer, Wanted()))
    assert bill == (0.5, 0, 0), "DynamoDB Local does not count the services that have no requests"


def test_a_tick_without_anything_due(metered: Metered) -> None:
    assert metered.cost(metered.world.parts.sweep) == (0, 0, 0), "AWS counts half a unit for each office"


def test_no_item_of_an_ordinary_request_is_larger_than_a_kilobyte(metered: Metered) -> None:
    world = metered.world
    world.parts.desk.change(world.officer, metered.request.id, Step(Status.INCOMPLETE, 1, reason=REASON), NO_KEY)
    world.parts.media(awaited(world))
    store = world.parts.store
    items = store.query(requests.key(metered.request.id).pk)
    items += store.query(f"CONTACT#{metered.request.contact_id}")
    sizes = {str(item["sk"]): size(item) for item in items}
    assert {name: bytes_ for name, bytes_ in sizes.items() if bytes_ > 1024} == {}
    assert Key("REQ#x", notices.PREFIX).sk in "".join(sizes)


def size(item: Any) -> int:
    from tests.fakes.dynamo_rules import item_size

    return item_size(item)
