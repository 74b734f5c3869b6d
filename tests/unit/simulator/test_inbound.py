import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.simulator.stand import BUDI, KK, KTP, SITI, USER_ID, Stand, text


def inbound(**more: object) -> dict[str, object]:
    return {"from": SITI, "phone_number_id": KTP, **more}


def payload(message: Mapping[str, object]) -> dict[str, object]:
    """A raw payload with one message."""
    value = {"metadata": {"phone_number_id": KTP}, "messages": [message]}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


def is_open(stand: Stand, to: str = SITI, number: str = KTP) -> bool:
    body = text(to)
    if to == USER_ID:
        body["recipient"] = body.pop("to")
    return stand.send(body, number=number).status == 200


@pytest.mark.parametrize("sender", [SITI, "+6281200000001", "0812-0000-0001"])
def test_a_text_reaches_kabar_as_meta_sends_it(stand: Stand, sender: str) -> None:
    answer = stand.post("/sim/inbound", {"from": sender, "phone_number_id": KTP, "text": "Selamat pagi ☀"})

    assert answer == {"status": 200, "id": answer["id"], "response": {"stored": 1}}
    assert SITI.encode() in base64.b64decode(answer["id"].removeprefix("wamid."))
    (received,) = stand.kabar.received
    assert received.is_signed
    assert received.raw.isascii()
    assert received.value == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "622100000002", "phone_number_id": KTP},
        "contacts": [{"profile": {"name": "Warga"}, "wa_id": SITI}],
        "messages": [
            {"from": SITI, "id": answer["id"], "timestamp": "1772420645", "type": "text", "text": {"body": "Selamat pagi ☀"}}
        ],
    }


def test_a_sender_without_a_phone_is_known_by_user_id_alone(stand: Stand) -> None:
    stand.post("/sim/inbound", {"from": USER_ID, "phone_number_id": KTP, "text": "KTP", "name": "Siti"})
    value = stand.kabar.received[0].value
    assert value["contacts"] == [{"profile": {"name": "Siti"}, "user_id": USER_ID}]
    assert value["messages"][0]["from_user_id"] == USER_ID
    assert "from" not in value["messages"][0]


def test_a_pressed_button_is_a_button_reply(stand: Stand) -> None:
    stand.post("/sim/inbound", inbound(button={"id": "cek", "title": "Cek status"}))
    message = stand.kabar.received[0].value["messages"][0]
    assert message["type"] == "interactive"
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "cek", "title": "Cek status"}}


@pytest.mark.parametrize("kind", ["image", "document", "audio", "video", "sticker"])
def test_a_file_has_an_id_a_type_and_a_hash(stand: Stand, kind: str) -> None:
    stand.post("/sim/inbound", inbound(media={"type": kind}))
    message = stand.kabar.received[0].value["messages"][0]
    content = message[kind]
    assert message["type"] == kind
    assert content["id"].isdigit()
    assert "/" in content["mime_type"]
    assert len(base64.b64decode(content["sha256"])) == hashlib.sha256().digest_size
    assert "caption" not in content


def test_a_caption_goes_with_its_image(stand: Stand) -> None:
    stand.post("/sim/inbound", inbound(media={"type": "image", "caption": "KK lama"}))
    assert stand.kabar.received[0].value["messages"][0]["image"]["caption"] == "KK lama"


@pytest.mark.parametrize("timestamp", [1772000000, "1772000000"])
def test_id_and_time_can_be_chosen(stand: Stand, timestamp: object) -> None:
    answer = stand.post("/sim/inbound", inbound(text="KTP", id="wamid.X", timestamp=timestamp))
    message = stand.kabar.received[0].value["messages"][0]
    assert (answer["id"], message["id"], message["timestamp"]) == ("wamid.X", "wamid.X", "1772000000")


def test_kabar_s_refusal_is_told(stand: Stand) -> None:
    stand.kabar.answers.append(503)
    assert stand.post("/sim/inbound", inbound(text="KTP"))["status"] == 503
    assert len(stand.kabar.received) == 1


def test_a_kabar_that_is_away_is_status_0(stand: Stand) -> None:
    stand.kabar.shutdown()
    stand.kabar.server_close()
    answer = stand.post("/sim/inbound", inbound(text="KTP"))
    assert (answer["status"], answer["response"]) == (0, "no answer: NewConnectionError")


def test_the_window_is_open_before_kabar_hears_of_the_message(stand: Stand) -> None:
    seen: list[bool] = []
    stand.kabar.on_post = lambda received: seen.append(is_open(stand)) if "messages" in received.value else None
    stand.post("/sim/inbound", inbound(text="KTP"))
    assert seen == [True]


def test_an_old_message_opens_no_window_and_one_from_the_future_is_of_now(stand: Stand) -> None:
    stand.post("/sim/inbound", inbound(text="KTP", timestamp=1772420645 - 24 * 3600))
    assert not is_open(stand)
    stand.post("/sim/inbound", inbound(text="KTP", timestamp="99999999999"))
    assert is_open(stand)
    stand.post("/sim/inbound", inbound(text="KTP", timestamp=1772420645 - 24 * 3600))
    assert is_open(stand)
    stand.post("/sim/advance", {"seconds": 24 * 3600})
    assert not is_open(stand)


@pytest.mark.parametrize(
    "body",
    [
        {},
        inbound(),
        inbound(text=""),
        inbound(text=5),
        inbound(text="a", button={"id": "a", "title": "b"}),
        inbound(button={"id": "a"}),
        inbound(button="a"),
        inbound(media={"type": "hologram"}),
        inbound(media={"type": "audio", "caption": "x"}),
        inbound(media="image"),
        inbound(text="a", timestamp="kemarin"),
        inbound(text="a", timestamp=-1),
        inbound(text="a", timestamp=1.5),
        inbound(text="a", timestamp=True),
        inbound(text="a", timestamp=1772420645000),
        inbound(text="a", id=""),
        inbound(text="a", txt="b"),
        {**inbound(text="a"), "from": "nobody"},
        {**inbound(text="a"), "from": 6281200000001},
        {**inbound(text="a"), "phone_number_id": "1"},
        {**inbound(text="a"), "phone_number_id": 100000000000001},
    ],
)
def test_a_message_that_no_resident_can_write_is_a_400(stand: Stand, body: dict[str, Any]) -> None:
    answer = stand.try_post("/sim/inbound", body)
    assert answer.status == 400
    assert answer.json()["detail"]
    assert stand.kabar.received == []


@pytest.mark.parametrize("path", ["inbound", "webhook", "faults", "phones", "templates", "advance", "settle"])
def test_no_body_makes_a_command_fail_by_a_500(stand: Stand, path: str) -> None:
    for raw in (b"{", b"[]", b"null", b'"x"', b"\xff", b'{"payload": NaN}', b"[" * 100_000, b"9" * 5000):
        answer = stand.try_post(f"/sim/{path}", raw)
        assert answer.status == 400
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_raw_payload_is_signed_and_posted_as_often_as_wished(stand: Stand) -> None:
    answer = stand.post("/sim/webhook", {"payload": {"object": "☀", "entry": []}, "times": 3})
    assert answer == {"statuses": [200] * 3, "responses": [{"stored": 1}] * 3}
    assert [received.raw for received in stand.kabar.received] == [b'{"object":"\\u2600","entry":[]}'] * 3
    assert all(received.is_signed for received in stand.kabar.received)


@pytest.mark.parametrize(
    ("given", "posted"),
    [
        ("not JSON ☀", "not JSON ☀".encode()),
        ("", b""),
        ("\ud800", b"\xed\xa0\x80"),
        ([1, None], b"[1,null]"),
        (None, b"null"),
        ({"a": "\ud800"}, b'{"a":"\\ud800"}'),
        (7, b"7"),
    ],
)
def test_any_payload_is_posted_as_it_is(stand: Stand, given: object, posted: bytes) -> None:
    stand.post("/sim/webhook", {"payload": given})
    assert [received.raw for received in stand.kabar.received] == [posted]
    assert stand.kabar.received[0].is_signed


@pytest.mark.parametrize(("signature", "header"), [("sha256=0", "sha256=0"), ("", ""), (None, None), ("none", None)])
def test_the_signature_can_be_another_or_none(stand: Stand, signature: str | None, header: str | None) -> None:
    stand.post("/sim/webhook", {"payload": payload({"from": SITI}), "signature": signature})
    assert stand.kabar.received[0].signature == header
    assert not is_open(stand)


def test_concurrent_posts_are_under_way_together(stand: Stand) -> None:
    together = threading.Barrier(8, timeout=10)
    stand.kabar.on_post = lambda _: together.wait()
    answer = stand.post("/sim/webhook", {"payload": {}, "times": 8, "concurrent": True})
    assert answer["statuses"] == [200] * 8


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"payload": 1, "times": 0},
        {"payload": 1, "times": 1001},
        {"payload": 1, "signature": 5},
        {"payload": 1, "signature": "a\nb"},
        {"payload": 1, "signature": "☀"},
        {"payload": 1, "more": 1},
    ],
)
def test_a_malformed_webhook_command_is_a_400(stand: Stand, body: dict[str, Any]) -> None:
    assert stand.try_post("/sim/webhook", body).status == 400
    assert stand.kabar.received == []


@pytest.mark.parametrize(
    ("message", "contact"),
    [
        ({"from": SITI, "timestamp": "1772420000"}, SITI),
        ({"from": SITI, "timestamp": "broken"}, SITI),
        ({"from": SITI}, SITI),
        ({"from": USER_ID}, USER_ID),
        ({"from_user_id": USER_ID, "timestamp": 1772420000}, USER_ID),
        ({"from": SITI, "from_user_id": USER_ID}, SITI),
        ({"from": SITI, "from_user_id": USER_ID}, USER_ID),
    ],
)
def test_a_raw_message_opens_the_window_of_its_sender(stand: Stand, message: dict[str, object], contact: str) -> None:
    stand.post("/sim/webhook", {"payload": payload(message)})
    assert is_open(stand, contact)
    assert not is_open(stand, contact, KK)


def test_contacts_name_the_other_address_of_a_sender(stand: Stand) -> None:
    contacts = [{"wa_id": BUDI}, {"wa_id": SITI, "user_id": USER_ID}]
    raw: Any = payload({"from_user_id": USER_ID})
    raw["entry"][0]["changes"][0]["value"]["contacts"] = contacts
    stand.post("/sim/webhook", {"payload": json.dumps(raw)})
    assert is_open(stand, SITI)
    assert not is_open(stand, BUDI)


@pytest.mark.parametrize(
    "raw",
    [
        payload({"from": SITI, "group_id": "1203"}),
        payload({"from": SITI, "type": "system"}),
        payload({"from": 5}),
        {"entry": 5},
        {"entry": [5, {"changes": [None, {"value": []}, {"value": {"messages": [3]}}]}]},
        {"entry": [{"changes": [{"value": {"metadata": {"phone_number_id": 7}, "messages": [{"from": SITI}]}}]}]},
        "{",
    ],
)
def test_what_is_no_message_of_a_person_opens_nothing(stand: Stand, raw: object) -> None:
    assert stand.post("/sim/webhook", {"payload": raw})["statuses"] == [200]
    assert not is_open(stand)


def test_the_handshake_is_meta_s(stand: Stand) -> None:
    assert stand.post("/sim/handshake", {}) == {"status": 200, "verified": True}
    assert "hub.mode=subscribe" in stand.kabar.challenged[0]
