"""Starts a function's code in this machine's Lambda, as /var/runtime/bootstrap does in AWS's: `bootstrap.py CLOCK HANDLER`.

It belongs to neither the package nor devstack, and sees nothing but the standard library, the package and what Lambda brings
along. Beside starting AWS's runtime client it sets Kabar's clock, once the package's own wiring has been imported by whoever
needs it: so the package is what is deployed, and is imported when and as it is in AWS.
"""

import importlib
import runpy
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_WIRING = "chalicelib.wiring"


class FileClock:
    """Real time, plus as many seconds as a file says at that moment: see devstack.clock."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        """Now, in UTC, with a time zone."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))


class WhenWired(MetaPathFinder):
    """Hands the clock to the package's wiring as soon as that is imported."""

    def __init__(self, clock: FileClock) -> None:
        self._clock = clock

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Leaves the finding to others; adds to what the import of that one module does."""
        del path, target
        if fullname != _WIRING:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_set(module: ModuleType) -> None:
                execute(module)
                module.use_clock(self._clock)

            spec.loader.exec_module = execute_and_set  # type: ignore[method-assign]
        return spec


def end_each_line() -> None:
    """Ends each log line with a line's end: AWS's client frames them where Lambda listens, and the emulator does not."""

    def log(_self: object, message: str, frame_type: object = None) -> None:
        del frame_type
        sys.stdout.write(message.removesuffix("\n") + "\n")

    importlib.import_module("awslambdaric.bootstrap").StandardLogSink.log = log


def main(clock: str, handler: str) -> None:
    """Serves the function's invocations until the emulator ends."""
    sys.meta_path.insert(0, WhenWired(FileClock(Path(clock))))
    end_each_line()
    sys.argv = ["awslambdaric", handler]
    runpy.run_module("awslambdaric", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
