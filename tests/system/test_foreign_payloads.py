"""Payloads in every shape of Meta's reference, and in none: each is answered 200, and each element is stored in one place.

The files of tests/data/foreign hold marks such as `F012A-MSG`, one in each element: in its id, where it has one. A mark says
what its element becomes. Shapes: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.system.client import Devstack
from tests.system.process import stack_alone

FOLDER = Path(__file__).parents[1] / "data" / "foreign"
MARK = re.compile(r"[FGHJ][0-9]{3}[A-Z]-(?:MSG|ECHO|EVENT|QUARANTINE)")
AT_A_TIME = 2


@pytest.fixture(scope="module")
def devstack() -> Iterator[Devstack]:
    """A stack for these tests alone: nobody waits here until all of these people are answered."""
    with stack_alone() as stack:
        yield stack


def payloads(letter: str = "F") -> dict[str, Any]:
    """The files' payloads by name. Another letter than F makes other elements of other people of them."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        text = re.sub(r"F(?=[0-9]{3})", letter, path.read_text(encoding="utf-8"))
        found[path.stem] = json.loads(text.replace("62812000", f"6281200{ord(letter) % 10}"))
    return found


def marks(payload: Any) -> set[str]:
    return set(MARK.findall(json.dumps(payload)))


def scan(devstack: Devstack) -> Iterator[dict[str, Any]]:
    """All items of the table, as DynamoDB gives them."""
    dynamodb = boto3.client("dynamodb", endpoint_url=devstack.aws_endpoint_url)
    for page in dynamodb.get_paginator("scan").paginate(TableName=devstack.described["table"], ConsistentRead=True):
        yield from page["Items"]


def places(devstack: Devstack) -> dict[str, list[str]]:
    """Mark → the kinds of items that hold it."""
    found = defaultdict(list)
    for item in scan(devstack):
        kind = _kind(item["pk"]["S"], item["sk"]["S"])
        for mark in marks(item):
            found[mark].append(kind)
    return found


def _kind(pk: str, sk: str) -> str:
    return next((one for one in ("EVENT", "QUARANTINE") if pk.startswith(f"{one}#")), sk.split("#", 1)[0])


def misplaced(devstack: Devstack, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Marks that are not in exactly one item of their kind."""
    found = places(devstack)
    return {mark: found[mark] for mark in wanted if found[mark] != [mark.split("-")[1]]}


def post(devstack: Devstack, payload: Any, **more: Any) -> set[int]:
    """The statuses that Kabar answered."""
    return set(devstack.sim("webhook", payload=payload, **more)["statuses"])


@pytest.mark.parametrize(
    ("letter", "how"),
    [("G", {}), ("H", {"times": 2}), ("J", {"times": 3, "concurrent": True})],
    ids=["once", "twice", "three at once"],
)
def test_each_is_answered_200_and_each_element_is_stored_in_one_place(devstack: Devstack, letter: str, how: Any) -> None:
    foreign = payloads(letter)
    workers = AT_A_TIME if how.get("concurrent") else 1

    with ThreadPoolExecutor(workers) as pool:
        answers = dict(zip(foreign, pool.map(lambda one: post(devstack, one, **how), foreign.values()), strict=True))

    assert {name: statuses for name, statuses in answers.items() if statuses != {200}} == {}
    assert misplaced(devstack, sorted(mark for payload in foreign.values() for mark in marks(payload))) == {}


def said(*messages: Any, **more: Any) -> dict[str, Any]:
    """A payload of messages to the KTP number. more: beside them."""
    metadata = {"display_phone_number": "62721000000", "phone_number_id": "100000000000002"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": list(messages)} | more
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


def text(mark: str, body: str = "halo", **more: Any) -> dict[str, Any]:
    member = {"from": "6281200800001", "id": f"wamid.{mark}", "timestamp": "1795489200", "type": "text", "text": {"body": body}}
    return member | more


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else 1


# Each with the mark that it is stored under.
ENORMOUS = {
    "a text of 100 kB": said(text("F001A-MSG", "KTP " * 25_000)),
    "a text of 100,000 letters that take four bytes": said(text("F002A-MSG", "\U0001f600" * 100_000)),
    "a name of 100 kB": said(text("F003A-MSG"), contacts=[{"profile": {"name": "x" * 100_000}, "wa_id": "6281200800001"}]),
    "a message of no known type of 500 kB": said(text("F004A-MSG", type="hologram", hologram={"light": "x" * 500_000})),
    "a broken message of 250 kB": said(text("F005A-QUARANTINE", "x" * 250_000, timestamp="soon")),
    "an event of 250 kB": {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": "1", "changes": [{"field": "account_update", "value": {"at": "F006A-EVENT", "rest": ["x"] * 50_000}}]}
        ],
    },
    "an id of 500 letters": said(text("F007A-MSG" + "x" * 480)),
    "nesting of 400 levels": said(text("F008A-MSG", type="hologram", hologram=nested(400))),
    "a number that Python does not read": json.dumps(
        said(text("F009A-MSG"), text("F009B-QUARANTINE", timestamp="TOO LONG"))
    ).replace('"TOO LONG"', "9" * 5000),
}


@pytest.mark.parametrize("name", ENORMOUS)
def test_whatever_its_size_it_is_stored_in_one_place(devstack: Devstack, name: str) -> None:
    assert post(devstack, ENORMOUS[name], times=2) == {200}
    assert misplaced(devstack, marks(ENORMOUS[name])) == {}


def test_there_are_many_and_each_has_a_mark() -> None:
    found = payloads()
    assert len(found) >= 60
    assert [name for name, payload in found.items() if not marks(payload)] == []
