"""One execution environment of a function: what is started, and what it finds there.

Source: "Defined runtime environment variables" in AWS's Lambda guide.
"""

import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devstack.environment import hermetic
from devstack.runtime import libraries
from devstack.runtime.deployed import Deployed

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")


@dataclass(frozen=True)
class Surroundings:
    """What all functions of a stack have around them.

    emulator: the program; libraries: a folder with what Lambda brings along; clock: the file that devstack.clock keeps; logs: a
    folder for them; outside: the region, credentials, and what leads to AWS's stand-in as the network would lead to AWS.
    """

    emulator: Path
    libraries: Path
    clock: Path
    logs: Path
    outside: Mapping[str, str]


def surroundings(folder: Path, emulator: Path, aws_url: str, graph_url: str) -> Surroundings:
    """Makes a folder with all of it but the clock. graph_url: of what also plays SNS and End User Messaging Social."""
    for name in ("libraries", "logs"):
        (folder / name).mkdir(parents=True)
    libraries.link(folder / "libraries")
    played = {"AWS_ENDPOINT_URL_SNS": graph_url, "AWS_ENDPOINT_URL_SOCIALMESSAGING": graph_url}
    outside = hermetic({}) | {"AWS_ENDPOINT_URL": aws_url, **played}
    return Surroundings(emulator, folder / "libraries", folder / "clock", folder / "logs", outside)


@dataclass(frozen=True)
class Sandbox:
    """What devstack.runtime.keeper is told. port: where the emulator takes invocations."""

    command: list[str]
    environment: dict[str, str]
    folder: str
    log: str
    port: int

    def told(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def sandbox(around: Surroundings, function: Deployed, number: int, ports: tuple[int, int]) -> Sandbox:
    """The function's environment of that number. ports: for invocations, and for the runtime's own API."""
    addresses = ("--runtime-interface-emulator-address", "--runtime-api-address")
    at = [word for name, port in zip(addresses, ports, strict=True) for word in (name, f"127.0.0.1:{port}")]
    # -S: nothing of this virtual environment. -P: nothing of this folder. -B: nothing is written, as in Lambda.
    python = [sys.executable, "-S", "-P", "-B", str(BOOTSTRAP), str(around.clock), function.handler]
    return Sandbox(
        command=[str(around.emulator), *at, *python],
        environment=environment(around, function),
        folder=str(function.package),
        log=str(around.logs / f"{function.name}-{number}.log"),
        port=ports[0],
    )


def environment(around: Surroundings, function: Deployed) -> dict[str, str]:
    """What was deployed, what Lambda itself adds, and nothing of this process's own."""
    return {
        **function.variables,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(function.package),
        "LAMBDA_RUNTIME_DIR": str(around.libraries),
        "PYTHONPATH": f"{function.package}:{around.libraries}",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout_s),  # the emulator's own
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_SESSION_TOKEN": "devstack",
        **around.outside,
    }


def free_ports(count: int) -> list[tuple[int, int]]:
    """Pairs of ports that nobody has at this moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2 * count)]
        numbers = [one.getsockname()[1] for one in sockets]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
