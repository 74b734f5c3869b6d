"""A table that looks on: every write of a notice must move it forward, or back only as far as the rules allow."""

from collections import defaultdict

from chalicelib.domain.notice import ARRIVED, FINAL, RANK, Notice, State
from chalicelib.ports import Clock, Item, Key
from chalicelib.table import notices
from chalicelib.table.values import moment
from tests.fakes.store import FakeStore


class Broken(AssertionError):
    """A promise is broken."""


class WatchedStore(FakeStore):
    """`FakeStore`, with its eyes on the ledger.

    Attributes:
        steps: How many items were written so far.
        opted_out: Contact's id → the step at which it opted out, for those who are out.
        noticed: Request's id → version → the step at which the notice of that version was written.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.steps = 0
        self.opted_out: dict[str, int] = {}
        self.noticed: dict[str, dict[int, int]] = defaultdict(dict)

    def peek(self, notice_id: str) -> Notice:
        """A notice as it is, for whoever watches: nothing goes wrong on the way."""
        return notices.read(self._items[notices.key(notice_id)])

    def due(self) -> list[float]:
        """When what is due is due, in epoch seconds."""
        stamps = (item.get("due_at") for item in self._items.values())
        return [moment(str(stamp)).timestamp() for stamp in stamps if stamp is not None]

    def _replace(self, key: Key, new: Item | None) -> None:
        old = self._items.get(key)
        if key.sk.startswith(notices.PREFIX) and old is not None:
            assert new is not None, f"{key}: a notice is never deleted"
            check_step(notices.read(old), notices.read(new))
        self.steps += 1
        if new is not None and key.sk.startswith(notices.PREFIX) and old is None:
            notice = notices.read(new)
            self.noticed[notice.request_id or ""][notice.version or 0] = self.steps
        if new is not None and key.sk == "CONTACT":
            self._watch_opt_out(key.pk.removeprefix("CONTACT#"), out="opted_out_at" in new)
        super()._replace(key, new)

    def _watch_opt_out(self, contact_id: str, *, out: bool) -> None:
        if out:
            self.opted_out.setdefault(contact_id, self.steps)
        else:
            self.opted_out.pop(contact_id, None)


def check_step(before: Notice, after: Notice) -> None:
    """Raises Broken for a step that the ledger must never take."""
    where = f"{before.id}: {before.state} #{before.attempt} → {after.state} #{after.attempt}"
    if after.revision != before.revision + 1:
        raise Broken(f"{where}: a write that did not see the one before it")
    if before.state in ARRIVED and (after.state not in ARRIVED or RANK[after.state] < RANK[before.state]):
        raise Broken(f"{where}: what arrived is told otherwise")
    if before.state in FINAL and after.state is not before.state and after.state not in ARRIVED:
        raise Broken(f"{where}: what ended goes on")
    given_back = before.state is State.CLAIMED and after.state in {State.PLANNED, State.HELD}
    if after.attempt < before.attempt - given_back or after.attempt > before.attempt + (after.state is State.CLAIMED):
        raise Broken(f"{where}: attempts do not count up")
    if after.state is State.CLAIMED and before.state is State.CLAIMED and before.owner != after.owner:
        raise Broken(f"{where}: claimed from under its owner")
    if after.state not in FINAL and after.due_at is None and after.state in {State.PLANNED, State.CLAIMED, State.HELD}:
        raise Broken(f"{where}: nobody will ever look at it again")
    same = after.attempt == before.attempt and after.state in RANK and before.state in RANK
    if same and RANK[after.state] < RANK[before.state] and after.state is not State.UNKNOWN:
        raise Broken(f"{where}: moved backwards")
