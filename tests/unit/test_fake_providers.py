"""The fakes of the providers do what their script says, also when the process dies and when threads race."""

import threading

import pytest

from chalicelib.domain.delivery import Accepted, NotSent, Remedy, TextMessage, Unknown
from chalicelib.domain.errors import TransientError
from tests.fakes.providers import (
    ACCEPTED,
    KILLED_AFTER,
    KILLED_BEFORE,
    LOST_AFTER,
    LOST_BEFORE,
    NEVER_LEFT,
    FakeQueue,
    FakeSms,
    Killed,
    Step,
    refused,
)

TEXT = TextMessage("+628120000001", "Halo", "DUKCAPIL")


def test_after_its_script_a_provider_accepts_everything() -> None:
    sms = FakeSms([NEVER_LEFT])

    assert [sms.send(TEXT) for _ in range(3)] == [NotSent("connect_failed"), Accepted("sms-1"), Accepted("sms-2")]
    assert [arrival.provider_id for arrival in sms.arrivals] == ["sms-1", "sms-2"]


@pytest.mark.parametrize(
    ("step", "arrivals"),
    [(ACCEPTED, 1), (refused("OptedOut", Remedy.OPTED_OUT), 0), (NEVER_LEFT, 0), (LOST_BEFORE, 0), (LOST_AFTER, 1)],
)
def test_only_what_the_provider_took_has_arrived(step: Step, arrivals: int) -> None:
    sms = FakeSms([step])

    sms.send(TEXT)

    assert (len(sms.attempts), len(sms.arrivals)) == (1, arrivals)


@pytest.mark.parametrize(("step", "arrivals"), [(KILLED_BEFORE, 0), (KILLED_AFTER, 1)])
def test_nothing_outlives_the_death_of_the_process(step: Step, arrivals: int) -> None:
    sms = FakeSms([step])

    with pytest.raises(Killed):
        sms.send(TEXT)

    assert not issubclass(Killed, Exception)
    assert len(sms.arrivals) == arrivals


def test_script_can_be_a_function_of_the_message() -> None:
    sms = FakeSms(lambda message: LOST_AFTER if message.phone.endswith("1") else ACCEPTED)

    assert sms.send(TEXT) == Unknown("timeout")
    assert sms.send(TextMessage("+628120000002", "Halo", "DUKCAPIL")) == Accepted("sms-2")


def test_racing_sends_get_ids_of_their_own() -> None:
    sms = FakeSms()
    outcomes: list[object] = []
    threads = [threading.Thread(target=lambda: outcomes.extend(sms.send(TEXT) for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(set(map(str, outcomes))) == 400


def test_queue_fails_as_told_and_is_emptied_by_taking() -> None:
    queue = FakeQueue([None, 1])
    queue.enqueue(["a"])
    with pytest.raises(TransientError):
        queue.enqueue(["b", "c"])
    queue.enqueue(["d"])

    assert queue.take() == ["a", "b", "d"]
    assert queue.take() == []
