"""Starts the stack, plays the day, and says whether every outcome was as it should be."""

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

from rich.console import Console
from rich.text import Text

from devstack.demo import day
from devstack.demo.people import Unexpected
from devstack.demo.stage import Stage
from devstack.moto_server import StartError


def run(*, lambda_runtime: bool = False) -> int:
    """The exit code: 0 when every check held, else 1. What the stack logs goes to a file, named when something is off.

    lambda_runtime: as devstack.stack.running has it.
    """
    logs = Path(tempfile.gettempdir()) / f"kabar-demo-{os.getpid()}.log"
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    console = Console(file=out, highlight=False)
    failures = _play(console, logs, lambda_runtime=lambda_runtime)
    if failures:
        console.print(Text(f"\nOff: {'; '.join(failures)}. The stack's log: {logs}", style="bold red"), soft_wrap=True)
    else:
        logs.unlink(missing_ok=True)
    out.flush()
    return 1 if failures else 0


def _play(console: Console, log_path: Path, *, lambda_runtime: bool) -> list[str]:
    """Plays the day; what went off, in words."""
    started = time.monotonic()
    with log_path.open("w", encoding="utf-8") as log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(log.fileno(), stream.fileno())
        from devstack import logs
        from devstack.stack import running

        logs.to_stderr()
        console.print(Text("Starting Kabar on this machine …", style="dim"))
        try:
            with running(0, lambda_runtime=lambda_runtime) as stack:
                stage = Stage(stack, console)
                requests = day.play(stage)
                held = stage.checks - len(stage.failures)
                took = time.monotonic() - started
                console.print(Text(f"\n{held} of {stage.checks} outcomes as they should be, in {took:.0f} s.\n", style="bold"))
                console.print(stage.table(requests))
                return stage.failures
        except (StartError, Unexpected) as error:
            return [str(error)]
        except Exception as error:  # noqa: BLE001  # nobody would see the traceback: it goes into the log
            traceback.print_exc()
            return [f"{type(error).__name__}: {error}"]
