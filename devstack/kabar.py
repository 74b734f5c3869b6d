"""Kabar itself, as it would be deployed: its app, its handlers, and what .chalice/config.json says of them."""

import importlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from chalice.app import Chalice
from chalice.config import Config

from chalicelib import wiring
from chalicelib.ports import Clock
from chalicelib.wiring import Wiring
from devstack.pumps.function import Function

_ROOT = Path(__file__).parent.parent


class Kabar:
    """The app of this process, imported when this is made.

    Attributes:
        app: The API.
        config: Its settings, as Chalice reads them.
        wiring: All parts, already built: boto3 makes its first client in one thread only.
    """

    def __init__(self, stage: str, clock: Clock) -> None:
        wiring.use_clock(clock)
        self._module = importlib.import_module("app")
        self.app: Chalice = self._module.app
        self.config = _config(stage, "api_handler", self.app)
        self.wiring = _built(wiring.wired())
        self._stage = stage
        self._sources = {source.name: source for source in self.app.event_sources}

    def function(self, name: str) -> Function:
        """The event handler `name` with its deployed time and memory."""
        config = _config(self._stage, name, self.app)
        return Function(
            name, getattr(self._module, name), timeout_s=config.lambda_timeout or 60, memory_mb=config.lambda_memory_size or 128
        )

    def source(self, name: str) -> Any:
        """What app.py says of the event source of `name`: one of chalice.app's …EventConfig."""
        return self._sources[name]


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
