"""What staff read: the desk's list, and one request's whole file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import NotFound
from chalicelib.domain.media import EXTENSIONS, Kept
from chalicelib.domain.notice import Notice
from chalicelib.domain.request import CLOSED, Change, Request, Status
from chalicelib.domain.staff import Right, Staff
from chalicelib.flows.lookup import Lookup
from chalicelib.flows.people import known_as
from chalicelib.ports import LINK_LIVES, Clock, Files, Item, Store
from chalicelib.table import contacts, media, notices, requests, talk
from chalicelib.table.values import Reader

_MOST_MESSAGES = 200
_MOST_CALLS = 50
# A search that finds little stops after so many pages, and goes on with the cursor.
_MOST_PAGES = 10


@dataclass(frozen=True)
class Wanted:
    """Which requests to list. open: None means open ones, unless `status` is one of the closed."""

    service: str | None = None
    status: Status | None = None
    open: bool | None = None
    q: str | None = None
    overdue: bool = False
    limit: int = 50
    cursor: str = ""

    @property
    def of_open(self) -> bool:
        """Whether open requests are meant."""
        return self.status not in CLOSED if self.open is None else self.open


@dataclass(frozen=True)
class File:
    """All that is known of a request. messages: items of the conversation on its channel number, oldest first.

    links: sort key of a message → where its file can be had until `links_until`.
    """

    request: Request
    changes: list[Change]
    notices: list[Notice] = field(default_factory=list)
    messages: list[Item] = field(default_factory=list)
    links: Mapping[str, str] = field(default_factory=dict)
    links_until: datetime | None = None


@dataclass(frozen=True)
class Call:
    """Somebody without an open request who wants to speak to a person. contact: None when they are known no more."""

    id: str
    office: str
    phone_number_id: str
    asked_at: datetime
    contact: Contact | None


@dataclass(frozen=True)
class CallFile:
    """A call, and what was written on its channel number; messages and links as in File."""

    call: Call
    messages: list[Item]
    links: Mapping[str, str]
    links_until: datetime


@dataclass(frozen=True)
class Reading:
    """Reads on behalf of staff, within their offices. files: asked for only when there is a file to show."""

    store: Store
    lookup: Lookup
    offices: Mapping[str, Office]
    clock: Clock
    files: Callable[[], Files]

    def page(self, staff: Staff, wanted: Wanted) -> tuple[list[Request], str | None]:
        """Requests by due time (closed ones: the latest first), and the cursor of the next page, None at the end."""
        staff.require(Right.READ)
        found: list[Request] = []
        cursor: str | None = wanted.cursor
        for _ in range(_MOST_PAGES):
            rows, cursor = self._rows(staff, wanted, cursor or "")
            fitting = [(sk, one) for sk, one in rows if self._fits(one, wanted)]
            room = wanted.limit - len(found)
            found.extend(one for _, one in fitting[:room])
            if len(fitting) > room:
                return found, fitting[room - 1][0]
            if cursor is None or len(found) == wanted.limit:
                break
        return found, cursor

    def calls(self, staff: Staff) -> list[Call]:
        """Those without an open request who want a person, the latest first."""
        staff.require(Right.READ)
        rows: list[Item] = []
        for office in sorted(staff.offices & self.offices.keys()):
            rows += self.store.query_index("queue", talk.calls_pk(office), limit=_MOST_CALLS, newest_first=True)
        rows = sorted(rows, key=lambda item: str(item["queue_sk"]), reverse=True)[:_MOST_CALLS]
        people = {one.id: one for one in self._people([str(row["contact_id"]) for row in rows])}
        return [_call(row, people) for row in rows]

    def call(self, staff: Staff, call_id: str) -> CallFile:
        """One call, with what the person wrote.

        Raises:
            NotFound: there is none, or it is another office's. Also Forbidden, TransientError.
        """
        staff.require(Right.READ_MESSAGES)
        row = find_call(self.store, staff, call_id)
        contact_id = Reader(row).text("contact_id")
        call = _call(row, {one.id: one for one in self._people([contact_id])})
        said = self._messages(contact_id, call.phone_number_id)
        return CallFile(call, said, self._links("chat", said), self.clock() + LINK_LIVES)

    def _people(self, contact_ids: list[str]) -> list[Contact]:
        keys = [contacts.key(one) for one in dict.fromkeys(contact_ids)]
        return [contacts.read(item) for item in self.store.get_many(keys)] if keys else []

    def file(self, staff: Staff, request_id: str) -> File:
        """One request's file.

        Raises:
            NotFound: there is none, or it is another office's. Also Malformed, MistypedId, Forbidden, TransientError.
        """
        staff.require(Right.READ)
        request = self.lookup(request_id)
        staff.require_office(request.office)
        items = self.store.query(requests.key(request.id).pk)
        told = [notices.read(item) for item in items if str(item["sk"]).startswith(notices.PREFIX)]
        readable = staff.may(Right.READ_MESSAGES) and request.contact_id is not None
        said = self._messages(str(request.contact_id), request.phone_number_id) if readable else []
        return File(
            request=next((requests.read(item) for item in items if item["sk"] == "REQUEST"), request),
            changes=[requests.read_change(item) for item in items if str(item["sk"]).startswith("CHANGE#")],
            notices=told,
            messages=said,
            links=self._links(request.id, said),
            links_until=self.clock() + LINK_LIVES,
        )

    def _links(self, about: str, said: list[Item]) -> Mapping[str, str]:
        """By the sort key of each message that has a file. about: how the files' names begin."""
        return {str(item["sk"]): self._link(about, item, kept) for item in said if (kept := media.kept(item))}

    def _link(self, about: str, message: Item, kept: Kept) -> str:
        """What it downloads as says nothing of the person: residents name their scans by their NIK."""
        sent = re.sub(r"\D", "", str(message["sk"]).split("#")[1])[:14]
        name = f"{about}-{sent}.{EXTENSIONS.get(kept.content_type, 'bin')}"
        return self.files().link(kept.key, content_type=kept.content_type, name=name)

    def _rows(self, staff: Staff, wanted: Wanted, cursor: str) -> tuple[list[tuple[str, Request]], str | None]:
        """The next rows of all partitions together, by their sort key, and where the rows after them begin."""
        rows: list[Item] = []
        more = False
        after, until = (cursor, "") if wanted.of_open else ("", cursor)
        for office in sorted(staff.offices & self.offices.keys()):
            for service in [wanted.service] if wanted.service else sorted(self.offices[office].services):
                pk = requests.queue_pk(office, service, open_=wanted.of_open)
                part = self.store.query_index(
                    "queue", pk, after=after, until=until, limit=wanted.limit, newest_first=not wanted.of_open
                )
                more = more or len(part) == wanted.limit
                rows.extend(part)
        rows.sort(key=lambda item: str(item["queue_sk"]), reverse=not wanted.of_open)
        kept = [(str(item["queue_sk"]), requests.read(item)) for item in rows[: wanted.limit]]
        return kept, kept[-1][0] if kept and (more or len(rows) > wanted.limit) else None

    def _fits(self, request: Request, wanted: Wanted) -> bool:
        if wanted.status is not None and request.status is not wanted.status:
            return False
        if wanted.overdue and not request.overdue(self.clock()):
            return False
        needle = (wanted.q or "").casefold()
        return needle in request.id.casefold() or needle in (request.name or "").casefold()

    def _messages(self, contact_id: str, phone_number_id: str | None) -> list[Item]:
        """The latest messages on that channel number, under every id that the person has had."""
        found: list[Item] = []
        for owner in known_as(self.store, contact_id):
            for family in ("MSG#", "ECHO#"):
                found += self.store.query(contacts.key(owner).pk, family, limit=_MOST_MESSAGES, newest_first=True)
        same = [one for one in found if one.get("phone_number_id") == phone_number_id]
        return sorted(same, key=_as_written)[-_MOST_MESSAGES:]


def find_call(store: Store, staff: Staff, call_id: str) -> Item:
    """The item of a call.

    Raises:
        NotFound: there is none, or it is another office's. Also TransientError.
    """
    office, _, contact_id = call_id.partition(".")
    staff.require_office(office)
    item = store.get(talk.call_key(contact_id, office)) if contact_id else None
    if item is None:
        raise NotFound("There is no such call.")
    return item


def _as_written(message: Item) -> tuple[str, str]:
    """By the provider's time; what people write within its one second, as it came."""
    return str(message["sk"]).split("#")[1], str(message["received_at"])


def _call(row: Item, people: Mapping[str, Contact]) -> Call:
    reader = Reader(row)
    office, contact_id = reader.text("office"), reader.text("contact_id")
    person = people.get(contact_id)
    return Call(f"{office}.{contact_id}", office, reader.text("phone_number_id"), reader.time("asked_at"), person)
