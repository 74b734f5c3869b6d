"""Days at the office in virtual time, with everything going wrong that can, by one seed."""

import heapq
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Literal

from chalicelib.domain.delivery import Outbound, TextMessage
from chalicelib.domain.errors import IllegalChange, Stale, TransientError
from chalicelib.domain.notice import FINAL, Channel, Notice, State
from chalicelib.domain.request import Request, Status, Step
from chalicelib.flows.desk import Idempotency
from chalicelib.table import requests
from tests.chaos.arrivals import Arrival, Phones
from tests.chaos.trouble import Trouble
from tests.chaos.watched_store import Broken, WatchedStore
from tests.data import payloads
from tests.fakes.providers import ACCEPTED, NEVER_LEFT, Killed
from tests.fakes.providers import Step as Ending
from tests.fakes.world import World

_ASKS = {payloads.KK: "mau bikin kk", payloads.KTP: "ktp saya hilang", payloads.PINDAH: "mau urus surat pindah"}
_AGAIN_S = {"webhook": 40.0, "stream": 2.0, "queue": 360.0, "desk": 5.0, "tick": 60.0}
_MOST_RECEIVES = 5
_DEEPEST = 2


class Simulation:
    """One run. share: how many calls and sends go wrong while it lasts; after that the world is kind until all is still."""

    def __init__(self, seed: int, *, residents: int = 12, share: float = 0.05, outage: bool = False) -> None:
        self.rng = Random(seed)
        self.trouble = Trouble(self.rng, share)
        self.world = World(whatsapp=self._whatsapp, sms=self._sms, seed=seed)
        self.store = WatchedStore(self.world.clock)
        vars(self.world.parts).update(store=self.store)
        self.world.store = self.store
        self.store.faults = self._fault
        self.phones = Phones(self.world, self.store)
        self.trace: list[str] = []
        self.parked = 0
        self.kind = False
        self._began = 0
        self._sending: list[Arrival] = []
        self._events: list[tuple[float, int, str, Callable[[], None]]] = []
        self._numbers = count()
        self._seen = 0
        self._depth = 0
        start = self.world.clock().timestamp()
        self._outage = (start + 3600, start + 27 * 3600) if outage else (0.0, 0.0)
        self._day = timedelta(hours=30 if outage else 8).total_seconds()
        for resident in range(residents):
            self._resident(f"62812000{resident:05d}")

    def run(self) -> None:
        """The day with its trouble, then what is left until nothing is due any more.

        Raises:
            Broken: a promise did not hold.
        """
        end = self.world.clock().timestamp() + self._day
        tick = self.world.clock().timestamp()
        while self._events and self._events[0][0] < end:
            while tick < self._events[0][0]:
                tick += 60.0
                if self._anything_due(tick):
                    self._at(tick - self._now(), "tick", self._sweep)
            self._next()
        self.kind = True
        self._rest()
        self._judge()

    # What happens.

    def _resident(self, phone: str) -> None:
        number = self.rng.choice(sorted(_ASKS))
        at = self.rng.random() * self._day / 4
        opening = self._message(phone, number, _ASKS[number], at)
        self._at(at, "webhook", opening)
        if self.rng.random() < 0.3:
            self._at(at, "webhook", self._message(phone, number, f"{_ASKS[number]} pak", at))
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            self._at(at + self.rng.random() * 300, "webhook", opening)
        for body in self.rng.sample(
            ("ini fotonya", "cek", "cek", "halo", "BERHENTI", "MULAI", "BARU"), k=self.rng.randrange(4)
        ):
            later = at + self.rng.random() * self._day / 2
            self._at(later, "webhook", self._message(phone, number, body, later))
        self._at(at + 30, "desk", lambda: self._officer(phone, number))

    def _message(self, phone: str, number: str, body: str, at: float) -> Callable[[], None]:
        said = payloads.text(body, at=int(self._now() + at), sender=phone)
        # The profile's name tells the officer whose request it is.
        contacts = [{"profile": {"name": phone}, "wa_id": phone}]
        payload = payloads.envelope(payloads.value(said, number=number) | {"contacts": contacts})
        return lambda: self._check_counts(self.world.receive(payload))

    def _check_counts(self, counts: dict[str, int]) -> None:
        if counts["quarantined"]:
            raise Broken(f"a sound message was set aside: {counts}")

    def _officer(self, phone: str, number: str) -> None:
        """Takes each of the resident's open requests a step further, and comes back later."""
        service = str(self.world.secrets.values.channels[number].service)
        for item in self.store.query_index("queue", f"1801#{service}#open"):
            request = requests.read(item)
            if request.name == phone:
                self._step(request)
        self._at(60 + self.rng.random() * self._day / 8, "desk", lambda: self._officer(phone, number))

    def _step(self, request: Request) -> None:
        to = self.rng.choice((Status.PROCESSING, Status.READY, Status.INCOMPLETE, Status.REJECTED, Status.COMPLETED))
        hold = self.rng.random() < 0.1
        step = Step(request.status if hold else to, request.version, reason="alasan", hold=hold or None)
        key = Idempotency(f"{request.id} {request.version}", "body")
        with suppress(IllegalChange, Stale):  # there is no such step, or somebody else was first
            self.world.parts.desk.change(self.world.officer, request.id, step, key)

    def _sweep(self) -> None:
        self.world.parts.sweep()

    def _deliver(self, notice_id: str, receives: int) -> None:
        self._began = self.store.steps
        self._sending = []
        try:
            self.world.deliver(notice_id)
        except (TransientError, Killed):
            for arrival in self._sending:
                arrival.answered = False
            if receives >= _MOST_RECEIVES:
                self.parked += 1
                return
            self._at(_AGAIN_S["queue"], "queue", lambda: self._deliver(notice_id, receives + 1))

    # What providers do.

    def _whatsapp(self, message: Outbound) -> Ending:
        down = self._outage[0] <= self._now() < self._outage[1]
        ending = NEVER_LEFT if down else (ACCEPTED if self.kind else self.trouble.whatsapp())
        if ending.arrives:
            arrival = self._arrive(message, Channel.WHATSAPP, ending)
            reports = [(1.0, "sent", None), (2.0, "delivered", None)] if self.kind else self.trouble.reports()
            for after, word, code in reports:
                self._at(after, "webhook", self._report(arrival, message.callback, word, code))
        return ending

    def _sms(self, message: TextMessage) -> Ending:
        ending = ACCEPTED if self.kind else self.trouble.sms()
        if ending.arrives:
            self._arrive(message, Channel.SMS, ending)
        return ending

    def _arrive(self, message: Outbound | TextMessage, channel: Channel, ending: Ending) -> Arrival:
        answered = ending.answer is not None and ending.answer == ACCEPTED.answer
        arrival = self.phones.arrive(message.callback, channel, answered=answered, began=self._began)
        self._sending.append(arrival)
        return arrival

    def _report(self, arrival: Arrival, callback: str, word: str, code: int | None) -> Callable[[], None]:
        def report() -> None:
            # A call that dies half-way may have told Kabar: `failed` may be known from now on, `delivered` is only after.
            arrival.failed = arrival.failed or word == "failed"
            self.world.report(word, callback, code)
            if word in {"delivered", "read"} and arrival.delivered is None:
                arrival.delivered = self.store.steps

        return report

    # How time passes.

    def _now(self) -> float:
        return self.world.clock().timestamp()

    def _at(self, after: float, label: str, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self._now() + max(after, 0.0), next(self._numbers), label, event))

    def _next(self) -> None:
        at, _, label, event = heapq.heappop(self._events)
        late = max(at, self._now())
        self.world.clock.now += timedelta(seconds=late - self._now())
        self._happen(label, event)
        self._carry_on()

    def _happen(self, label: str, event: Callable[[], None]) -> None:
        """What fails or dies is tried again, as the caller of each kind does."""
        self.trace.append(f"{self.world.clock.now:%d %H:%M:%S} {label}")
        outer = self._began, self._sending
        try:
            event()
        except (TransientError, Killed) as error:
            self.trace.append(f"    {type(error).__name__} {error}")
            if label != "tick":
                self._at(_AGAIN_S[label], label, event)
        finally:
            self._began, self._sending = outer

    def _carry_on(self) -> None:
        """What the stream and the queue have brought is on its way: late, twice, regrouped, or never."""
        fresh = [record for record in self.world.new_records() if self.kind or not self.trouble.strikes(2)]
        self.rng.shuffle(fresh)
        while fresh:
            size = self.rng.randrange(1, len(fresh) + 1)
            batch, fresh = fresh[:size], fresh[size:]
            for _ in range(1 + (not self.kind and self.trouble.strikes(3))):
                self._at(self.rng.random() * 3, "stream", self._batch(batch))
        for notice_id in self.world.queue.take():
            for _ in range(1 + (not self.kind and self.trouble.strikes(3))):
                self._at(self.rng.random() * self.rng.choice((1, 1, 30)), "queue", self._queued(notice_id))

    def _batch(self, batch: list[dict[str, Any]]) -> Callable[[], None]:
        return lambda: self.world.dispatch(batch)

    def _queued(self, notice_id: str) -> Callable[[], None]:
        return lambda: self._deliver(notice_id, 1)

    def _fault(self, moment: Literal["before", "after"], operation: str) -> None:
        """Around every call to the table: somebody else is faster, the call fails, its answer is lost, or we die."""
        if self.kind or self._depth >= _DEEPEST:
            return
        if moment == "before" and self._events and self.trouble.strikes():
            self._depth += 1
            _, _, label, event = heapq.heappop(self._events)
            self._happen(f"{'  ' * self._depth}{label}".strip(), event)
            self._depth -= 1
        if self.trouble.strikes(0.1):
            raise Killed
        if self.trouble.strikes(0.3):
            raise TransientError(f"{moment} {operation}")

    def _anything_due(self, until: float) -> bool:
        return any(due <= until for due in self.store.due())

    def _rest(self) -> None:
        """Until nothing is due and nobody does anything any more; officers go home."""
        self._events = [event for event in self._events if event[2] != "desk"]
        heapq.heapify(self._events)
        for _ in range(100_000):
            due = self.store.due()
            if self._events and (not due or self._events[0][0] <= min(due)):
                self._next()
            elif due:
                self._at(min(due) + 1 - self._now(), "tick", self._sweep)
                self._next()
            else:
                return
        raise Broken("it never comes to rest")

    # What must be true at the end.

    def _judge(self) -> None:
        for notice in self.world.notices():
            self._judge_notice(notice)
        self._judge_openings()

    def _judge_openings(self) -> None:
        """Each opening message opened one request, and only BARU opened one beside another."""
        opening = [item for item in self.world.items("CONTACT#", "MSG#") if item.get("intent") == "open"]
        asked_anew = {item["request_id"] for item in opening if item.get("text") == "BARU"}
        opened = self.world.requests()
        if sorted(str(item["request_id"]) for item in opening) != sorted(one.id for one in opened):
            raise Broken(f"{len(opening)} messages opened {len(opened)} requests")
        for one in opened:
            beside = [
                other.id for other in opened
                if other.contact_id == one.contact_id and other.service == one.service and other.opened_at < one.opened_at
                and (other.closed_at is None or other.closed_at > one.opened_at)
            ]  # fmt: skip
            if beside and one.id not in asked_anew:
                raise Broken(f"{one.id} was opened beside {beside}")

    def _judge_notice(self, notice: Notice) -> None:
        arrived = self.phones.by_notice[notice.id]
        if notice.state not in FINAL | {State.ACCEPTED, State.SENT, State.UNKNOWN}:
            raise Broken(f"{notice.id} is lost: {notice}")
        if notice.state in {State.ACCEPTED, State.SENT, State.DELIVERED, State.READ} and not arrived:
            raise Broken(f"{notice.id} is said to have been sent, and never was: {notice}")
        if notice.state is State.FAILED and not notice.reason:
            raise Broken(f"{notice.id} failed, and nobody knows why")
