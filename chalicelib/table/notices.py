"""Notices: the ledger items that the stream, the queue and the sweep are about."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.notice import ARRIVED, Attempt, Channel, Kind, Notice, State
from chalicelib.ports import Condition, Item, Key, Put
from chalicelib.table.values import Reader, epoch, filled, stamp

PREFIX = "NOTICE#"
# A request's version, and the letter of a notice beside the change's own.
_NUMBERED = re.compile(r"([0-9]+)([a-z]?)")
NOTICES_KEPT = timedelta(days=2 * 365)
# What figures need of one that is listed by its state.
FIGURED = ("kind", "version", "service", "channel", "state")


def key(notice_id: str) -> Key:
    """Where a notice is: `<request id>.<version>`, maybe with a letter, or `<contact id>.<message hash>`."""
    owner, _, rest = notice_id.rpartition(".")
    if "-" in owner:
        return Key(f"REQ#{owner}", PREFIX + _numbered(rest, 6))
    return Key(f"CONTACT#{owner}", f"{PREFIX}{rest}")


def id_of(pk: str, sk: str) -> str:
    """The notice's id, from its key."""
    family, _, owner = pk.partition("#")
    rest = sk.removeprefix(PREFIX)
    return f"{owner}.{_numbered(rest, 1)}" if family == "REQ" else f"{owner}.{rest}"


def _numbered(text: str, digits: int) -> str:
    """A version with that many digits at least, and its letter. Raises ValueError for anything else."""
    found = _NUMBERED.fullmatch(text)
    if found is None:
        raise ValueError("a version is a number, with a letter at most")
    return f"{int(found[1]):0{digits}d}{found[2]}"


def queue_pk(office: str, state: State) -> str:
    """Partition of the desk's index for notices in that state."""
    return f"{office}#NOTICE#{state}"


def arrived_pk(office: str, service: str, channel: Channel) -> str:
    """Partition of the desk's index for what arrived of a service's status notices: nobody looks at them, they are counted."""
    return f"{office}#{service}#ARRIVED#{channel}"


def counts(kind: Kind, version: int | None) -> bool:
    """Whether a notice is among the figures: it tells how a request stands. Answers in chat do not, nor does a question."""
    return version is not None and kind is not Kind.RATING


def put_new(notice: Notice) -> Put:
    """Writes a notice that is not there yet."""
    return Put(_item(notice), (Condition("pk", "absent"),))


def put_next(notice: Notice) -> Put:
    """Writes the ledger after the revision that was read, whoever else wrote meanwhile loses or wins as a whole."""
    after = replace(notice, revision=notice.revision + 1)
    return Put(_item(after), (Condition("revision", "equals", notice.revision),))


def _item(notice: Notice) -> Item:
    due = {"due_pk": notice.office, "due_at": notice.due_at} if notice.due_at else {}
    listed_at = _listed_pk(notice)
    listed = {"queue_pk": listed_at, "queue_sk": f"{stamp(notice.caused_at)}#{notice.id}"} if listed_at else {}
    item = filled({
        "id": notice.id, "kind": notice.kind.value, "answer": notice.answer or None, "office": notice.office,
        "contact_id": notice.contact_id, "phone_number_id": notice.phone_number_id, "caused_at": notice.caused_at,
        "service": notice.service, "request_id": notice.request_id, "version": notice.version,
        "about": list(notice.about), "topic": notice.topic, "body": notice.body,
        "asks_number": notice.asks_number or None,
        "state": notice.state.value, "attempt": notice.attempt, "channel": notice.channel.value,
        "force_template": notice.force_template or None, "owner": notice.owner, "not_before": notice.not_before,
        "tried_since": notice.tried_since, "asked_at": notice.asked_at, "resent": notice.resent, "failures": notice.failures,
        "accepted_at": notice.accepted_at,
        "arrived_at": notice.arrived_at, "reason": notice.reason, "attempts": [_flat(one) for one in notice.attempts],
        "attempts_dropped": notice.attempts_dropped, "expires_at": epoch(notice.caused_at + NOTICES_KEPT), **due, **listed,
    })  # fmt: skip
    return {**key(notice.id)._asdict(), **item, "revision": notice.revision}


def _listed_pk(notice: Notice) -> str | None:
    """Where it is listed by the time of its cause, None where nobody asks for it: a later one took its place, or it arrived."""
    if notice.state is State.SUPERSEDED:
        return None
    if notice.state not in ARRIVED:
        return queue_pk(notice.office, notice.state)
    counted = notice.service is not None and counts(notice.kind, notice.version)
    return arrived_pk(notice.office, str(notice.service), notice.channel) if counted else None


def read(item: Item) -> Notice:
    """The notice of an item."""
    reader = Reader(item)
    version = reader.number("version")
    return Notice(
        id=reader.text("id"), kind=Kind(reader.text("kind")), answer=reader.flag("answer"), office=reader.text("office"),
        contact_id=reader.text("contact_id"), phone_number_id=reader.maybe("phone_number_id"),
        caused_at=reader.time("caused_at"), due_at=reader.maybe_time("due_at"), service=reader.maybe("service"),
        request_id=reader.maybe("request_id"),
        version=version or None, about=reader.many("about"), topic=reader.maybe("topic"),
        body=reader.maybe("body"), asks_number=reader.flag("asks_number"), state=State(reader.text("state")),
        revision=reader.number("revision"), attempt=reader.number("attempt"), channel=Channel(reader.text("channel")),
        force_template=reader.flag("force_template"), owner=reader.maybe("owner"),
        not_before=reader.maybe_time("not_before"), tried_since=reader.maybe_time("tried_since"),
        asked_at=reader.maybe_time("asked_at"), resent=reader.number("resent"), failures=reader.number("failures"),
        accepted_at=reader.maybe_time("accepted_at"), arrived_at=reader.maybe_time("arrived_at"),
        reason=reader.maybe("reason"), attempts=tuple(_attempt(one) for one in reader.many("attempts")),
        attempts_dropped=reader.number("attempts_dropped"),
    )  # fmt: skip


def _flat(attempt: Attempt) -> dict[str, Any]:
    return dict(filled({
        "number": attempt.number, "channel": attempt.channel.value, "at": attempt.at, "outcome": attempt.outcome,
        "code": attempt.code, "provider_id": attempt.provider_id,
    }))  # fmt: skip


def _attempt(stored: dict[str, Any]) -> Attempt:
    reader = Reader(stored)
    return Attempt(
        number=reader.number("number"), channel=Channel(reader.text("channel")), at=reader.time("at"),
        outcome=reader.text("outcome"), code=reader.maybe("code") or "", provider_id=reader.maybe("provider_id") or "",
    )  # fmt: skip
