import threading

import pytest

from devstack.pumps.loop import Loop


def test_a_turn_that_fails_is_logged_and_taken_again(caplog: pytest.LogCaptureFixture) -> None:
    again = threading.Event()
    turns: list[int] = []

    def turn() -> float:
        turns.append(1)
        if len(turns) == 1:
            raise ConnectionError
        again.set()
        return 60

    loop = Loop("test", turn)
    loop.start()
    assert again.wait(5)
    assert loop.stop()
    assert [record.getMessage() for record in caplog.records] == ["a turn failed, and is taken again"]


def test_stopping_does_not_wait_for_a_pause_to_end() -> None:
    loop = Loop("test", lambda: 3600, threads=3)
    loop.start()
    assert loop.stop(timeout_s=5)


def test_a_loop_that_never_started_can_be_stopped() -> None:
    assert Loop("test", lambda: 0).stop()
