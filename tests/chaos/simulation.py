"""Days at the office in virtual time, with everything going wrong that can, by one seed."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any, Literal

from chalicelib.domain.errors import TransientError
from tests.chaos.arrivals import Call, Phones
from tests.chaos.files import RudeFiles, RudeSource
from tests.chaos.judge import Judge
from tests.chaos.people import People
from tests.chaos.providers import Providers
from tests.chaos.queues import WatchedQueue
from tests.chaos.template_words import TemplateWords
from tests.chaos.trouble import Chance, weather
from tests.chaos.watched_store import Broken, WatchedStore
from tests.fakes.providers import Killed
from tests.fakes.world import World

# After how long each caller tries again what failed or died.
_AGAIN_S = {"webhook": 40.0, "stream": 2.0, "queue": 360.0, "desk": 5.0}
_MOST_RECEIVES = 5
_DEEPEST = 2
_LONGEST_CALL_S = 50.0
_LONGEST_REST = 5_000


@dataclass(order=True)
class _Event:
    at: float
    number: int
    kind: str = field(compare=False)
    about: str = field(compare=False)
    act: Callable[[], None] = field(compare=False)


@dataclass(frozen=True)
class Setting:
    """One run. outage: WhatsApp is away for 26 hours for certain. without, certain: kinds of trouble, as in Chance."""

    seed: int
    residents: int = 12
    share: float = 0.05
    outage: bool = False
    without: frozenset[str] = frozenset()
    certain: frozenset[str] = frozenset()


class Simulation:
    """Plays a setting; after its day the world is calm until all is still.

    Attributes:
        trace: What happened, in order.
        dead_letters: How many queue messages were given up.
    """

    def __init__(self, setting: Setting, store: Callable[[World], WatchedStore] | None = None) -> None:
        self.chance = Chance(setting.seed, setting.share, setting.without, setting.certain)
        self.providers = Providers(self)
        self.world = World(whatsapp=self.providers.whatsapp, sms=self.providers.sms, seed=setting.seed)
        self.store = store(self.world) if store else WatchedStore(self.world.clock)
        vars(self.world.parts).update(store=self.store)
        self.world.store = self.store
        self.weather = weather(self.chance, self._now(), outage=setting.outage)
        self.world.clock.now += timedelta(hours=self.weather.start_hours)
        self._let_the_office_pay()
        watched = WatchedQueue(self.world, self.store)
        vars(self.world.parts)["due_notices"] = replace(self.world.parts.due_notices, queue=watched)
        self.source, self.files = RudeSource(self.chance), RudeFiles(self.chance)
        self.world.files = self.files
        vars(self.world.parts).update(media_source=self.source, files=self.files)
        self.phones = Phones(self.world, self.store, sms_reports=self.weather.sms_reports)
        self.call = Call(0, self.world.clock())
        self.trace: list[str] = []
        self.dead_letters = 0
        self.calm = False
        self._events: list[_Event] = []
        self._numbers = count()
        self._depth = 0
        self._may_stall = True
        self._tick = self._now()
        People(self, setting.residents)
        TemplateWords(self)
        for after, by in self.weather.jumps:
            self.at(after, "jump", f"by {by} s", lambda by=by: self._pass(by))  # type: ignore[misc]
        self.store.faults = self._fault

    def run(self) -> None:
        """The day with its trouble, then what is left until nothing is due any more.

        Raises:
            Broken: a promise did not hold.
        """
        end = self._now() + self.weather.day_s
        while self._events and self._events[0].at < end:
            self._tick_until(self._events[0].at)
            self._next()
        self.calm = self.source.calm = self.files.calm = True
        self._rest()
        Judge(self.world, self.store, self.phones, self.weather)(self.providers)

    def at(self, after: float, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen after so many seconds."""
        heapq.heappush(self._events, _Event(self._now() + max(after, 0.0), next(self._numbers), kind, about, event))

    def _let_the_office_pay(self) -> None:
        office, settings = self.world.parts.offices["1801"], self.world.parts.settings
        self.world.parts.settings = replace(settings, sms_engine="eum" if self.weather.sms_reports else "sns")
        if self.weather.sms_a_day is not None:
            most = office.sms.price_mills * self.weather.sms_a_day
            office = replace(office, sms=replace(office.sms, max_per_day_mills=most))
        vars(self.world.parts).update(offices={"1801": office})

    # What functions do.

    def _sweep(self) -> None:
        outer, self.store.swept_from = self.store.swept_from, self.store.steps
        try:
            self.world.parts.sweep()
        finally:
            self.store.swept_from = outer

    def _deliver(self, notice_id: str, receives: int) -> None:
        self.call, self.providers.under_way = Call(self.store.steps, self.world.clock()), []
        self.store.began = self.call.began
        try:
            self.world.deliver(notice_id)
        except (TransientError, Killed) as error:
            self.trace.append(f"    {type(error).__name__} {error}")
            for message in self.providers.under_way:
                message.known = False
            if receives >= _MOST_RECEIVES:
                self.dead_letters += 1
                return
            self.at(_AGAIN_S["queue"], "queue", notice_id, lambda: self._deliver(notice_id, receives + 1))

    def _carry_on(self) -> None:
        """What the stream and the queue have brought is on its way: late, twice, regrouped, or never."""
        strikes, stream, queue = self.chance.strikes, self.chance.of("streaming"), self.chance.of("queueing")
        fresh = [record for record in self.world.new_records() if self.calm or not strikes("stream", 2)]
        stream.shuffle(fresh)
        while fresh:
            size = stream.randrange(1, len(fresh) + 1)
            batch, fresh = fresh[:size], fresh[size:]
            for _ in range(1 + (not self.calm and strikes("stream", 3))):
                self.at(stream.random() * 3, "stream", f"{size} records", self._batch(batch))
        for file_id in self.world.media_queue.take():
            for _ in range(1 + (not self.calm and strikes("queue", 3))):
                self.at(queue.random(), "queue", file_id, self._awaited(file_id))
        for notice_id in self.world.queue.take():
            for _ in range(1 + (not self.calm and strikes("queue", 3))):
                late = 30 if strikes("queue", 6) else 1
                self.at(queue.random() * late, "queue", notice_id, self._queued(notice_id))

    def _batch(self, batch: list[dict[str, Any]]) -> Callable[[], None]:
        return lambda: self.world.dispatch(batch)

    def _queued(self, notice_id: str) -> Callable[[], None]:
        return lambda: self._deliver(notice_id, 1)

    def _awaited(self, file_id: str) -> Callable[[], None]:
        return lambda: self._fetch(file_id, 1)

    def _fetch(self, file_id: str, receives: int) -> None:
        try:
            self.world.parts.media(file_id)
        except (TransientError, Killed) as error:
            self.trace.append(f"    {type(error).__name__} {error}")
            if receives < _MOST_RECEIVES:
                self.at(_AGAIN_S["queue"], "queue", file_id, lambda: self._fetch(file_id, receives + 1))

    # What goes wrong with the table.

    def _fault(self, moment: Literal["before", "after"], operation: str) -> None:
        """Around every call to the table: others are faster, time passes, the call fails, its answer is lost, or we die."""
        if self.calm or self._depth >= _DEEPEST:
            return
        if moment == "before" and self._events and self.chance.strikes("faster"):
            self._nested(lambda: self._happen(heapq.heappop(self._events)))
        if moment == "before" and self._may_stall and self._depth == 0 and self.chance.strikes("stall", 0.3):
            self._may_stall = False
            self.call.stalled = True
            until = self._now() + self.chance.of("stalling").random() * _LONGEST_CALL_S
            self._nested(lambda: self._meanwhile(until))
        if self.chance.strikes("crash", 0.1):
            raise Killed
        if operation == "transact" and self._now() in self.weather.storm and self.chance.happens("storm", 0.5):
            raise TransientError("TransactionConflict")
        if self.chance.strikes("table", 0.3):
            raise TransientError(f"{moment} {operation}")

    def meanwhile(self, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen in the middle of what is under way."""
        self._nested(lambda: self._happen(_Event(self._now(), 0, kind, about, event)))

    def _nested(self, act: Callable[[], None]) -> None:
        outer = self.call, self.providers.under_way
        self._depth += 1
        try:
            act()
        finally:
            self._depth -= 1
            self.call, self.providers.under_way = outer
            self.store.began = self.call.began

    def _meanwhile(self, until: float) -> None:
        """All that happens while a call takes long."""
        self._tick_until(until)
        while self._events and self._events[0].at <= until:
            event = heapq.heappop(self._events)
            self._pass_until(event.at)
            self._happen(event)
            self._carry_on()
        self._pass_until(until)

    # How time passes.

    def _now(self) -> float:
        return self.world.clock().timestamp()

    def _pass(self, seconds: float) -> None:
        self.world.clock.now += timedelta(seconds=seconds)

    def _pass_until(self, at: float) -> None:
        self._pass(max(at - self._now(), 0.0))

    def _next(self) -> None:
        event = heapq.heappop(self._events)
        self._pass_until(event.at)
        self._may_stall = True
        self._happen(event)
        self._carry_on()

    def _happen(self, event: _Event) -> None:
        """What fails or dies is tried again, as the caller of each kind does; a sweep by the next one."""
        self.trace.append(f"{self.world.clock.now:%d %H:%M:%S} {'  ' * self._depth}{event.kind} {event.about}")
        try:
            event.act()
        except (TransientError, Killed) as error:
            self.trace.append(f"    {type(error).__name__} {error}")
            if event.kind in _AGAIN_S:
                self.at(_AGAIN_S[event.kind], event.kind, event.about, event.act)

    def _tick_until(self, end: float) -> None:
        """A sweep each minute, and sometimes two at once. Those that would find nothing due are spared."""
        self._tick = max(self._tick, self._now() - 60)
        while self._tick < end:
            self._tick += 60.0
            if not any(due <= self._tick for due in self.store.due()):
                continue
            for _ in range(1 + self.chance.strikes("tick", 4)):
                self.at(self._tick - self._now(), "tick", "", self._sweep)

    def _rest(self) -> None:
        """Until nothing is due and nobody does anything any more; officers go home."""
        self._events = [event for event in self._events if event.kind not in {"desk", "jump"}]
        heapq.heapify(self._events)
        for _ in range(_LONGEST_REST):
            due = self.store.due()
            if self._events and (not due or self._events[0].at <= min(due)):
                self._next()
            elif due:
                self.at(min(due) + 1 - self._now(), "tick", "", self._sweep)
                self._next()
            else:
                return
        raise Broken("it never comes to rest")
