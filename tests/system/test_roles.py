"""What each role may ask of each of the staff's routes, over HTTP, written out in full."""

import random
import secrets
from typing import Any

import boto3
import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.request import Status
from chalicelib.domain.staff import Role
from chalicelib.wiring import utc_now
from ops import staff
from tests.system.client import Answer, Devstack

ROLES = ("operator", "officer", "supervisor", "admin", "integration")
LIST, WALK_IN = ("get", "/staff/requests"), ("post", "/staff/requests")
FILE, CHANGE = ("get", "/staff/requests/{request_id}"), ("post", "/staff/requests/{request_id}/status")
CHANGE_MANY, REPLY = ("post", "/staff/requests/status"), ("post", "/staff/requests/{request_id}/messages")
CHECK = ("post", "/staff/requests/{request_id}/requirements")
CALLS, CALL = ("get", "/staff/calls"), ("get", "/staff/calls/{call_id}")
ANSWER = ("post", "/staff/calls/{call_id}/messages")
STATS = ("get", "/staff/stats")
NOTICES, RESEND = ("get", "/staff/notices"), ("post", "/staff/notices/{notice_id}/resend")

# Each role's status, in the order of ROLES; then those of a token of another office, and of none.
ALLOWED: dict[tuple[str, str], tuple[int, ...]] = {
    #             oper offi supe admi inte   elsewhere  nobody
    LIST:        (200, 200, 200, 200, 200,   200,       401),
    WALK_IN:     (201, 201, 201, 201, 403,   404,       401),
    FILE:        (200, 200, 200, 200, 200,   404,       401),
    CHANGE:      (409, 409, 409, 409, 409,   404,       401),  # of an old version, and so no more than refused for that
    CHANGE_MANY: (200, 200, 200, 200, 200,   200,       401),
    CHECK:       (409, 409, 409, 409, 403,   404,       401),
    REPLY:       (202, 202, 202, 202, 403,   404,       401),
    CALLS:       (200, 200, 200, 200, 200,   200,       401),
    CALL:        (200, 200, 200, 200, 403,   404,       401),
    ANSWER:      (202, 202, 202, 202, 403,   404,       401),
    NOTICES:     (200, 200, 200, 200, 200,   200,       401),
    STATS:       (403, 403, 200, 200, 403,   404,       401),
    RESEND:      (403, 403, 202, 202, 403,   404,       401),
}  # fmt: skip
STATUSES: dict[str, tuple[str, ...]] = {
    "submitted": ROLES,
    "incomplete": ROLES,
    "verified": ROLES,
    "cancelled": ROLES,
    "processing": ("officer", "supervisor", "admin", "integration"),
    "ready": ("officer", "supervisor", "admin", "integration"),
    "completed": ("officer", "supervisor", "admin", "integration"),
    "rejected": ("officer", "supervisor", "admin", "integration"),
}
BODIES: dict[tuple[str, str], Any] = {
    WALK_IN: {"service": "KTP", "office": "1801", "consent": False},
    CHANGE: {"to": "verified", "expected_version": 99},
    CHECK: {"requirements": {"kk": "received"}, "expected_version": 99},
    REPLY: {"text": "Baik, Ibu."},
    ANSWER: {"text": "Baik, Ibu."},
}
CALLERS = (*ROLES, "elsewhere", "nobody")


@pytest.fixture(scope="module")
def tokens(devstack: Devstack) -> dict[str, str]:
    """A token for each caller: of each role at 1801, of an administrator elsewhere, and one that nobody made."""
    dynamodb = boto3.client("dynamodb", endpoint_url=devstack.aws_endpoint_url)
    store = DynamoStore(dynamodb, devstack.described["table"], utc_now, rng=random.Random(1))

    def made(role: str, office: str = "1801") -> str:
        return staff.add(store, utc_now, name=f"{role} of {office}", role=role, offices=(office,), days=3650)

    made_ones = {role: made(role) for role in ROLES}
    return made_ones | {"elsewhere": made("admin", "1701"), "nobody": secrets.token_urlsafe(32)}


@pytest.fixture(scope="module")
def chat(devstack: Devstack) -> dict[str, str]:
    """A request from a chat whose window is open, the notice of its opening, and somebody else who wants a person."""
    caller = {"from": "+6281200009202", "phone_number_id": "100000000000002", "text": "mau bicara petugas"}
    devstack.sim("inbound", **caller)
    sender = "+6281200009201"
    devstack.sim("inbound", **{"from": sender, "phone_number_id": "100000000000002", "media": {"type": "image"}})
    devstack.settle()
    listed = devstack.staff("GET", "/staff/requests?service=KTP&limit=100").json["requests"]
    files = [devstack.staff("GET", f"/staff/requests/{one['id']}").json for one in listed]
    mine = next(
        one
        for one in files
        if one["request"]["office"] == "1801" and one["messages"] and one["notices"] and one["request"]["version"] == 1
    )
    [call] = [one for one in devstack.staff("GET", "/staff/calls").json["calls"] if one["phone"].endswith("202")]
    return {"request_id": mine["request"]["id"], "notice_id": mine["notices"][0]["id"], "call_id": call["id"]}


def ask(devstack: Devstack, token: str, route: tuple[str, str], chat: dict[str, str], body: Any = None) -> Answer:
    """A call of that route, about the request and the notice of the chat."""
    method, path = route
    many = {"changes": [{"id": chat["request_id"], "to": "verified", "expected_version": 99}]}
    body = body or (many if route == CHANGE_MANY else BODIES.get(route))
    return devstack.api(method.upper(), path.format(**chat), body, Authorization=f"Bearer {token}")


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ALLOWED, ids=" ".join)
def test_each_caller_may_do_this_much_with_each_route(
    devstack: Devstack, tokens: dict[str, str], chat: dict[str, str], route: tuple[str, str], caller: str
) -> None:
    answer = ask(devstack, tokens[caller], route, chat)

    assert answer.status == ALLOWED[route][CALLERS.index(caller)], answer.text
    if answer.status >= 400:
        codes = {401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "stale_version"}
        assert answer.json["code"] == codes[answer.status]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("status", STATUSES)
def test_each_role_may_set_these_statuses(
    devstack: Devstack, tokens: dict[str, str], chat: dict[str, str], status: str, role: str
) -> None:
    change = {"to": status, "expected_version": 99, "reason": "Foto KK buram"}
    expected = "stale_version" if role in STATUSES[status] else "forbidden"

    alone = ask(devstack, tokens[role], CHANGE, chat, change)
    among_many = ask(devstack, tokens[role], CHANGE_MANY, chat, {"changes": [change | {"id": chat["request_id"]}]})

    assert alone.json["code"] == expected
    assert among_many.json["outcomes"][0]["problem"]["code"] == expected


def test_an_offices_programs_read_no_messages(devstack: Devstack, tokens: dict[str, str], chat: dict[str, str]) -> None:
    read = {role: ask(devstack, tokens[role], FILE, chat).json["messages"] for role in ROLES}

    assert [role for role, messages in read.items() if not messages] == ["integration"]


def test_another_offices_staff_see_nothing_of_this_one(
    devstack: Devstack, tokens: dict[str, str], chat: dict[str, str]
) -> None:
    elsewhere = tokens["elsewhere"]

    assert ask(devstack, elsewhere, LIST, chat).json == {"requests": []}
    assert ask(devstack, elsewhere, NOTICES, chat).json == {"notices": []}
    [outcome] = ask(devstack, elsewhere, CHANGE_MANY, chat).json["outcomes"]
    assert outcome["problem"]["code"] == "not_found"
    assert ask(devstack, elsewhere, FILE, chat | {"request_id": "KTP-7F3K-9QXM-2DM"}).status == 404


def test_the_tables_above_have_every_route_role_and_status(devstack: Devstack) -> None:
    paths = devstack.api("GET", "/openapi.json").json["paths"]
    routes = {(method, path) for path, methods in paths.items() if path.startswith("/staff/") for method in methods}

    assert set(ALLOWED) == routes
    assert set(ROLES) == {role.value for role in Role}
    assert set(STATUSES) == {status.value for status in Status}
