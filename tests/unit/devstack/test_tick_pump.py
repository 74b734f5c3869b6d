import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from devstack.pumps.function import Context, Function, Handler
from devstack.pumps.tick import TickPump
from tests.unit.devstack.handlers import RecordingHandler


def pump_of(handler: Handler, *, period_s: float = 60) -> TickPump:
    return TickPump(
        Function("sweep", handler), lambda: datetime(2026, 1, 2, 3, 4, 5, 6, UTC), rule="kabar-dev-sweep", period_s=period_s
    )


def test_a_tick_has_the_shape_of_a_scheduled_event() -> None:
    handler = RecordingHandler()
    assert pump_of(handler).tick()
    (event,) = handler.events
    assert len(event.pop("id")) == 36
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "ap-southeast-3",
        "resources": ["arn:aws:events:ap-southeast-3:123456789012:rule/kabar-dev-sweep"],
        "detail": {},
    }


def test_it_ticks_again_and_again_even_after_an_error() -> None:
    third = threading.Event()

    def fail(_: dict[str, Any], __: Context) -> None:
        if pump.function.invocations == 3:
            third.set()
        raise RuntimeError

    pump = pump_of(fail, period_s=0.01)
    pump.start()
    assert third.wait(5)
    assert pump.stop()


def test_the_first_tick_comes_after_a_whole_period() -> None:
    handler = RecordingHandler()
    pump = pump_of(handler)
    pump.start()
    assert pump.stop()
    assert handler.events == []


def test_a_tick_that_fails_says_so() -> None:
    handler = RecordingHandler()
    handler.fail_next = 1
    assert not pump_of(handler).tick()


def test_two_ticks_never_run_at_once() -> None:
    second_is_in_too = threading.Barrier(2)
    alone: list[bool] = []

    def sweep(_: dict[str, Any], __: Context) -> None:
        try:
            second_is_in_too.wait(timeout=0.1)
        except threading.BrokenBarrierError:
            alone.append(not pump.idle())

    pump = pump_of(sweep)
    with ThreadPoolExecutor(2) as pool:
        assert all(tick.result() for tick in [pool.submit(pump.tick), pool.submit(pump.tick)])
    assert alone == [True, True]
    assert pump.idle()
