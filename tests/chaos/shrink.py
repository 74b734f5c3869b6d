"""From a run that fails to the least that still does: fewer kinds of trouble, fewer residents, one notice."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.chaos.simulation import Setting, Simulation
from tests.chaos.trouble import KINDS
from tests.chaos.watched_store import Broken

_SHOWN = 30
_NOTICE = re.compile(r"[A-Z0-9-]{8,60}\.[0-9]{1,6}|[0-9a-f]{20}\.[0-9a-f]{8,64}")


def shrunk(setting: Setting, error: BaseException) -> tuple[Setting, list[str], str]:
    """The smallest setting found that fails, its trace, and how it fails."""
    for smaller in _with_fewer_residents(setting):
        if failure(smaller) is not None:
            setting = smaller
            break
    for kind in 2 * sorted(KINDS.keys() - setting.without):
        smaller = replace(setting, without=setting.without | {kind}, certain=setting.certain - {kind})
        if failure(smaller) is not None:
            setting = smaller
    simulation = Simulation(setting)
    why = str(failure(setting, simulation) or error)
    return setting, _of_one_notice(simulation.trace, why), why


def failure(setting: Setting, simulation: Simulation | None = None) -> BaseException | None:
    """How a setting fails, None when it does not."""
    try:
        (simulation or Simulation(setting)).run()
    except (Exception, Broken) as error:  # noqa: BLE001  # whatever it is
        return error
    return None


def _with_fewer_residents(setting: Setting) -> Iterator[Setting]:
    """Few see less of the trouble, so some more seeds are tried; of the same kind, since every tenth has an outage."""
    for residents in (1, 2, 4):
        for seed in range(setting.seed, setting.seed + 120, 10):
            if residents < setting.residents:
                yield replace(setting, residents=residents, seed=seed)


def _of_one_notice(trace: list[str], why: str) -> list[str]:
    """The end of a trace; of a notice that the failure names, what is about it, and how that ended."""
    named = _NOTICE.search(why)
    told = [
        line for before, line in zip(["", *trace], trace, strict=False)
        if named and (named[0] in line or (named[0] in before and line.startswith("    ") and ":" not in line[:12]))
    ]  # fmt: skip
    return (told or trace)[-_SHOWN:]
