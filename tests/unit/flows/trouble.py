"""Disturbs one store operation of a piece of work: a fault, a death, or somebody else who is faster."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier
from typing import Literal, TypeAlias

from chalicelib.domain.errors import TransientError
from tests.fakes.providers import Killed
from tests.fakes.store import FakeStore

Moment: TypeAlias = Literal["before", "after"]


class LostError(TransientError):
    """The table's trouble that a test made, told from any other."""


# Name → when it strikes, and what the caller gets. After an operation, the answer is lost though it took place.
FAULTS: dict[str, tuple[Moment, type[BaseException]]] = {
    "refused before": ("before", LostError),
    "answer lost after": ("after", LostError),
    "killed before": ("before", Killed),
    "killed after": ("after", Killed),
}
STRUCK = (LostError, Killed)


def operations(store: FakeStore, work: Callable[[], object]) -> list[str]:
    """The names of the store operations that the work takes, in order."""
    names: list[str] = []
    store.faults = lambda moment, name: names.append(name) if moment == "before" else None
    try:
        work()
    finally:
        store.faults = _calm
    return names


@contextmanager
def disturbed(store: FakeStore, position: int, moment: Moment, act: Callable[[], object]) -> Iterator[list[str]]:
    """Within the block, `act` runs once, at that moment of the store operation numbered `position` from 0.

    The store is calm while it runs. Yields the operation's name, once it was reached: an operation that is refused has no
    "after".
    """
    struck: list[str] = []
    count = 0

    def faults(now: Moment, name: str) -> None:
        nonlocal count
        count += now == "before"
        if now != moment or count != position + 1 or struck:
            return
        struck.append(name)
        store.faults = _calm
        try:
            act()
        finally:
            store.faults = faults

    store.faults = faults
    try:
        yield struck
    finally:
        store.faults = _calm


def wait_for_all(store: FakeStore, count: int, operation: str = "transact") -> None:
    """Holds so many threads before their first such operation until all are there: none writes before all have read."""
    together = Barrier(count, action=lambda: setattr(store, "faults", _calm), timeout=10)

    def faults(moment: Moment, name: str) -> None:
        if (moment, name) == ("before", operation):
            together.wait()

    store.faults = faults


def raising(error: type[BaseException]) -> Callable[[], object]:
    """What `disturbed` takes to raise it."""

    def act() -> object:
        raise error

    return act


def _calm(_moment: str, _operation: str) -> None:
    pass
