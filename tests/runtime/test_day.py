"""A day at the office, in Lambda's own runtime: what was deployed, with what Lambda brings along and nothing else."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.project import FUNCTIONS, SOCIAL, function_name
from tests.data import payloads
from tests.runtime.logs import read
from tests.system.client import Answer, Devstack

KTP, PINDAH, BY_SOCIAL = "100000000000002", "100000000000003", "100000000000031"
A_DAY_S = 25 * 3600


def writes(devstack: Devstack, phone: str, number: str, text: str) -> None:
    sent = devstack.sim("inbound", **{"from": phone, "phone_number_id": number, "text": text})
    assert sent["status"] == 200, sent


def posted(devstack: Devstack, payload: dict[str, Any], secret: str) -> Answer:
    """Meta's own POST: signed over the bytes, with what is not ASCII escaped and unescaped."""
    body = json.dumps(payload, ensure_ascii=False).replace("Siti", "S\\u00edti").encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return devstack.api("POST", "/webhooks/whatsapp", body, **{"X-Hub-Signature-256": f"sha256={signature}"})


def file_of(devstack: Devstack, phone: str) -> dict[str, Any]:
    """The file of the request that was opened last by somebody."""
    (told, *_) = devstack.outbox(phone)
    found = next(word for word in told["body"].replace("*", " ").split() if word.count("-") == 3)
    answer = devstack.staff("GET", f"/staff/requests/{found.strip('.,()')}")
    assert answer.status == 200, answer
    return dict(answer.json)


def sets(devstack: Devstack, file: dict[str, Any], to: str) -> dict[str, Any]:
    change = {"to": to, "expected_version": file["request"]["version"]}
    answer = devstack.staff("POST", f"/staff/requests/{file['request']['id']}/status", change)
    assert answer.status == 200, answer
    return {"request": answer.json["request"]}


def test_the_handshake_is_answered(devstack: Devstack) -> None:
    path = "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = devstack.api("GET", path + devstack.described["verify_token"])
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "1158201444", "text/plain")
    assert devstack.api("GET", path + "guessed").status == 403


def test_a_webhook_is_stored_once_when_its_bytes_are_signed(devstack: Devstack) -> None:
    now = int(datetime.now(UTC).timestamp())
    payload = payloads.envelope(payloads.value(payloads.text("KTP hilang 😢 déjà", at=now, sender="6281200008001"), number=KTP))
    secret = devstack.described["app_secret"]
    assert posted(devstack, payload, "guessed").status == 403
    assert posted(devstack, payload, secret).json == {"stored": 1, "duplicate": 0, "quarantined": 0}
    assert posted(devstack, payload, secret).json == {"stored": 0, "duplicate": 1, "quarantined": 0}


def test_a_chat_is_answered_by_way_of_stream_queue_and_provider_whose_report_is_noted(devstack: Devstack) -> None:
    writes(devstack, "+6281200008002", KTP, "ktp saya hilang")
    devstack.settle()
    (told,) = devstack.outbox("+6281200008002")
    assert (told["channel"], told["kind"], told["state"]) == ("whatsapp", "text", "delivered")
    file = file_of(devstack, "+6281200008002")
    assert [(notice["kind"], notice["state"]) for notice in file["notices"]] == [("opened", "delivered")]
    looked_up = devstack.api("GET", f"/requests/{file['request']['id'].replace('-', '%20')}")
    assert (looked_up.status, looked_up.json["status"]) == (200, "submitted")


def test_a_status_change_is_told_a_day_later_by_template(devstack: Devstack) -> None:
    writes(devstack, "+6281200008003", PINDAH, "mau urus surat pindah")
    devstack.settle()
    moved = devstack.sim("advance", seconds=A_DAY_S)
    assert moved["idle"] is True

    ready = sets(devstack, sets(devstack, file_of(devstack, "+6281200008003"), "processing"), "ready")
    devstack.settle()

    *_, told = devstack.outbox("+6281200008003")
    assert (told["kind"], told["state"]) == ("template", "delivered")
    # The functions' clock went along with the stack's, though the package knows of no clock but its own.
    changed = datetime.fromisoformat(ready["request"]["updated_at"])
    assert timedelta() <= changed - datetime.fromisoformat(moved["now"]) < timedelta(minutes=5)
    assert devstack.api("GET", f"/requests/{ready['request']['id']}").json["status"] == "ready"


def test_a_phone_without_whatsapp_gets_an_sms_when_the_sweep_has_run(devstack: Devstack) -> None:
    devstack.sim("phones", phone="+6281200008004", whatsapp=False)
    walk_in = {"service": "KTP", "name": "Invented", "phone": "+6281200008004", "consent": True}
    assert devstack.staff("POST", "/staff/requests", walk_in).status == 201
    devstack.settle()
    assert devstack.sim("advance", seconds=60)["idle"] is True
    assert [told["channel"] for told in devstack.outbox("+6281200008004")] == ["whatsapp", "sms"]


def test_first_messages_that_come_at_once_to_two_environments_open_one_request(devstack: Devstack) -> None:
    def send(n: int) -> int:
        sent = devstack.sim("inbound", **{"from": "+6281200008005", "phone_number_id": KTP, "text": f"ktp hilang {n}"})
        return int(sent["status"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [200] * 4
    devstack.settle()
    assert len(devstack.outbox("+6281200008005")) == 1
    assert len(file_of(devstack, "+6281200008005")["messages"]) == 4
    environments = [log.name for log in read(Path(devstack.described["function_logs"])) if log.name.startswith("kabar-dev-")]
    assert len([name for name in environments if name.removeprefix("kabar-dev-").isdigit()]) >= 2


@pytest.mark.parametrize(("phone", "number"), [("+6281200008006", KTP), ("+6281200008007", BY_SOCIAL)])
def test_a_document_is_fetched_and_opens_at_the_desk_by_its_link(devstack: Devstack, phone: str, number: str) -> None:
    """By way of the stream, the queue, the function and the bucket; from Meta, and from AWS."""
    content = f"%PDF-1.4 invented for {number}".encode()
    kept = devstack.ask("POST", f"{devstack.graph_url}/sim/files", content, **{"Content-Type": "application/pdf"})
    sent = {"from": phone, "phone_number_id": number, "media": {"type": "document", "id": kept.json["id"]}}
    writes(devstack, phone, number, "ktp saya hilang")
    assert devstack.sim("inbound", **sent)["status"] == 200
    devstack.settle()

    (media,) = [one["media"] for one in file_of(devstack, phone)["messages"] if "media" in one]
    assert (media["state"], media["content_type"], media["size"]) == ("kept", "application/pdf", len(content))
    opened = devstack.ask("GET", media["link"])
    assert (opened.status, opened.text) == (200, content.decode())
    assert opened.headers["Content-Type"] == "application/pdf"
    assert opened.headers["Content-Disposition"].startswith("attachment;")


def test_what_the_desk_refuses_comes_back_as_a_problem(devstack: Devstack) -> None:
    refused = devstack.staff("POST", "/staff/requests", {"service": "NOTHING"})
    assert (refused.status, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert devstack.staff("GET", "/staff/requests", Authorization="Bearer guessed").status == 401
    assert devstack.api("GET", "/requests/KTP-0000-0000-000").status in {404, 422}


def test_after_such_a_day_every_function_has_run_and_none_has_failed(devstack: Devstack) -> None:
    devstack.sim("advance", seconds=0)
    logs = read(Path(devstack.described["function_logs"]))
    started = {log.name.rpartition("-")[0] for log in logs}
    assert started == {function_name("dev", name) for name in (*FUNCTIONS, SOCIAL)}
    assert [(log.name, log.trouble) for log in logs if log.trouble] == []
    assert all(log.invocations_ms for log in logs)
