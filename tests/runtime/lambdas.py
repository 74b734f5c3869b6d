"""Functions in Lambda's runtime, one at a time: as they were deployed, or with something missing."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from devstack.aws import LocalAws
from devstack.clock import OffsetClock
from devstack.runtime import deployed, emulator, emulators
from devstack.runtime.deployed import Deployed
from devstack.runtime.invocation import invoke
from devstack.runtime.sandbox import Surroundings, surroundings
from ops.project import CONFIG, read_json

PROBE = Path(__file__).parent / "probe"


class Lambdas:
    """What a running stack deployed, to be run again in a folder of one's own."""

    def __init__(self, aws_url: str, sns_url: str, folder: Path) -> None:
        self._aws = LocalAws(aws_url)
        self._folder = folder
        program = emulator.program()
        assert program is not None
        self.around: Surroundings = surroundings(folder, program, aws_url, sns_url)
        OffsetClock().tell(self.around.clock)

    def function(self, name: str) -> Deployed:
        """A function of app.py as it was deployed, with its package unzipped here."""
        return deployed.function(self._aws, "dev", name, self._folder / "packages")

    def without(self, name: str, missing: str) -> Deployed:
        """The function with a file or folder missing from its package."""
        one = self.function(name)
        broken = self._folder / "broken" / missing.replace("/", "-") / name
        shutil.copytree(one.package, broken)
        path = broken / missing
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return replace(one, package=broken)

    def probe(self, name: str, handler: str) -> Deployed:
        """The function with another package and handler: see tests/runtime/probe."""
        return replace(self.function(name), package=PROBE, handler=f"probe.{handler}")

    @staticmethod
    def config() -> Any:
        """What .chalice/config.json says."""
        return read_json(CONFIG)

    @contextmanager
    def running(self, function: Deployed) -> Iterator[Callable[[Any], Any]]:
        """Runs it in one environment; yields what invokes it."""
        processes, ports = emulators.start(self.around, [(function, 1)])
        try:
            (port,) = ports[function.name]
            yield lambda event: invoke(port, event, function.timeout_s)
        finally:
            processes.stop()
