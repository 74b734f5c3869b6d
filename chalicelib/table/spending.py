"""What an office spent on SMS on one local day."""

from datetime import date, datetime, timedelta

from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import Reader, epoch

KEPT = timedelta(days=400)


def key(office: str, day: date) -> Key:
    """Where a day's sum is."""
    return Key(f"SPEND#{office}", f"DAY#{day.isoformat()}")


def put(office: str, local: datetime, mills: int, revision: int) -> Put:
    """Writes the sum, in thousandths of a US dollar, after the revision that was read (0: there is none)."""
    seen = Condition("revision", "equals", revision) if revision else Condition("pk", "absent")
    item: Item = {"mills": mills, "revision": revision + 1, "expires_at": epoch(local + KEPT)}
    return Put({**key(office, local.date())._asdict(), **item}, (seen,))


def read(item: Item | None) -> tuple[int, int]:
    """The sum and its revision."""
    reader = Reader(item or {})
    return reader.number("mills"), reader.number("revision")
