"""A place to deploy in: a copy of the project, and an account that is a moto server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from devstack.environment import hermetic

PROJECT = Path(__file__).parents[2]
REGION = "ap-southeast-3"
ACCOUNT = "123456789012"
_LEFT_BEHIND = (
    ".git",
    ".venv",
    ".cache",
    ".*_cache",
    ".hypothesis",
    "__pycache__",
    "build",
    "deployments",
    "deployed",
    "tests",
)
_OWN_PARTS = {"MOTO_LAMBDA_CONCURRENCY_QUOTA": "10"}  # as a new account has it
_CONFIG = Config(account_id_endpoint_mode="disabled", proxies={}, connect_timeout=5, read_timeout=30)


@dataclass(frozen=True)
class Place:
    """project: the copy's folder; url: the account's endpoint."""

    project: Path
    url: str

    def ops(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Runs `python -m ops …`; what is given is its standard input."""
        return self._run(sys.executable, "-m", "ops", *arguments, given=given)

    def chalice(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs `chalice …`, as a person would."""
        return self._run(str(Path(sys.executable).with_name("chalice")), *arguments)

    def client(self, service: str) -> Any:
        """A client of the account."""
        session = boto3.Session("testing", "testing", region_name=REGION)
        return session.client(service, endpoint_url=self.url, config=_CONFIG)  # type: ignore[call-overload]

    def deployed(self, stage: str) -> dict[str, dict[str, Any]]:
        """Chalice's record of a stage, by name."""
        record = json.loads((self.project / ".chalice" / "deployed" / f"{stage}.json").read_text())
        return {one["name"]: one for one in record["resources"]}

    @contextmanager
    def api(self, stage: str) -> Iterator[str]:
        """Runs the API of a deployed stage; yields its address, with a slash at its end."""
        found = self.client("lambda").get_function_configuration(FunctionName=f"kabar-{stage}")
        environment = self._environment() | found["Environment"]["Variables"]
        with subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("stage_api.py"))], cwd=self.project, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as server:  # fmt: skip
            assert server.stdin is not None
            assert server.stdout is not None
            try:
                url = server.stdout.readline().strip()
                assert url, f"the API ended with {server.wait(10)}"
                yield url
            finally:
                server.stdin.close()

    def _environment(self) -> dict[str, str]:
        return hermetic(os.environ) | {"AWS_ENDPOINT_URL": self.url, "COLUMNS": "200"}

    def _run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.project,
            env=self._environment(),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )


def copy_project(to: Path) -> Path:
    """What a fresh clone would hold, without its tests."""
    return Path(shutil.copytree(PROJECT, to / "kabar", ignore=shutil.ignore_patterns(*_LEFT_BEHIND)))


@contextmanager
def account() -> Iterator[str]:
    """An empty account's endpoint. The server ends with its standard input, whatever becomes of us."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.moto_aws", "0"],
        cwd=PROJECT, env=hermetic(os.environ) | _OWN_PARTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            port = server.stdout.readline().strip()
            assert port, f"moto's server ended with {server.wait(10)}"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stdin.close()
            server.wait(10)
