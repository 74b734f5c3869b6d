"""How residents found what they got: counted by office, month and service, without anybody in it.

What is shown moves five answers at a time: whoever looks before and after a single one sees no difference.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.rating import SCORES
from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import Reader, epoch

RATINGS_KEPT = timedelta(days=5 * 365)
SHOWN_BY = 5

Counts = tuple[int, ...]
_NONE: Counts = (0,) * SCORES


@dataclass(frozen=True)
class Tally:
    """Answers by score, from 1 to 4. shown: the same as it was when the number of answers was last a multiple of five."""

    counts: Counts = _NONE
    shown: Counts = _NONE


def pk(office: str, month: str) -> str:
    """Partition of a month (`2026-11`, in the office's zone)."""
    return f"RATINGS#{office}#{month}"


def key(office: str, month: str, service: str) -> Key:
    """Where a service's answers of a month are counted."""
    return Key(pk(office, month), service)


def put_next(place: Key, before: Tally, score: int, now: datetime) -> Put:
    """Counts one more answer; refused when another was counted since."""
    counts = tuple(count + (number == score) for number, count in enumerate(before.counts, start=1))
    answers = sum(counts)
    item: Item = {
        "counts": counts, "shown": counts if answers % SHOWN_BY == 0 else before.shown, "answers": answers,
        "expires_at": epoch(now + RATINGS_KEPT),
    }  # fmt: skip
    seen = Condition("pk", "absent") if answers == 1 else Condition("answers", "equals", answers - 1)
    return Put({**place._asdict(), **item}, (seen,))


def read(item: Item) -> Tally:
    """The answers of an item, none of one that is not there."""
    reader = Reader(item)
    return Tally(reader.many("counts") or _NONE, reader.many("shown") or _NONE)
