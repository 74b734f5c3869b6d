"""The provider's rate, held by a least duration for each send."""

from dataclasses import replace

import pytest

from chalicelib.adapters.pace import COEXISTENCE_PER_S, ChannelPace, LeastDuration
from chalicelib.domain.errors import TransientError
from chalicelib.ports import Channel
from chalicelib.settings import Settings
from tests.fakes.providers import FixedSecrets

WHATSAPP_TAKES_PER_S = 80


class Stopwatch:
    """Time that only passes when somebody works or sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(("took", "left"), [(0.0, [0.125]), (0.1, [0.025]), (0.125, []), (3.0, [])])
def test_a_send_lasts_at_least_as_long_as_it_must(took: float, left: list[float]) -> None:
    watch = Stopwatch()

    with LeastDuration(0.125, monotonic=watch, sleep=watch.sleep).hold():
        watch.now += took

    assert watch.slept == pytest.approx(left)


def test_one_that_fails_counts_as_well() -> None:
    watch = Stopwatch()

    with pytest.raises(OSError, match="reset"), LeastDuration(0.5, monotonic=watch, sleep=watch.sleep).hold():
        raise OSError("reset")

    assert watch.slept == [0.5]


def test_all_workers_together_stay_within_what_one_number_takes() -> None:
    settings = Settings("test", "table", "queue")

    assert settings.sends_per_s <= WHATSAPP_TAKES_PER_S
    least_s = settings.sends_at_once / settings.sends_per_s
    assert settings.sends_at_once / least_s <= WHATSAPP_TAKES_PER_S


@pytest.mark.parametrize(
    ("channels", "number", "slept"),
    [
        ({"1": Channel("1801", "KTP", coexistence=True)}, "1", 0.25),
        ({"1": Channel("1801", "KTP")}, "1", 0.0625),
        ({}, "1", 0.0625),
        ({"1": Channel("1801", "KTP", coexistence=True)}, None, 0.0625),
        (None, "1", 0.25),
    ],
)
def test_a_number_in_coexistence_is_paced_at_20_a_second(
    channels: dict[str, Channel] | None, number: str | None, slept: float
) -> None:
    watch, secrets = Stopwatch(), FixedSecrets()
    if channels is None:
        secrets.error = TransientError("SSM does not answer")
    else:
        secrets.values = replace(secrets.values, channels=channels)
    usual, slow = (LeastDuration(5 / per_s, monotonic=watch, sleep=watch.sleep) for per_s in (80, COEXISTENCE_PER_S))

    with ChannelPace(usual, slow, secrets).hold(number):
        pass

    assert watch.slept == pytest.approx([slept])
