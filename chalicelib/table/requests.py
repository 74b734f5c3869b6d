"""Requests and their changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.domain.figures import Course
from chalicelib.domain.request import Change, Hold, Met, Request, Status
from chalicelib.ports import Condition, Item, Key, Put, Update, Write
from chalicelib.table import clearing
from chalicelib.table.values import NEVER_DUE, Reader, epoch, filled, stamp

SORT_KEY = "REQUEST"
# One year after the last change; the trail without personal data five.
REQUESTS_KEPT = timedelta(days=365)
CHANGES_KEPT = timedelta(days=5 * 365)


def key(request_id: str) -> Key:
    """Where a request is."""
    return Key(f"REQ#{request_id}", SORT_KEY)


def change_key(request_id: str, version: int) -> Key:
    """Where a change is."""
    return Key(f"REQ#{request_id}", f"CHANGE#{version:06d}")


def queue_pk(office: str, service: str, *, open_: bool) -> str:
    """Partition of the desk's index for one service."""
    return f"{office}#{service}#{'open' if open_ else 'closed'}"


def due_pk(office: str) -> str:
    """Partition of the sweep's index for open requests; those that are closed are to be cleared."""
    return f"{office}#REQUESTS"


def put(request: Request) -> Put:
    """Writes a request: a new one if it is not there, a later version if its predecessor is."""
    closed_at = request.closed_at
    shown_at = closed_at or request.due_at
    look_pk = clearing.due_pk(request.office) if request.closed else due_pk(request.office)
    item = filled({
        "id": request.id, "office": request.office, "service": request.service, "status": request.status.value,
        "version": request.version, "contact_id": request.contact_id, "phone_number_id": request.phone_number_id,
        "language": request.language, "opened_at": request.opened_at, "opened_by": request.opened_by,
        "updated_at": request.updated_at, "request_due_at": request.due_at, "noticed_version": request.noticed_version,
        "nudged_version": request.nudged_version or None,
        "requirements": {code: state.value for code, state in request.requirements.items()},
        "checked_version": request.checked_version or None,
        "hold": request.hold.reason if request.hold else None, "reason": request.reason, "name": request.name,
        "sms_phone": request.sms_phone, "closed_at": closed_at, "asks_human_at": request.asks_human_at,
        "by_chat": request.by_chat or None, "ready_at": request.ready_at, "ready_due_at": request.ready_due_at,
        "rating_asked_at": request.rating_asked_at,
        "expires_at": epoch(closed_at + REQUESTS_KEPT) if closed_at else None,
        "due_pk": look_pk if request.look_at else None, "due_at": request.look_at,
        "queue_pk": queue_pk(request.office, request.service, open_=not request.closed),
        "queue_sk": f"{stamp(shown_at) if shown_at else NEVER_DUE}#{request.id}",
    })  # fmt: skip
    if request.version == 1:
        return Put({**key(request.id)._asdict(), **item}, (Condition("pk", "absent"),))
    asked, nudged, texted = request.asks_human_at, request.nudged_version, request.sms_phone
    seen = (
        Condition("version", "equals", request.version - 1),
        # Chat, time and checklist change these without a version: what was read must still be so, or this would undo them.
        Condition("language", "equals", request.language),
        Condition("asks_human_at", "equals", stamp(asked)) if asked else Condition("asks_human_at", "absent"),
        Condition("sms_phone", "equals", texted) if texted else Condition("sms_phone", "absent"),
        Condition("nudged_version", "equals", nudged) if nudged else Condition("nudged_version", "absent"),
        _unchecked_since(request),
    )
    return Put({**key(request.id)._asdict(), **item}, seen)


def checked(before: Request, after: Request) -> Update:
    """Writes the checklist, refused when anything but the chat's marks changed since the request was read.

    It is no version of its own, and no status change undoes it.
    """
    states = {code: state.value for code, state in after.requirements.items()}
    same = (Condition("version", "equals", before.version), _unchecked_since(before))
    return Update(key(before.id), set_={"requirements": states, "checked_version": after.checked_version}, when=same)


def _unchecked_since(request: Request) -> Condition:
    seen = {code: state.value for code, state in request.requirements.items()}
    return Condition("requirements", "equals", seen) if seen else Condition("requirements", "absent")


def looked_at(request: Request, look_at: datetime, *, nudged: bool) -> Update:
    """Time has done to a request what it does at this version; refused when anything changed since it was read.

    It is no version of its own: who has the request open at the desk can still move it. nudged: it owed a notice by itself.
    """
    set_ = {"nudged_version": request.version} if nudged else {}
    seen = (Condition("version", "equals", request.version), Condition("due_at", "equals", stamp(look_at)))
    return Update(key(request.id), set_=set_, remove=("due_pk", "due_at"), when=seen)


def asks_human(request_id: str, at: datetime) -> Update:
    """Marks a request whose resident wants to speak to a person."""
    return Update(key(request_id), set_={"asks_human_at": stamp(at)}, when=(Condition("pk", "present"),))


def human_answered(request_id: str) -> Update:
    """An officer wrote to the resident who wanted a person."""
    return Update(key(request_id), remove=("asks_human_at",), when=(Condition("pk", "present"),))


def human_answered_at(request_id: str, asked_at: datetime) -> Update:
    """The same, unless the resident has asked again since it was read."""
    same = Condition("asks_human_at", "equals", stamp(asked_at))
    return Update(key(request_id), remove=("asks_human_at",), when=(same,))


def texted_to(request_id: str, sms_phone: str) -> Update:
    """Where SMS about the request go from now on."""
    return Update(key(request_id), set_={"sms_phone": sms_phone}, when=(Condition("pk", "present"),))


def speaks(request_id: str, language: str) -> Update:
    """The language of what is told of a request from now on."""
    return Update(key(request_id), set_={"language": language}, when=(Condition("pk", "present"),))


def marked(changes: Sequence[Write], marks: Sequence[Write]) -> list[Write]:
    """Changes of requests and a chat's marks on them as writes of one transaction, which takes one for each item."""
    on: dict[Key, Item] = {}
    for mark in marks:
        if isinstance(mark, Update):
            on.setdefault(mark.key, {}).update(mark.set_)
    writes: list[Write] = []
    for one in changes:
        set_ = on.pop(Key(str(one.item["pk"]), str(one.item["sk"])), {}) if isinstance(one, Put) else {}
        writes.append(Put({**one.item, **set_}, one.when) if isinstance(one, Put) else one)
    return [*writes, *(mark for mark in marks if not isinstance(mark, Update) or mark.key in on)]


def read(item: Item) -> Request:
    """The request of an item."""
    reader = Reader(item)
    hold = reader.maybe("hold")
    return Request(
        id=reader.text("id"), office=reader.text("office"), service=reader.text("service"),
        status=Status(reader.text("status")), version=reader.number("version"), contact_id=reader.maybe("contact_id"),
        phone_number_id=reader.maybe("phone_number_id"), language=reader.text("language"),
        opened_at=reader.time("opened_at"), opened_by=reader.time("opened_by"), updated_at=reader.time("updated_at"),
        due_at=reader.maybe_time("request_due_at"), noticed_version=reader.number("noticed_version"),
        hold=Hold(hold) if hold else None, reason=reader.maybe("reason"), name=reader.maybe("name"),
        sms_phone=reader.maybe("sms_phone"), closed_at=reader.maybe_time("closed_at"),
        asks_human_at=reader.maybe_time("asks_human_at"), look_at=reader.maybe_time("due_at"),
        nudged_version=reader.number("nudged_version"),
        checked_version=reader.number("checked_version"),
        requirements={code: Met(state) for code, state in reader.named("requirements").items()},
        by_chat=reader.flag("by_chat"),
        ready_at=reader.maybe_time("ready_at"), ready_due_at=reader.maybe_time("ready_due_at"),
        rating_asked_at=reader.maybe_time("rating_asked_at"),
    )  # fmt: skip


# What figures need of a request.
FIGURED = ("status", "opened_at", "closed_at", "request_due_at", "ready_at", "ready_due_at")


def read_course(item: Item) -> Course:
    """How a request went so far, from these attributes alone."""
    reader = Reader(item)
    return Course(
        Status(reader.text("status")), reader.time("opened_at"), reader.maybe_time("closed_at"),
        reader.maybe_time("request_due_at"), reader.maybe_time("ready_at"), reader.maybe_time("ready_due_at"),
    )  # fmt: skip


def put_change(change: Change) -> Put:
    """Writes a change; refused when that version has one."""
    item = filled({
        "version": change.version, "from": change.from_.value if change.from_ else None, "to": change.to.value,
        "actor": change.actor, "at": change.at, "reason": change.reason, "note": change.note,
        "hold": change.hold.reason if change.hold else None, "change_due_at": change.due_at,
        "idempotency_key": change.idempotency_key, "body_hash": change.body_hash,
        "expires_at": epoch(change.at + CHANGES_KEPT),
    })  # fmt: skip
    return Put({**change_key(change.request_id, change.version)._asdict(), **item}, (Condition("pk", "absent"),))


def read_change(item: Item) -> Change:
    """The change of an item."""
    reader = Reader(item)
    hold, from_ = reader.maybe("hold"), reader.maybe("from")
    return Change(
        request_id=reader.text("pk").removeprefix("REQ#"), version=reader.number("version"),
        from_=Status(from_) if from_ else None, to=Status(reader.text("to")), actor=reader.text("actor"),
        at=reader.time("at"), reason=reader.maybe("reason"), note=reader.maybe("note"), hold=Hold(hold) if hold else None,
        due_at=reader.maybe_time("change_due_at"), idempotency_key=reader.maybe("idempotency_key"),
        body_hash=reader.maybe("body_hash"),
    )  # fmt: skip
