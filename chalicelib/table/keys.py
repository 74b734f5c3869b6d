"""Idempotency keys of writes that have no version."""

from datetime import datetime, timedelta

from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import digest, epoch

KEYS_KEPT = timedelta(days=8)


def key(actor: str, idempotency_key: str) -> Key:
    """Where a key is. What callers choose as keys is hashed: nobody knows what they put in."""
    return Key(f"KEY#{actor}#{digest(idempotency_key)}", "KEY")


def put_new(actor: str, idempotency_key: str, body_hash: str, subject: str, now: datetime) -> Put:
    """Remembers a key, and the id of what it made."""
    item: Item = {"body_hash": body_hash, "subject": subject, "expires_at": epoch(now + KEYS_KEPT)}
    return Put({**key(actor, idempotency_key)._asdict(), **item}, (Condition("pk", "absent"),))
