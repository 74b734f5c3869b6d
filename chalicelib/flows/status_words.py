"""What officers type on the office's phone to change a request's status, as the writes that carry it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import IllegalChange, MistypedId
from chalicelib.domain.message import Message
from chalicelib.domain.request import Request, Status
from chalicelib.domain.status_word import Typed, step, typed
from chalicelib.flows.people import living
from chalicelib.flows.requests import change_request
from chalicelib.ports import Channel, Store, Update, Write
from chalicelib.table import requests, talk


@dataclass(frozen=True)
class Written:
    """An officer's words on their way into the table. contact: whom they are for, None in the number's chat with itself."""

    message: Message
    channel: Channel
    office: Office
    contact: Contact | None
    now: datetime

    @property
    def at(self) -> datetime:
        """When they were written: providers' times are believed no further than now."""
        return min(self.message.at, self.now)

    @property
    def open(self) -> set[str]:
        """The contact's open requests at this office."""
        marks = self.contact.open.items() if self.contact else ()
        return {mark.request_id for (office, _), all_ in marks for mark in all_ if office == self.office.code}


@dataclass(frozen=True)
class Changed:
    """What a status word does. told: the resident is owed a notice; on_contact: to the item of the request's owner."""

    request_id: str
    to: Status
    told: bool
    on_contact: Update | None
    writes: Sequence[Write]


class Refused(Exception):
    """A status word that cannot be carried out; the text is a code for why."""


@dataclass(frozen=True)
class StatusWords:
    """Reads status words. Writes nothing itself."""

    store: Store

    def __call__(self, written: Written) -> Changed | None:
        """The status change that was typed, as the desk makes it; None when none was.

        Raises:
            Refused: it cannot be. Also TransientError.
        """
        word = typed(written.message.text or "", written.office.coexistence.words)
        if word is None or written.message.kind != "text":
            return None
        request, now = self._request(written, word), written.now
        wanted = step(word, request)
        if wanted is None:
            raise Refused("unchanged")
        try:
            actor = f"app:{written.message.phone_number_id}"
            after, _, writes = change_request(request, wanted, written.office, now, actor=actor)
        except IllegalChange:
            raise Refused("illegal") from None
        owner = written.contact or (living(self.store, request.contact_id) if request.contact_id else None)
        told = after.noticed_version == after.version
        entry = talk.after_change(request, after, owner.id, now) if owner else None
        return Changed(request.id, after.status, told, entry, writes)

    def _request(self, written: Written, word: Typed) -> Request:
        """The request that was named: any that this number serves; in a resident's chat, an open one of theirs."""
        if not isinstance(word.found, ids.ParsedId):
            raise Refused("mistyped" if isinstance(word.found, MistypedId) else "no_number")
        services = written.office.services
        prefixes = [str(word.found.service)] if word.found.service in services else sorted(services)
        named = [word.found.with_service(one) for one in prefixes]
        if written.contact is not None:
            named = [one for one in named if one in written.open]
        items = self.store.get_many([requests.key(one) for one in named]) if named else []
        for request in map(requests.read, items):
            if request.office == written.office.code and written.channel.service in {None, request.service}:
                return request
        raise Refused("unknown" if written.contact is None else "not_theirs")
