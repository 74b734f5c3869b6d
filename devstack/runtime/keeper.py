"""Keeps the emulators for as long as whoever started them is there: `python -m devstack.runtime.keeper`.

The first line of standard input says what to run: a list of `{"command", "environment", "folder", "log", "port"}` as JSON. Once
all of them listen it writes `ready` to standard output, or what is wrong. When standard input ends, it ends them and itself:
whatever becomes of the process that started it, even by SIGKILL, none stays behind.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LISTENS_WITHIN_S = 15.0
_ENDS_WITHIN_S = 3.0


def main() -> None:
    """Runs them until standard input ends."""
    told = json.loads(sys.stdin.readline() or "[]")
    started = [_start(one) for one in told]
    try:
        sys.stdout.write(f"{_fault(told, started) or 'ready'}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        _end(started)


def _start(told: dict[str, Any]) -> subprocess.Popen[bytes]:
    with Path(told["log"]).open("ab") as log:
        return subprocess.Popen(
            told["command"], env=told["environment"], cwd=told["folder"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def _fault(told: Sequence[dict[str, Any]], started: Sequence[subprocess.Popen[bytes]]) -> str:
    """Waits until all listen. What is wrong, empty when nothing is."""
    deadline = time.monotonic() + _LISTENS_WITHIN_S
    for one, process in zip(told, started, strict=True):
        while not _listens(one["port"]):
            if process.poll() is not None or time.monotonic() > deadline:
                return f"the emulator of {one['log']} does not listen"
            time.sleep(0.02)
    time.sleep(0.1)  # one whose port another had already ends only now
    ended = [one["log"] for one, process in zip(told, started, strict=True) if process.poll() is not None]
    return f"the emulators of {', '.join(ended)} ended" if ended else ""


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Asks them to end, which makes them end their functions; kills those that do not."""
    for process in started:
        process.terminate()
    deadline = time.monotonic() + _ENDS_WITHIN_S
    for process in started:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    main()
