"""The end of a chat: the files go, and what was said, once the office's time for them is over."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.media import FileState
from chalicelib.domain.request import Request
from chalicelib.flows.people import known_as
from chalicelib.ports import Clock, ConditionFailed, Files, Item, Store
from chalicelib.table import clearing, contacts, media, messages


@dataclass(frozen=True)
class Clearing:
    """Clears messages. What another message of the same person still refers to stays until that is cleared too.

    The same photo is one object, and a message that refers to it may come at any moment. So while somebody's files are
    cleared, none of theirs is stored; and while one of theirs is awaited, none is cleared.
    """

    store: Store
    files: Callable[[], Files]
    clock: Clock

    def __call__(self, request: Request) -> bool:
        """Deletes the files of a request's messages, then what the messages say; that they were there, and when, stays.

        Whoever dies in between is made good by the next call, and a call too many changes nothing.

        Returns:
            Whether nothing is left to clear: not while a file of the person's is awaited.

        Raises:
            TransientError, or what the bucket says: something is left to clear.
        """
        if request.contact_id is None:
            return True
        return self._clear_where(request.contact_id, lambda item: item.get("request_id") == request.id)

    def message(self, message: Item) -> bool:
        """The same for one message alone, such as one that belongs to no request."""
        contact_id = str(message["pk"]).removeprefix("CONTACT#")
        return self._clear_where(contact_id, lambda item: (item["pk"], item["sk"]) == (message["pk"], message["sk"]))

    def _clear_where(self, contact_id: str, mine: Callable[[Item], bool]) -> bool:
        found = self._held(contact_id)
        if any(media.state(item) is FileState.WAITING for item in found):
            return False
        to_clear = [item for item in found if mine(item) and "cleared_at" not in item]
        of_others = {_file(item) for item in found if not mine(item)}
        for key in sorted({_file(item) for item in to_clear} - of_others - {""}):
            self.files().delete(key)
        for item in to_clear:
            self._clear(item)
        return True

    def _held(self, contact_id: str) -> list[Item]:
        """All messages of a person, read after nobody stores a file of theirs any more but those who are awaited in them."""
        ids = known_as(self.store, contact_id)
        for one in ids:
            self.store.put(clearing.hold(one, self.clock()))
        return [item for one in ids for item in self.store.query(contacts.key(one).pk, "MSG#")]

    def _clear(self, item: Item) -> None:
        try:
            self.store.update(messages.cleared(item, self.clock()))
        except ConditionFailed:
            return  # it has expired by itself


def _file(item: Item) -> str:
    """Where the file of a message is, empty when it has none."""
    kept = media.kept(item)
    return kept.key if kept else ""
