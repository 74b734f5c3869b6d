"""What the flows need from outside, as Protocols.

The table is reached through plain data: a flow decides on `Put`, `Update`, `Check` and `Delete` values first and hands them
over after. `chalicelib.table` makes them; an adapter only carries them out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Literal, NamedTuple, Protocol, TypeAlias

from chalicelib.domain.delivery import Outbound, Outcome, TextMessage
from chalicelib.domain.errors import KabarError

Value: TypeAlias = "str | int | bool | frozenset[str] | Sequence[Value] | Mapping[str, Value]"
"""What an attribute can hold. Sets are of strings and never empty; there are no floats and no nulls."""

Item: TypeAlias = dict[str, Value]


class Key(NamedTuple):
    """Primary key of an item."""

    pk: str
    sk: str


@dataclass(frozen=True)
class Condition:
    """A condition on one attribute of the item as it is before the write.

    test: `absent`; `present`; `equals` value; `below` value, or absent; `fewer` members than value, or absent.
    """

    attribute: str
    test: Literal["absent", "present", "equals", "below", "fewer"]
    value: Value = ""


@dataclass(frozen=True)
class Put:
    """Writes a whole item, in place of the one with the same `pk` and `sk`."""

    item: Item
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Update:
    """Changes single attributes; creates the item when it is not there.

    set_: attribute → value.  remove: attributes.  join / leave: attribute → members of a string set; a set that loses its
    last member is gone.
    """

    key: Key
    set_: Mapping[str, Value] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    join: Mapping[str, frozenset[str]] = field(default_factory=dict)
    leave: Mapping[str, frozenset[str]] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Check:
    """A condition on an item that the transaction does not write."""

    key: Key
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Delete:
    """Removes an item; one that is not there is no error."""

    key: Key
    when: tuple[Condition, ...] = ()


Write: TypeAlias = Put | Update | Check | Delete


class ConditionFailed(KabarError):
    """A write's condition did not hold; nothing was written.

    Attributes:
        refused: Position of each write that was refused (0 for a single write) → the item as it is, None when absent.
    """

    code = "condition_failed"

    def __init__(self, refused: Mapping[int, Item | None]) -> None:
        super().__init__(f"refused: {sorted(refused)}")
        self.refused = refused


class Store(Protocol):
    """The table. Every method may raise TransientError; the writing ones Unstorable.

    Items whose `expires_at` (epoch seconds) has passed are not returned by reads.
    """

    def get(self, key: Key) -> Item | None:
        """Reads one item, consistently."""

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Reads up to 100 items, consistently; those that are not there are left out, in no order."""

    def query(self, pk: str, prefix: str = "", *, limit: int | None = None, newest_first: bool = False) -> list[Item]:
        """Reads a partition's items whose sort key begins with `prefix`, in the order of the sort keys, consistently."""

    def query_index(  # bounds of one read
        self, index: str, pk: str, *, after: str = "", until: str = "", limit: int | None = None, newest_first: bool = False,
        only: tuple[str, ...] = (),
    ) -> list[Item]:  # fmt: skip
        """Reads index `index` (`queue` or `due`), eventually consistently, by its sort key.

        Sort keys strictly above `after` and strictly below `until` when given; with `newest_first` from the high end. only: of
        each item these attributes, the index's sort key and `expires_at`; all of it unless given.
        """

    def count_index(self, index: str, pk: str, *, since: str, until: str, limit: int) -> int:
        """How many items there are, under the same rules, from one sort key to another, both included; `limit` at most."""

    def put(self, write: Put) -> None:
        """Raises ConditionFailed."""

    def update(self, write: Update) -> Item:
        """Returns the item as it is after the write. Raises ConditionFailed."""

    def delete(self, write: Delete) -> None:
        """Raises ConditionFailed."""

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing, up to 100 writes on different items. Raises ConditionFailed, naming every refused write."""


class IdQueue(Protocol):
    """The queue of notices to deliver, or the one of files to fetch. It holds ids, nothing else."""

    def enqueue(self, ids: Sequence[str], /) -> None:
        """Raises TransientError unless every id is on the queue; some may be even then."""


@dataclass(frozen=True)
class Download:
    """A file that is coming in. size: in bytes, as announced; sha256: its hash, as announced.

    pieces: each of at most 64 KB. To go on may raise NotNow; they end only when all has come.
    """

    pieces: Iterator[bytes]
    size: int | None = None
    sha256: bytes | None = None


class MediaSource(Protocol):
    """Where residents' files are until they are fetched."""

    def download(self, media_id: str, phone_number_id: str) -> AbstractContextManager[Download]:
        """The file, for as long as the context lasts. Entering it raises NoLonger and NotNow."""


class Files(Protocol):
    """The bucket. Every method but `link`, which calls nobody, may raise TransientError."""

    def keep(self, key: str, content: IO[bytes], *, size: int, content_type: str, sha256: bytes) -> None:
        """Stores a file, in place of what is there. content: read in pieces from where it stands."""

    def link(self, key: str, *, content_type: str, name: str) -> str:
        """An address that gives the file to whoever has it, as a download of that name, for `LINK_LIVES`."""

    def delete(self, key: str) -> None:
        """Removes a file; one that is not there is no error."""


LINK_LIVES = timedelta(minutes=5)


class WhatsApp(Protocol):
    """Sends by WhatsApp. Never retries, never raises for what the provider says: every ending is an Outcome."""

    def send(self, message: Outbound) -> Outcome: ...


class Sms(Protocol):
    """Sends by SMS, under the same rules as WhatsApp."""

    def send(self, message: TextMessage) -> Outcome: ...


class Channel(NamedTuple):
    """Where a `phone_number_id` belongs. `service` is None on a number for all services.

    by: who carries its messages: `meta`, the Cloud API, or `aws`, End User Messaging Social.  origination: AWS's own id of the
    number, which sends by it have to name; None by Meta.
    waba: the id of its WhatsApp Business Account at Meta, where that is known.
    coexistence: the office keeps the WhatsApp Business app on that number's phone; Meta takes fewer messages a second then.
    """

    office: str
    service: str | None
    by: str = "meta"
    origination: str | None = None
    waba: str | None = None
    coexistence: bool = False


@dataclass(frozen=True)
class SecretValues:
    """What `/kabar/<stage>/` holds. `app_secrets`: the current one, then the previous one while rotating.

    app_secrets, verify_token and access_token are Meta's, and may be empty where no channel is by Meta; nothing is signed then.
    """

    app_secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)
    access_token: str = field(repr=False)
    address_key: str = field(repr=False)
    channels: Mapping[str, Channel]


class Secrets(Protocol):
    """Secrets and channels, at most some minutes old."""

    def current(self) -> SecretValues:
        """Raises TransientError, or Misconfigured when one is missing."""


class Metrics(Protocol):
    """Figures for the office's dashboard and alarms. Names are fixed words; labels hold no personal data."""

    def count(self, name: str, value: float = 1, *, unit: str = "Count", **labels: str) -> None:
        """Adds to a figure. unit: CloudWatch's word for it."""


class Pace(Protocol):
    """Holds the provider's rate: what one worker may send a second."""

    def hold(self, phone_number_id: str | None, /) -> AbstractContextManager[None]:
        """A context that lasts at least as long as one send may take up of that number's rate; None for an SMS."""


class Clock(Protocol):
    """The time."""

    def __call__(self) -> datetime:
        """Now, in UTC, with a time zone."""
