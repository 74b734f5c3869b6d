"""The same table on AWS's own engine: every call is made there too, and must end as it does in memory."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.errors import TransientError
from chalicelib.ports import ConditionFailed, Delete, Item, Key, Put, Update, Write
from tests.adapters import engines
from tests.chaos.watched_store import Broken, WatchedStore
from tests.fakes.world import World

T = TypeVar("T")


class TwinStore(WatchedStore):
    """`WatchedStore`, and beside it DynamoDB: what the one does the other does, or it is Broken.

    So the flows run on the real adapter, and everything else (faults, stream, eyes on the ledger) is as ever.
    """

    def __init__(self, world: World, real: DynamoStore) -> None:
        super().__init__(world.clock)
        self._real = real

    def get(self, key: Key) -> Item | None:
        found = super().get(key)
        return self._same("get", found, self._real.get(key))

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        found = super().get_many(keys)
        return self._same("get_many", found, sorted(self._real.get_many(keys), key=lambda item: keys.index(_key(item))))

    def query(self, pk: str, prefix: str = "", *, limit: int | None = None, newest_first: bool = False) -> list[Item]:
        found = super().query(pk, prefix, limit=limit, newest_first=newest_first)
        return self._same("query", found, self._real.query(pk, prefix, limit=limit, newest_first=newest_first))

    def query_index(  # bounds of one read
        self, index: str, pk: str, *, after: str = "", until: str = "", limit: int | None = None, newest_first: bool = False,
        only: tuple[str, ...] = (),
    ) -> list[Item]:  # fmt: skip
        bounds: dict[str, Any] = {"after": after, "until": until, "limit": limit, "newest_first": newest_first}
        found = super().query_index(index, pk, **bounds, only=only)
        real = self._real.query_index(index, pk, **bounds, only=only)
        if {str(_key(item)) for item in real} != {str(_key(item)) for item in found}:
            raise Broken(f"the index {index} of {pk} has {real}, and {found} in memory")
        return found

    def _commit(self, writes: Sequence[Write]) -> None:
        there = self._write(writes)
        try:
            super()._commit(writes)
        except ConditionFailed as here:
            self._same("refusal", here.refused, there)
            raise
        self._same("refusal", {}, there)

    def _write(self, writes: Sequence[Write]) -> dict[int, Item | None]:
        """What DynamoDB refuses."""
        try:
            match writes:
                case [Put() as put]:
                    self._real.put(put)
                case [Update() as update]:
                    self._real.update(update)
                case [Delete() as delete]:
                    self._real.delete(delete)
                case _:
                    self._real.transact(writes)
        except ConditionFailed as refused:
            return dict(refused.refused)
        except TransientError as error:
            raise Broken(f"DynamoDB Local fails: {error}") from error
        return {}

    def _same(self, what: str, here: T, there: object) -> T:
        if here != there:
            raise Broken(f"{what}: {there} on DynamoDB, {here} in memory")
        return here


def _key(item: Item) -> Key:
    return Key(str(item["pk"]), str(item["sk"]))


@contextmanager
def twin(world: World, url: str) -> Iterator[TwinStore]:
    """A store on a new table of DynamoDB Local."""
    client = engines.new_client(url)
    with engines.fresh_table(client):
        yield TwinStore(world, DynamoStore(client, engines.TABLE, world.clock, rng=random.Random(1)))
    client.close()
