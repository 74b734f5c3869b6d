"""`make chaos SEED=… N=…`: plays seeds one after another and prints what became of their notices."""

import argparse
import logging
import sys
import traceback
from collections import Counter

from tests.chaos.shrink import shrunk
from tests.chaos.simulation import Setting, Simulation
from tests.chaos.trouble import KINDS
from tests.chaos.watched_store import Broken


def setting(seed: int, share: float = 0.05, residents: int = 12, without: str = "", certain: str = "") -> Setting:
    """The setting of a seed: every tenth has a provider that is away for 26 hours. without, certain: kinds, with commas."""
    left_out, lasting = (frozenset(filter(None, kinds.split(","))) for kinds in (without, certain))
    return Setting(seed, residents, share, outage=seed % 10 == 9, without=left_out, certain=lasting)


def play(given: Setting) -> Counter[str]:
    """Plays one seed. Returns figures. Raises Broken."""
    simulation = Simulation(given)
    simulation.run()
    figures = Counter(f"notices {notice.state.value}" for notice in simulation.world.notices())
    figures["notices"] = figures.total()
    figures["messages that arrived"] = sum(one.arrived for all_ in simulation.phones.by_notice.values() for one in all_)
    figures["dead letters"] = simulation.dead_letters
    figures["circuits opened"] = simulation.store.openings
    figures["circuits that Meta told of"] = simulation.store.tellings
    return figures + Counter({f"second messages {reason}": number for reason, number in simulation.phones.figures.items()})


def report(given: Setting, error: BaseException) -> None:
    """Says what a failing seed needs in order to fail, and how it is played again."""
    if not isinstance(error, Broken):
        traceback.print_exception(error)
    small, trace, why = shrunk(given, error)
    without = "".join(
        f" {name}={','.join(sorted(kinds))}"
        for name, kinds in (("WITHOUT", small.without), ("CERTAIN", small.certain)) if kinds
    )  # fmt: skip
    sys.stderr.write("\n".join(trace))
    sys.stderr.write(f"\n\nseed {given.seed}: {error}\n")
    sys.stderr.write(f"the least of it that fails: {why}\n")
    if needs := sorted(KINDS.keys() - small.without):
        sys.stderr.write("it needs " + ", ".join(f"{kind} ({KINDS[kind]})" for kind in needs) + "\n")
    sys.stderr.write(f"again: make chaos SEED={small.seed} N=1 RESIDENTS={small.residents} SHARE={small.share}{without}\n")


def main() -> int:
    """Exit code 0 when every promise held, 1 when one did not; with --quick 3 when anything else went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.play", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--n", type=int, default=200, help="how many")
    parser.add_argument("--share", type=float, default=0.05, help="how many calls and sends go wrong")
    parser.add_argument("--residents", type=int, default=12, help="how many residents there are")
    parser.add_argument("--without", default="", help=f"what to leave out: {', '.join(KINDS)}")
    parser.add_argument("--certain", default="", help="what every seed is to have of: away, budget, down, engine, jump, storm")
    parser.add_argument("--quick", action="store_true", help="do not look for the least that fails")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    figures: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.n):
        one = setting(seed, given.share, given.residents, given.without, given.certain)
        try:
            figures += play(one)
        except (Exception, Broken) as error:  # noqa: BLE001  # whatever it is, the seed that shows it is what counts
            if given.quick:
                sys.stderr.write(f"seed {seed}: {type(error).__name__} {error}\n")
                return 1 if isinstance(error, Broken) else 3
            report(one, error)
            return 1
    sys.stdout.write(f"{given.n} seeds, {given.share:.0%} of calls and sends gone wrong, 0 lost, 0 unexplained duplicates\n")
    sys.stdout.writelines(f"  {number:7d} {name}\n" for name, number in sorted(figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
