"""Every route: what it gives, and how it says no. Errors are problem documents whose codes callers may rely on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from chalice.test import HTTPResponse

from chalicelib.domain.request import Status
from chalicelib.domain.staff import Role
from chalicelib.ports import Delete
from chalicelib.table import tokens
from tests.data.payloads import SITI
from tests.functional.stand import Stand, standing

PROBLEM = "application/problem+json"
NOTHING = "KTP-0000-0000-0AA"


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing() as stand:
        yield stand


@pytest.fixture
def id_(stand: Stand) -> str:
    """A request that Siti opened by a photo, of which she was told."""
    stand.photo()
    stand.run()
    return stand.only_request().id


def refused(answer: HTTPResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document, once it is seen to be one."""
    assert answer.headers["Content-Type"] == PROBLEM, answer.body
    body = answer.json_body
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert {"type", "title"} <= set(body)
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(body)


def status_of(id_: str) -> str:
    return f"/staff/requests/{id_}/status"


STAFF_ROUTES = [
    ("GET", "/staff/requests"),
    ("POST", "/staff/requests"),
    ("GET", f"/staff/requests/{NOTHING}"),
    ("POST", f"/staff/requests/{NOTHING}/status"),
    ("POST", f"/staff/requests/{NOTHING}/requirements"),
    ("POST", "/staff/requests/status"),
    ("POST", f"/staff/requests/{NOTHING}/messages"),
    ("GET", "/staff/calls"),
    ("GET", "/staff/calls/1801.0"),
    ("POST", "/staff/calls/1801.0/messages"),
    ("GET", "/staff/stats"),
    ("GET", "/staff/notices"),
    ("POST", f"/staff/requests/{NOTHING}/requirements"),
    ("POST", f"/staff/notices/{NOTHING}.1/resend"),
]


def call(stand: Stand, method: str, path: str, token: str | None, **headers: str) -> HTTPResponse:
    return stand.get(path, token, **headers) if method == "GET" else stand.post(path, {}, token, **headers)


@pytest.mark.parametrize(("method", "path"), STAFF_ROUTES)
def test_without_a_live_token_no_staff_route_answers_or_writes(stand: Stand, method: str, path: str) -> None:
    expired, revoked = stand.staff(days=1), stand.staff(days=2)
    stand.clock.now += timedelta(days=1)
    stand.store.delete(Delete(tokens.key(revoked)))
    before = stand.items()
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": f"Basic {stand.staff.__name__}"},
        {"Authorization": "Bearer somebody-elses"},
        {"Authorization": f"Bearer {expired}"},
        {"Authorization": f"Bearer {revoked}"},
        {"Authorization": "Bearer \xe9"},
    ]
    for one in headers:
        answer = call(stand, method, path, None, **one)
        assert refused(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert stand.items() == before


def test_every_route_for_staff_is_in_the_list_above(stand: Stand) -> None:
    routes = {(method, path) for path, methods in stand.client._app.routes.items() for method in methods}  # noqa: SLF001
    named = {
        path.replace("{request_id}", NOTHING).replace("{notice_id}", f"{NOTHING}.1").replace("{call_id}", "1801.0")
        for _, path in routes
    }
    assert {path for path in named if path.startswith("/staff")} == {path for _, path in STAFF_ROUTES}


def test_health_asks_nothing_of_anybody(stand: Stand) -> None:
    answer = stand.get("/health")
    assert (answer.status_code, answer.json_body) == (200, {"ok": True})


# The look-up.


@pytest.mark.parametrize("write", [str, str.lower, lambda id_: id_.replace("-", "%20"), lambda id_: id_.removeprefix("KTP-")])
def test_anybody_looks_up_a_request_however_its_id_is_written(stand: Stand, id_: str, write: Any) -> None:
    answer = stand.get(f"/requests/{write(id_)}")
    assert (answer.status_code, answer.json_body["id"]) == (200, id_), answer.body
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_look_up_says_what_is_wrong_with_an_id_and_nothing_of_others(stand: Stand, id_: str) -> None:
    mistyped = id_[:-1] + ("1" if id_[-1] != "1" else "2")
    assert "typing error" in refused(stand.get(f"/requests/{mistyped}"), 422, "mistyped_id")["detail"]
    refused(stand.get("/requests/KTP"), 422, "malformed")
    refused(stand.get("/requests/%3Cscript%3E"), 422, "malformed")
    refused(stand.get(f"/requests/{'9' * 5000}"), 422, "malformed")
    refused(stand.get(f"/requests/{NOTHING}"), 404, "not_found")


def test_a_hold_is_told_and_a_closed_request_has_no_due_time(stand: Stand, id_: str) -> None:
    stand.post(status_of(id_), {"to": "submitted", "expected_version": 1, "reason": "Blangko habis"}, stand.staff())
    assert stand.get(f"/requests/{id_}").json_body["hold"] == {"reason": "Blangko habis"}
    stand.post(status_of(id_), {"to": "cancelled", "expected_version": 2}, stand.staff())
    closed = stand.get(f"/requests/{id_}").json_body
    assert (closed["due_at"], closed["status"]) == (None, "cancelled")
    assert "hold" not in closed


# Staff.


def test_the_list_and_its_pages(stand: Stand) -> None:
    for number in range(3):
        stand.photo(sender=f"628120000000{number}")
        stand.clock.now += timedelta(minutes=1)
    token = stand.staff()
    first = stand.get("/staff/requests?limit=2&service=KTP", token).json_body
    second = stand.get(f"/staff/requests?limit=2&service=KTP&cursor={quote(first['cursor'])}", token).json_body
    assert "cursor" not in second
    assert sorted(one["id"] for one in first["requests"] + second["requests"]) == sorted(one.id for one in stand.requests())
    for query in ("status=submitted", "open=true", "q=siti", "overdue=false"):
        assert len(stand.get(f"/staff/requests?{query}", token).json_body["requests"]) == 3
    for query in ("status=verified", "open=false", "q=zzz", "overdue=true", "service=KK"):
        assert stand.get(f"/staff/requests?{query}", token).json_body["requests"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "status=lost", "open=perhaps", "service=ktp", "unknown=1", "q=" + "x" * 101]
)
def test_a_list_that_cannot_be_is_malformed(stand: Stand, query: str) -> None:
    refused(stand.get(f"/staff/requests?{query}", stand.staff()), 422, "malformed")


def test_a_walk_in_is_answered_with_its_request(stand: Stand) -> None:
    body = {"service": "KTP", "name": "Budi", "phone": "0812-0000-0009", "consent": True}
    answer = stand.post("/staff/requests", body, stand.staff(Role.OPERATOR), Idempotency_Key="one")
    assert answer.status_code == 201
    request = answer.json_body["request"]
    assert (request["service"], request["status"], request["version"], request["name"]) == ("KTP", "submitted", 1, "Budi")
    assert stand.only_request().sms_phone == "+6281200000009"
    again = stand.post("/staff/requests", body, stand.staff(Role.OPERATOR), Idempotency_Key="one")
    assert (again.status_code, again.json_body) == (201, answer.json_body)
    other = {**body, "name": "Agus"}
    refused(
        stand.post("/staff/requests", other, stand.staff(Role.OPERATOR), Idempotency_Key="one"), 422, "idempotency_key_reused"
    )
    assert len(stand.requests()) == 1


MALFORMED: list[Any] = [
    b"", b"{", b"null", b"[]", b'"text"', b"\xff", {}, {"service": "KTP"}, {"service": "ktp", "consent": True},
    {"service": "KTP", "consent": True, "more": 1}, {"service": "KTP", "consent": True, "phone": "0812"},
    {"service": "KTP", "consent": True, "phone": "x" * 10_000}, {"service": "KTP", "consent": "perhaps"},
    {"service": "KTP", "consent": False, "phone": "081200000009"}, {"service": "SIM", "consent": True},
    {"service": "KTP", "consent": True, "name": ""}, {"service": "KTP", "consent": True, "name": "x" * 101},
    {"service": "KTP", "consent": True, "language": "jv"}, b'{"service": "KTP", "consent": true, "name": "\\ud800"}',
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: str(body)[:40])
def test_a_walk_in_that_cannot_be_is_malformed_and_writes_nothing(stand: Stand, body: Any) -> None:
    token = stand.staff()
    before = stand.items()
    refused(stand.post("/staff/requests", body, token), 422, "malformed")
    assert stand.items() == before


def test_a_file_has_all_of_a_request(stand: Stand, id_: str) -> None:
    stand.clock.now += timedelta(seconds=1)
    stand.say("ini fotonya")
    answer = stand.get(f"/staff/requests/{quote(id_.replace('-', ' '))}", stand.staff())
    assert answer.status_code == 200
    file = answer.json_body
    assert set(file) == {"request", "changes", "messages", "notices"}
    assert (file["request"]["id"], file["request"]["version"]) == (id_, 1)
    assert [one["to"] for one in file["changes"]] == ["submitted"]
    assert [one.get("text") for one in file["messages"]] == [None, "ini fotonya"]
    assert [one["state"] for one in file["notices"]] == ["accepted"]
    assert stand.get(f"/staff/requests/{id_}", stand.staff(Role.INTEGRATION)).json_body["messages"] == []


def test_a_change_and_its_refusals(stand: Stand, id_: str) -> None:
    path, admin = status_of(id_), stand.staff()
    body = {"to": "incomplete", "expected_version": 1, "reason": "KK belum ada"}
    answer = stand.post(path, body, admin, Idempotency_Key="one")
    assert answer.status_code == 200
    assert (answer.json_body["request"]["status"], answer.json_body["request"]["version"]) == ("incomplete", 2)
    assert stand.post(path, body, admin, Idempotency_Key="one").json_body == answer.json_body
    refused(stand.post(path, {**body, "note": "x"}, admin, Idempotency_Key="one"), 422, "idempotency_key_reused")
    assert "version 2" in refused(stand.post(path, body, admin), 409, "stale_version")["detail"]
    refused(stand.post(path, {"to": "completed", "expected_version": 2}, admin), 422, "illegal_change")
    refused(stand.post(path, {"to": "rejected", "expected_version": 2}, admin), 422, "illegal_change")
    refused(stand.post(path, {"to": "verified", "expected_version": 2}, stand.staff(Role.ADMIN, "1701")), 404, "not_found")
    refused(stand.post(path, {"to": "rejected", "expected_version": 2}, stand.staff(Role.OPERATOR)), 403, "forbidden")
    refused(stand.post(status_of(NOTHING), body, admin), 404, "not_found")
    refused(stand.post(status_of("KTP"), body, admin), 422, "malformed")
    refused(stand.post(status_of(id_[:-1] + ("1" if id_[-1] != "1" else "2")), body, admin), 422, "mistyped_id")
    assert stand.only_request().version == 2


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", {}, {"to": "verified"}, {"to": "lost", "expected_version": 1}, {"to": "verified", "expected_version": 0},
        {"to": "verified", "expected_version": "one"}, {"to": "verified", "expected_version": 1, "eta": "tomorrow"},
        {"to": "verified", "expected_version": 1, "eta": "2026-11-25T10:00:00"},
        {"to": "verified", "expected_version": 1, "x": 1},
        {"to": "incomplete", "expected_version": 1, "reason": ""},
        {"to": "incomplete", "expected_version": 1, "reason": "x" * 501},
    ],
    ids=lambda body: str(body)[:60],
)  # fmt: skip
def test_a_change_that_cannot_be_is_malformed(stand: Stand, id_: str, body: Any) -> None:
    refused(stand.post(status_of(id_), body, stand.staff()), 422, "malformed")
    assert stand.only_request().version == 1


def test_a_key_of_no_use_is_malformed(stand: Stand, id_: str) -> None:
    body = {"to": "verified", "expected_version": 1}
    refused(stand.post(status_of(id_), body, stand.staff(), Idempotency_Key="x" * 201), 422, "malformed")


def test_of_many_changes_one_refusal_stops_no_other(stand: Stand) -> None:
    for number in range(3):
        stand.photo(sender=f"628120000000{number}")
    first, second, third = (one.id for one in stand.requests())
    changes = [
        {"id": first, "to": "verified", "expected_version": 1},
        {"id": NOTHING, "to": "verified", "expected_version": 1},
        {"id": second, "to": "completed", "expected_version": 1},
        {"id": first, "to": "verified", "expected_version": 1},
        {"id": "KTP", "to": "verified", "expected_version": 1},
        {"id": third, "to": "rejected", "expected_version": 1, "reason": "Data ganda"},
    ]
    answer = stand.post("/staff/requests/status", {"changes": changes}, stand.staff(), Idempotency_Key="many")
    assert answer.status_code == 200
    outcomes = answer.json_body["outcomes"]
    assert [one["id"] for one in outcomes] == [one["id"] for one in changes]
    assert [one.get("problem", {}).get("code") for one in outcomes] == [
        None, "not_found", "illegal_change", "stale_version", "malformed", None,
    ]  # fmt: skip
    again = stand.post("/staff/requests/status", {"changes": changes}, stand.staff(), Idempotency_Key="many")
    assert again.json_body == answer.json_body
    refused(stand.post("/staff/requests/status", {"changes": []}, stand.staff()), 422, "malformed")
    refused(stand.post("/staff/requests/status", {"changes": changes[:1] * 51}, stand.staff()), 422, "malformed")


def test_an_officers_words_within_the_window_alone(stand: Stand, id_: str) -> None:
    path = f"/staff/requests/{id_}/messages"
    answer = stand.post(path, {"text": "Foto KK kurang jelas"}, stand.staff(Role.OPERATOR))
    assert (answer.status_code, answer.json_body["notice"]["kind"]) == (202, "reply")
    stand.run()
    assert "Foto KK kurang jelas" in str(stand.whatsapp.arrivals[-1].message.content)
    refused(stand.post(path, {"text": ""}, stand.staff()), 422, "malformed")
    refused(stand.post(path, {"text": "x" * 1001}, stand.staff()), 422, "malformed")
    refused(stand.post(path, {"text": "halo"}, stand.staff(Role.INTEGRATION)), 403, "forbidden")
    refused(stand.post(path, {"text": "halo"}, stand.staff(Role.ADMIN, "1701")), 404, "not_found")
    stand.clock.now += timedelta(hours=25)
    refused(stand.post(path, {"text": "halo"}, stand.staff()), 409, "window_closed")


def test_figures_are_for_supervisors_of_their_office_and_for_days_that_there_are(stand: Stand) -> None:
    stand.say("ktp saya hilang")
    supervisor, local = stand.staff(Role.SUPERVISOR), f"{stand.clock.now + timedelta(hours=7):%Y-%m-%d}"

    told = stand.get("/staff/stats", supervisor).json_body
    assert (told["office"], told["from"], told["to"], told["complete"]) == ("1801", f"{local[:8]}01", local, True)
    assert told["all"]["opened"] == 1
    assert [one["opened"] for one in told["services"] if one["service"] == "KTP"] == [1]
    of_long_ago = stand.get("/staff/stats?office=1801&from=2020-02-01&to=2020-02-29", supervisor).json_body
    assert (of_long_ago["all"]["opened"], of_long_ago["all"]["open"]["submitted"]) == (0, 1)

    for query in (
        "from=2026-13-01",
        "from=2026-11-02&to=2026-11-01",
        "from=2026-01-01&to=2026-04-03",
        "from=0",
        "day=1",
        "to=",
    ):
        refused(stand.get(f"/staff/stats?{query}", supervisor), 422, "malformed")
    refused(stand.get("/staff/stats?office=1701", supervisor), 404, "not_found")
    refused(stand.get("/staff/stats", stand.staff(Role.ADMIN, "1701")), 404, "not_found")
    refused(stand.get("/staff/stats", stand.staff(Role.OFFICER)), 403, "forbidden")


def test_who_wants_a_person_and_has_no_request(stand: Stand) -> None:
    stand.say("mau bicara petugas")

    [call] = stand.get("/staff/calls", stand.staff(Role.OPERATOR)).json_body["calls"]

    assert (call["office"], call["phone"]) == ("1801", "+62…001")
    assert stand.get("/staff/calls", stand.staff(Role.ADMIN, "1701")).json_body == {"calls": []}


def test_notices_that_wait_for_somebody_and_another_attempt(stand: Stand, id_: str) -> None:
    notice_id = f"{id_}.1"
    [listed] = stand.get("/staff/notices?state=accepted", stand.staff(Role.OPERATOR)).json_body["notices"]
    assert (listed["id"], listed["state"], listed["attempts"][0]["outcome"]) == (notice_id, "accepted", "accepted")
    assert stand.get("/staff/notices", stand.staff()).json_body == {"notices": []}
    refused(stand.get("/staff/notices?state=lost", stand.staff()), 422, "malformed")
    refused(stand.post(f"/staff/notices/{notice_id}/resend", {}, stand.staff(Role.OFFICER)), 403, "forbidden")
    refused(stand.post(f"/staff/notices/{notice_id}/resend", {}, stand.staff(Role.ADMIN, "1701")), 404, "not_found")
    refused(stand.post("/staff/notices/x/resend", {}, stand.staff()), 404, "not_found")
    answer = stand.post(f"/staff/notices/{notice_id}/resend", {}, stand.staff(Role.SUPERVISOR))
    assert (answer.status_code, answer.json_body["notice"]["state"]) == (202, "planned")
    stand.tick(seconds=1)
    assert len(stand.whatsapp.arrivals) == 2


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_read_and_open(stand: Stand, role: Role) -> None:
    token = stand.staff(role)
    assert stand.get("/staff/requests", token).status_code == 200
    opened = stand.post("/staff/requests", {"service": "KTP", "consent": False}, token)
    if role is Role.INTEGRATION:
        refused(opened, 403, "forbidden")
    else:
        assert opened.status_code == 201


def test_numbers_of_persons_are_masked_on_the_desk(stand: Stand) -> None:
    nik = "1801010101900001"
    stand.photo(caption=f"NIK {nik}, telepon 0812-0000-0009")
    request = stand.only_request()
    stand.post(status_of(request.id), {"to": "incomplete", "expected_version": 1, "reason": f"NIK {nik}"}, stand.staff())
    for path in (f"/staff/requests/{request.id}", "/staff/requests", "/staff/notices?state=planned"):
        answer = stand.get(path, stand.staff()).body.decode()
        assert nik not in answer
        assert "0812-0000-0009" not in answer
        assert SITI not in answer


def test_the_tables_trouble_is_told_as_a_passing_one(stand: Stand, id_: str) -> None:
    stand.parts.store.get = unavailable  # type: ignore[method-assign,assignment]
    for answer in (stand.get(f"/requests/{id_}"), stand.get("/staff/requests", "x"), stand.say("halo")):
        refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"


def test_what_nobody_foresaw_tells_the_caller_nothing(stand: Stand, id_: str) -> None:
    stand.parts.store.get = unforeseen  # type: ignore[method-assign,assignment]
    for answer in (stand.get(f"/requests/{id_}"), stand.get("/staff/requests", "x")):
        assert set(refused(answer, 500, "internal")) == {"type", "title", "status", "code"}


def unavailable(_key: object) -> None:
    from chalicelib.domain.errors import TransientError

    raise TransientError("a secret of the table's")


def unforeseen(_key: object) -> None:
    raise ZeroDivisionError("a secret of the table's")


def test_no_refusal_repeats_what_was_sent(stand: Stand, id_: str) -> None:
    nik = "1801010101900001"
    answers = [
        stand.post(status_of(id_), {"to": nik, "expected_version": 1}, stand.staff()),
        stand.post(status_of(id_), {"to": "verified", "expected_version": 1, "eta": nik}, stand.staff()),
        stand.post("/staff/requests", {"service": nik, "consent": True, "phone": nik * 3}, stand.staff()),
        stand.get(f"/staff/requests?limit={nik}", stand.staff()),
        stand.get(f"/requests/{nik}"),
        stand.get(f"/staff/requests/{nik}", stand.staff()),
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert nik not in json.dumps([answer.json_body for answer in answers])


def test_the_status_machines_words_are_the_apis(stand: Stand, id_: str) -> None:
    for version, to in enumerate(("incomplete", "verified", "processing", "ready", "completed"), start=1):
        body = {"to": to, "expected_version": version} | ({"reason": "KK belum ada"} if to == "incomplete" else {})
        answer = stand.post(status_of(id_), body, stand.staff())
        assert (answer.status_code, answer.json_body["request"]["status"]) == (200, Status(to).value)
