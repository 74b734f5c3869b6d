"""What a caller sees when the table did what it was asked for and the answer was lost on its way."""

import random
from collections.abc import Callable, Iterator

import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.errors import TransientError
from chalicelib.ports import Condition, ConditionFailed, Delete, Item, Key, Put, Update
from tests.adapters import engines
from tests.adapters.engines import SettableClock
from tests.adapters.scripted_aws import ScriptedAws, lost

KEY = Key("REQ#KTP-1", "NOTICE#000002")
MINE: Item = {"pk": KEY.pk, "sk": KEY.sk, "owner": "me"}
NEW = (Condition("pk", "absent"),)


CLAIM = Update(KEY, set_={"owner": "me"}, when=(Condition("owner", "absent"),))


@pytest.fixture(params=[engine for engine in engines.ENGINES if engine != "fake"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a fresh table is."""
    if request.param == "moto":
        engines.excuse_moto(request)
    url: str = request.getfixturevalue(f"{request.param.replace('-', '_')}_url")
    with engines.fresh_table(engines.clients(url).table):
        yield url


@pytest.fixture
def store(url: str, clock: SettableClock) -> DynamoStore:
    """Whose answers all arrive."""
    return store_through(ScriptedAws(url=url), clock)


def store_through(aws: ScriptedAws, clock: SettableClock) -> DynamoStore:
    return DynamoStore(aws.client, engines.TABLE, clock, rng=random.Random(1))


@pytest.mark.moto_differs("moto ignores ClientRequestToken")
def test_a_transaction_happens_once_and_nobody_notices(url: str, clock: SettableClock, store: DynamoStore) -> None:
    aws = ScriptedAws(lost, url=url, tries=2)

    store_through(aws, clock).transact([Put(MINE, NEW)])

    assert len(aws.requests) == 2
    assert len(set(aws.tokens)) == 1
    assert store.get(KEY) == MINE


def test_a_conditional_put_finds_itself_refused_by_its_own_item(url: str, clock: SettableClock) -> None:
    with pytest.raises(ConditionFailed) as refusal:
        store_through(ScriptedAws(lost, url=url, tries=2), clock).put(Put(MINE, NEW))

    assert refusal.value.refused == {0: MINE}


def test_a_claim_finds_itself_refused_by_its_own_claim(url: str, clock: SettableClock) -> None:
    with pytest.raises(ConditionFailed) as refusal:
        store_through(ScriptedAws(lost, url=url, tries=2), clock).update(CLAIM)

    assert refusal.value.refused == {0: MINE}


def test_a_conditional_delete_finds_nothing_to_delete(url: str, clock: SettableClock, store: DynamoStore) -> None:
    store.put(Put(MINE))

    with pytest.raises(ConditionFailed) as refusal:
        store_through(ScriptedAws(lost, url=url, tries=2), clock).delete(Delete(KEY, (Condition("owner", "equals", "me"),)))

    assert refusal.value.refused == {0: None}


def test_writes_without_a_condition_and_reads_notice_nothing(url: str, clock: SettableClock) -> None:
    def store() -> DynamoStore:
        return store_through(ScriptedAws(lost, url=url, tries=2), clock)

    store().put(Put(MINE))
    assert store().update(Update(KEY, set_={"state": "claimed"})) == {**MINE, "state": "claimed"}
    assert store().get(KEY) == {**MINE, "state": "claimed"}
    store().delete(Delete(KEY))
    assert store().query(KEY.pk) == []


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda store: store.put(Put(MINE, NEW)), id="put"),
        pytest.param(lambda store: store.update(CLAIM), id="update"),
        pytest.param(lambda store: store.transact([Put(MINE, NEW)]), id="transact"),
    ],
)
def test_what_botocore_gives_up_on_is_transient_and_may_have_happened(
    url: str, clock: SettableClock, store: DynamoStore, write: Callable[[DynamoStore], object]
) -> None:
    with pytest.raises(TransientError):
        write(store_through(ScriptedAws(lost, url=url), clock))

    assert store.get(KEY) == MINE
    with pytest.raises(ConditionFailed) as refusal:
        write(store)
    assert refusal.value.refused == {0: MINE}
