"""What a restored table must not forget of the time since: what was sent, who opted out, and whose token was taken away."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from chalicelib.adapters.dynamo_wire import item_from_wire
from chalicelib.ports import Delete, Item, Key, Put, Store, Update
from chalicelib.table import notices, requests, tokens
from chalicelib.table.values import Reader


def scanned(client: Any, table: str) -> Iterator[Item]:
    """Every item of a table. client: DynamoDB's."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from (item_from_wire(wire) for wire in page["Items"])


def carry_over(items: Iterator[Item], former: Store, restored: Store) -> Counter[str]:
    """Brings the restored table's items up to what the former table knows; returns how many of each it changed.

    A notice that was sent since would be sent again, a promise that has passed told of again, somebody who opted out since
    written to, and a token that was revoked since would be good again. All else is as it was at the point in time.
    """
    changed: Counter[str] = Counter()
    for item in items:
        key = Key(str(item["pk"]), str(item["sk"]))
        if key.sk.startswith(notices.PREFIX):
            changed["notices"] += _notice(key, item, former, restored)
        elif key.sk == requests.SORT_KEY:
            changed["reminders"] += _nudge(key, item, former, restored)
        elif key.sk == "CONTACT":
            changed["opt-outs"] += _opt_out(key, item, former, restored)
        elif key.pk.startswith(tokens.PREFIX):
            changed["revoked tokens"] += _token(key, former, restored)
    return +changed


def _notice(key: Key, item: Item, former: Store, restored: Store) -> bool:
    latest = former.get(key)
    if latest is None or Reader(latest).number("revision") <= Reader(item).number("revision"):
        return False
    restored.put(Put(latest))
    return True


def _nudge(key: Key, item: Item, former: Store, restored: Store) -> bool:
    """What a request said by itself since: the promise that it was about is not told of again."""
    latest, version = former.get(key), Reader(item).number("version")
    told = min(Reader(latest).number("nudged_version"), version) if latest else 0
    if told <= Reader(item).number("nudged_version"):
        return False
    restored.update(Update(key, set_={"nudged_version": told}, remove=("due_pk", "due_at")))
    return True


def _opt_out(key: Key, item: Item, former: Store, restored: Store) -> bool:
    latest = former.get(key)
    if latest is None or "opted_out_at" not in latest or "opted_out_at" in item:
        return False
    restored.update(Update(key, set_={"opted_out_at": latest["opted_out_at"]}))
    return True


def _token(key: Key, former: Store, restored: Store) -> bool:
    if former.get(key) is not None:
        return False
    restored.delete(Delete(key))
    return True
