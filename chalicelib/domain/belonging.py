"""Which request a message belongs to."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.asking import OPENING_MEDIA, Asked
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact, Mark
from chalicelib.domain.message import Message


@dataclass(frozen=True)
class Talk:
    """A message, and what is known when it comes. service: the one that its number is for, None for all of them."""

    message: Message
    contact: Contact
    office: Office
    service: str | None
    now: datetime

    @property
    def marks(self) -> list[Mark]:
        """The open requests of this number's service, or of all on a number for all, oldest first."""
        return sorted(
            mark
            for (code, service), all_ in self.contact.open.items()
            for mark in all_
            if code == self.office.code and self.service in {None, service}
        )

    @property
    def all_open(self) -> list[str]:
        """Every open request at this office, oldest first."""
        here = [mark for (code, _), all_ in self.contact.open.items() for mark in all_ if code == self.office.code]
        return [mark.request_id for mark in sorted(here)]

    @property
    def last_closed(self) -> list[str]:
        """The request that was closed last at this office, if there is one."""
        closed = sorted(mark for (code, _), mark in self.contact.closed.items() if code == self.office.code)
        return [mark.request_id for mark in closed[-1:]]

    def of(self, service: str) -> tuple[Mark, ...]:
        """The open requests of a service, oldest first."""
        return self.contact.open.get((self.office.code, service), ())

    def closed_since(self, service: str) -> Mark | None:
        """The request of that service that was closed after the message was sent."""
        closed = self.contact.closed.get((self.office.code, service))
        return closed if closed and self.message.at <= closed.at else None

    def current(self, asked: Asked) -> str | None:
        """The open request that the message belongs to, None when there is none.

        The one whose number or name it says; else, for files, the one that lacks something; else the one that was spoken of
        last on this number; else the newest.
        """
        open_ = [mark.request_id for mark in self.marks]
        return self._said(asked, open_) or self._lacking(open_) or self._picked(open_) or (open_[-1] if open_ else None)

    def earlier(self) -> str | None:
        """The closed request that a late message was meant for; on a number for all services, the last one closed."""
        services = self.office.services if self.service is None else [self.service]
        marks = [mark for service in services if (mark := self.closed_since(service))]
        return max(marks).request_id if marks else None

    def owned(self, asked: Asked) -> list[str]:
        """The open requests of this person's that the message says by number or name."""
        said = self._said(asked, self.all_open)
        return [said] if said else []

    def numbers(self, found: ids.ParsedId) -> tuple[str, ...]:
        """The requests that an id can mean. A word before it is not its prefix: "cek 7F3K-9QXM-2DM"."""
        known = found.service in self.office.services if found.service else False
        services = [str(found.service)] if known else sorted(self.office.services)
        return tuple(found.with_service(one) for one in services)

    def _said(self, asked: Asked, open_: list[str]) -> str | None:
        """By number, or by the name of whom it is for."""
        if isinstance(asked.found, ids.ParsedId):
            numbers = self.numbers(asked.found)
            return next((one for one in open_ if one in numbers), None)
        text = f" {(self.message.text or '').casefold()} "
        named = [one for one in open_ if (name := self.contact.names.get(one)) and f" {name.casefold().split()[0]} " in text]
        return named[-1] if named else None

    def _lacking(self, open_: list[str]) -> str | None:
        if self.message.kind not in OPENING_MEDIA:
            return None
        lacking = [one for one in open_ if one in self.contact.incomplete]
        picked = self._picked(lacking)
        return picked or (lacking[-1] if lacking else None)

    def _picked(self, open_: list[str]) -> str | None:
        picked = self.contact.picked.get(self.message.phone_number_id)
        return picked if picked in open_ else None
