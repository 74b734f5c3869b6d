"""Staff tokens. Only their hash is stored."""

import hashlib

from chalicelib.domain.staff import Staff
from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import Reader, epoch, filled

PREFIX = "TOKEN#"


def key(token: str) -> Key:
    """Where a token's item is. A token has 256 random bits, so a plain hash of it cannot be guessed from."""
    return key_of_hash(hashlib.sha256(token.encode()).hexdigest())


def key_of_hash(hash_: str) -> Key:
    """The same, from the hash."""
    return Key(f"{PREFIX}{hash_}", "TOKEN")


def put_new(token: str, staff: Staff) -> Put:
    """Writes a new token."""
    item = filled({
        "name": staff.name, "role": staff.role.value, "offices": sorted(staff.offices), "token_expires_at": staff.expires_at,
        "expires_at": epoch(staff.expires_at), "queue_pk": "TOKEN", "queue_sk": f"{staff.name}#{staff.id}",
    })  # fmt: skip
    return Put({**key(token)._asdict(), **item}, (Condition("pk", "absent"),))


def read(item: Item) -> Staff:
    """Who a token belongs to."""
    reader = Reader(item)
    return Staff.of(
        hash_=reader.text("pk").removeprefix(PREFIX), name=reader.text("name"), role=reader.text("role"),
        offices=reader.many("offices"), expires_at=reader.time("token_expires_at"),
    )  # fmt: skip
