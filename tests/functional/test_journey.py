"""From a resident's chat to the notice on the phone and back, through the functions as AWS calls them."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.domain.delivery import FreeText, Remedy, Template
from chalicelib.domain.request import Status
from tests.data import payloads
from tests.data.payloads import KTP, SITI
from tests.fakes.providers import refused
from tests.functional.stand import SECRETS, Stand, standing

PROBLEM = "application/problem+json"


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing() as stand:
        yield stand


def change(stand: Stand, to: Status, version: int, **more: object) -> dict[str, object]:
    body = {"to": to.value, "expected_version": version, **more}
    answer = stand.post(f"/staff/requests/{stand.only_request().id}/status", body, stand.staff())
    assert answer.status_code == 200, answer.json_body
    return dict(answer.json_body["request"])


def test_a_photo_becomes_a_request_a_notice_and_an_answer_that_anybody_can_look_up(stand: Stand) -> None:
    assert stand.photo().json_body == {"stored": 1, "duplicate": 0, "quarantined": 0}
    request = stand.only_request()
    assert stand.whatsapp.attempts == [], "nothing is sent by the webhook itself"

    stand.run()
    [arrival] = stand.whatsapp.arrivals
    assert (arrival.message.to.phone, arrival.message.phone_number_id) == ("+" + SITI, KTP)
    assert isinstance(arrival.message.content, FreeText)
    assert request.id in arrival.message.content.body
    assert [body for body in stand.bodies if "media" not in body] == [json.dumps({"notice": f"{request.id}.1"})]
    assert stand.states() == {f"{request.id}.1": "accepted"}

    for word in ("sent", "read", "delivered"):
        assert stand.report(word, arrival.message.callback).status_code == 200
    assert stand.states() == {f"{request.id}.1": "read"}

    change(stand, Status.VERIFIED, 1)
    change(stand, Status.READY, 2)
    stand.run()
    content = stand.whatsapp.arrivals[-1].message.content
    assert isinstance(content, Template)
    assert content.name == "kabar_ready_card"

    found = stand.get(f"/requests/{request.id}")
    assert found.status_code == 200
    assert {name: found.json_body[name] for name in ("id", "service", "status", "label")} == {
        "id": request.id,
        "service": "KTP",
        "status": "ready",
        "label": "Siap diambil",
    }
    assert set(found.json_body) == {
        "id", "service", "status", "label", "opened_at", "updated_at", "due_at", "next", "bring", "where",
    }  # fmt: skip


def test_a_phone_without_whatsapp_gets_the_sms() -> None:
    with standing(lambda _message: refused("131026", Remedy.SMS)) as stand:
        stand.photo()
        stand.run()
        stand.tick(minutes=1)
        [arrival] = stand.sms.arrivals
        assert arrival.message.phone == "+" + SITI
        assert stand.only_request().id in arrival.message.body


def test_what_whatsapp_reports_as_undeliverable_goes_by_sms(stand: Stand) -> None:
    stand.photo()
    stand.run()
    stand.report("failed", stand.whatsapp.arrivals[0].message.callback, 131026)
    stand.tick(minutes=1)
    assert len(stand.sms.arrivals) == 1


def test_a_webhook_ten_times_and_a_batch_of_records_three_times_tell_once(stand: Stand) -> None:
    payload = payloads.envelope(payloads.value(payloads.photo(at=stand.seconds)))
    answers = [stand.webhook(payload).json_body for _ in range(10)]
    assert [answer["stored"] for answer in answers] == [1] + [0] * 9
    for _ in range(3):
        stand.dispatch()
        stand.seen = ""  # Lambda lost its place
    while stand.deliver():
        pass
    assert len(stand.whatsapp.attempts) == 1
    assert len(stand.bodies) == 3


def test_what_the_stream_lost_the_sweep_finds(stand: Stand) -> None:
    stand.photo()
    stand.seen = stand.new_records()[-1]["dynamodb"]["SequenceNumber"]  # and nobody took them
    stand.tick(minutes=1)
    assert stand.whatsapp.attempts == []
    stand.tick(minutes=2)
    assert len(stand.whatsapp.attempts) == 1


def test_a_queue_message_that_is_none_of_ours_is_kept_and_those_behind_it_are_delivered(stand: Stand) -> None:
    for body in ("not json", "{}", '{"notice": 1}', '{"notice": "KTP-X.one"}', "[]", '"text"'):
        stand.sqs.send_message(QueueUrl=stand.queue_url, MessageBody=body)
    stand.photo()
    stand.run()
    assert len(stand.whatsapp.attempts) == 1
    assert len(stand.items("QUARANTINE#")) == 6


def test_metas_handshake_is_answered_in_its_own_words(stand: Stand) -> None:
    token = SECRETS["verify_token"]
    answer = stand.get(f"/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    assert (answer.status_code, answer.body) == (200, b"1158201444")
    assert answer.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=an-invented-verify-token",
        "hub.challenge=1&hub.verify_token=an-invented-verify-token",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=%C3%A9",
    ],
)
def test_nobody_else_gets_an_answer_to_a_handshake(stand: Stand, query: str) -> None:
    answer = stand.get(f"/webhooks/whatsapp?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, PROBLEM)
    assert SECRETS["verify_token"] not in answer.body.decode()


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        payloads.signature(b"{}", SECRETS["app_secret"]),
        payloads.signature(payloads.raw({"object": "whatsapp_business_account", "entry": []}), "another-secret"),
        payloads.signature(payloads.raw({"object": "whatsapp_business_account", "entry": []}), SECRETS["app_secret"])[7:],
        "é",
    ],
)
def test_a_webhook_that_is_not_signed_over_its_very_bytes_is_refused_and_writes_nothing(stand: Stand, signature: str) -> None:
    answer = stand.webhook({"object": "whatsapp_business_account", "entry": []}, signature)
    assert (answer.status_code, answer.headers["Content-Type"], answer.json_body["code"]) == (403, PROBLEM, "forbidden")
    assert stand.items() == []


def test_the_bytes_count_and_not_what_they_mean(stand: Stand) -> None:
    body = payloads.raw(payloads.envelope(payloads.value(payloads.text("émpat 👍", at=stand.seconds))))
    signature = payloads.signature(body, SECRETS["app_secret"])
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert stand.webhook(again, signature).status_code == 403
    assert stand.webhook(body, signature).status_code == 200
    assert stand.items("CONTACT#", "MSG#")[0]["text"] == "émpat 👍"


def test_while_secrets_rotate_the_previous_one_is_good_too() -> None:
    with standing(secrets={**SECRETS, "app_secret": "the-new-one", "app_secret_previous": SECRETS["app_secret"]}) as stand:
        assert stand.photo().status_code == 200
        body = payloads.raw(payloads.envelope(payloads.value(payloads.photo(at=stand.seconds))))
        assert stand.webhook(body, payloads.signature(body, "the-new-one")).status_code == 200


def test_a_body_that_is_no_json_is_kept_whole(stand: Stand) -> None:
    assert stand.webhook(b"\xff\xfe not json").json_body == {"stored": 0, "duplicate": 0, "quarantined": 1}
    assert len(stand.items("QUARANTINE#")) == 1
