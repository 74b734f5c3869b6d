"""What is to be cleared: the chats of closed requests, and files of no request.

They are due in a partition of their own of the `due` index, so that nothing else waits behind a bucket that fails.
"""

from datetime import datetime, timedelta

from chalicelib.ports import Key, Put
from chalicelib.table.values import epoch

SORT_KEY = "CLEARING"
# Longer than the sweep may run (55 s), and than clocks differ.
_HELD = timedelta(minutes=2)


def due_pk(office: str) -> str:
    """Partition of the `due` index for what an office has to clear."""
    return f"{office}#CLEARING"


def hold_key(contact_id: str) -> Key:
    """Where it stands that a contact's files are being cleared at this moment."""
    return Key(f"CONTACT#{contact_id}", SORT_KEY)


def hold(contact_id: str, now: datetime) -> Put:
    """Lets nobody store a file of that contact's until whoever clears them has ended or is dead."""
    return Put({**hold_key(contact_id)._asdict(), "expires_at": epoch(now + _HELD)})
