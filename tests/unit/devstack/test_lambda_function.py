import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from devstack.runtime.deployed import Deployed
from devstack.runtime.invocation import FunctionError
from devstack.runtime.lambda_function import LambdaFunction, Throttled


class Emulator:
    """Answers like the emulator. While `gate` is closed an invocation lasts; `said` is what it answers."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.inside = threading.Semaphore(0)
        self.said = b"null"
        self.seen: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
                outer.inside.release()
                outer.gate.wait(10)
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.said)))
                self.end_headers()
                self.wfile.write(outer.said)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def two() -> Iterator[tuple[Emulator, Emulator]]:
    emulators = Emulator(), Emulator()
    yield emulators
    for one in emulators:
        one.close()


def function(*emulators: Emulator, timeout_s: int = 5) -> LambdaFunction:
    deployed = Deployed("kabar-dev-x", "app.x", timeout_s, 512, {}, Path(), 0)
    return LambdaFunction(deployed, [one.port for one in emulators])


def test_one_after_the_other_all_go_to_the_same_environment(two: tuple[Emulator, Emulator]) -> None:
    invoke = function(*two)
    for n in range(3):
        assert invoke({"n": n}) is None
    assert [len(one.seen) for one in two] == [3, 0]


def test_what_comes_meanwhile_goes_to_another_one(two: tuple[Emulator, Emulator]) -> None:
    first, second = two
    invoke = function(*two)
    first.gate.clear()
    busy = threading.Thread(target=invoke, args=({},))
    busy.start()
    assert first.inside.acquire(timeout=5)
    second.said = b'"second"'
    assert invoke({}) == "second"
    first.gate.set()
    busy.join(5)
    assert [len(one.seen) for one in two] == [1, 1]


def test_when_all_are_busy_for_too_long_it_is_throttled(two: tuple[Emulator, Emulator]) -> None:
    first, _ = two
    invoke = function(first, timeout_s=0)
    first.gate.clear()
    busy = threading.Thread(target=invoke, args=({},))
    busy.start()
    assert first.inside.acquire(timeout=5)
    with pytest.raises(Throttled):
        invoke({})
    first.gate.set()
    busy.join(5)


def test_an_environment_whose_function_failed_is_free_again(two: tuple[Emulator, Emulator]) -> None:
    first, _ = two
    invoke = function(first, timeout_s=0)
    first.said = b'{"errorMessage": "no", "errorType": "Stale"}'
    for _ in range(2):
        with pytest.raises(FunctionError):
            invoke({})
