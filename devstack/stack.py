"""Puts the development stack together, and takes it apart."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import urllib3

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.catalogue import Office
from chalicelib.domain.notice import TIME_TO_LIVE
from chalicelib.domain.texts import templates
from chalicelib.wiring import utc_now
from devstack.api_server import ApiServer
from devstack.aws import LocalAws
from devstack.channels import CHANNELS
from devstack.clock import OffsetClock, into_the_day
from devstack.control import Control
from devstack.environment import entered
from devstack.kabar import Kabar, stage_variables
from devstack.listening import listen
from devstack.moto_server import MotoServer, StartError
from devstack.provision import Backing, Credentials, create_backing, store_secrets
from devstack.pumps.queue import QueuePump
from devstack.pumps.stream import StreamPump
from devstack.pumps.tick import TickPump
from devstack.simulator import Number, Simulator, SimulatorConfig, create_simulator
from devstack.tokens import mint_admin_token
from devstack.wsgi_server import WsgiServer

STAGE = "dev"
_REDELIVERY_DELAY_S = 2
"""After how long `deliver` gets a message again that it failed on, instead of the queue's six minutes."""
_SQS_CONCURRENCY = 2
"""How many messages at once, where app.py sets no bound: the least that shows what only happens at the same time."""


@dataclass(frozen=True)
class Stack:
    """A stack that runs."""

    api_url: str
    graph_url: str
    aws_endpoint_url: str
    backing: Backing
    credentials: Credentials
    staff_token: str


@contextmanager
def running(port: int) -> Iterator[Stack]:
    """Runs the whole stack in this process, with moto in one of its own. port: the API's; 0 takes a free one.

    While it runs, this process's environment is the stack's.

    Raises:
        StartError: a part did not come up; those that did are stopped.
    """
    with ExitStack() as parts:
        parts.enter_context(entered(os.environ))
        moto = MotoServer()
        parts.callback(moto.stop)
        api_socket, graph_socket = (parts.enter_context(listen(number)) for number in (port, 0))
        moto.wait()
        aws, credentials, clock = LocalAws(moto.url), Credentials(), OffsetClock(into_the_day(utc_now()))
        backing = create_backing(aws, STAGE)
        store_secrets(aws, STAGE, credentials)
        urls = {"api_url": _url(api_socket), "graph_url": _url(graph_socket), "aws_endpoint_url": moto.url}
        os.environ.update(stage_variables(STAGE) | _variables(backing, moto.url, urls["graph_url"]))
        app = Kabar(STAGE, clock)
        control = Control(clock)
        simulator = create_simulator(_simulated(urls["api_url"], credentials, app), clock, control)
        _serve(parts, app, api_socket, simulator, graph_socket)
        _pump(parts, app, aws, backing, clock, control, simulator)
        _check(urls)
        yield Stack(**urls, backing=backing, credentials=credentials, staff_token=mint_admin_token(app.wiring))


def _url(listening: socket.socket) -> str:
    return "http://{}:{}".format(*listening.getsockname())


def _variables(backing: Backing, aws_url: str, graph_url: str) -> dict[str, str]:
    """What the functions find in their environment."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ENDPOINT_URL_SNS": graph_url,
        "KABAR_STAGE": STAGE,
        "KABAR_TABLE": backing.table,
        "KABAR_STREAM_ARN": backing.stream_arn,
        "KABAR_QUEUE_NAME": backing.queue_name,
        "KABAR_QUEUE_URL": backing.queue_url,
        "KABAR_GRAPH_URL": graph_url,
    }


def _simulated(api_url: str, credentials: Credentials, app: Kabar) -> SimulatorConfig:
    offices = load_offices()
    return SimulatorConfig(
        app_secret=credentials.app_secret,
        verify_token=credentials.verify_token,
        access_token=credentials.access_token,
        webhook_url=f"{api_url}/webhooks/whatsapp",
        numbers={number: _number(offices[channel.office], channel.service) for number, channel in CHANNELS.items()},
        templates={(one.name, one.language): one.body for office in offices.values() for one in templates(office)},
        graph_version=app.wiring.settings.graph_version,
        lifetimes=_lifetimes(offices),
    )


def _number(office: Office, service: str | None) -> Number:
    return Number(office.name, office.services[service].name["id"] if service else None)


def _lifetimes(offices: Mapping[str, Office]) -> dict[str, timedelta]:
    """The templates that must arrive soon or not at all: a ready notice has one for each way to get the document."""
    names = {one.name for office in offices.values() for one in templates(office)}
    return {name: lifetime for name in names for kind, lifetime in TIME_TO_LIVE.items() if name.startswith(f"kabar_{kind}")}


def _serve(parts: ExitStack, app: Kabar, api_socket: socket.socket, simulator: Simulator, graph_socket: socket.socket) -> None:
    graph = WsgiServer(simulator.app, graph_socket, "simulator")
    parts.callback(graph.stop)
    parts.callback(simulator.close)  # before its server, which waits for nobody
    graph.start()
    api = ApiServer(app.app, app.config, api_socket)
    parts.callback(api.stop)
    api.start()


def _pump(
    parts: ExitStack, app: Kabar, aws: LocalAws, backing: Backing, clock: OffsetClock, control: Control, simulator: Simulator
) -> None:
    stream = StreamPump(
        aws.streams(), backing.stream_arn, app.function("dispatch"), batch_size=app.source("dispatch").batch_size
    )
    queue = QueuePump(
        aws.sqs(),
        backing.queue_url,
        app.function("deliver"),
        batch_size=app.source("deliver").batch_size,
        maximum_concurrency=app.source("deliver").maximum_concurrency or _SQS_CONCURRENCY,
        redelivery_delay_s=_REDELIVERY_DELAY_S,
    )
    tick = TickPump(app.function("sweep"), clock, rule=f"kabar-{STAGE}-sweep")
    control.watch(sources=[simulator], pumps=[stream, queue], tick=tick)
    for pump in (queue, stream, tick):
        parts.callback(pump.stop)
        pump.start()


def _check(urls: Mapping[str, str]) -> None:
    """Raises StartError unless Kabar and the simulator answer."""
    for url in (f"{urls['api_url']}/health", urls["graph_url"]):
        answer = urllib3.request("GET", url, timeout=10, retries=False)
        if answer.status != HTTPStatus.OK:
            raise StartError(f"GET {url} answered {answer.status}")
