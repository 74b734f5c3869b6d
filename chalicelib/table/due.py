"""What the sweep's index `due` says of an item, whatever it is due for. All is refused once somebody else has changed it."""

from datetime import datetime

from chalicelib.ports import Condition, Key, Update
from chalicelib.table.values import stamp


def again(key: Key, seen: str, at: datetime) -> Update:
    """Makes an item due later. seen: its due time as it was read."""
    return Update(key, set_={"due_at": stamp(at)}, when=(Condition("due_at", "equals", seen),))


def over(key: Key, seen: str) -> Update:
    """Takes an item from what is due."""
    return Update(key, remove=("due_pk", "due_at"), when=(Condition("due_at", "equals", seen),))
