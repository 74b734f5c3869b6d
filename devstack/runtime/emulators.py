"""The emulators of a stack's functions, as processes under a keeper of their own."""

import json
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from devstack.moto_server import StartError
from devstack.runtime.deployed import Deployed
from devstack.runtime.sandbox import Sandbox, Surroundings, free_ports, sandbox

_ROOT = Path(__file__).parents[2]
_READY_WITHIN_S = 30.0
_TRIES = 3


class Emulators:
    """Emulators that run, until `stop` or the end of this process."""

    def __init__(self, sandboxes: Sequence[Sandbox]) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", "devstack.runtime.keeper"],
            stdin=subprocess.PIPE,  # its lifeline: it closes with us, however we end
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            text=True,
            start_new_session=True,  # Ctrl-C is for us
        )
        assert self._keeper.stdin is not None
        self._keeper.stdin.write(json.dumps([one.told() for one in sandboxes]) + "\n")
        self._keeper.stdin.flush()

    def wait(self) -> None:
        """Returns once all of them listen.

        Raises:
            StartError: one does not.
        """
        out = self._keeper.stdout
        assert out is not None
        ready, _, _ = select.select([out], [], [], _READY_WITHIN_S)
        line = out.readline().strip() if ready else "the emulators keep silent"
        if line != "ready":
            self.stop()
            raise StartError(line or "the keeper of the emulators ended")

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends them; does nothing the second time."""
        keeper = self._keeper
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        keeper.stdin.close()
        try:
            keeper.wait(timeout_s)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
        keeper.stdout.close()


def start(around: Surroundings, wanted: Sequence[tuple[Deployed, int]]) -> tuple[Emulators, Mapping[str, list[int]]]:
    """Starts so many environments of each function. Returns them, and the ports by the functions' names.

    Nothing of Kabar is started yet: the emulator does so when the first invocation comes.

    Raises:
        StartError: they did not come up, each time on other ports.
    """
    for tries_left in reversed(range(_TRIES)):
        ports = iter(free_ports(sum(count for _, count in wanted)))
        sandboxes = {one.name: [sandbox(around, one, n, next(ports)) for n in range(count)] for one, count in wanted}
        emulators = Emulators([each for several in sandboxes.values() for each in several])
        try:
            emulators.wait()
        except StartError:
            if not tries_left:
                raise
        else:
            return emulators, {name: [each.port for each in several] for name, several in sandboxes.items()}
    raise AssertionError("unreachable")
