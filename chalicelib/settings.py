"""Typed settings: the only reader of the environment, but for what app.py needs while it is imported."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.errors import Misconfigured


@dataclass(frozen=True)
class Settings:
    """What a stage sets. queue_url: of the notices queue; graph_url: where WhatsApp's Graph API is."""

    stage: str
    table: str
    queue_url: str
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v24.0"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, from `KABAR_<FIELD>`.

    Raises:
        Misconfigured: naming the variable that is missing.
    """
    source = os.environ if environment is None else environment
    values = {
        name: source[f"KABAR_{name.upper()}"] for name in Settings.__dataclass_fields__ if source.get(f"KABAR_{name.upper()}")
    }
    for name in ("stage", "table", "queue_url"):
        if name not in values:
            raise Misconfigured(f"KABAR_{name.upper()} is not set.")
    return Settings(**values)
