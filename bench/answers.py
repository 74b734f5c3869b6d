"""How long residents wait: from the webhook with their message to WhatsApp's acceptance of the answer.

    python -m bench.answers [--rate 2] [--seconds 60]

A development stack of its own on this machine, in a process of its own; residents who greet, ask, open a request, send a photo
and ask how it stands, at a steady rate. Times are of the machine's one clock, so that processes can be compared.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import Any

import click
import urllib3
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
KK = "100000000000001"
RESIDENTS = 24
AT_ONCE = 16
# What each resident says in turn, and whether it owes an answer.
SAYS: tuple[tuple[dict[str, Any], bool], ...] = (
    ({"text": "asslmkm min"}, True),
    ({"text": "syarat bikin kk apa aja ya"}, True),
    ({"text": "kk sy ilang, mw bikin baru"}, True),
    ({"media": {"type": "image"}}, False),
    ({"text": "udh jadi blm?"}, True),
)


@dataclass(frozen=True)
class Said:
    """One message: whose, whether it owes an answer, when it was posted, and how long the webhook took."""

    phone: str
    owed: bool
    at: float
    webhook_s: float


@click.command()
@click.option("--rate", type=click.FloatRange(0.1, 50), default=2.0, show_default=True, help="Messages a second.")
@click.option("--seconds", type=click.IntRange(5, 600), default=60, show_default=True)
def main(rate: float, seconds: int) -> None:
    """Measure how long residents wait for an answer on this machine."""
    with stack() as described:
        said = play(described["graph_url"], rate, seconds)
        waits = waited(described["graph_url"], said)
    owed = sum(one.owed for one in said)
    table = Table("seconds", "count", "p50", "p95", "longest", title=f"{rate:g} messages a second for {seconds} s")
    table.add_row("webhook answered", str(len(said)), *_figures([one.webhook_s for one in said]))
    table.add_row("answer accepted", f"{len(waits)} of {owed}", *_figures(waits))
    Console().print(table)


def play(graph_url: str, rate: float, seconds: int) -> list[Said]:
    """Everybody's messages, each at its time whether or not those before it are answered."""
    pool, web = ThreadPoolExecutor(AT_ONCE), urllib3.PoolManager(maxsize=AT_ONCE)
    phones = [f"62812{number:08d}" for number in range(RESIDENTS)]
    turns = dict.fromkeys(phones, 0)
    said: list[Future[Said]] = []
    start = time.monotonic()
    for number, phone in zip(range(int(rate * seconds)), cycle(phones), strict=False):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        content, owed = SAYS[turns[phone] % len(SAYS)]
        turns[phone] += 1
        said.append(pool.submit(_say, web, graph_url, phone, content, owed=owed))
    with pool:
        return [one.result() for one in said]


def _say(web: urllib3.PoolManager, graph_url: str, phone: str, content: dict[str, Any], *, owed: bool) -> Said:
    at, began = time.time(), time.monotonic()
    _call(web, f"{graph_url}/sim/inbound", {"from": phone, "phone_number_id": KK, **content})
    return Said(phone, owed, at, time.monotonic() - began)


def waited(graph_url: str, said: list[Said]) -> list[float]:
    """How long each answer took. A resident's answers come in the order of what they answer."""
    web = urllib3.PoolManager()
    _call(web, f"{graph_url}/sim/settle", {"timeout_s": 60})
    waits = []
    for phone in sorted({one.phone for one in said}):
        asked = sorted(one.at for one in said if one.phone == phone and one.owed)
        answered = sorted(
            datetime.fromisoformat(one["at"]).timestamp() for one in _call(web, f"{graph_url}/sim/outbox?to={phone}")
        )
        waits += [there - here for here, there in zip(asked, answered, strict=False)]
    return waits


def _call(web: urllib3.PoolManager, url: str, body: Any = None) -> Any:
    answer = web.request("POST" if body is not None else "GET", url, json=body, timeout=90, retries=False)
    if answer.status != 200:  # noqa: PLR2004  # HTTP's word for fine
        raise click.ClickException(f"{url} answered {answer.status}: {answer.data.decode()[:300]}")
    return answer.json()


@contextmanager
def stack() -> Iterator[dict[str, Any]]:
    """A development stack in a process of its own, as it describes itself."""
    command = [sys.executable, "-m", "devstack", "up", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise click.ClickException("The stack did not start; `make up` says why.")
            yield json.loads(line)
        finally:
            process.terminate()


def _figures(values: list[float]) -> tuple[str, str, str]:
    if len(values) < 2:  # noqa: PLR2004  # quantiles need two
        return "-", "-", "-"
    cuts = quantiles(values, n=20, method="inclusive")
    return f"{cuts[9]:.3f}", f"{cuts[18]:.3f}", f"{max(values):.3f}"


if __name__ == "__main__":
    main()
