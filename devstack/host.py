"""Where Kabar's functions run: in this process, or in Lambda's own runtime."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from devstack.api_front import Front
from devstack.pumps.function import Function


class Source(NamedTuple):
    """What a function gets of its queue or stream. at_once: how many batches at the same time, None where nobody bounds it."""

    batch_size: int
    at_once: int | None


@dataclass(frozen=True)
class LambdaFiles:
    """Where to look at what runs in Lambda's runtime. package: the zip that was deployed, unzipped; logs: of each function."""

    package: Path
    zip_bytes: int
    logs: Path


class Host(Protocol):
    """Kabar, ready to be called.

    Attributes:
        graph_version: The version of WhatsApp's API that it speaks.
        files: None where it runs in this process.
    """

    graph_version: str
    files: LambdaFiles | None

    def serve(self, listening: socket.socket) -> Front:
        """The API on a listening socket; not started yet."""

    def function(self, name: str) -> Function:
        """The event handler of that name in app.py."""

    def source(self, name: str) -> Source:
        """What brings it its events."""
