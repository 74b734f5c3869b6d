"""A table that looks on: every write of a notice must move it forward, or back only as far as the rules allow."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.domain.circuit import Circuit
from chalicelib.domain.notice import ARRIVED, FINAL, NUDGES, RANK, Kind, Notice, State
from chalicelib.ports import Clock, Item, Key
from chalicelib.table import circuits, notices, requests
from chalicelib.table.values import moment
from tests.fakes.store import FakeStore

# What config.json gives `deliver`: no claim may be given up while its function can still be running.
DELIVER_RUNS = timedelta(seconds=60)


class Broken(BaseException):  # what it says is what is wrong
    """A promise is broken. Not an Exception: no flow may swallow it."""


class WatchedStore(FakeStore):
    """`FakeStore`, with its eyes on the ledger.

    Attributes:
        steps: How many items were written so far.
        opted_out: Contact's id → the step at which it opted out, for those who are out.
        ever_opted_out: Contacts that ever were.
        noticed: Request's id → place of a notice among those of the request → the step at which it was written; not of one that
            only asks.
        requests: Request's id → the steps at which it was opened and closed.
        anew: Requests that were opened by BARU. Once a request's chat is cleared, nobody can tell from its messages.
        circuits: Scope of an open circuit → the step and the time at which it was opened.
        told: Scope of a circuit that Meta told of → the step and the time at which it did.
        openings: How often a circuit was opened.
        tellings: How often Meta was the one to tell.
        swept_from: The step at which the sweep that is under way began, as the simulation says.
        began: When the call that writes began, as the simulation says.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.steps = 0
        self.opted_out: dict[str, int] = {}
        self.ever_opted_out: set[str] = set()
        self.noticed: dict[str, dict[float, int]] = defaultdict(dict)
        self.requests: dict[str, tuple[int, int | None]] = {}
        self.anew: set[str] = set()
        self.circuits: dict[str, tuple[int, datetime]] = {}
        self.told: dict[str, tuple[int, datetime]] = {}
        self.openings = 0
        self.tellings = 0
        self.swept_from = 0
        self.began = clock()
        self._claimed_at: dict[str, datetime] = {}

    def peek(self, notice_id: str) -> Notice:
        """A notice as it is, for whoever watches: nothing goes wrong on the way."""
        return notices.read(self._items[notices.key(notice_id)])

    def due(self) -> list[float]:
        """When what is due is due, in epoch seconds."""
        stamps = (item.get("due_at") for item in self._items.values() if "due_pk" in item)
        return [moment(str(stamp)).timestamp() for stamp in stamps if stamp is not None]

    def _replace(self, key: Key, new: Item | None) -> None:
        old = self._items.get(key)
        self.steps += 1
        if key.sk.startswith(notices.PREFIX):
            assert new is not None, f"{key}: a notice is never deleted"
            self._watch_notice(notices.read(old) if old else None, notices.read(new))
        if new is not None and key.sk == "CONTACT":
            self._watch_opt_out(key.pk.removeprefix("CONTACT#"), out="opted_out_at" in new)
        if new is not None and (new.get("intent"), new.get("text")) == ("open", "BARU"):
            self.anew.add(str(new["request_id"]))
        if new is not None and key.sk == "CIRCUITS":
            now_open = circuits.read(new)
            self._watch_circuits(now_open)
            told = [scope for scope, one in now_open.items() if one.told]
            self.tellings += len(told) - len(self.told.keys() & set(told))
            self.told = {scope: self.told.get(scope, (self.steps, self._clock())) for scope in told}
        if new is not None and key.sk == "REQUEST":
            opened_at, ended = self.requests.get(key.pk.removeprefix("REQ#"), (self.steps, None))
            # A closed request is written again when its chat is cleared; it was closed before.
            ended = (ended or self.steps) if requests.read(new).closed else None
            self.requests[key.pk.removeprefix("REQ#")] = (opened_at, ended)
        super()._replace(key, new)

    def _watch_notice(self, before: Notice | None, after: Notice) -> None:
        if before is None:
            if after.kind is not Kind.RATING:  # it says nothing that makes another stale
                self.noticed[after.request_id or ""][place(after)] = self.steps
            return
        check_step(before, after)
        if after.state is State.CLAIMED and before.state is not State.CLAIMED:
            self._claimed_at[after.id] = self.began
        given_up = before.state is State.CLAIMED and (after.state, after.reason) == (State.UNKNOWN, "lease_expired")
        if given_up and self._clock() - self._claimed_at[after.id] < DELIVER_RUNS:
            raise Broken(f"{after.id}: given up while its owner may still be sending")

    def _watch_opt_out(self, contact_id: str, *, out: bool) -> None:
        if out:
            self.opted_out.setdefault(contact_id, self.steps)
            self.ever_opted_out.add(contact_id)
        else:
            self.opted_out.pop(contact_id, None)

    def _watch_circuits(self, now_open: Mapping[str, Circuit]) -> None:
        for scope in now_open.keys() - self.circuits.keys():
            # What had found it down may have taken long to write it: the time of that counts.
            self.circuits[scope] = (self.steps, now_open[scope].since)
            self.openings += 1
        for scope in self.circuits.keys() - now_open.keys():
            del self.circuits[scope]


def place(notice: Notice) -> float:
    """Where a notice stands among those of its request: by version, and what time made of a version after its change."""
    return (notice.version or 0) + (0.5 if notice.kind in NUDGES else 0)


def check_step(before: Notice, after: Notice) -> None:
    """Raises Broken for a step that the ledger must never take."""
    where = f"{before.id}: {before.state} #{before.attempt} → {after.state} #{after.attempt}"
    if after.revision != before.revision + 1:
        raise Broken(f"{where}: a write that did not see the one before it")
    _check_ends(before, after, where)
    _check_attempts(before, after, where)
    waits = after.state in {State.PLANNED, State.CLAIMED, State.HELD}
    if waits and after.due_at is None:
        raise Broken(f"{where}: nobody will ever look at it again")
    if (after.owner is not None) is not (after.state is State.CLAIMED):
        raise Broken(f"{where}: an owner without a claim, or a claim without an owner")
    same = after.attempt == before.attempt and after.state in RANK and before.state in RANK
    backwards = same and RANK[after.state] < RANK[before.state]
    if backwards and not (after.state is State.UNKNOWN and after.reason == "silent"):
        raise Broken(f"{where}: moved backwards")


def _check_ends(before: Notice, after: Notice, where: str) -> None:
    if before.state in ARRIVED and (after.state not in ARRIVED or RANK[after.state] < RANK[before.state]):
        raise Broken(f"{where}: what arrived is told otherwise")
    by_staff = after.state is State.PLANNED and after.reason == "resent_by_staff"
    if before.state in FINAL and after.state is not before.state and not (after.state in ARRIVED or by_staff):
        raise Broken(f"{where}: what ended goes on")
    if after.state in FINAL and after.due_at is not None:
        raise Broken(f"{where}: what ended is due")


def _check_attempts(before: Notice, after: Notice, where: str) -> None:
    given_back = before.state is State.CLAIMED and after.state in {State.PLANNED, State.HELD}
    if after.attempt < before.attempt - given_back or after.attempt > before.attempt + (after.state is State.CLAIMED):
        raise Broken(f"{where}: attempts do not count up")
    if after.state is State.CLAIMED and before.state is State.CLAIMED and before.owner != after.owner:
        raise Broken(f"{where}: claimed from under its owner")
    if after.state is State.CLAIMED and before.state not in {State.CLAIMED, State.PLANNED, State.HELD, State.UNKNOWN}:
        raise Broken(f"{where}: claimed though it was on its way, or had ended")
    if after.resent > 1:
        raise Broken(f"{where}: an unknown outcome was sent again and again")
    if len(after.attempts) > 20:  # what the ledger promises to keep
        raise Broken(f"{where}: the ledger grows")
