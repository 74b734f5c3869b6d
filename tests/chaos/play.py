"""`make chaos SEED=… N=…`: plays seeds one after another and prints what became of their notices."""

import argparse
import logging
import sys
import traceback
from collections import Counter

from tests.chaos.simulation import Simulation
from tests.chaos.watched_store import Broken

_SHOWN = 60


def play(seed: int, share: float) -> Counter[str]:
    """Plays one seed; every tenth has a provider that is down for 26 hours. Returns figures. Raises Broken."""
    simulation = Simulation(seed, share=share, outage=seed % 10 == 9)
    try:
        simulation.run()
    except Exception:
        sys.stderr.write("\n".join(simulation.trace[-_SHOWN:]) + "\n")
        raise
    figures = Counter(notice.state.value for notice in simulation.world.notices())
    figures["notices"] = figures.total()
    figures["arrivals"] = sum(len(arrivals) for arrivals in simulation.phones.by_notice.values())
    figures["resent after an unknown outcome"] = simulation.phones.resent
    figures["by SMS too"] = simulation.phones.by_sms_too
    return figures


def main() -> int:
    """Exit code 0 when every promise held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--n", type=int, default=200, help="how many")
    parser.add_argument("--share", type=float, default=0.05, help="how many calls and sends go wrong")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    figures: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.n):
        try:
            figures += play(seed, given.share)
        except Exception as error:  # noqa: BLE001  # whatever it is, the seed that shows it is what counts
            if not isinstance(error, Broken):
                traceback.print_exc()
            sys.stderr.write(f"\nseed {seed}: {error}\nreplay: make chaos SEED={seed} N=1\n")
            return 1
    sys.stdout.write(f"{given.n} seeds, {given.share:.0%} of calls and sends gone wrong, 0 lost, 0 unexplained duplicates\n")
    sys.stdout.writelines(f"  {count:7d} {name}\n" for name, count in sorted(figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
