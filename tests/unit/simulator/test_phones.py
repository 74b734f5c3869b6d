from datetime import UTC, datetime
from typing import Any

import pytest

from devstack.simulator.inbox import Inbox, Written
from tests.unit.simulator.stand import BUDI, BY_AWS, KK, KTP, SITI, USER_ID, Stand, template, text


def states(stand: Stand, to: str = SITI) -> list[str]:
    stand.settle()
    return [entry["state"] for entry in stand.outbox(to)]


def reports(stand: Stand) -> list[str]:
    stand.settle()
    return [report["status"] for report in stand.kabar.statuses()]


def thread(stand: Stand, phone: str = SITI) -> Any:
    return stand.get(f"/sim/thread?phone={phone}")


def write(stand: Stand, **more: object) -> str:
    answer: dict[str, str] = stand.post("/sim/inbound", {"from": SITI, "phone_number_id": KTP, **more})
    return answer["id"]


def test_a_phone_that_is_off_gets_its_messages_when_it_is_on_again(stand: Stand) -> None:
    stand.hear()
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(text())
    assert (states(stand), reports(stand)) == (["sent"], ["sent"])
    assert stand.simulator.idle()

    answer = stand.post("/sim/phones", {"phone": SITI, "on": True})

    assert answer == {"phone": SITI, "whatsapp": True, "synchronous": False, "on": True}
    assert (states(stand), reports(stand)) == (["delivered"], ["sent", "delivered"])
    stand.post("/sim/phones", {"phone": SITI, "on": True})
    assert reports(stand) == ["sent", "delivered"]


def test_other_phones_are_not_switched_off_with_it(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(template("a", "b", to=BUDI))
    assert states(stand, BUDI) == ["delivered"]


def test_a_template_that_outlived_its_time_never_arrives(stand: Stand) -> None:
    stand.hear()
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(template("a", "b"))
    stand.send(template(name="plain"))
    stand.send(text())
    stand.post("/sim/advance", {"seconds": 240})
    stand.post("/sim/phones", {"phone": SITI, "on": True})
    assert states(stand) == ["sent", "delivered", "delivered"]


def test_a_template_arrives_within_its_time_and_words_within_thirty_days(stand: Stand) -> None:
    stand.hear()
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(text())
    stand.post("/sim/advance", {"seconds": 30 * 86_400 - 239})
    stand.send(template("a", "b"))
    stand.post("/sim/advance", {"seconds": 239})
    stand.post("/sim/phones", {"phone": SITI, "on": True})
    assert states(stand) == ["sent", "delivered"]


def test_a_phone_needs_whatsapp_too_before_what_waited_arrives(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(template("a", "b"))
    stand.post("/sim/phones", {"phone": SITI, "whatsapp": False, "on": True})
    assert states(stand) == ["sent"]
    stand.post("/sim/phones", {"phone": SITI, "whatsapp": True})
    assert states(stand) == ["delivered"]


def test_a_phone_with_whatsapp_refuses_nothing(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "whatsapp": True, "synchronous": True})
    assert stand.send(template("a", "b")).status == 200


@pytest.mark.parametrize(
    ("outcome", "off", "on"),
    [
        ("receipts:reversed", [], ["delivered", "sent"]),
        ("receipts:read_only", [], ["read"]),
        ("receipts:delivered_after_failed", ["sent", "failed"], ["sent", "failed", "delivered"]),
        ("undeliverable", ["failed"], ["failed"]),
        ("silent", [], []),
    ],
)
def test_faults_hold_for_a_phone_that_is_off(stand: Stand, outcome: str, off: list[str], on: list[str]) -> None:
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.post("/sim/faults", {"outcome": outcome})
    stand.send(template("a", "b"))
    assert reports(stand) == off
    stand.post("/sim/phones", {"phone": SITI, "on": True})
    assert reports(stand) == on


def test_a_reset_switches_everything_on_and_forgets_what_waited(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    stand.send(template("a", "b"))
    stand.post("/sim/reset", {})
    assert thread(stand)["phone"]["on"] is True
    stand.post("/sim/phones", {"phone": SITI, "on": True})
    assert reports(stand) == ["sent"]


def test_reading_is_reported_once_for_each_message_that_has_arrived(stand: Stand) -> None:
    for number in (KK, KTP):
        stand.hear(number=number)
        stand.send(text(), number=number)
    stand.post("/sim/faults", {"outcome": "receipts:sent_only"})
    stand.send(text())
    stand.send(text(BUDI))
    stand.settle()
    kk, ktp, _ = (entry["provider_id"] for entry in stand.outbox(SITI))

    assert stand.post("/sim/read", {"phone": SITI, "phone_number_id": KTP}) == {"read": [ktp]}
    assert states(stand) == ["delivered", "read", "sent"]
    assert stand.post("/sim/read", {"phone": "0812-0000-0001"}) == {"read": [kk]}
    assert states(stand) == ["read", "read", "sent"]
    assert stand.post("/sim/read", {"phone": SITI}) == {"read": []}
    assert reports(stand).count("read") == 2


def test_nobody_reads_on_a_phone_that_is_off(stand: Stand) -> None:
    stand.post("/sim/phones", {"phone": SITI, "on": False})
    assert stand.try_post("/sim/read", {"phone": SITI}).status == 400


def test_a_thread_has_what_both_sides_said_in_order(stand: Stand) -> None:
    first = write(stand, text="ktp saya hilang")
    stand.post("/sim/advance", {"seconds": 1})
    stand.send(text(body="Sudah kami terima"))
    stand.settle()
    stand.post("/sim/advance", {"seconds": 1})
    second = write(stand, media={"type": "image", "caption": "KK"})
    stand.hear(BUDI)

    told = thread(stand, "0812-0000-0001")

    assert told["now"] == "2026-03-02T03:04:07.678Z"
    assert told["phone"] == {"address": f"+{SITI}", "whatsapp": True, "synchronous": False, "on": True}
    assert [(one["by"], one["kind"], one["body"], one["state"], one["at"]) for one in told["messages"]] == [
        ("resident", "text", "ktp saya hilang", "delivered", "2026-03-02T03:04:05.678Z"),
        ("office", "text", "Sudah kami terima", "delivered", "2026-03-02T03:04:06.678Z"),
        ("resident", "image", "KK", "delivered", "2026-03-02T03:04:07.678Z"),
    ]
    assert [one["id"] for one in told["messages"]] == [first, stand.outbox()[0]["provider_id"], second]
    assert told["messages"][2]["file"]["mime_type"] == "image/jpeg"
    assert {one["phone_number_id"] for one in told["messages"]} == {KTP}


def test_a_message_that_kabar_refuses_has_failed_until_it_takes_it(stand: Stand) -> None:
    stand.kabar.answers.append(503)
    seen: list[str] = []
    stand.kabar.on_post = lambda _: seen.append(thread(stand)["messages"][0]["state"])
    write(stand, text="KTP", id="wamid.X")
    assert [one["state"] for one in thread(stand)["messages"]] == ["failed"]
    write(stand, text="KTP", id="wamid.X")
    stand.kabar.answers.append(500)
    write(stand, text="KTP", id="wamid.X")
    assert [one["state"] for one in thread(stand)["messages"]] == ["delivered"]
    assert seen == ["sent", "failed", "delivered"]


def test_a_pressed_button_and_a_chosen_row_are_told_apart_and_name_what_they_answer(stand: Stand) -> None:
    write(stand, button={"id": "cek", "title": "Cek status"}, reply_to="wamid.A")
    write(stand, row={"id": "kk", "title": "Kartu Keluarga", "description": "Baru"}, reply_to="wamid.B")
    write(stand, row={"id": "kk", "title": "Kartu Keluarga"})
    messages = [received.value["messages"][0] for received in stand.kabar.received]
    assert [message["interactive"]["type"] for message in messages] == ["button_reply", "list_reply", "list_reply"]
    assert messages[1]["interactive"]["list_reply"] == {"id": "kk", "title": "Kartu Keluarga", "description": "Baru"}
    assert messages[0]["context"] == {"from": "622100000002", "id": "wamid.A"}
    assert "context" not in messages[2]
    assert [one["body"] for one in thread(stand)["messages"]] == ["Cek status", "Kartu Keluarga", "Kartu Keluarga"]


def test_a_reset_forgets_the_conversation(stand: Stand) -> None:
    write(stand, text="KTP")
    stand.post("/sim/reset", {})
    assert thread(stand)["messages"] == []


def test_a_thread_is_told_to_its_last_five_hundred_messages(stand: Stand) -> None:
    write(stand, text="pertama")
    for number in range(500):
        stand.send(template(str(number), "b"), number=KK)
        stand.clock.now = stand.clock.now.replace(microsecond=number * 1000)
        stand.post("/sim/advance", {"seconds": 10})
    bodies = [one["body"] for one in thread(stand)["messages"]]
    assert len(bodies) == 500
    assert bodies[0].startswith("Kabar baik! 0 ")


def test_only_so_many_messages_of_residents_are_remembered() -> None:
    inbox, now = Inbox(most=2), datetime(2026, 3, 2, tzinfo=UTC)
    for number in range(3):
        inbox.add(Written(str(number), now, SITI, KTP, "text", "KTP"))
    inbox.move("0", "delivered")
    assert [written.id for written, _ in inbox.by(SITI)] == ["1", "2"]


@pytest.mark.parametrize("query", ["", "?phone=", "?phone=siti"])
def test_a_thread_is_a_phone_s(stand: Stand, query: str) -> None:
    answer = stand.http.request("GET", f"{stand.url}/sim/thread{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_user_id_has_a_thread_too(stand: Stand) -> None:
    stand.post("/sim/inbound", {"from": USER_ID, "phone_number_id": KTP, "text": "KTP"})
    assert [one["body"] for one in thread(stand, USER_ID)["messages"]] == ["KTP"]


def test_the_account_says_whom_one_can_write_to(stand: Stand) -> None:
    account = stand.get("/sim/account")
    assert account["numbers"] == [
        {
            "phone_number_id": KK,
            "display_phone_number": "622100000001",
            "office": "Disdukcapil",
            "service": "Kartu Keluarga",
            "by": "meta",
        },
        {
            "phone_number_id": KTP,
            "display_phone_number": "622100000002",
            "office": "Disdukcapil",
            "service": "KTP-el",
            "by": "meta",
        },
        {
            "phone_number_id": BY_AWS,
            "display_phone_number": "622100000031",
            "office": "Disdukcapil",
            "service": "KTP-el",
            "by": "aws",
        },
    ]
    assert "receipts:read_only" in account["outcomes"]
    assert account["largest"]["image"] == 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("phones", {"phone": SITI, "on": "no"}),
        ("read", {}),
        ("read", {"phone": "siti"}),
        ("read", {"phone": SITI, "phone_number_id": ""}),
        ("inbound", {"from": SITI, "phone_number_id": KTP, "row": {"id": "a"}}),
        ("inbound", {"from": SITI, "phone_number_id": KTP, "row": {"id": "a", "title": "b"}, "text": "c"}),
        ("inbound", {"from": SITI, "phone_number_id": KTP, "text": "a", "reply_to": ""}),
    ],
)
def test_a_command_that_no_phone_can_carry_out_is_a_400(stand: Stand, path: str, body: dict[str, Any]) -> None:
    assert stand.try_post(f"/sim/{path}", body).status == 400
