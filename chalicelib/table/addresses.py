"""An address's item once people move: who is found there, and where those who left it went.

`contact_id` is whoever is found there; a phone that was left has none, so that its next owner is somebody new. `since` is when
that person moved in, by WhatsApp's word. Each move away leaves `moved#<time>`, the hash of the address that they went to: late
news of an earlier move follows it, and so does what its person wrote before. `left_by` is who left last, for whoever has to
find all that is kept of somebody; `moves` how many came or went.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.ports import Condition, Item, Update
from chalicelib.table.contacts import address_key
from chalicelib.table.values import Reader, filled, moment, stamp


@dataclass(frozen=True)
class Place:
    """An address. other: the hash of the same person's other one. moved: when people moved away, and to which address."""

    hash_: str
    contact_id: str | None = None
    other: str | None = None
    since: datetime | None = None
    moved: Mapping[datetime, str] | None = None
    moves: int = 0

    def next_after(self, at: datetime) -> tuple[datetime, str] | None:
        """The first move away at that time or later."""
        later = [(time, to) for time, to in (self.moved or {}).items() if time >= at]
        return min(later) if later else None

    def is_history(self, at: datetime, to: str | None) -> bool:
        """Whether a move away at that time is known already, or is not of whoever is found here now."""
        if (self.since is not None and self.since > at) or self.next_after(at):
            return True
        # Each of the office's numbers is told, a moment apart: the same move is no second one.
        return any(one == to and (self.since is None or time > self.since) for time, one in (self.moved or {}).items())


def read(hash_: str, item: Item | None) -> Place:
    """The address of an item; one that nobody has used when there is none."""
    reader = Reader(item or {})
    moved = {moment(name.removeprefix("moved#")): reader.text(name) for name in item or {} if name.startswith("moved#")}
    return Place(
        hash_, reader.maybe("contact_id"), reader.maybe("other"), reader.maybe_time("since"), moved, reader.number("moves")
    )


def begin(place: Place, who: str, other: str | None) -> Update:
    """Somebody is found where nobody was yet, or any more. other: their other address. Refused as `leave` is."""
    return Update(address_key(place.hash_), set_=filled({"contact_id": who, "other": other}), when=_seen(place))


def leave(place: Place, at: datetime, to: str, who: str, *, forget: bool) -> Update:
    """Somebody moves away. forget: whoever comes next is somebody else; a user id is never given to another.

    Refused when the address is somebody else's by now, or somebody came or went meanwhile.
    """
    set_ = filled({"moves": place.moves + 1, f"moved#{stamp(at)}": to, "left_by": who, "contact_id": None if forget else who})
    remove = ("contact_id", "other", "since") if forget else ()
    return Update(address_key(place.hash_), set_=set_, remove=remove, when=_seen(place))


def take(place: Place, at: datetime, who: str, other: str | None) -> Update:
    """Somebody moves in. other: their other address. Refused as `leave` is."""
    set_ = filled({"moves": place.moves + 1, "contact_id": who, "since": at, "other": other})
    return Update(address_key(place.hash_), set_=set_, remove=() if other else ("other",), when=_seen(place))


def _seen(place: Place) -> tuple[Condition, ...]:
    who, moves = place.contact_id, place.moves
    return (
        Condition("contact_id", "equals", who) if who else Condition("contact_id", "absent"),
        Condition("moves", "equals", moves) if moves else Condition("moves", "absent"),
    )
