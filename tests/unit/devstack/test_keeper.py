import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.moto_server import StartError
from devstack.runtime.emulators import Emulators
from devstack.runtime.sandbox import Sandbox, free_ports
from tests.unit.devstack.waiting import eventually

LISTEN = """
import signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("asked to end", flush=True)))
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("up", flush=True)
time.sleep(60)
"""
STUBBORN = LISTEN.replace('lambda *_: sys.exit(print("asked to end", flush=True))', "signal.SIG_IGN")
START_AND_WAIT = """
import json, sys, time
from devstack.runtime.emulators import Emulators
from devstack.runtime.sandbox import Sandbox
emulators = Emulators([Sandbox(**one) for one in json.loads(sys.argv[1])])
emulators.wait()
print("ready", flush=True)
time.sleep(60)
"""


def stand_in(folder: Path, port: int, code: str = LISTEN) -> Sandbox:
    return Sandbox([sys.executable, "-c", code, str(port)], {"A": "1"}, str(folder), str(folder / f"{port}.log"), port)


def alive(port: int) -> list[int]:
    """Processes that were started for a port."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[-2:] == [str(port).encode(), b""]:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def ports() -> Iterator[list[int]]:
    numbers = [number for pair in free_ports(1) for number in pair]
    yield numbers
    for process in (process for port in numbers for process in alive(port)):
        os.kill(process, signal.SIGKILL)


def test_they_run_until_they_are_stopped(tmp_path: Path, ports: list[int]) -> None:
    emulators = Emulators([stand_in(tmp_path, port) for port in ports])
    emulators.wait()
    assert all(alive(port) for port in ports)
    emulators.stop()
    emulators.stop()
    assert not any(alive(port) for port in ports)
    assert (tmp_path / f"{ports[0]}.log").read_text() == "up\nasked to end\n"


def test_one_that_does_not_end_when_it_is_told_to_is_ended(tmp_path: Path, ports: list[int]) -> None:
    emulators = Emulators([stand_in(tmp_path, ports[0], STUBBORN)])
    emulators.wait()
    emulators.stop()
    assert eventually(lambda: not alive(ports[0]))


@pytest.mark.parametrize("code", ["", "import time; time.sleep(0.3)"])
def test_one_that_ends_at_once_is_a_start_that_failed(tmp_path: Path, ports: list[int], code: str) -> None:
    emulators = Emulators([stand_in(tmp_path, ports[0]), stand_in(tmp_path, ports[1], code)])
    with pytest.raises(StartError, match=f"{ports[1]}.log does not listen"):
        emulators.wait()
    assert not any(alive(port) for port in ports)


def test_one_whose_port_somebody_else_has_is_a_start_that_failed(tmp_path: Path, ports: list[int]) -> None:
    others = Emulators([stand_in(tmp_path, ports[0])])
    others.wait()
    emulators = Emulators([stand_in(tmp_path, ports[0])])
    with pytest.raises(StartError, match=r"ended|does not listen"):
        emulators.wait()
    assert len(alive(ports[0])) == 1
    others.stop()


def test_they_end_with_the_process_that_started_them_even_when_it_is_killed(tmp_path: Path, ports: list[int]) -> None:
    told = json.dumps([stand_in(tmp_path, port).told() for port in ports])
    with subprocess.Popen([sys.executable, "-c", START_AND_WAIT, told], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert select.select([parent.stdout], [], [], 20)[0]
        assert parent.stdout.readline() == "ready\n"
        assert all(alive(port) for port in ports)
        parent.kill()
        assert eventually(lambda: not any(alive(port) for port in ports))
