"""What is about no message of a resident, and what nobody could understand: kept once, for people to see."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.inbound import Broken, Event, StatusReport
from chalicelib.ports import Clock, ConditionFailed, Store
from chalicelib.table import messages


class Stored(StrEnum):
    """What became of an element."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Keeping:
    """Keeps events and broken elements by their content, so that a repeat adds nothing."""

    store: Store
    clock: Clock

    def event(self, event: Event) -> Stored:
        """Keeps an event."""
        try:
            self.store.put(messages.put_event(event, self.clock()))
        except ConditionFailed:
            return Stored.DUPLICATE
        return Stored.STORED

    def orphan(self, report: StatusReport) -> Stored:
        """Keeps a report that is about no notice we know, and lets the sweep try it again."""
        try:
            self.store.put(messages.put_orphan(report, self.clock()))
        except ConditionFailed:
            return Stored.DUPLICATE
        return Stored.STORED

    def broken(self, broken: Broken) -> Stored:
        """Keeps all of an element; what is too large for one item takes several, the first of them written last."""
        try:
            for put in messages.put_broken(broken, self.clock()):
                self.store.put(put)
        except ConditionFailed:
            return Stored.DUPLICATE
        return Stored.QUARANTINED
