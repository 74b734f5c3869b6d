"""What a command works on: a stage, in a region."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config

from chalicelib.adapters.dynamo import DynamoStore

if TYPE_CHECKING:
    from chalicelib.ports import Store

JAKARTA = "ap-southeast-3"
_STAGE = re.compile(r"[a-z][a-z0-9-]{0,19}")  # as .chalice/backing.yaml takes it
_CONFIG = Config(connect_timeout=5, read_timeout=30)


@dataclass(frozen=True)
class Target:
    """A stage in a region. `yes` answers every question."""

    stage: str
    region: str
    yes: bool = False

    @property
    def table(self) -> str:
        """The name of the table that the backing stack made. After a restore another one is in use: ops.standing knows."""
        return f"kabar-{self.stage}"

    def client(self, service: str, config: Config = _CONFIG) -> Any:
        """A client of one of AWS's services; botocore itself honours AWS_ENDPOINT_URL."""
        return boto3.client(service, region_name=self.region, config=config)  # type: ignore[call-overload]

    def store(self, table: str) -> "Store":
        """A table as Kabar reads and writes it."""
        return DynamoStore(self.client("dynamodb"), table, utc_now, rng=SystemRandom())


def utc_now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def at_stage(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--stage`, `--region` and `--yes`, and hands it a Target as its first argument."""

    @click.option("--stage", default="dev", show_default=True, callback=_stage, help="Which of the stages.")
    @click.option("--region", default=_region, help=f"AWS region; by default AWS_REGION, else {JAKARTA} (Jakarta).")
    @click.option("--yes", is_flag=True, help="Ask nothing.")
    @wraps(command)
    def targeted(stage: str, region: str, yes: bool, **rest: Any) -> Any:  # noqa: FBT001 - click names them
        return command(Target(stage, region, yes), **rest)

    return targeted


def _region() -> str:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or JAKARTA


def _stage(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not _STAGE.fullmatch(value):
        raise click.BadParameter("up to 20 of a-z, 0-9 and -, beginning with a letter")
    return value
