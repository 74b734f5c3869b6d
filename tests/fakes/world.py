"""The whole of Kabar in memory: the real wiring and flows over fakes, on a clock that only tests move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chalicelib.domain.notice import Notice
from chalicelib.domain.request import Request, Status, Step
from chalicelib.domain.staff import Role, Staff
from chalicelib.entry import events, webhook
from chalicelib.flows.desk import Idempotency
from chalicelib.ports import Item, Key
from chalicelib.settings import Settings
from chalicelib.table import contacts, notices, requests
from chalicelib.wiring import Wiring
from tests.data import payloads
from tests.fakes.providers import (
    FakeFiles,
    FakeMetrics,
    FakeQueue,
    FakeSms,
    FakeSource,
    FakeWhatsApp,
    FixedSecrets,
    NoPace,
    Script,
)
from tests.fakes.store import FakeStore

# A Tuesday, ten in the morning in Kalianda.
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OFFICE_PHONE = "62721000000"
NO_KEY = Idempotency(None, "")


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class World:
    """Residents and staff as tests play them.

    parts: the real wiring. store, queue, media_queue, whatsapp, sms, source, files: the fakes under it. officer: somebody who
    may do everything.
    more_offices: codes of offices like 1801 that are there too, none of which has a channel number.
    """

    def __init__(
        self, whatsapp: Script[Any] = (), sms: Script[Any] = (), seed: int = 1, more_offices: tuple[str, ...] = ()
    ) -> None:
        self.clock = ManualClock()
        self.store = FakeStore(self.clock)
        self.queue, self.media_queue = FakeQueue(), FakeQueue()
        self.source: FakeSource = FakeSource()
        self.files: FakeFiles = FakeFiles()
        self.whatsapp = FakeWhatsApp(whatsapp)
        self.sms = FakeSms(sms)
        self.secrets = FixedSecrets()
        settings = Settings(
            "test", "kabar-test", "https://queue.invalid/notices", media_queue_url="https://queue.invalid/media"
        )
        self.parts = Wiring(settings, self.clock, Random(seed))
        fakes = {
            "store": self.store, "queue": self.queue, "whatsapp": self.whatsapp, "sms": self.sms, "secrets": self.secrets,
            "media_queue": self.media_queue, "media_source": self.source, "files": self.files,
        }  # fmt: skip
        vars(self.parts).update(fakes)
        office = self.parts.offices["1801"]
        vars(self.parts).update(offices={"1801": office} | {code: replace(office, code=code) for code in more_offices})
        self.officer = self.staff(Role.ADMIN)
        self.metrics = FakeMetrics()
        vars(self.parts).update(metrics=self.metrics, pace=NoPace())
        self._dispatched = 0
        self._invocations = 0

    @property
    def seconds(self) -> int:
        """Now, as providers tell the time."""
        return int(self.clock.now.timestamp())

    def receive(self, payload: Any) -> dict[str, int]:
        """A signed webhook."""
        values = self.secrets.values
        return self.parts.ingest(webhook.parse(payloads.raw(payload), values.channels.keys()), values)

    def say(self, body: str, *, number: str = payloads.KTP, **more: Any) -> dict[str, int]:
        """A resident writes."""
        said = payloads.text(body, **({"at": self.seconds} | more))
        return self.receive(payloads.envelope(payloads.value(said, number=number)))

    def officer_writes(self, body: str, to: str = payloads.SITI, **more: Any) -> dict[str, int]:
        """An officer writes on the office's own phone; "itself" is the number's chat with itself."""
        return self.receive(payloads.echo(body, OFFICE_PHONE if to == "itself" else to, **({"at": self.seconds} | more)))

    def set_office(self, **more: Any) -> None:
        """The office's file says something else."""
        offices = self.parts.offices
        vars(self.parts).update(offices={**offices, "1801": replace(offices["1801"], **more)})

    def report(self, word: str, callback: str | None, code: int | None = None) -> dict[str, int]:
        """WhatsApp reports."""
        return self.receive(
            payloads.envelope(payloads.value(statuses=[payloads.status(word, callback, at=self.seconds, code=code)]))
        )

    def set_status(self, request: Request, to: Status, **more: Any) -> Request:
        """The officer moves a request."""
        return self.parts.desk.change(self.officer, request.id, Step(to, request.version, **more), NO_KEY)

    def staff(self, role: Role, *offices: str) -> Staff:
        """Somebody of that role at those offices, at 1801 unless told otherwise. The same role is the same person."""
        return Staff(f"staff-{role.value}", "Budi", role, frozenset(offices or {"1801"}), START + timedelta(days=365))

    def run(self) -> None:
        """The stream, the queue and their functions, until nothing is left to do."""
        self.dispatch(self.new_records())
        while any(ids := (self.queue.take(), self.media_queue.take())):
            for notice_id in ids[0]:
                self.deliver(notice_id)
            for file_id in ids[1]:
                self.parts.media(file_id)
            self.dispatch(self.new_records())

    def new_records(self) -> list[dict[str, Any]]:
        """What the stream brought since the last call, in Lambda's shape."""
        fresh = self.store.inserted[self._dispatched :]
        self._dispatched += len(fresh)
        return [{"eventName": name, "dynamodb": {"Keys": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}}} for name, key in fresh]

    def dispatch(self, records: Sequence[dict[str, Any]]) -> None:
        """A batch of stream records."""
        events.dispatch({"Records": list(records)}, self.parts.dispatch, self.parts.keeping)

    def deliver(self, notice_id: str) -> None:
        """A queue message."""
        self._invocations += 1
        self.parts.deliver(notice_id, f"invocation-{self._invocations}")

    def advance(self, **time: float) -> None:
        """Time passes, with the tick at its end."""
        self.clock.now += timedelta(**time)
        self.parts.sweep()
        self.run()

    def requests(self) -> list[Request]:
        """All requests, by id."""
        return [requests.read(item) for item in self.items("REQ#", "REQUEST")]

    def notices(self) -> list[Notice]:
        """All notices, the oldest first."""
        found = [notices.read(item) for item in self.items("", notices.PREFIX)]
        return sorted(found, key=lambda one: (one.caused_at, one.id))

    def contact(self, phone: str = "+" + payloads.SITI) -> Any:
        """Who has that phone."""
        [hash_] = contacts.address_hashes(self.secrets.values.address_key, phone, None)
        address = self.store.get(contacts.address_key(hash_))
        assert address is not None
        item = self.store.get(contacts.key(str(address["contact_id"])))
        assert item is not None
        return contacts.read(item)

    def items(self, pk: str = "", sk: str = "") -> list[Item]:
        """All items whose keys begin so."""
        everything = self.store.everything()
        return [one for one in everything if str(one["pk"]).startswith(pk) and str(one["sk"]).startswith(sk)]

    def notice(self, notice_id: str) -> Notice:
        """One notice as it is now."""
        item = self.store.get(Key(*notices.key(notice_id)))
        assert item is not None
        return notices.read(item)
