"""Kabar itself in this process, as it would be deployed: its app, its handlers, and what .chalice/config.json says of them."""

import importlib
import json
import os
import socket
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from chalice.app import Chalice
from chalice.config import Config

from chalicelib import wiring
from chalicelib.ports import Clock
from chalicelib.wiring import Wiring
from devstack.api_server import ApiServer
from devstack.host import LambdaFiles, Source
from devstack.pumps.function import Function

_ROOT = Path(__file__).parent.parent


class Kabar:
    """A devstack.host.Host: the app of this process, imported when this is made, when its environment becomes the functions'.

    variables: what the functions find in their environment beside what the stage's configuration says.
    """

    files: LambdaFiles | None = None

    def __init__(self, stage: str, clock: Clock, variables: Mapping[str, str]) -> None:
        os.environ.update(stage_variables(stage) | dict(variables))
        wiring.use_clock(clock)
        self._module = importlib.import_module("app")
        self._app: Chalice = self._module.app
        # All parts at once: boto3 makes its first client in one thread only.
        self.graph_version = _built(wiring.wired()).settings.graph_version
        self._stage = stage
        self._sources = {source.name: source for source in self._app.event_sources}

    def serve(self, listening: socket.socket) -> ApiServer:
        """The API as Chalice's local server has it."""
        return ApiServer(self._app, _config(self._stage, "api_handler", self._app), listening)

    def function(self, name: str) -> Function:
        """The event handler `name` with its deployed time and memory."""
        config = _config(self._stage, name, self._app)
        return Function(
            name, getattr(self._module, name), timeout_s=config.lambda_timeout or 60, memory_mb=config.lambda_memory_size or 128
        )

    def source(self, name: str) -> Source:
        """What app.py says of the event source of `name`."""
        declared = self._sources[name]
        return Source(declared.batch_size, getattr(declared, "maximum_concurrency", None))


def _config(stage: str, function: str, app: Chalice | None = None) -> Config:
    on_disk = json.loads((_ROOT / ".chalice" / "config.json").read_text())
    given = {"project_dir": str(_ROOT), "chalice_app": app}
    return Config(stage, function, user_provided_params=given, config_from_disk=on_disk)


def _built(parts: Wiring) -> Wiring:
    for name, part in vars(Wiring).items():
        if isinstance(part, cached_property):
            getattr(parts, name)
    return parts


def stage_variables(stage: str) -> dict[str, str]:
    """What the stage's configuration puts into the environment of every function."""
    variables: dict[str, str] = _config(stage, "api_handler").environment_variables
    return variables
