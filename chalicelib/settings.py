"""Typed settings: the only reader of the environment, but for what app.py needs while it is imported."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from chalicelib.domain.errors import Misconfigured


@dataclass(frozen=True)
class Settings:
    """What a stage sets. queue_url: of the notices queue; graph_url: where WhatsApp's Graph API is.

    sends_at_once: how many notices are delivered at the same time (the queue's maximum concurrency); sends_per_s: what the
    provider takes from one number (80; numbers in coexistence get 20, whatever this says). sms_engine: `sns`, or `eum` for
    End User Messaging SMS, whose configuration set sends its reports to the topic that app.py listens to. media_queue_url and
    media_bucket: of the files that residents send; without them these stay at WhatsApp.
    social_version: of Meta's API as AWS End User Messaging Social takes it; its guide knows the one here alone.
    """

    stage: str
    table: str
    queue_url: str
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v24.0"
    social_version: str = "v20.0"
    sends_at_once: int = 5
    sends_per_s: int = 80
    sms_engine: str = "sns"
    sms_configuration_set: str = ""
    media_queue_url: str = ""
    media_bucket: str = ""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, from `KABAR_<FIELD>`.

    Raises:
        Misconfigured: naming the variable that is missing or wrong.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for field in fields(Settings):
        name = f"KABAR_{field.name.upper()}"
        text = source.get(name)
        if text:
            values[field.name] = _number(name, text) if field.type is int else text
        elif field.default is MISSING:
            raise Misconfigured(f"{name} is not set.")
    return Settings(**values)


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise Misconfigured(f"{name} is not a number above 0.")
    return int(text)
