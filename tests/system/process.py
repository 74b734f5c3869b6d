"""`python -m devstack up` as a process."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.system.client import Devstack
from tests.system.privacy import has_phone

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60.0  # some four on a machine with nothing else to do
STOPS_WITHIN_S = 15.0

# What a developer's shell may hold, and none of it may have any effect.
HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
    "AWS_SESSION_TOKEN": "real",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "KABAR_TABLE": "kabar-production",
}


class Process:
    """A stack that was started, and that is killed at the end if it still runs."""

    def __init__(self, *arguments: str) -> None:
        self._err = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "devstack", "up", *arguments],
            cwd=ROOT,
            env=os.environ | HOSTILE,
            stdout=subprocess.PIPE,
            stderr=self._err,
            text=True,
        )
        # Whatever becomes of it, nobody waits for its first line for ever.
        self._watchdog = threading.Timer(STARTS_WITHIN_S, self._process.kill)
        self._watchdog.start()

    def first_line(self) -> str:
        """What it says on standard output once everything answers."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self._watchdog.cancel()
        assert line, f"it did not start: {self.errors()[-4000:]}"
        return line

    def ends_after(self, number: signal.Signals) -> int:
        """Its exit code, in time after a signal."""
        self._process.send_signal(number)
        return self.ends()

    def ends(self) -> int:
        """Its exit code, in time."""
        return self._process.wait(STOPS_WITHIN_S)

    def rest_of_output(self) -> str:
        """What else it wrote to standard output, once it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.read()

    def errors(self) -> str:
        """What it wrote to standard error so far."""
        self._err.seek(0)
        return self._err.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._err.close()


def falls_silent(url: str, within_s: float = 5) -> bool:
    """Whether nobody listens there any more, or not for long."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=1).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.02)
    return False


@contextmanager
def stack_alone() -> Iterator[Devstack]:
    """A stack for some tests alone. At its end it stops when it is told to, and has logged nobody's number."""
    with Process("--json", "--port", "0") as process:
        stack = Devstack(process.first_line())
        yield stack
        stack.close()
        assert process.ends_after(signal.SIGTERM) == 0
        logged = process.errors().splitlines()
    assert [line for line in logged if has_phone(line)] == [], "a phone number was logged"
