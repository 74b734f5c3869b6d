"""Opening a request: the writes that belong together, whoever opens it."""

from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain import ids, rating
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.notice import FIRST_DUE, Kind, Notice, owed
from chalicelib.domain.progress import watched
from chalicelib.domain.request import Change, Request, Status, Step, apply, opened
from chalicelib.ports import Write
from chalicelib.table import contacts, notices, requests


@dataclass(frozen=True)
class Opening:
    """What a new request starts from. opened_by: the provider's time of the opening message, or now."""

    office: Office
    service: str
    contact: Contact | None
    phone_number_id: str | None
    opened_by: datetime
    actor: str
    only_first: bool
    asked_by_chat: bool
    name: str | None = None
    sms_phone: str | None = None
    language: str = "id"
    asks_number: bool = False


def open_request(opening: Opening, now: datetime, rng: Random) -> tuple[Request, Change, list[Write]]:
    """The new request, its first change, and the writes for both, the notice they owe and the contact's entry."""
    office = opening.office
    request = Request(
        id=ids.draw(opening.service, rng),
        office=office.code,
        service=opening.service,
        status=Status.SUBMITTED,
        version=1,
        contact_id=opening.contact.id if opening.contact else None,
        phone_number_id=opening.phone_number_id,
        language=opening.language,
        opened_at=now,
        opened_by=opening.opened_by,
        updated_at=now,
        due_at=office.due(opening.service, Status.SUBMITTED, now),
        name=opening.name,
        sms_phone=opening.sms_phone,
        by_chat=opening.asked_by_chat,
    )
    change = opened(request, opening.actor)
    request, telling = tell(
        watched(request, office), change, office, answer=opening.asked_by_chat, asks_number=opening.asks_number
    )
    entry = [contacts.opens(request, only_first=opening.only_first)] if opening.contact else []
    return request, change, [*entry, requests.put(request), requests.put_change(change), *telling]


def change_request(
    request: Request, step: Step, office: Office, now: datetime, *, actor: str, asked: bool = False
) -> tuple[Request, Change, list[Write]]:
    """The request after a step, the change, and the writes for both and the notice that they owe.

    asked: the resident asked for it by chat, so it is always told.

    Raises:
        Stale, IllegalChange.
    """
    after, change = apply(request, step, actor=actor, now=now, due_at=office.due(request.service, step.to, now))
    after, telling = tell(watched(after, office, request), change, office, answer=asked)
    return after, change, [requests.put(after), requests.put_change(change), *telling]


def tell(
    request: Request, change: Change, office: Office, *, answer: bool = False, asks_number: bool = False
) -> tuple[Request, list[Write]]:
    """The request, marked with the notice that a change owes, and that notice's write; nothing where nobody can be told.

    answer: the resident asked for this by chat, so it is always told. asks_number: it asks for a phone to send SMS to, too.
    """
    asked_for = Kind.OPENED if change.from_ is None else Kind(change.to.value)
    kind = asked_for if answer else owed(change, office.notify)
    if rating.asks(request, office):
        kind = Kind.RATING
    if kind is None or request.contact_id is None:
        return request, []
    notice = Notice(
        id=ids.notice_of_change(request.id, change.version),
        kind=kind,
        answer=answer,
        office=office.code,
        contact_id=request.contact_id,
        phone_number_id=request.phone_number_id,
        caused_at=change.at,
        due_at=change.at + FIRST_DUE,
        service=request.service,
        request_id=request.id,
        version=change.version,
        asks_number=asks_number,
    )
    if kind is Kind.RATING:
        # It says nothing that an earlier notice does not: that the document is ready is told all the same.
        return replace(request, rating_asked_at=change.at), [notices.put_new(notice)]
    return replace(request, noticed_version=change.version), [notices.put_new(notice)]
