"""The real flows over the table in memory, in virtual time, with everything going wrong that can."""

import pytest

from tests.chaos.play import play, setting


@pytest.mark.parametrize("seed", range(60))
def test_no_notice_is_lost_or_doubled_whatever_goes_wrong(seed: int) -> None:
    assert play(setting(seed))["notices"] > 0


@pytest.mark.parametrize("seed", range(1000, 1010))
def test_nor_when_every_fifth_call_goes_wrong(seed: int) -> None:
    assert play(setting(seed, share=0.2))["notices"] > 0
