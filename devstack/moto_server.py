"""Moto, the stand-in for AWS, as a process of its own."""

import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Self

from devstack.environment import hermetic

_ROOT = Path(__file__).parent.parent


class StartError(Exception):
    """A part of the stack did not come up; the text says which and why."""


class MotoServer:
    """Moto's server on 127.0.0.1: one request at a time, gone when this process is.

    Attributes:
        url: Where it answers, once `wait` has returned.
    """

    def __init__(self, port: int = 0, module: str = "devstack.moto_process") -> None:
        """Starts the process and does not wait for it. port: 0 takes a free one; module: what runs it."""
        self.url = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(port)],
            stdin=subprocess.PIPE,  # its lifeline: it closes with us, however we end
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=hermetic(os.environ),
            start_new_session=True,  # Ctrl-C is for us; we stop it when nothing needs it any more
        )

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def wait(self, timeout_s: float = 30.0) -> None:
        """Returns once the server listens.

        Raises:
            StartError: It ended or kept silent.
        """
        out = self._process.stdout
        assert out is not None
        ready, _, _ = select.select([out], [], [], timeout_s)
        line = out.readline() if ready else b""
        if not line:
            self.stop()
            how = f"ended with {self._process.returncode}" if ready else f"did not listen within {timeout_s:g} s"
            raise StartError(f"moto's server {how}")
        self.url = f"http://127.0.0.1:{int(line)}"

    def stop(self, timeout_s: float = 3.0) -> None:
        """Ends the process, by force if it does not follow; does nothing the second time."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
