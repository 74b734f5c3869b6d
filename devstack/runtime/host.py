"""Kabar as it was deployed, in Lambda's own runtime."""

import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from chalicelib.settings import read_settings
from devstack.aws import LocalAws
from devstack.clock import OffsetClock
from devstack.host import LambdaFiles, Source
from devstack.provision import Backing
from devstack.pumps.function import Function
from devstack.runtime import deployed, emulator, emulators, project
from devstack.runtime.gateway import Gateway
from devstack.runtime.lambda_function import LambdaFunction
from devstack.runtime.proxy_events import Api
from devstack.runtime.sandbox import surroundings
from ops.configure import Outputs

_AT_ONCE: Mapping[str, int] = {"api_handler": 4, "dispatch": 1, "deliver": 2, "media": 1, "sweep": 1, "social": 1}
"""Function of app.py → how many of its execution environments there are at most; a machine is smaller than AWS."""


class LambdaKabar:
    """A devstack.host.Host. functions: by their names in app.py, all of them running."""

    def __init__(
        self, api: Api, functions: Mapping[str, LambdaFunction], subscriptions: Mapping[str, Source], files: LambdaFiles
    ) -> None:
        self.files: LambdaFiles | None = files
        self.graph_version = read_settings(functions["api_handler"].deployed.variables).graph_version
        self._api = api
        self._functions = functions
        self._subscriptions = subscriptions

    @classmethod
    @contextmanager
    def deployed(cls, stage: str, aws: LocalAws, backing: Backing, graph_url: str, clock: OffsetClock) -> Iterator[Self]:
        """Deploys the project as it lies here, and runs what was deployed until the context ends.

        clock: the functions' too, from now on.

        Raises:
            StartError: it could not be deployed, or does not run on this machine.
        """
        program = emulator.fetch()
        outputs = Outputs(
            backing.table, backing.stream_arn, backing.queue_name, backing.queue_url,
            backing.media_queue_name, backing.media_queue_url, backing.media_bucket, social_topic=backing.social_topic,
        )  # fmt: skip
        with tempfile.TemporaryDirectory(prefix="kabar-lambda-", ignore_cleanup_errors=True) as made:
            folder = Path(made)
            around = surroundings(folder, program, aws.endpoint_url, graph_url)
            clock.tell(around.clock)
            project.deploy(folder / "project", stage, outputs, {"KABAR_GRAPH_URL": graph_url}, aws.endpoint_url)
            found = {name: deployed.function(aws, stage, name, folder / "packages") for name in _AT_ONCE}
            sources = {"dispatch": backing.stream_arn, "deliver": backing.queue_arn, "media": backing.media_queue_arn}
            subscribed = {name: deployed.subscription(aws, arn) for name, arn in sources.items()}
            processes, ports = emulators.start(around, [(found[name], count) for name, count in _AT_ONCE.items()])
            try:
                files = LambdaFiles(found["api_handler"].package, found["api_handler"].size, around.logs)
                functions = {name: LambdaFunction(one, ports[one.name]) for name, one in found.items()}
                yield cls(deployed.api(aws), functions, subscribed, files)
            finally:
                processes.stop()

    def serve(self, listening: socket.socket) -> Gateway:
        """The API as it was deployed."""
        return Gateway(self._api, self._functions["api_handler"], listening)

    def function(self, name: str) -> Function:
        """A deployed event handler."""
        one = self._functions[name]
        return Function(name, one, timeout_s=one.deployed.timeout_s, memory_mb=one.deployed.memory_mb)

    def source(self, name: str) -> Source:
        """A deployed subscription, as far as this machine goes."""
        declared, here = self._subscriptions[name], self._functions[name].at_once
        return Source(declared.batch_size, min(declared.at_once or here, here))
