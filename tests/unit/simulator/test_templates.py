"""The account's message templates as Graph has them: submitted, looked at, edited, listed, and told of."""

import json
from datetime import timedelta
from typing import Any

import pytest
import urllib3

from devstack.simulator.payloads import ACCOUNT
from tests.unit.simulator.stand import KTP, TOKEN, Stand, template

BODY = "Kabar baik, permohonan {{1}} dengan nomor {{2}} sudah selesai kami proses."
NEW: dict[str, Any] = {
    "name": "kabar_new",
    "language": "id",
    "category": "UTILITY",
    "message_send_ttl_seconds": 240,
    "components": [{"type": "BODY", "text": BODY, "example": {"body_text": [["KTP-el", "KTP-7F3K-9QXM-2DM"]]}}],
}
SIGNED_IN = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
FIELDS = "name,language,status,category,components,message_send_ttl_seconds,rejected_reason,quality_score"


def saying(text: str, *samples: str) -> dict[str, Any]:
    example = {"example": {"body_text": [list(samples)]}} if samples else {}
    return NEW | {"components": [{"type": "BODY", "text": text, **example}]}


def ask(stand: Stand, method: str, path: str, body: object = None, **headers: str) -> urllib3.BaseHTTPResponse:
    raw = json.dumps(body).encode() if body is not None else None
    return stand.http.request(method, f"{stand.url}/v24.0/{path}", body=raw, headers=SIGNED_IN | headers)


def submit(stand: Stand, body: object = NEW) -> urllib3.BaseHTTPResponse:
    return ask(stand, "POST", f"{ACCOUNT}/message_templates", body)


def listed(stand: Stand, query: str = f"fields={FIELDS}&limit=100") -> Any:
    answer = ask(stand, "GET", f"{ACCOUNT}/message_templates?{query}")
    assert answer.status == 200, answer.data
    return answer.json()


def one(stand: Stand, name: str) -> Any:
    return next(each for each in listed(stand)["data"] if each["name"] == name)


def error(answer: urllib3.BaseHTTPResponse) -> tuple[int, int, int | None]:
    said = answer.json()["error"]
    return answer.status, said["code"], said.get("error_subcode")


def told(stand: Stand) -> list[tuple[str, str]]:
    """Field and word of each report, in order."""
    stand.settle()
    return [(one.field, one.value.get("event") or one.value.get("new_quality_score")) for one in stand.kabar.received]


def test_a_submitted_template_is_pending_then_approved_and_told_of(stand: Stand) -> None:
    answer = submit(stand)
    assert answer.status == 200
    assert answer.json() | {"id": ""} == {"id": "", "status": "PENDING", "category": "UTILITY"}
    assert one(stand, "kabar_new")["status"] == "PENDING"
    assert stand.send(template("a", "b", name="kabar_new")).json()["error"]["code"] == 132001

    stand.settle()

    assert one(stand, "kabar_new") == {
        **NEW, "id": answer.json()["id"], "status": "APPROVED", "rejected_reason": "NONE",
        "quality_score": {"score": "UNKNOWN", "date": 0},
    }  # fmt: skip
    assert stand.send(template("a", "b", name="kabar_new")).status == 200
    [report] = stand.kabar.received[:1]
    assert report.is_signed
    assert report.entry["id"] == ACCOUNT
    assert report.entry["time"] == int(stand.clock.now.timestamp())
    assert report.field == "message_template_status_update"
    assert report.value == {
        "event": "APPROVED", "message_template_id": int(answer.json()["id"]), "message_template_name": "kabar_new",
        "message_template_language": "id", "reason": "NONE", "message_template_category": "UTILITY",
    }  # fmt: skip


def test_what_sells_something_is_no_utility(stand: Stand) -> None:
    submit(stand, saying("Kabar baik, ada DISKON untuk {{1}} di kantor kami hari ini.", "semua"))
    assert told(stand) == [("message_template_status_update", "REJECTED")]
    assert (one(stand, "kabar_new")["status"], one(stand, "kabar_new")["rejected_reason"]) == ("REJECTED", "INCORRECT_CATEGORY")


@pytest.mark.parametrize(
    ("body", "subcode"),
    [
        (NEW | {"name": "Kabar"}, None),
        (NEW | {"name": "kabar-new"}, None),
        (NEW | {"name": "x" * 513}, None),
        (NEW | {"name": ""}, None),
        (NEW | {"language": "indonesian"}, None),
        (NEW | {"category": "TRANSACTIONAL"}, None),
        (NEW | {"colour": "red"}, None),
        ({name: value for name, value in NEW.items() if name != "components"}, None),
        (NEW | {"components": []}, None),
        (NEW | {"components": NEW["components"] * 2}, None),
        (NEW | {"message_send_ttl_seconds": 29}, None),
        (NEW | {"message_send_ttl_seconds": 43_201}, None),
        (NEW | {"message_send_ttl_seconds": "240"}, None),
        (NEW | {"message_send_ttl_seconds": True}, None),
        (saying("x" * 1025), 2388040),
        (saying("Halo, ini nomor {{2}} untuk anda semua hari ini.", "a"), 2388072),
        (saying("Halo, ini nomor {{ 1 }} untuk anda semua hari ini.", "a"), 2388072),
        (saying("Halo, ini nomor {{satu}} untuk anda semua hari ini.", "a"), 2388072),
        (saying("{{1}} sudah selesai kami proses hari ini.", "a"), 2388299),
        (saying("*{{1}}* sudah selesai kami proses hari ini.", "a"), 2388299),
        (saying("Sudah selesai kami proses hari ini, nomor {{1}}.", "a"), 2388299),
        (saying("Halo {{1}}, {{2}} sudah selesai.", "a", "b"), 2388293),
        (saying(BODY), 2388043),
        (saying(BODY, "a"), 2388043),
        (saying(BODY, "a", " "), 2388043),
        (saying(BODY, "a", "b", "c"), 2388043),
        (NEW | {"components": [{"type": "BODY", "text": BODY, "example": {"body_text": ["a", "b"]}}]}, None),
        (NEW | {"name": "plain"}, 2388024),
        ("halo", None),
    ],
)
def test_what_meta_refuses_is_refused(stand: Stand, body: Any, subcode: int | None) -> None:
    answer = submit(stand, body)
    assert error(answer) == (400, 100, subcode)
    assert ("error_user_msg" in answer.json()["error"]) is (subcode is not None)
    assert len(listed(stand)["data"]) == 2


@pytest.mark.parametrize("seconds", [30, 43_200])
def test_times_to_live_at_the_bounds_are_taken(stand: Stand, seconds: int) -> None:
    assert submit(stand, NEW | {"message_send_ttl_seconds": seconds}).status == 200


def test_minus_one_is_as_long_as_whatsapp_tries_anything(stand: Stand) -> None:
    submit(stand, NEW | {"message_send_ttl_seconds": -1})
    assert "message_send_ttl_seconds" not in one(stand, "kabar_new")


def test_a_name_that_is_being_deleted_cannot_be_used(stand: Stand) -> None:
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "pending_deletion"})
    assert error(submit(stand, NEW | {"name": "plain"})) == (400, 100, 2388023)
    assert stand.send(template(name="plain")).json()["error"]["code"] == 132001


def test_only_the_token_and_the_account_open_the_door(stand: Stand) -> None:
    path = f"{ACCOUNT}/message_templates"
    for method in ("GET", "POST"):
        assert error(ask(stand, method, path, NEW, Authorization="Bearer nobody")) == (401, 190, None)
        assert error(ask(stand, method, f"{KTP}/message_templates", NEW)) == (400, 100, 33)
    assert error(ask(stand, "POST", "12345", {"components": []})) == (400, 100, 33)
    assert error(ask(stand, "POST", "12345", {}, Authorization="")) == (401, 190, None)


def test_a_list_comes_in_pages(stand: Stand) -> None:
    for number in range(30):
        submit(stand, NEW | {"name": f"kabar_{number:02d}"})
    first = listed(stand, "fields=name")
    assert len(first["data"]) == 25
    assert first["data"][0].keys() == {"name", "id"}
    after = first["paging"]["cursors"]["after"]
    second = listed(stand, f"fields=name&after={after}")
    assert [each["name"] for each in second["data"]][-2:] == ["plain", "status_ready"]
    assert len(second["data"]) == 7
    assert "next" in first["paging"]
    assert "next" not in second["paging"]
    assert listed(stand, f"after={second['paging']['cursors']['after']}") == {"data": []}
    assert ask(stand, "GET", f"{ACCOUNT}/message_templates?after=x").status == 400
    assert ask(stand, "GET", f"{ACCOUNT}/message_templates?limit=0").status == 400


def test_an_edited_body_is_looked_at_again_and_then_said(stand: Stand) -> None:
    identifier = one(stand, "plain")["id"]
    component = {"type": "BODY", "text": "Halo, ini kata-kata baru."}
    assert ask(stand, "POST", identifier, {"components": [component]}).json() == {"success": True}
    assert one(stand, "plain")["status"] == "PENDING"
    assert told(stand) == [("message_template_status_update", "APPROVED")]
    stand.send(template(name="plain"))
    assert stand.outbox()[-1]["body"] == "Halo, ini kata-kata baru."


def test_another_time_to_live_needs_no_look(stand: Stand) -> None:
    identifier = one(stand, "plain")["id"]
    ask(stand, "POST", identifier, {"message_send_ttl_seconds": 60})
    assert (one(stand, "plain")["status"], one(stand, "plain")["message_send_ttl_seconds"]) == ("APPROVED", 60)
    assert told(stand) == []


def test_an_approved_template_is_edited_once_a_day_and_others_at_any_time(stand: Stand) -> None:
    identifier = one(stand, "plain")["id"]
    assert ask(stand, "POST", identifier, {"message_send_ttl_seconds": 60}).status == 200
    refused = ask(stand, "POST", identifier, {"message_send_ttl_seconds": 90})
    assert refused.status == 400
    assert "24 hours" in refused.json()["error"]["error_user_msg"]
    stand.clock.now += timedelta(days=1, seconds=1)
    assert ask(stand, "POST", identifier, {"message_send_ttl_seconds": 90}).status == 200
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused"})
    assert ask(stand, "POST", identifier, {"message_send_ttl_seconds": 120}).status == 200


@pytest.mark.parametrize("status", ["pending", "disabled", "pending_deletion"])
def test_what_is_not_approved_rejected_or_paused_cannot_be_edited(stand: Stand, status: str) -> None:
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": status})
    assert error(ask(stand, "POST", one(stand, "plain")["id"], {"message_send_ttl_seconds": 60})) == (400, 100, None)


def test_the_category_of_an_approved_template_stays(stand: Stand) -> None:
    identifier = one(stand, "plain")["id"]
    assert ask(stand, "POST", identifier, {"category": "MARKETING"}).status == 400
    assert ask(stand, "POST", identifier, {"category": "UTILITY", "message_send_ttl_seconds": 60}).status == 200
    assert ask(stand, "POST", identifier, {"name": "other"}).status == 400


@pytest.mark.parametrize(
    ("status", "event", "more"),
    [
        (
            "paused",
            "PAUSED",
            {"other_info": {"title": "FIRST_PAUSE", "description": "Your template has been paused for 3 hours."}},
        ),
        ("disabled", "DISABLED", {"disable_info": {"disable_date": "1772420645"}}),
        ("rejected", "REJECTED", {"reason": "SCAM"}),
        ("pending", "PENDING", {}),
    ],
)
def test_what_a_command_makes_of_a_template_is_told(stand: Stand, status: str, event: str, more: dict[str, Any]) -> None:
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": status, "reason": "SCAM"})
    stand.settle()
    [report] = stand.kabar.received
    assert report.value["event"] == event
    assert report.value.items() >= more.items()


def test_pauses_are_counted_and_times_never_the_same(stand: Stand) -> None:
    for status in ("paused", "approved", "paused", "approved", "paused", "disabled", "approved"):
        stand.post("/sim/templates", {"name": "plain", "language": "id", "status": status})
        stand.settle()
    values = [report.value for report in stand.kabar.received]
    assert [one["event"] for one in values] == ["PAUSED", "APPROVED", "PAUSED", "APPROVED", "PAUSED", "DISABLED", "REINSTATED"]
    titles = [one["other_info"]["title"] for one in values if "other_info" in one]
    assert titles == ["FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE"]
    times = [report.entry["time"] for report in stand.kabar.received]
    assert times == sorted(set(times))


def test_quality_is_told_and_a_lost_word_is_not(stand: Stand) -> None:
    stand.post("/sim/templates", {"name": "plain", "language": "id", "quality": "RED"})
    assert told(stand) == [("message_template_quality_update", "RED")]
    assert stand.kabar.received[0].value["previous_quality_score"] == "UNKNOWN"
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused", "told": False})
    assert len(told(stand)) == 1
    assert one(stand, "plain")["quality_score"]["score"] == "RED"
    assert stand.try_post("/sim/templates", {"name": "plain", "language": "id"}).status == 400


def test_a_word_that_kabar_refuses_is_said_again(stand: Stand) -> None:
    stand.kabar.answers.extend([503, 500])
    stand.post("/sim/templates", {"name": "plain", "language": "id", "status": "paused"})
    stand.settle()
    raws = [report.raw for report in stand.kabar.received]
    assert len(raws) == 3
    assert len(set(raws)) == 1
