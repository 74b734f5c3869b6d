import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from werkzeug.test import EnvironBuilder

from devstack.simulator.wire import Wire
from tests.unit.simulator.stand import BUDI, SITI, USER_ID, Stand, template

UNDELIVERABLE = 131026


def fault(stand: Stand, outcome: str, **more: object) -> None:
    stand.post("/sim/faults", {"outcome": outcome, **more})


def send(stand: Stand, to: str = SITI, timeout_s: float = 10) -> urllib3.BaseHTTPResponse:
    return stand.send(template("KTP-el", "KTP-1", to=to, biz_opaque_callback_data="n.1#1"), timeout_s=timeout_s)


def reports(stand: Stand) -> list[tuple[str, int | None]]:
    """What Kabar was told: (status, error code)."""
    stand.settle()
    return [
        (report["status"], report["errors"][0]["code"] if "errors" in report else None) for report in stand.kabar.statuses()
    ]


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        ("http_500", 500, 131000),
        ("error:131000", 500, 131000),
        ("error:131056", 429, 131056),
        ("error:131047", 429, 131047),
        ("error:190", 401, 190),
        ("error:131026", 400, 131026),
        ("error:132015", 400, 132015),
        ("error:2", 503, 2),
        ("error:999999", 400, 999999),
    ],
)
def test_a_graph_error_is_an_answer_and_nothing_is_accepted(stand: Stand, outcome: str, status: int, code: int) -> None:
    fault(stand, outcome)
    answer = send(stand)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert stand.outbox() == []
    assert reports(stand) == []


@pytest.mark.parametrize(("outcome", "status"), [("http_502", 502), ("http_429", 429)])
def test_a_bare_status_has_no_body(stand: Stand, outcome: str, status: int) -> None:
    fault(stand, outcome)
    answer = send(stand)
    assert (answer.status, answer.data) == (status, b"")
    assert stand.outbox() == []


def test_a_timeout_before_is_not_accepted(stand: Stand) -> None:
    fault(stand, "timeout_before")
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        send(stand, timeout_s=0.3)
    assert stand.outbox() == []
    assert reports(stand) == []


def test_a_timeout_after_is_accepted_and_reported(stand: Stand) -> None:
    fault(stand, "timeout_after")
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        send(stand, timeout_s=0.3)
    assert [entry["notice"] for entry in stand.outbox()] == ["n.1"]
    assert reports(stand) == [("sent", None), ("delivered", None)]


def test_a_reset_is_a_reset_and_not_accepted(stand: Stand) -> None:
    fault(stand, "reset")
    with pytest.raises(urllib3.exceptions.ProtocolError) as caught:
        send(stand)
    assert isinstance(caught.value.args[1], ConnectionResetError)
    assert "reset by peer" in str(caught.value)
    assert stand.outbox() == []
    assert send(stand).status == 200


def test_a_malformed_200_is_accepted(stand: Stand) -> None:
    fault(stand, "malformed_200")
    answer = send(stand)
    assert answer.status == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert len(stand.outbox()) == 1
    assert reports(stand) == [("sent", None), ("delivered", None)]


def test_a_slow_answer_comes_in_the_end(stand: Stand) -> None:
    fault(stand, "slow:50")
    assert send(stand).json()["messages"][0]["id"] == stand.outbox()[0]["provider_id"]


def test_who_does_not_wait_for_a_slow_answer_was_accepted_all_the_same(stand: Stand) -> None:
    fault(stand, "slow:30000")
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        send(stand, timeout_s=0.3)
    assert reports(stand) == [("sent", None), ("delivered", None)]


@pytest.mark.parametrize(
    ("outcome", "told", "state"),
    [
        ("undeliverable", [("failed", UNDELIVERABLE)], "failed"),
        ("failed:131047", [("failed", 131047)], "failed"),
        ("silent", [], "accepted"),
        ("receipts:duplicated", [("sent", None)] * 2 + [("delivered", None)] * 2, "delivered"),
        ("receipts:reversed", [("delivered", None), ("sent", None)], "delivered"),
        ("receipts:delivered_after_failed", [("sent", None), ("failed", UNDELIVERABLE), ("delivered", None)], "delivered"),
        ("receipts:read_only", [("read", None)], "read"),
        ("receipts:sent_only", [("sent", None)], "sent"),
    ],
)
def test_reports_come_as_ordered(stand: Stand, outcome: str, told: list[tuple[str, int | None]], state: str) -> None:
    fault(stand, outcome)
    assert send(stand).status == 200
    assert reports(stand) == told
    assert [entry["state"] for entry in stand.outbox()] == [state]


def test_faults_are_consumed_in_order_by_the_sends_they_are_meant_for(stand: Stand) -> None:
    fault(stand, "error:2", to="0812-0000-0002", times=2)
    fault(stand, "error:4")
    fault(stand, "error:1", to=BUDI)
    fault(stand, "error:OptedOut")

    codes = [send(stand, to).json().get("error", {}).get("code") for to in (BUDI, SITI, BUDI, SITI, BUDI, BUDI)]

    assert codes == [2, 4, 2, None, 1, None]
    assert stand.get("/sim/faults") == [{"to": None, "channel": None, "outcome": "error:OptedOut", "times": 1}]


def test_a_fault_of_one_channel_passes_the_other_by(stand: Stand) -> None:
    fault(stand, "http_500", channel="sms")
    assert send(stand).status == 200
    assert [fault["channel"] for fault in stand.get("/sim/faults")] == ["sms"]


def test_a_refused_request_consumes_no_fault(stand: Stand) -> None:
    fault(stand, "error:2")
    assert stand.send(template("only one")).json()["error"]["code"] == 132000
    assert send(stand).json()["error"]["code"] == 2


def test_each_concurrent_send_consumes_one(stand: Stand) -> None:
    fault(stand, "error:2", times=7)
    with ThreadPoolExecutor(10) as senders:
        answers = list(senders.map(lambda i: send(stand, f"62812000{i:05}").status, range(20)))
    assert sorted(answers) == [200] * 13 + [503] * 7
    assert len(stand.outbox()) == 13


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "http_404"},
        {"outcome": "error"},
        {"outcome": "error:"},
        {"outcome": "error:a b"},
        {"outcome": "silent:1"},
        {"outcome": "slow:"},
        {"outcome": "slow:-1"},
        {"outcome": "slow:30001"},
        {"outcome": "slow:٣"},
        {"outcome": "receipts:late"},
        {"outcome": "receipts"},
        {"outcome": "failed:x"},
        {"outcome": 500},
        {"outcome": "silent", "times": 0},
        {"outcome": "silent", "times": "2"},
        {"outcome": "silent", "times": True},
        {"outcome": "silent", "to": "nobody"},
        {"outcome": "silent", "channel": "email"},
        {"outcome": "error:OptedOut", "channel": "whatsapp"},
        {"outcome": "silent", "phone": "1"},
    ],
)
def test_an_unknown_fault_is_a_400_that_says_so(stand: Stand, body: dict[str, Any]) -> None:
    answer = stand.try_post("/sim/faults", body)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "malformed"
    assert answer.json()["detail"]
    assert stand.get("/sim/faults") == []


def test_a_phone_without_whatsapp_is_reported_failed(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": "0812-0000-0001", "whatsapp": False})
    assert send(stand).status == 200
    assert reports(stand) == [("failed", UNDELIVERABLE)]
    assert stand.outbox()[0]["state"] == "failed"

    stand.post("/sim/phones", {"phone": SITI, "whatsapp": True})
    stand.kabar.received.clear()
    send(stand)
    assert reports(stand) == [("sent", None), ("delivered", None)]


def test_a_phone_without_whatsapp_can_be_refused_at_once(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "whatsapp": False, "synchronous": True})
    answer = send(stand)
    assert (answer.status, answer.json()["error"]["code"]) == (400, UNDELIVERABLE)
    assert stand.outbox() == []
    assert send(stand, BUDI).status == 200


@pytest.mark.parametrize(
    ("outcome", "told"),
    [("receipts:read_only", [("failed", UNDELIVERABLE)]), ("silent", []), ("failed:131050", [("failed", 131050)])],
)
def test_a_phone_without_whatsapp_delivers_nothing_under_a_fault_either(
    stand: Stand, outcome: str, told: list[tuple[str, int | None]]
) -> None:
    stand.post("/sim/phones", {"phone": USER_ID, "whatsapp": False})
    fault(stand, outcome)
    body = template("a", "b")
    del body["to"]
    assert stand.send({**body, "recipient": USER_ID}).status == 200
    assert reports(stand) == told


def test_close_lets_a_hanging_caller_go(stand: Stand) -> None:
    fault(stand, "timeout_before")
    with ThreadPoolExecutor() as sender:
        answer = sender.submit(send, stand, timeout_s=20)
        stand.wait(lambda: stand.get("/sim/faults") == [])
        stand.simulator.close()
        assert isinstance(answer.exception(timeout=10), urllib3.exceptions.ProtocolError)


def test_a_hanging_caller_is_let_go_at_the_limit() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        environ = {**EnvironBuilder().get_environ(), "werkzeug.socket": ours}
        answer = Wire(hold_limit_s=0.1).hang(environ)
        theirs.settimeout(5)
        assert theirs.recv(1) == b""
        with pytest.raises(ConnectionResetError):
            next(iter(answer.response))


def test_a_caller_that_gives_up_holds_no_thread(stand: Stand) -> None:
    fault(stand, "timeout_before", times=5)
    before = threading.active_count()
    for _ in range(5):
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            send(stand, timeout_s=0.1)
    stand.http.clear()
    stand.wait(lambda: threading.active_count() <= before)
