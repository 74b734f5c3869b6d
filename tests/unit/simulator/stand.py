"""A simulator on a free port, a Kabar that only writes down what it is told, and a clock that stands still."""

import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3
from werkzeug.serving import WSGIRequestHandler, make_server

from devstack.simulator import Number, Simulator, SimulatorConfig, create_simulator

SECRET = "app-secret"
TOKEN = "access-token"
KK, KTP, BY_AWS = "100000000000001", "100000000000002", "100000000000031"
ORIGINATION = "phone-number-id-0123456789abcdef0123456789abcdef"
SITI, BUDI = "6281200000001", "6281200000002"
USER_ID = "ID.13491208655302741918"
TEMPLATES = {("status_ready", "id"): "Kabar baik! {{1}} ({{2}}) siap diambil.", ("plain", "id"): "Halo."}
PATIENCE_S = 10.0


@dataclass
class Clock:
    """Stands still unless moved."""

    now: datetime = datetime(2026, 3, 2, 3, 4, 5, 678_900, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Rest:
    """The rest of the stack: moves the clock, and is as idle as it is told to be. meanwhile: called by every command."""

    clock: Clock
    idle: bool = True
    settled: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def advance(self, seconds: float) -> bool:
        self.meanwhile()
        self.clock.now += timedelta(seconds=seconds)
        return self.idle

    def settle(self, timeout_s: float) -> bool:
        self.meanwhile()
        self.settled.append(timeout_s)
        return self.idle


@dataclass(frozen=True)
class Received:
    """One request to Kabar's webhook. raw: the body; signature: the header, None without."""

    raw: bytes
    signature: str | None

    @property
    def is_signed(self) -> bool:
        return self.signature == "sha256=" + hmac.new(SECRET.encode(), self.raw, hashlib.sha256).hexdigest()

    @property
    def entry(self) -> Any:
        return json.loads(self.raw)["entry"][0]

    @property
    def field(self) -> str:
        return str(self.entry["changes"][0]["field"])

    @property
    def value(self) -> Any:
        return self.entry["changes"][0]["value"]


class Kabar(ThreadingHTTPServer):
    """The webhook. answers: statuses for the next requests, 200 after them. on_post: called before each answer."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Webhook)
        self.received: list[Received] = []
        self.answers: deque[int] = deque()
        self.on_post: Callable[[Received], object] = lambda _: None
        self.challenged: list[str] = []
        self._lock = threading.Lock()

    def note(self, received: Received) -> int:
        with self._lock:
            self.received.append(received)
            status = self.answers.popleft() if self.answers else 200
        self.on_post(received)
        return status

    def statuses(self) -> list[dict[str, Any]]:
        """All reports, in the order of their arrival."""
        return [status for received in list(self.received) for status in received.value.get("statuses", [])]


class _Webhook(BaseHTTPRequestHandler):
    server: Kabar

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.note(Received(raw, self.headers["X-Hub-Signature-256"]))
        self._say(status, b'{"stored": 1}')

    def do_GET(self) -> None:
        self.server.challenged.append(self.path)
        query = dict(part.split("=", 1) for part in self.path.partition("?")[2].split("&"))
        known = query["hub.verify_token"] == "verify-token"
        self._say(200 if known else 403, query["hub.challenge"].encode() if known else b"no")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass
class Account:
    """The office's AWS account. published: what came to its topic. files: by bucket and key, in the only bucket there is."""

    published: list[str] = field(default_factory=list)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def publish(self, message: str) -> None:
        self.published.append(message)

    def put(self, bucket: str, key: str, content: bytes, content_type: str) -> None:
        if bucket != "kabar-media":
            raise PermissionError(bucket)
        assert content_type
        self.files[bucket, key] = content

    def entries(self) -> list[dict[str, Any]]:
        """What Meta said, of each event in turn."""
        return [json.loads(json.loads(one)["whatsAppWebhookEntry"]) for one in list(self.published)]

    def statuses(self) -> list[dict[str, Any]]:
        """All reports, in the order in which they were published."""
        return [status for entry in self.entries() for status in entry["changes"][0]["value"].get("statuses", [])]


@dataclass
class Stand:
    """Everything that a test needs. http: for requests of one's own; account: what End User Messaging Social did to it."""

    url: str
    simulator: Simulator
    kabar: Kabar
    clock: Clock
    rest: Rest
    http: urllib3.PoolManager
    account: Account

    def get(self, path: str) -> Any:
        answer = self.http.request("GET", self.url + path)
        assert answer.status == 200, answer.data
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        """Posts a command that must succeed."""
        answer = self.try_post(path, body)
        assert answer.status == 200, answer.data
        return answer.json()

    def try_post(self, path: str, body: object) -> urllib3.BaseHTTPResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.request("POST", self.url + path, body=raw, headers={"Content-Type": "application/json"})

    def send(
        self, body: Mapping[str, object], *, number: str = KTP, token: str | None = TOKEN, timeout_s: float = PATIENCE_S
    ) -> urllib3.BaseHTTPResponse:
        """Sends by WhatsApp, as Kabar would."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        raw = json.dumps(body).encode()
        return self.http.request("POST", f"{self.url}/v24.0/{number}/messages", body=raw, headers=headers, timeout=timeout_s)

    def hear(self, sender: str = SITI, number: str = KTP) -> None:
        """Opens the window of a contact, and forgets that Kabar was told."""
        self.post("/sim/inbound", {"from": sender, "phone_number_id": number, "text": "CEK"})
        self.kabar.received.clear()

    def outbox(self, to: str | None = None) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.get("/sim/outbox" + (f"?to={to}" if to else ""))
        return listed

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Waits until something is so, and not for ever."""
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < until, "waited in vain"
            time.sleep(0.005)

    def settle(self) -> None:
        self.wait(self.simulator.idle)


def text(to: str = SITI, body: str = "Halo", **more: object) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}, **more}


def template(*parameters: object, to: str = SITI, name: str = "status_ready", **more: object) -> dict[str, object]:
    components = [{"type": "body", "parameters": [{"type": "text", "text": parameter} for parameter in parameters]}]
    content = {"name": name, "language": {"code": "id"}, "components": components if parameters else []}
    return {"messaging_product": "whatsapp", "to": to, "type": "template", "template": content, **more}


@contextmanager
def running() -> Iterator[Stand]:
    kabar, clock, account = Kabar(), Clock(), Account()
    rest = Rest(clock)
    config = SimulatorConfig(
        app_secret=SECRET,
        verify_token="verify-token",
        access_token=TOKEN,
        webhook_url=f"http://127.0.0.1:{kabar.server_port}/webhooks/whatsapp",
        numbers={
            KK: Number("Disdukcapil", "Kartu Keluarga"),
            KTP: Number("Disdukcapil", "KTP-el"),
            BY_AWS: Number("Disdukcapil", "KTP-el", ORIGINATION),
        },
        account=account,
        templates=TEMPLATES,
        graph_version="v24.0",
        lifetimes={"status_ready": timedelta(minutes=4)},
        redelivery_backoff_s=0.01,
        review_s=0.3,
    )
    simulator = create_simulator(config, clock, rest)
    server = make_server("127.0.0.1", 0, simulator.app, threaded=True, request_handler=_Quiet)
    threads = [threading.Thread(target=one.serve_forever, args=(0.005,)) for one in (kabar, server)]
    for thread in threads:
        thread.start()
    http = urllib3.PoolManager(retries=False, timeout=PATIENCE_S)
    try:
        yield Stand(f"http://127.0.0.1:{server.server_port}", simulator, kabar, clock, rest, http, account)
    finally:
        http.clear()
        simulator.close()
        for one in (server, kabar):
            one.shutdown()
            one.server_close()
        for thread in threads:
            thread.join()
