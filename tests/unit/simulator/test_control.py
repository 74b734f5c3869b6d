from datetime import timedelta
from typing import Any

import pytest

from tests.unit.simulator.stand import BUDI, SITI, Stand, template, text


@pytest.mark.parametrize("to", ["6281200000001", "%2B62%20812-0000-0001", "+62812-0000-0001", "081200000001"])
def test_the_outbox_finds_an_address_in_any_spelling(stand: Stand, to: str) -> None:
    for receiver in (SITI, BUDI, SITI):
        stand.send(template("a", "b", to=receiver))
    assert [entry["to"] for entry in stand.outbox(to)] == [f"+{SITI}"] * 2
    assert len(stand.outbox()) == 3


def test_an_address_that_is_none_is_a_400(stand: Stand) -> None:
    assert stand.http.request("GET", f"{stand.url}/sim/outbox?to=siti").status == 400


@pytest.mark.parametrize(
    ("callback", "notice"),
    [("KTP-1.2#1", "KTP-1.2"), ("KTP-1.2", "KTP-1.2"), ("a#b#12", "a#b"), ("a#b", "a#b"), (None, None)],
)
def test_the_attempt_is_cut_off_the_notice(stand: Stand, callback: str | None, notice: str | None) -> None:
    stand.send(template("a", "b", biz_opaque_callback_data=callback))
    assert stand.outbox()[0]["notice"] == notice


def test_advance_moves_the_clock_and_tells_the_time(stand: Stand) -> None:
    stand.rest.idle = False
    assert stand.post("/sim/advance", {"seconds": 90.5}) == {"idle": False, "now": "2026-03-02T03:05:36.178Z"}
    assert stand.post("/sim/advance", {"seconds": 0})["now"] == "2026-03-02T03:05:36.178Z"


@pytest.mark.parametrize("seconds", [-1, "60", None, True, 1e12, [1]])
def test_time_goes_forward_by_a_sane_number_of_seconds(stand: Stand, seconds: object) -> None:
    before = stand.clock.now
    assert stand.try_post("/sim/advance", {"seconds": seconds}).status == 400
    assert stand.try_post("/sim/advance", {}).status == 400
    assert stand.try_post("/sim/advance", b'{"seconds": 1' + b"0" * 400 + b"}").status == 400
    assert stand.try_post("/sim/advance", b'{"seconds": 1e999}').status == 400
    assert stand.clock.now == before


def test_the_end_of_the_calendar_is_a_400(stand: Stand) -> None:
    stand.clock.now = stand.clock.now.replace(year=9999)
    assert stand.try_post("/sim/advance", {"seconds": 366 * 86_400}).status == 400


def test_settle_waits_as_long_as_it_is_told(stand: Stand) -> None:
    assert stand.post("/sim/settle", {"timeout_s": 2.5}) == {"idle": True}
    assert stand.post("/sim/settle", b"") == {"idle": True}
    stand.rest.idle = False
    assert stand.post("/sim/settle", {"timeout_s": 0}) == {"idle": False}
    assert stand.rest.settled == [2.5, 10, 0]
    assert stand.try_post("/sim/settle", {"timeout_s": -1}).status == 400


def test_reset_clears_everything_but_what_residents_wrote(stand: Stand) -> None:
    stand.hear()
    for _ in range(45):
        stand.send(text())
    stand.settle()
    stand.post("/sim/faults", {"outcome": "silent", "to": SITI})
    stand.post("/sim/phones", {"phone": BUDI, "whatsapp": False, "synchronous": True})
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused"})

    stand.post("/sim/reset", {})

    assert stand.outbox() == []
    assert stand.get("/sim/faults") == []
    assert stand.send(text()).status == 200
    assert stand.send(template(name="plain", to=BUDI)).status == 200


def test_undelivered_reports_are_forgotten_by_a_reset(stand: Stand) -> None:
    stand.kabar.answers.extend([500] * 12)
    stand.send(template("a", "b"))
    stand.settle()
    assert len(stand.get("/sim/undelivered")) == 2
    stand.post("/sim/reset", {})
    assert stand.get("/sim/undelivered") == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("phones", {"phone": SITI}),
        ("phones", {"phone": "siti", "whatsapp": False}),
        ("phones", {"phone": SITI, "whatsapp": "no"}),
        ("templates", {"name": "plain", "language": "id", "status": "tired"}),
        ("templates", {"name": "plain", "language": "en", "status": "paused"}),
        ("templates", {"name": "plain", "status": "paused"}),
        ("nonsense", {}),
    ],
)
def test_a_command_that_cannot_be_is_refused(stand: Stand, path: str, body: dict[str, Any]) -> None:
    answer = stand.try_post(f"/sim/{path}", body)
    assert answer.status == (404 if path == "nonsense" else 400)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_wrong_method_is_a_problem_too(stand: Stand) -> None:
    answer = stand.http.request("DELETE", f"{stand.url}/sim/outbox")
    assert (answer.status, answer.json()["status"]) == (405, 405)


def test_the_state_counts(stand: Stand) -> None:
    stand.hear()
    stand.send(text())
    stand.settle()
    stand.post("/sim/faults", {"outcome": "silent"})
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused"})
    stand.settle()
    assert stand.get("/sim/state") == {
        "now": "2026-03-02T03:04:05.678Z",
        "idle": True,
        "outbox": {"whatsapp": {"delivered": 1}, "sms": {}},
        "faults": 1,
        "undelivered": 0,
        "open_windows": 1,
        "phones_without_whatsapp": 0,
        "templates": [
            {"name": "plain", "language": "id", "status": "paused"},
            {"name": "status_ready", "language": "id", "status": "approved"},
        ],
    }
    stand.clock.now += timedelta(days=1)
    assert stand.get("/sim/state")["open_windows"] == 0


def test_the_help_is_for_people(stand: Stand) -> None:
    page = stand.http.request("GET", stand.url + "/sim")
    assert page.headers["Content-Type"].startswith("text/plain")
    assert b"/v24.0/<phone_number_id>/messages" in page.data
    assert b"receipts:reversed" in page.data


def test_faults_are_taken_back(stand: Stand) -> None:
    stand.post("/sim/faults", {"outcome": "silent", "times": 3})
    assert stand.http.request("DELETE", f"{stand.url}/sim/faults").json() == []
    assert stand.get("/sim/faults") == []


@pytest.mark.parametrize("path", ["/sim/advance", "/sim/settle"])
def test_a_command_may_call_the_simulator_in_its_turn(stand: Stand, path: str) -> None:
    """The sweep that `/sim/advance` runs sends messages, so no command may hold what a send needs."""
    stand.rest.meanwhile = lambda: stand.send(template("a", "b"))
    stand.post(path, {"seconds": 1} if path == "/sim/advance" else {})
    assert len(stand.outbox()) == 1
