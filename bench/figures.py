"""What an office's figures cost: calls, read units and time, for a month of seven services with fifty requests a day each.

    python -m bench.figures [--services 7] [--a-day 50] [--days 31]

On AWS's own engine on this machine (`python -m tests.adapters.local_dynamodb install`), which counts units as AWS does; its
times are not AWS's. The process's own time is what reading the answers takes; the api function has 0.58 of a processor.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from chalicelib.adapters.catalogue import load_offices
from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.adapters.dynamo_wire import item_to_wire
from chalicelib.domain import ids
from chalicelib.domain.catalogue import Office
from chalicelib.domain.notice import Attempt, Channel, Kind, Notice, State
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role, Staff
from chalicelib.flows.statistics import Report, Statistics
from chalicelib.ports import Item
from chalicelib.table import notices, requests
from tests.adapters import engines, local_dynamodb
from tests.adapters.capacity import Bill, CapacityMeter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
TOLD = (Kind.OPENED, Kind.READY, Kind.INCOMPLETE)
# Of a hundred notices.
FATES = {
    (State.READ, Channel.WHATSAPP): 60,
    (State.DELIVERED, Channel.WHATSAPP): 25,
    (State.ACCEPTED, Channel.SMS): 10,
    (State.SUPPRESSED, Channel.WHATSAPP): 3,
    (State.FAILED, Channel.SMS): 1,
    (State.UNKNOWN, Channel.WHATSAPP): 1,
}
_PROCESSOR = 0.58
_AT_ONCE = 25


@click.command()
@click.option("--services", type=click.IntRange(1, 26), default=7, show_default=True)
@click.option("--a-day", type=click.IntRange(1, 1000), default=50, show_default=True, help="Requests of each service.")
@click.option("--days", type=click.IntRange(1, 92), default=31, show_default=True)
def main(services: int, a_day: int, days: int) -> None:
    """Measure what an office's figures cost."""
    os.environ.update(AWS_DEFAULT_REGION="ap-southeast-3", AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")  # noqa: S106  # of nobody
    office = _office(services)
    with local_dynamodb.running() as url:
        client = engines.new_client(url)
        with engines.fresh_table(client):
            _fill(client, list(_items(office, a_day, days)))
            _tell(*_measured(client, office, days))
        client.close()


def _office(services: int) -> Office:
    """An office with so many services."""
    office = load_offices()["1801"]
    kept = {f"LAYANAN{chr(ord('A') + number)}": office.services["KTP"] for number in range(services)}
    return replace(office, services={code: replace(one, code=code) for code, one in kept.items()})


def _items(office: Office, a_day: int, days: int) -> Iterator[Item]:
    rng = random.Random(1)  # noqa: S311  # the same month each time
    for service in office.services:
        for number in range(a_day * days):
            request = _request(office, service, NOW - timedelta(days=days) * (number / (a_day * days)), rng)
            yield requests.put(request).item
            yield from (notices.put_new(_notice(request, version, kind, rng)).item for version, kind in enumerate(TOLD, 1))


def _request(office: Office, service: str, opened_at: datetime, rng: random.Random) -> Request:
    """One that is ready after a day and fetched after two, if these are over."""
    ready_at, closed_at = opened_at + timedelta(hours=20 + 8 * rng.random()), opened_at + timedelta(hours=48)
    status = Status.COMPLETED if closed_at < NOW else Status.READY if ready_at < NOW else Status.PROCESSING
    return Request(
        id=ids.draw(service, rng), office=office.code, service=service, status=status, version=5, contact_id="0" * 20,
        phone_number_id="1" * 15, language="id", opened_at=opened_at, opened_by=opened_at, updated_at=opened_at,
        due_at=None if status is not Status.PROCESSING else opened_at + timedelta(hours=24), noticed_version=4,
        name="Siti Aminah",
        closed_at=closed_at if status is Status.COMPLETED else None, by_chat=True,
        ready_at=ready_at if status is not Status.PROCESSING else None, ready_due_at=opened_at + timedelta(hours=26),
    )  # fmt: skip


def _notice(request: Request, version: int, kind: Kind, rng: random.Random) -> Notice:
    [(state, channel)] = rng.choices(list(FATES), list(FATES.values()))
    told = Attempt(1, channel, request.opened_at, "accepted", provider_id="wamid." + "x" * 60)
    return Notice(
        id=ids.notice_of_change(request.id, version), kind=kind, answer=False, office=request.office, contact_id="0" * 20,
        phone_number_id="1" * 15, caused_at=request.opened_at + timedelta(hours=version), due_at=None, service=request.service,
        request_id=request.id, version=version, state=state, channel=channel, attempt=1, revision=4, attempts=(told,),
        accepted_at=request.opened_at, arrived_at=request.opened_at,
    )  # fmt: skip


def _fill(client: "DynamoDBClient", items: Sequence[Item]) -> None:
    for start in range(0, len(items), _AT_ONCE):
        puts: list[Any] = [{"PutRequest": {"Item": item_to_wire(item)}} for item in items[start : start + _AT_ONCE]]
        while puts:
            puts = client.batch_write_item(RequestItems={engines.TABLE: puts})["UnprocessedItems"].get(engines.TABLE, [])


def _measured(client: "DynamoDBClient", office: Office, days: int) -> tuple[Report, Bill, float, float]:
    meter = CapacityMeter(client)
    store = DynamoStore(client, engines.TABLE, lambda: NOW, rng=random.Random(1))  # noqa: S311  # jitter
    supervisor = Staff("0" * 12, "Budi", Role.SUPERVISOR, frozenset({office.code}), NOW + timedelta(days=1))
    last = office.calendar.local(NOW).date()
    began, busy = time.perf_counter(), time.process_time()
    with meter.measuring() as bill:
        found = Statistics(store, {office.code: office}, lambda: NOW)(supervisor, None, last - timedelta(days=days - 1), last)
    return found, bill, time.perf_counter() - began, time.process_time() - busy


def _tell(found: Report, bill: Bill, took_s: float, busy_s: float) -> None:
    figures = found.in_all
    table = Table("figure", "value", title="an office's figures")
    rows = Counter({"requests opened": figures.opened, "notices": figures.notices.total(), "calls": len(bill.costs)})
    for name, value in rows.items():
        table.add_row(name, f"{value:,}")
    slow = ("the same with 0.58 of a processor", busy_s / _PROCESSOR)
    for name, seconds in (("took", took_s), ("of that, this process", busy_s), slow):
        table.add_row(name, f"{seconds:.2f} s")
    table.add_row("read units", f"{bill.reads:,.0f}")
    table.add_row("complete", str(found.complete))
    Console().print(table)


if __name__ == "__main__":
    main()
