"""Puts the development stack together, and takes it apart."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

import urllib3

from chalicelib.wiring import utc_now
from devstack.aws import LocalAws
from devstack.clock import OffsetClock, into_the_day
from devstack.control import Control
from devstack.due import DueTimes
from devstack.environment import entered
from devstack.host import Host, LambdaFiles
from devstack.listening import listen
from devstack.moto_server import MotoServer, StartError
from devstack.provision import Backing, Credentials, create_backing, store_secrets
from devstack.pumps.queue import QueuePump
from devstack.pumps.stream import StreamPump
from devstack.pumps.tick import TickPump
from devstack.pumps.topic import TopicPump
from devstack.simulated import simulated
from devstack.simulator import Simulator, create_simulator
from devstack.social_account import SocialAccount
from devstack.tokens import mint_admin_token
from devstack.wsgi_server import WsgiServer

STAGE = "dev"
_REDELIVERY_DELAY_S = 2
"""After how long a function gets a message again that it failed on, instead of the queue's minutes."""
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
    lambda_files: LambdaFiles | None = None


@contextmanager
def running(port: int, *, lambda_runtime: bool = False) -> Iterator[Stack]:
    """Runs the whole stack in this process, with moto in one of its own. port: the API's; 0 takes a free one.

    lambda_runtime: Kabar is deployed to moto, and what was deployed runs in Lambda's own runtime, in processes of its own.
    While it runs, this process's environment is the stack's.

    Raises:
        StartError: a part did not come up; those that did are stopped.
    """
    with ExitStack() as parts:
        parts.enter_context(entered(os.environ))
        moto = MotoServer(module="devstack.moto_deployable" if lambda_runtime else "devstack.moto_process")
        parts.callback(moto.stop)
        api_socket, graph_socket = (parts.enter_context(listen(number)) for number in (port, 0))
        moto.wait()
        aws, credentials, clock = LocalAws(moto.url), Credentials(), OffsetClock(into_the_day(utc_now()))
        backing = create_backing(aws, STAGE)
        store_secrets(aws, STAGE, credentials)
        graph_url = _url(graph_socket)
        host = _host(parts, aws, backing, graph_url, clock, lambda_runtime=lambda_runtime)
        api = host.serve(api_socket)
        control = Control(clock)
        account = SocialAccount(aws, backing, host.function("social"))
        simulator = create_simulator(simulated(api.url, credentials, host.graph_version, account), clock, control)
        graph = WsgiServer(simulator.app, graph_socket, "simulator")
        parts.callback(graph.stop)
        parts.callback(simulator.close)  # before its server, which waits for nobody
        graph.start()
        parts.callback(api.stop)
        api.start()
        _pump(parts, host, aws, backing, clock, control, simulator, account.topic)
        urls = {"api_url": api.url, "graph_url": graph_url, "aws_endpoint_url": moto.url}
        _check(urls)
        token = mint_admin_token(aws, backing.table, clock)
        yield Stack(**urls, backing=backing, credentials=credentials, staff_token=token, lambda_files=host.files)


def _url(listening: socket.socket) -> str:
    return "http://{}:{}".format(*listening.getsockname())


def _host(
    parts: ExitStack, aws: LocalAws, backing: Backing, graph_url: str, clock: OffsetClock, *, lambda_runtime: bool
) -> Host:
    if lambda_runtime:
        from devstack.runtime.host import LambdaKabar

        return parts.enter_context(LambdaKabar.deployed(STAGE, aws, backing, graph_url, clock))
    from devstack.kabar import Kabar

    return Kabar(STAGE, clock, _variables(backing, aws.endpoint_url, graph_url))


def _variables(backing: Backing, aws_url: str, graph_url: str) -> dict[str, str]:
    """What the functions find in their environment."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ENDPOINT_URL_SNS": graph_url,
        "AWS_ENDPOINT_URL_SOCIALMESSAGING": graph_url,
        "KABAR_STAGE": STAGE,
        "KABAR_TABLE": backing.table,
        "KABAR_STREAM_ARN": backing.stream_arn,
        "KABAR_QUEUE_NAME": backing.queue_name,
        "KABAR_QUEUE_URL": backing.queue_url,
        "KABAR_MEDIA_QUEUE_NAME": backing.media_queue_name,
        "KABAR_MEDIA_QUEUE_URL": backing.media_queue_url,
        "KABAR_MEDIA_BUCKET": backing.media_bucket,
        "KABAR_SOCIAL_TOPIC": backing.social_topic,
        "KABAR_GRAPH_URL": graph_url,
    }


def _pump(
    parts: ExitStack, host: Host, aws: LocalAws, backing: Backing, clock: OffsetClock, control: Control, simulator: Simulator,
    topic: TopicPump,
) -> None:  # fmt: skip
    stream = StreamPump(
        aws.streams(), backing.stream_arn, host.function("dispatch"), batch_size=host.source("dispatch").batch_size
    )
    queue, media_queue = _queue(host, aws, backing.queue_url, "deliver"), _queue(host, aws, backing.media_queue_url, "media")
    tick = TickPump(host.function("sweep"), clock, rule=f"kabar-{STAGE}-sweep")
    due = DueTimes(aws.dynamodb(), backing.table)
    control.watch(sources=[simulator], pumps=[topic, stream, queue, media_queue], tick=tick, due=due)
    for pump in (queue, media_queue, stream, topic, tick):
        parts.callback(pump.stop)
        pump.start()


def _queue(host: Host, aws: LocalAws, url: str, function: str) -> QueuePump:
    source = host.source(function)
    return QueuePump(
        aws.sqs(),
        url,
        host.function(function),
        batch_size=source.batch_size,
        maximum_concurrency=source.at_once or _SQS_CONCURRENCY,
        redelivery_delay_s=_REDELIVERY_DELAY_S,
    )


def _check(urls: Mapping[str, str]) -> None:
    """Raises StartError unless Kabar and the simulator answer."""
    for url in (f"{urls['api_url']}/health", urls["graph_url"]):
        answer = urllib3.request("GET", url, timeout=10, retries=False)
        if answer.status != HTTPStatus.OK:
            raise StartError(f"GET {url} answered {answer.status}")
