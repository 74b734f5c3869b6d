"""The meter tells DynamoDB's published prices, and the adapter asks for nothing dearer than its contract needs."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.ports import Delete, Item, Key, Put, Store, Update
from tests.adapters import engines
from tests.adapters.capacity import CapacityMeter
from tests.adapters.engines import SettableClock

pytestmark = pytest.mark.dynamodb_local

KEY = Key("REQ#KTP-1", "REQUEST")
OTHER = Key("CONTACT#1", "CONTACT")


def a_kilobyte(key: Key, *, more: int = 0, **attributes: str) -> Item:
    """An item of 1 KB, and some bytes more."""
    item: Item = {"pk": key.pk, "sk": key.sk, "v": "", **attributes}
    return {**item, "v": "x" * (1024 + more - sum(len(name) + len(str(value)) for name, value in item.items()))}


class Metered(NamedTuple):
    store: Store
    meter: CapacityMeter


@pytest.fixture
def metered(dynamodb_local_url: str, clock: SettableClock) -> Iterator[Metered]:
    client = engines.new_client(dynamodb_local_url)
    with engines.fresh_table(client):
        store = DynamoStore(client, engines.TABLE, clock, rng=random.Random(1))
        store.put(Put(a_kilobyte(KEY, queue_pk="q", queue_sk="1")))
        yield Metered(store, CapacityMeter(client))
    client.close()


@pytest.mark.parametrize(
    ("call", "reads", "writes"),
    [
        pytest.param(lambda store: store.get(KEY), 1, 0, id="get"),
        pytest.param(lambda store: store.get(OTHER), 1, 0, id="get of nothing"),
        pytest.param(lambda store: store.get_many([KEY]), 1, 0, id="get_many"),
        pytest.param(lambda store: store.query(KEY.pk), 1, 0, id="query"),
        pytest.param(lambda store: store.query_index("queue", "q"), 0.5, 0, id="query_index"),
        pytest.param(lambda store: store.put(Put(a_kilobyte(OTHER))), 0, 1, id="put"),
        pytest.param(lambda store: store.put(Put(a_kilobyte(OTHER, more=1))), 0, 2, id="put of more than 1 KB"),
        pytest.param(lambda store: store.put(Put(a_kilobyte(OTHER, queue_pk="q", queue_sk="1"))), 0, 2, id="put with an index"),
        pytest.param(lambda store: store.update(Update(OTHER, set_={"v": "x"})), 0, 1, id="update"),
        pytest.param(lambda store: store.update(Update(KEY, remove=("queue_pk",))), 0, 2, id="update that leaves an index"),
        pytest.param(lambda store: store.delete(Delete(OTHER)), 0, 1, id="delete"),
        pytest.param(lambda store: store.transact([Put(a_kilobyte(OTHER))]), 0, 2, id="transact: put"),
    ],
)
def test_a_call_costs_what_it_should(metered: Metered, call: Callable[[Store], object], reads: float, writes: float) -> None:
    with metered.meter.measuring() as bill:
        call(metered.store)

    assert (bill.reads, bill.writes) == (reads, writes), bill


def test_a_bill_holds_the_calls_made_while_it_is_open(metered: Metered) -> None:
    metered.store.get(KEY)
    with metered.meter.measuring() as bill:
        metered.store.get(KEY)
        metered.store.put(Put(a_kilobyte(OTHER)))
    metered.store.get(KEY)

    assert bill.costs == [("GetItem", 1), ("PutItem", 1)]


def test_a_limit_pays_for_what_it_returns(metered: Metered) -> None:
    for number in range(20):
        metered.store.put(Put(a_kilobyte(Key("CONTACT#1", f"MSG#{number:02}"))))

    with metered.meter.measuring() as bill:
        metered.store.query("CONTACT#1", "MSG#", limit=4, newest_first=True)

    assert bill.costs == [("Query", 1)]


def test_expired_items_in_front_of_a_limit_do_not_cost_a_call_each(metered: Metered, clock: SettableClock) -> None:
    for number in range(60):
        metered.store.put(Put({"pk": "CONTACT#1", "sk": f"MSG#{number:02}", "expires_at": clock.in_seconds(-1)}))
    metered.store.put(Put(a_kilobyte(Key("CONTACT#1", "MSG#99"))))

    with metered.meter.measuring() as bill:
        found = metered.store.query("CONTACT#1", "MSG#", limit=1)

    assert [item["sk"] for item in found] == ["MSG#99"]
    assert len(bill.costs) == 2
