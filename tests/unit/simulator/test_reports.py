import json
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.unit.simulator.stand import SITI, Received, Stand, template, text


def test_reports_are_signed_in_order_and_say_what_meta_says(stand: Stand) -> None:
    wamid = stand.send(template("KTP-el", "☀", biz_opaque_callback_data="naïve.1#1")).json()["messages"][0]["id"]
    stand.settle()

    assert all(received.is_signed for received in stand.kabar.received)
    assert all(received.raw.isascii() and b"na\\u00efve" in received.raw for received in stand.kabar.received)
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}
    common = {
        "id": wamid,
        "timestamp": "1772420645",
        "recipient_id": SITI,
        "biz_opaque_callback_data": "naïve.1#1",
        "pricing": pricing,
    }
    assert stand.kabar.statuses() == [{"status": "sent", **common}, {"status": "delivered", **common}]
    payload = json.loads(stand.kabar.received[0].raw)
    assert payload["object"] == "whatsapp_business_account"
    assert payload["entry"][0]["changes"][0]["field"] == "messages"
    assert payload["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] == "100000000000002"


def test_a_failed_report_carries_its_error_and_no_callback_data_that_was_not_given(stand: Stand) -> None:
    stand.post("/sim/faults", {"outcome": "undeliverable"})
    stand.send(template("a", "b"))
    stand.settle()

    (report,) = stand.kabar.statuses()
    assert report["errors"][0]["code"] == 131026
    assert report["errors"][0]["title"] == "Message undeliverable"
    assert "biz_opaque_callback_data" not in report
    assert "pricing" not in report


def test_free_words_are_free(stand: Stand) -> None:
    stand.hear()
    stand.send(text())
    stand.settle()
    assert {report["pricing"]["type"] for report in stand.kabar.statuses()} == {"free_customer_service"}


def test_a_report_may_come_before_the_answer_to_the_send(stand: Stand) -> None:
    """Kabar's webhook is called while its own send is still under way; neither waits for the other."""
    stand.post("/sim/faults", {"outcome": "slow:30000"})
    reported = threading.Event()
    stand.kabar.on_post = lambda _: reported.set()
    with ThreadPoolExecutor() as sender:
        answer = sender.submit(stand.send, template("a", "b"), timeout_s=30)
        assert reported.wait(10)
        assert not answer.done()
        stand.simulator.close()  # or the test would wait for the answer
        assert answer.result().status == 200


def test_a_slow_webhook_does_not_hold_up_the_reports_of_other_messages(stand: Stand) -> None:
    release = threading.Event()

    def wait_for_the_first(received: Received) -> None:
        if received.value["statuses"][0]["recipient_id"] == SITI:
            release.wait(10)

    stand.kabar.on_post = wait_for_the_first
    stand.send(template("a", "b"))
    stand.send(template("a", "b", to="6281200000002"))
    stand.wait(lambda: [r["recipient_id"] for r in stand.kabar.statuses()].count("6281200000002") == 2)
    assert not stand.simulator.idle()
    release.set()
    stand.settle()


def test_a_report_that_kabar_did_not_take_is_posted_again_byte_for_byte(stand: Stand) -> None:
    stand.kabar.answers.extend([500, 503, 201])
    stand.kabar.on_post = lambda _: stand.rest.advance(60)

    stand.send(template("a", "b"))
    stand.settle()

    assert [report["status"] for report in stand.kabar.statuses()] == ["sent"] * 4 + ["delivered"]
    assert len({received.raw for received in stand.kabar.received[:4]}) == 1
    assert stand.get("/sim/undelivered") == []


def test_a_report_that_is_never_taken_is_given_up_and_kept(stand: Stand) -> None:
    stand.kabar.answers.extend([500] * 6)

    stand.send(template("a", "b"))
    stand.settle()

    (given_up,) = stand.get("/sim/undelivered")
    assert (given_up["attempts"], given_up["last"]) == (6, "HTTP 500")
    assert json.loads(given_up["payload"])["entry"][0]["changes"][0]["value"]["statuses"][0]["status"] == "sent"
    assert [report["status"] for report in stand.kabar.statuses()] == ["sent"] * 6 + ["delivered"]
    assert stand.outbox()[0]["state"] == "delivered"


def test_an_unreachable_kabar_is_given_up_too(stand: Stand) -> None:
    stand.kabar.shutdown()
    stand.kabar.server_close()
    stand.send(template("a", "b"))
    stand.settle()
    assert len(stand.get("/sim/undelivered")) == 2
    assert all(given_up["last"].startswith("no answer") for given_up in stand.get("/sim/undelivered"))


def test_many_at_once_are_all_accepted_and_reported_in_their_order(stand: Stand) -> None:
    def send(i: int) -> str:
        answer = stand.send(template("a", "b", to=f"62812000{i:05}", biz_opaque_callback_data=f"n.{i}#1"))
        wamid: str = answer.json()["messages"][0]["id"]
        return wamid

    with ThreadPoolExecutor(16) as senders:
        wamids = set(senders.map(send, range(60)))
    stand.settle()

    assert len(wamids) == 60
    assert {entry["provider_id"] for entry in stand.outbox()} == wamids
    assert [entry["at"] for entry in stand.outbox()] == sorted(entry["at"] for entry in stand.outbox())
    for wamid in wamids:
        states = [report["status"] for report in stand.kabar.statuses() if report["id"] == wamid]
        assert states == ["sent", "delivered"]


def test_a_reset_in_between_does_not_bring_a_message_back(stand: Stand) -> None:
    release = threading.Event()
    stand.kabar.on_post = lambda _: release.wait(10)
    stand.send(template("a", "b"))
    stand.wait(lambda: len(stand.kabar.received) == 1)
    stand.post("/sim/reset", {})
    release.set()
    stand.settle()
    assert stand.outbox() == []
    assert len(stand.kabar.received) == 2
