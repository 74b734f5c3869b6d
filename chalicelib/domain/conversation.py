"""What a message wants: the first rules of the conversation, as pure decisions."""

import re
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import MOST_OPEN, Contact, Mark
from chalicelib.domain.errors import MistypedId
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind

OPENING_MEDIA = frozenset({"image", "document", "video", "audio"})
# Types that answer nothing and ask nothing; neither do those that are not invented yet.
SPOKEN = frozenset({"text", "button", "interactive", "sticker", "location", "contacts", "order"}) | OPENING_MEDIA

_STOP = frozenset({"BERHENTI", "STOP"})
_START = frozenset({"MULAI", "START"})
_CHECK = frozenset({"CEK", "STATUS", "CHECK"})
_NEW = frozenset({"BARU"})
_ASKS_HOW_IT_STANDS = frozenset(
    {"sudah", "udah", "sdh", "udh", "jadi", "belum", "blm", "kapan", "cek", "status", "sampai", "selesai"}
    | {"gmn", "gimana", "bgmn", "bagaimana", "piye"}
)


class Intent(StrEnum):
    """What ingest made of a message."""

    OPEN = "open"
    JOIN = "join"
    STATUS = "status"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    MENU = "menu"
    NOTE = "note"


@dataclass(frozen=True)
class Decision:
    """What follows from a message.

    request_id: the request that it joins. opens: the service that it asks for. only_first: it opens only while the contact
    has no open request of that service. answer: the notice that it owes, about these requests.
    """

    intent: Intent
    request_id: str | None = None
    opens: str | None = None
    only_first: bool = True
    answer: Kind | None = None
    about: tuple[str, ...] = ()


def decide(  # noqa: PLR0911  # a list of rules, the first that fits counts
    message: Message, contact: Contact, office: Office, service: str | None
) -> Decision:
    """What a message wants. service: the one that its number is for, None for all of them."""
    if message.kind not in SPOKEN:
        return Decision(Intent.NOTE, request_id=_current(contact, office, service))
    command = _command(message)
    if command in _STOP:
        return Decision(Intent.OPT_OUT, answer=Kind.OPTED_OUT)
    if command in _START:
        return Decision(Intent.OPT_IN, answer=Kind.OPTED_IN)
    found = ids.find(message.text or "")
    if found is not None or command.split(" ")[0] in _CHECK:
        return _status(contact, office, found)
    if command in _NEW and service is not None:
        return _open(message, contact, office, service, only_first=False)
    wanted = _wanted(message, office, service, command)
    if wanted is not None:
        return _open(message, contact, office, wanted, only_first=True)
    current = _current(contact, office, service)
    if current is not None:
        return Decision(Intent.JOIN, request_id=current)
    earlier = _earlier(message, contact, office, service)
    return Decision(Intent.JOIN, request_id=earlier) if earlier else Decision(Intent.MENU, answer=Kind.MENU)


def _command(message: Message) -> str:
    if message.button_id:
        return message.button_id
    return " ".join(re.sub(r"[^\w\s:]", " ", message.text or "").upper().split())


def _wanted(message: Message, office: Office, service: str | None, command: str) -> str | None:
    """The service that a message asks for. A number for one service serves that one only."""
    asked = command.removeprefix("OPEN:") if command.startswith("OPEN:") else None
    if asked in office.services and service in {None, asked}:
        return asked
    if message.kind in OPENING_MEDIA and service is not None:
        return service
    words = set(re.findall(r"[\w-]+", (message.text or "").lower()))
    if words & _ASKS_HOW_IT_STANDS:
        return None
    candidates = office.services.values() if service is None else [office.services[service]]
    return next((one.code for one in candidates if words & one.words), None)


def _open(message: Message, contact: Contact, office: Office, service: str, *, only_first: bool) -> Decision:
    """Opens a request, unless the message belongs to one that is there: it is older, or there are too many."""
    marks = contact.open.get((office.code, service), ())
    closed = contact.closed.get((office.code, service))
    newest = marks[-1] if marks else None
    if newest and (only_first or message.at <= newest.at or len(marks) >= MOST_OPEN):
        return Decision(Intent.JOIN, request_id=newest.request_id)
    if closed and message.at <= closed.at:
        return Decision(Intent.JOIN, request_id=closed.request_id)
    return Decision(Intent.OPEN, opens=service, only_first=only_first, answer=Kind.OPENED)


def _status(contact: Contact, office: Office, found: ids.ParsedId | MistypedId | None) -> Decision:
    if isinstance(found, MistypedId):
        return Decision(Intent.STATUS, answer=Kind.MISTYPED)
    if found is not None:
        # A word before an id is not its prefix: "cek 7F3K-9QXM-2DM".
        services = [found.service] if found.service and found.service in office.services else sorted(office.services)
        return Decision(Intent.STATUS, answer=Kind.STATUS, about=tuple(found.with_service(one) for one in services))
    marks = sorted(mark for (code, _), all_ in contact.open.items() if code == office.code for mark in all_)
    if not marks:
        marks = sorted(mark for (code, _), mark in contact.closed.items() if code == office.code)[-1:]
    return Decision(Intent.STATUS, answer=Kind.STATUS, about=tuple(mark.request_id for mark in marks[-5:]))


def _current(contact: Contact, office: Office, service: str | None) -> str | None:
    """The newest open request of that service, or of any on a number for all."""
    marks: list[Mark] = []
    for (code, open_service), all_ in contact.open.items():
        if code == office.code and service in {None, open_service}:
            marks.extend(all_)
    return max(marks).request_id if marks else None


def _earlier(message: Message, contact: Contact, office: Office, service: str | None) -> str | None:
    """The closed request that a late message was meant for; on a number for all services, the last one closed."""
    marks = [
        mark
        for (code, closed_service), mark in contact.closed.items()
        if code == office.code and service in {None, closed_service} and message.at <= mark.at
    ]
    return max(marks).request_id if marks else None
