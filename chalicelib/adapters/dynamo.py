"""The table, on DynamoDB."""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's own name

from chalicelib.adapters.dynamo_errors import error_code, in_our_words, is_contention
from chalicelib.adapters.dynamo_wire import (
    Wire,
    Words,
    item_from_wire,
    key_to_wire,
    write_key,
    write_to_wire,
)
from chalicelib.domain.errors import TransientError
from chalicelib.ports import Clock, Delete, Item, Key, Put, Update, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 6
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_MOST_WRITES = 100
_MOST_KEYS = 100
_NEXT_PAGE = 100
_INDEXES = {"queue": ("queue_pk", "queue_sk"), "due": ("due_pk", "due_at")}


class DynamoStore:
    """`chalicelib.ports.Store` on one DynamoDB table.

    An answer that was lost: botocore asks again by itself. A transaction then still takes place once, by its token. A single
    write has no token: when it took place and its answer was lost, its repeat is refused by the condition that it made false
    itself, and the caller finds its own item in ConditionFailed. So conditions of single writes are to be such that the refused
    item tells who wrote it.

    sleep, rng: how to wait between tries, and the jitter. All pauses of one call add up to less than two seconds.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        clock: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random,
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._sleep = sleep
        self._rng = rng

    def get(self, key: Key) -> Item | None:
        """Reads one item, consistently."""
        answer = self._ask(self._client.get_item, TableName=self._table, Key=key_to_wire(key), ConsistentRead=True)
        return next(self._living([answer["Item"]] if "Item" in answer else []), None)

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Reads up to 100 items, consistently, in no order. What DynamoDB leaves unread for now is asked for again."""
        if len(keys) > _MOST_KEYS:
            raise ValueError(f"{len(keys)} keys in one read")
        unread = [key_to_wire(key) for key in dict.fromkeys(keys)]
        found: list[Item] = []
        pauses = self._pauses()
        while unread:
            request = {self._table: {"Keys": unread, "ConsistentRead": True}}
            answer = self._ask(self._client.batch_get_item, RequestItems=request)
            found += self._living(answer["Responses"].get(self._table, []))
            unread = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            if unread:
                self._wait(pauses)
        return found

    def query(self, pk: str, prefix: str = "", *, limit: int | None = None, newest_first: bool = False) -> list[Item]:
        """Reads a partition's items whose sort key begins with `prefix`, consistently."""
        words = Words()
        condition = f"{words.name('pk')} = {words.value(pk)}"
        if prefix:
            condition += f" AND begins_with({words.name('sk')}, {words.value(prefix)})"
        request = {
            "KeyConditionExpression": condition,
            **words.parameters(),
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
        }
        return self._read_pages(request, limit)

    def query_index(  # bounds of one read
        self, index: str, pk: str, *, after: str = "", until: str = "", limit: int | None = None, newest_first: bool = False,
        only: tuple[str, ...] = (),
    ) -> list[Item]:  # fmt: skip
        """Reads an index by its sort key, strictly between `after` and `until`.

        `due` holds keys only: what it returns are pk, sk, due_pk and due_at, of expired items too.
        """
        if after and until and after >= until:
            return []
        pk_name, sk_name = _INDEXES[index]
        words = Words()
        condition = f"{words.name(pk_name)} = {words.value(pk)}"
        if after and until:  # A key condition takes one range only, and this one includes its ends: _read_pages drops them.
            condition += f" AND {words.name(sk_name)} BETWEEN {words.value(after)} AND {words.value(until)}"
        elif after:
            condition += f" AND {words.name(sk_name)} > {words.value(after)}"
        elif until:
            condition += f" AND {words.name(sk_name)} < {words.value(until)}"
        request: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ScanIndexForward": not newest_first,
        }
        if only:
            request["ProjectionExpression"] = ", ".join(map(words.name, dict.fromkeys((*only, sk_name, "expires_at"))))
        request |= words.parameters()
        return self._read_pages(request, limit, wanted=lambda item: item[sk_name] not in {after, until})

    def count_index(self, index: str, pk: str, *, since: str, until: str, limit: int) -> int:
        """Counts an index's items page by page, without having them sent."""
        if since > until:
            return 0
        words = Words()
        pk_name, sk_name = map(words.name, _INDEXES[index])
        condition = f"{pk_name} = {words.value(pk)} AND {sk_name} BETWEEN {words.value(since)} AND {words.value(until)}"
        expires_at, now = words.name("expires_at"), words.value(int(self._clock().timestamp()))
        request: dict[str, Any] = {
            "IndexName": index,
            "Select": "COUNT",
            "KeyConditionExpression": condition,
            "FilterExpression": f"attribute_not_exists({expires_at}) OR {expires_at} > {now}",
            **words.parameters(),
        }
        found = 0
        while found < limit:
            answer = self._ask(self._client.query, TableName=self._table, **request)
            found += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return min(found, limit)

    def put(self, write: Put) -> None:
        """Writes a whole item. Raises ConditionFailed."""
        self._ask(self._client.put_item, **self._single(write))

    def update(self, write: Update) -> Item:
        """Changes attributes; returns the item as it is after. Raises ConditionFailed."""
        answer = self._ask(self._client.update_item, **self._single(write), ReturnValues="ALL_NEW")
        return item_from_wire(answer["Attributes"])

    def delete(self, write: Delete) -> None:
        """Removes an item. Raises ConditionFailed."""
        self._ask(self._client.delete_item, **self._single(write))

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing. Raises ConditionFailed, naming every refused write.

        Raises ValueError for a list of writes that no transaction can be: a bug of the caller.
        """
        if not 0 < len(writes) <= _MOST_WRITES or len({write_key(write) for write in writes}) != len(writes):
            raise ValueError(f"{len(writes)} writes are no transaction: 1 to {_MOST_WRITES}, each on another item")
        actions = [{verb: body} for verb, body in (write_to_wire(self._table, write) for write in writes)]
        self._ask(self._client.transact_write_items, TransactItems=actions, ClientRequestToken=_new_token())

    def _single(self, write: Put | Update | Delete) -> Wire:
        return write_to_wire(self._table, write)[1]

    def _read_pages(
        self, request: dict[str, Any], limit: int | None, wanted: Callable[[Item], bool] = lambda _item: True
    ) -> list[Item]:
        """Queries on until `limit` items are found or none are left. `Limit` counts expired and unwanted items too."""
        found: list[Item] = []
        page = limit
        while limit is None or len(found) < limit:
            bound = {} if page is None else {"Limit": page}
            answer = self._ask(self._client.query, TableName=self._table, **request, **bound)
            found += filter(wanted, self._living(answer["Items"]))
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            page = None if limit is None else max(limit - len(found), _NEXT_PAGE)
        return found[:limit]

    def _living(self, wires: Sequence[Wire]) -> Iterator[Item]:
        """Items that have not expired. DynamoDB removes expired ones within days, not at once."""
        now = self._clock().timestamp()
        for item in map(item_from_wire, wires):
            expires_at = item.get("expires_at")
            if not isinstance(expires_at, int) or expires_at > now:
                yield item

    def _ask(self, operation: Callable[..., Any], **request: Any) -> Any:
        """Carries out one operation; says in Kabar's words why it could not be."""
        pauses = self._pauses()
        while True:
            try:
                return operation(**request)
            except (ConnectionError, HTTPClientError) as error:
                raise TransientError(type(error).__name__) from error
            except ClientError as error:
                ours = in_our_words(error)
                if ours is None:
                    raise
                if not is_contention(error):
                    raise ours from error
                self._wait(pauses, error)
                if error_code(error) == "TransactionCanceledException":
                    # Nothing was written, and that is settled: what follows is another transaction. While the first one's
                    # fate is open (TransactionInProgressException) the token stays, or it could take place twice.
                    request["ClientRequestToken"] = _new_token()

    def _pauses(self) -> Iterator[float]:
        """Full jitter: anything between nothing and a bound that doubles."""
        for attempt in range(_TRIES - 1):
            yield self._rng.uniform(0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt))

    def _wait(self, pauses: Iterator[float], cause: ClientError | None = None) -> None:
        pause = next(pauses, None)
        if pause is None:
            raise TransientError(error_code(cause) if cause else "UnprocessedKeys") from cause
        self._sleep(pause)


def _new_token() -> str:
    """Not from the jitter's generator: two functions with one seed must not share a token."""
    return str(uuid.uuid4())
