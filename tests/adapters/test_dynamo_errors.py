"""What the table's adapter makes of AWS's errors, of broken connections and of lost answers."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.errors import TransientError, Unstorable
from chalicelib.ports import Check, Condition, ConditionFailed, Delete, Item, Key, Put, Update
from tests.adapters import engines
from tests.adapters.scripted_aws import Answer, ScriptedAws, broken_by, cancelled, error, http, success

KEY = Key("REQ#KTP-1", "REQUEST")
ITEM: Item = {"pk": KEY.pk, "sk": KEY.sk, "version": 1}
WIRE = {"pk": {"S": KEY.pk}, "sk": {"S": KEY.sk}, "version": {"N": "1"}}
NEW = (Condition("pk", "absent"),)


def transact(store: DynamoStore) -> None:
    store.transact([Put(ITEM, NEW), Check(Key("CONTACT#1", "CONTACT"), NEW)])


READS: dict[str, Callable[[DynamoStore], Any]] = {
    "get": lambda store: store.get(KEY),
    "get_many": lambda store: store.get_many([KEY]),
    "query": lambda store: store.query(KEY.pk),
    "query_index": lambda store: store.query_index("queue", "q"),
}
SINGLE_WRITES: dict[str, Callable[[DynamoStore], Any]] = {
    "put": lambda store: store.put(Put(ITEM, NEW)),
    "update": lambda store: store.update(Update(KEY, set_={"version": 1}, when=NEW)),
    "delete": lambda store: store.delete(Delete(KEY, NEW)),
}
CALLS = {
    **READS,
    **SINGLE_WRITES,
    "transact": transact,
}
on_every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


class Naps(list[float]):
    """Remembers how long the adapter would have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def naps() -> Naps:
    return Naps()


def store_on(aws: ScriptedAws, naps: Naps) -> DynamoStore:
    return DynamoStore(
        aws.client, engines.TABLE, lambda: datetime(2026, 3, 2, tzinfo=UTC), sleep=naps, rng=random.Random(7)
    )  # fmt: skip


CONFLICTS = [
    pytest.param(error("TransactionConflictException"), call, success(Attributes=WIRE), id=name)
    for name, call in SINGLE_WRITES.items()
] + [
    pytest.param(cancelled("None", "TransactionConflict"), transact, success(), id="transact"),
    pytest.param(cancelled("ThrottlingError", "None"), transact, success(), id="transact: throttled"),
    pytest.param(cancelled("ProvisionedThroughputExceeded", "None"), transact, success(), id="transact: used up"),
    pytest.param(error("TransactionInProgressException"), transact, success(), id="transact: in progress"),
]


@pytest.mark.parametrize(("conflict", "call", "done"), CONFLICTS)
def test_a_conflict_is_tried_again(naps: Naps, conflict: Answer, call: Callable[[DynamoStore], Any], done: Answer) -> None:
    aws = ScriptedAws(conflict, conflict, done)

    call(store_on(aws, naps))

    assert len(aws.requests) == 3
    assert len(naps) == 2


@pytest.mark.parametrize(("conflict", "call", "done"), CONFLICTS)
def test_a_lasting_conflict_is_transient(
    naps: Naps, conflict: Answer, call: Callable[[DynamoStore], Any], done: Answer
) -> None:
    aws = ScriptedAws(*[conflict] * 6, done)

    with pytest.raises(TransientError):
        call(store_on(aws, naps))

    assert len(aws.requests) == 6
    assert all(nap <= bound for nap, bound in zip(naps, (0.05, 0.1, 0.2, 0.4, 0.8), strict=True))
    assert sum(naps) > 0


def test_a_pause_is_jittered_in_full() -> None:
    pauses: list[float] = []
    for seed in range(50):
        aws = ScriptedAws(cancelled("TransactionConflict"), success())
        store = DynamoStore(aws.client, "t", lambda: datetime.now(UTC), sleep=pauses.append, rng=random.Random(seed))
        transact(store)

    assert min(pauses) < 0.005
    assert max(pauses) > 0.045


def test_while_there_is_a_conflict_a_refusal_is_not_complete(naps: Naps) -> None:
    """The write in conflict may be refused as well: only without a conflict every refused write is named."""
    refused = {"Code": "ConditionalCheckFailed", "Item": WIRE}
    aws = ScriptedAws(cancelled("TransactionConflict", refused), cancelled("ConditionalCheckFailed", refused))

    with pytest.raises(ConditionFailed) as refusal:
        transact(store_on(aws, naps))

    assert refusal.value.refused == {0: None, 1: ITEM}


def test_a_refusal_beside_a_lasting_conflict_is_transient(naps: Naps) -> None:
    aws = ScriptedAws(*[cancelled("TransactionConflict", "ConditionalCheckFailed")] * 6)

    with pytest.raises(TransientError):
        transact(store_on(aws, naps))


def test_a_refusal_comes_before_what_cannot_be_stored(naps: Naps) -> None:
    aws = ScriptedAws(cancelled("ValidationError", {"Code": "ConditionalCheckFailed", "Item": WIRE}))

    with pytest.raises(ConditionFailed) as refusal:
        transact(store_on(aws, naps))

    assert refusal.value.refused == {1: ITEM}
    assert naps == []


def test_one_write_that_cannot_be_stored_makes_the_transaction_unstorable(naps: Naps) -> None:
    with pytest.raises(Unstorable):
        transact(store_on(ScriptedAws(cancelled("None", "ValidationError")), naps))


@pytest.mark.parametrize("call", SINGLE_WRITES.values(), ids=SINGLE_WRITES.keys())
def test_a_refused_single_write_tells_the_item(naps: Naps, call: Callable[[DynamoStore], Any]) -> None:
    aws = ScriptedAws(error("ConditionalCheckFailedException", Item=WIRE), error("ConditionalCheckFailedException"))
    store = store_on(aws, naps)

    for expected in ({0: ITEM}, {0: None}):
        with pytest.raises(ConditionFailed) as refusal:
            call(store)
        assert refusal.value.refused == expected


@on_every_call
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(error("ThrottlingException"), id="throttled"),
        pytest.param(error("ProvisionedThroughputExceededException"), id="used up"),
        pytest.param(error("RequestLimitExceeded"), id="account limit"),
        pytest.param(error("InternalServerError", 500), id="500"),
        pytest.param(error("ServiceUnavailable", 503), id="503"),
        pytest.param(error("SomethingNew", 500), id="unknown 500"),
        pytest.param(http(502, b"<html>Bad Gateway</html>"), id="502 from elsewhere"),
        pytest.param(http(503, b""), id="503 without a body"),
        pytest.param(broken_by(ConnectTimeoutError(endpoint_url="")), id="connect timeout"),
        pytest.param(broken_by(ReadTimeoutError(endpoint_url="")), id="read timeout"),
        pytest.param(broken_by(EndpointConnectionError(endpoint_url="")), id="no connection"),
        pytest.param(broken_by(ConnectionClosedError(endpoint_url="")), id="closed"),
        pytest.param(broken_by(SSLError(endpoint_url="", error=OSError())), id="TLS"),
    ],
)
def test_what_may_pass_is_transient(naps: Naps, answer: Answer, call: Callable[[DynamoStore], Any]) -> None:
    aws = ScriptedAws(answer)

    with pytest.raises(TransientError):
        call(store_on(aws, naps))

    assert len(aws.requests) == 1, "trying again is botocore's part"


@on_every_call
def test_refused_content_is_unstorable_whatever_its_message(naps: Naps, call: Callable[[DynamoStore], Any]) -> None:
    aws = ScriptedAws(error("ValidationException", message="TransactionConflict: ThrottlingException, AccessDenied"))

    with pytest.raises(Unstorable):
        call(store_on(aws, naps))


@on_every_call
@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "IdempotentParameterMismatchException",
        "SomethingNew",
    ],
)
def test_an_operators_error_is_loud(naps: Naps, code: str, call: Callable[[DynamoStore], Any]) -> None:
    """Neither transient, or it would be retried unseen, nor permanent, or good input would be set aside as bad."""
    aws = ScriptedAws(error(code, message="ValidationException"))

    with pytest.raises(ClientError, match=code):
        call(store_on(aws, naps))

    assert len(aws.requests) == 1


def test_an_unknown_reason_for_a_cancellation_is_loud(naps: Naps) -> None:
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        transact(store_on(ScriptedAws(cancelled("None", "AccessDenied")), naps))


def test_what_a_batch_leaves_unread_is_asked_for_again(naps: Naps) -> None:
    other = Key("REQ#KTP-2", "REQUEST")
    unread = {engines.TABLE: {"Keys": [{"pk": {"S": other.pk}, "sk": {"S": other.sk}}]}}
    rest = {"pk": {"S": other.pk}, "sk": {"S": other.sk}}
    aws = ScriptedAws(
        success(Responses={}, UnprocessedKeys=unread),
        success(Responses={engines.TABLE: [WIRE]}, UnprocessedKeys=unread),
        success(Responses={engines.TABLE: [rest]}),
    )

    found = store_on(aws, naps).get_many([KEY, other])

    assert found == [ITEM, {"pk": other.pk, "sk": other.sk}]
    asked = [request["RequestItems"][engines.TABLE] for request in aws.requests]
    assert [len(request["Keys"]) for request in asked] == [2, 1, 1]
    assert all(request["ConsistentRead"] for request in asked)
    assert len(naps) == 2


def test_what_a_batch_leaves_unread_for_good_is_transient(naps: Naps) -> None:
    unread = {engines.TABLE: {"Keys": [{"pk": {"S": KEY.pk}, "sk": {"S": KEY.sk}}]}}
    aws = ScriptedAws(*[success(Responses={}, UnprocessedKeys=unread)] * 6)

    with pytest.raises(TransientError):
        store_on(aws, naps).get_many([KEY])

    assert len(aws.requests) == 6


def test_after_a_cancellation_the_next_try_is_another_transaction(naps: Naps) -> None:
    aws = ScriptedAws(cancelled("TransactionConflict"), cancelled("TransactionConflict"), success())

    transact(store_on(aws, naps))

    assert len(set(aws.tokens)) == 3


def test_while_a_transaction_is_in_progress_the_next_try_is_the_same_one(naps: Naps) -> None:
    aws = ScriptedAws(error("TransactionInProgressException"), error("TransactionInProgressException"), success())

    transact(store_on(aws, naps))

    assert len(aws.requests) == 3
    assert len(set(aws.tokens)) == 1


def test_two_calls_are_two_transactions_even_with_the_same_seed(naps: Naps) -> None:
    aws = ScriptedAws(success(), success())

    for _ in range(2):
        transact(store_on(aws, naps))

    assert len(set(aws.tokens)) == 2
