"""The ends of the pipeline in memory: WhatsApp, SMS, queues, files and secrets, each as good or as bad as its script."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import IO, Generic, TypeAlias, TypeVar

from chalicelib.domain.delivery import Accepted, NotSent, Outbound, Outcome, Refused, Remedy, TextMessage, Unknown
from chalicelib.domain.errors import KabarError, TransientError
from chalicelib.ports import Channel, Download, SecretValues

M = TypeVar("M")


class Killed(BaseException):
    """The process died here. Not an Exception: no flow may live to handle it."""


@dataclass(frozen=True)
class Step:
    """How one send ends.

    answer: what the caller learns; None when it is killed instead. arrives: whether the provider took the message. For an
    accepted message both say so, and the provider invents its id.
    """

    answer: Outcome | None
    arrives: bool


ACCEPTED = Step(Accepted(""), arrives=True)
NEVER_LEFT = Step(NotSent("connect_failed"), arrives=False)
LOST_BEFORE = Step(Unknown("timeout"), arrives=False)
LOST_AFTER = Step(Unknown("timeout"), arrives=True)
KILLED_BEFORE = Step(None, arrives=False)
KILLED_AFTER = Step(None, arrives=True)


def refused(code: str, remedy: Remedy) -> Step:
    return Step(Refused(code, remedy), arrives=False)


Script: TypeAlias = Iterable[Step] | Callable[[M], Step]


@dataclass(frozen=True)
class Arrival(Generic[M]):
    """A message that the provider took, known to it by this id: what a resident sees, and what reports are about."""

    provider_id: str
    message: M


class _FakeProvider(Generic[M]):
    """Ends each send as the script says: step by step, accepting whatever comes after its end, or by a function of the message.

    attempts: every message that was handed over. arrivals: those that the provider took. Both in order.
    """

    _id_prefix = ""

    def __init__(self, script: Script[M] = ()) -> None:
        self.attempts: list[M] = []
        self.arrivals: list[Arrival[M]] = []
        self._lock = threading.RLock()  # a script may bring about another send
        self._next_step = script if callable(script) else _one_by_one(script)

    def send(self, message: M) -> Outcome:
        with self._lock:
            self.attempts.append(message)
            step = self._next_step(message)
            provider_id = f"{self._id_prefix}{len(self.arrivals) + 1}"
            if step.arrives:
                self.arrivals.append(Arrival(provider_id, message))
        if step.answer is None:
            raise Killed
        return Accepted(provider_id) if isinstance(step.answer, Accepted) else step.answer


def _one_by_one(script: Iterable[Step]) -> Callable[[object], Step]:
    steps = iter(script)
    return lambda _message: next(steps, ACCEPTED)


class FakeWhatsApp(_FakeProvider[Outbound]):
    """`chalicelib.ports.WhatsApp`."""

    _id_prefix = "wamid."


class FakeSms(_FakeProvider[TextMessage]):
    """`chalicelib.ports.Sms`."""

    _id_prefix = "sms-"


class FakeQueue:
    """`chalicelib.ports.IdQueue`.

    failures: for each call in turn, how many of its ids are queued before it fails; None for a call that does not fail.

    ids: what is on the queue, in order.
    """

    def __init__(self, failures: Iterable[int | None] = ()) -> None:
        self.ids: list[str] = []
        self._failures = iter(failures)
        self._lock = threading.Lock()

    def enqueue(self, ids: Sequence[str]) -> None:
        with self._lock:
            reached = next(self._failures, None)
            self.ids.extend(ids[:reached])
        if reached is not None:
            raise TransientError("the queue takes no more")

    def take(self) -> list[str]:
        """Empties the queue."""
        with self._lock:
            taken, self.ids = self.ids, []
        return taken


class FakeSource:
    """`chalicelib.ports.MediaSource`: what residents' phones uploaded, by its id.

    files: bytes, or what happens instead of them. An id that nobody uploaded is a small photo of its own. announced: hashes
    that are told instead of the right ones. asked: every id and the number that it came to.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes | BaseException] = {}
        self.announced: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []

    @contextmanager
    def download(self, media_id: str, phone_number_id: str) -> Iterator[Download]:
        self.asked.append((media_id, phone_number_id))
        found = self.files.get(media_id, b"\xff\xd8\xff" + media_id.encode())
        if isinstance(found, BaseException):
            raise found
        pieces = (found[start : start + 65536] for start in range(0, len(found), 65536))
        yield Download(pieces, len(found), self.announced.get(media_id, hashlib.sha256(found).digest()))


class FakeFiles:
    """`chalicelib.ports.Files`.

    kept: key → content and type. puts: every key that was stored, in order. faults: called before and after each operation.
    """

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.puts: list[str] = []
        self.faults: Callable[[str, str], None] = lambda _moment, _operation: None

    def keep(self, key: str, content: IO[bytes], *, size: int, content_type: str, sha256: bytes) -> None:
        self.faults("before", "keep")
        body = content.read()
        assert (len(body), hashlib.sha256(body).digest()) == (size, sha256)
        self.kept[key] = (body, content_type)
        self.puts.append(key)
        self.faults("after", "keep")

    def link(self, key: str, *, content_type: str, name: str) -> str:
        return f"https://files.invalid/{key}?{content_type}&{name}"

    def delete(self, key: str) -> None:
        self.faults("before", "delete")
        self.kept.pop(key, None)
        self.faults("after", "delete")


CHANNELS: Mapping[str, Channel] = {
    "100000000000001": Channel("1801", "KK"),
    "100000000000002": Channel("1801", "KTP"),
    "100000000000003": Channel("1801", "PINDAH"),
}


@dataclass
class FixedSecrets:
    """`chalicelib.ports.Secrets`: always these values, or always this error."""

    values: SecretValues = field(
        default_factory=lambda: SecretValues(
            app_secrets=("current-app-secret",),
            verify_token="verify-token",
            access_token="access-token",
            address_key="address-key",
            channels=CHANNELS,
        )
    )
    error: KabarError | None = None

    def current(self) -> SecretValues:
        if self.error is not None:
            raise self.error
        return self.values


class FakeMetrics:
    """`chalicelib.ports.Metrics`: every figure, in order."""

    def __init__(self) -> None:
        self.figures: list[tuple[str, float, Mapping[str, str]]] = []

    def count(self, name: str, value: float = 1, *, unit: str = "Count", **labels: str) -> None:
        self.figures.append((name, value, {"unit": unit, **labels}))

    def named(self, name: str) -> list[float]:
        """The values of one figure."""
        return [value for one, value, _ in self.figures if one == name]


class NoPace:
    """`chalicelib.ports.Pace` that holds nobody up."""

    def hold(self, _phone_number_id: str | None) -> AbstractContextManager[None]:
        return nullcontext()
