"""`make demo`: the first thing that anybody sees of Kabar."""

import re
import subprocess
import sys

from tests.system.process import ROOT


def test_every_outcome_of_the_day_is_as_it_should_be() -> None:
    played = subprocess.run(
        [sys.executable, "-m", "devstack", "demo"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=180
    )

    right = re.search(r"(\d+) of (\d+) outcomes as they should be", played.stdout)
    assert right, played.stderr[-2000:]
    assert right[1] == right[2], re.findall(r"Off: .*", played.stdout)
    assert int(right[2]) >= 50
    assert played.returncode == 0
