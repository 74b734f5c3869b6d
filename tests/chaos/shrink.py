"""From a run that fails to the least that still does: fewer kinds of trouble, fewer residents, one notice."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.chaos.simulation import Setting, Simulation
from tests.chaos.trouble import KINDS
from tests.chaos.watched_store import Broken

_MOST_RUNS = 60
_SHOWN = 60
_NOTICE = re.compile(r"[A-Z0-9-]{8,60}\.[0-9]{1,6}|[0-9a-f]{20}\.[0-9a-f]{8,64}")


def shrunk(setting: Setting, error: BaseException) -> tuple[Setting, list[str], str]:
    """The smallest setting found that fails, its trace, and how it fails. At most sixty runs."""
    runs = 0
    progress = True
    while progress and runs < _MOST_RUNS:
        progress = False
        for smaller in _smaller(setting):
            runs += 1
            failed = failure(smaller)
            if failed is not None:
                setting, error, progress = smaller, failed, True
                break
            if runs >= _MOST_RUNS:
                break
    simulation = Simulation(setting)
    failed = failure(setting, simulation)
    return setting, _of_one_notice(simulation.trace, str(failed or error)), str(failed or error)


def failure(setting: Setting, simulation: Simulation | None = None) -> BaseException | None:
    """How a setting fails, None when it does not."""
    try:
        (simulation or Simulation(setting)).run()
    except (Exception, Broken) as error:  # noqa: BLE001  # whatever it is
        return error
    return None


def _smaller(setting: Setting) -> Iterator[Setting]:
    for residents in (1, 2, 4, 8):
        if residents < setting.residents:
            yield replace(setting, residents=residents)
    for kind in KINDS:
        if kind not in setting.without:
            yield replace(setting, without=setting.without | {kind})


def _of_one_notice(trace: list[str], error: str) -> list[str]:
    """The end of a trace; of a notice that the error names, only what is about it."""
    named = _NOTICE.search(error)
    told = [line for line in trace if named and named[0] in line]
    return (told or trace)[-_SHOWN:]
