"""The files of messages: attributes of the message's own item, which is due for as long as its file is awaited.

The stream carries keys only, so the sort key of a message whose file is to be fetched ends in `.media`. A file's id is its
message's key: `<contact id> MSG#<provider time>#<hash>.media`.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from chalicelib.domain.media import Awaited, FileState, Kept, Settled
from chalicelib.ports import Condition, Item, Key, Update
from chalicelib.table import clearing
from chalicelib.table.values import Reader, epoch, filled, stamp

SUFFIX = ".media"
# The stream brings it at once; the sweep finds what the stream missed, or what could not be had.
FIRST_DUE = timedelta(minutes=2)
# As long as the bucket has one at the most (its backstop, MediaDays).
FILES_KEPT = timedelta(days=400)
_DUE = "#MEDIA"
_ID = re.compile(r"[0-9A-Za-z]{1,64} MSG#[0-9TZ:.-]{1,40}#[0-9a-f]{1,64}\.media")


def due_pk(office: str) -> str:
    """Partition of the `due` index for the files that an office awaits."""
    return f"{office}{_DUE}"


def id_of(pk: str, sk: str) -> str:
    """The file's id, from its message's key."""
    return f"{pk.removeprefix('CONTACT#')} {sk}"


def key(file_id: str) -> Key:
    """Where the message of a file is.

    Raises:
        ValueError: it is no file's id.
    """
    if not _ID.fullmatch(file_id):
        raise ValueError("no id of a file")
    contact_id, _, sk = file_id.partition(" ")
    return Key(f"CONTACT#{contact_id}", sk)


def awaited(item: Item) -> Awaited | None:
    """The file that a message's item is due for, None when it is settled already."""
    reader = Reader(item)
    due = reader.maybe("due_pk")
    if due is None or _found(item):
        return None
    about = Reader(cast("Mapping[str, Any]", item["media"]))
    pk, sk = reader.text("pk"), reader.text("sk")
    return Awaited(
        id=id_of(pk, sk), contact_id=pk.removeprefix("CONTACT#"), office=due.removesuffix(_DUE),
        phone_number_id=reader.text("phone_number_id"), media_id=about.text("id"), sha256=about.maybe("sha256") or "",
        sent_at=reader.time("received_at"), request_id=reader.maybe("request_id"),
    )  # fmt: skip


def state(item: Item) -> FileState | None:
    """How the file of a message stands, None when it has none that is fetched."""
    if "cleared_at" in item and str(item["sk"]).endswith(SUFFIX):
        return FileState.CLEARED
    found = _found(item)
    if found:
        return FileState(found["state"])
    return FileState.WAITING if "due_pk" in item else None


def reason(item: Item) -> str | None:
    """Why the file of a message is not kept."""
    return Reader(_found(item)).maybe("reason")


def kept(item: Item) -> Kept | None:
    """The file of a message, when it is in the bucket."""
    reader = Reader(_found(item))
    if reader.maybe("key") is None:
        return None
    return Kept(reader.text("key"), reader.text("content_type"), reader.number("size"), reader.text("sha256"))


def _found(item: Item) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", item.get("file", {}))


def settles(file: Awaited, outcome: Settled, now: datetime, kept_for: timedelta) -> Update:
    """Records what became of a file; refused when that is recorded already.

    kept_for: after how long a file is due to be cleared that belongs to no request. Those of a request are cleared with it,
    however long it lasts, and so the message has to last, too: it alone knows where its file is.
    """
    once = (Condition("due_pk", "present"), Condition("file", "absent"))
    if not isinstance(outcome, Kept):
        about = filled({"state": outcome.state.value, "reason": outcome.reason, "at": now})
        return Update(key(file.id), set_={"file": about}, remove=("due_pk", "due_at"), when=once)
    about = filled({
        "state": "kept", "key": outcome.key, "content_type": outcome.content_type, "size": outcome.size,
        "sha256": outcome.sha256, "at": now,
    })  # fmt: skip
    set_: Item = {"file": about, "expires_at": epoch(now + FILES_KEPT)}
    if file.request_id is None:
        due: Item = {"due_pk": clearing.due_pk(file.office), "due_at": stamp(now + kept_for)}
        return Update(key(file.id), set_={**set_, **due}, when=once)
    return Update(key(file.id), set_=set_, remove=("due_pk", "due_at"), when=once)
