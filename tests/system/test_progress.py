"""Honest progress: what is missing, what is late, and one word about each, over HTTP and in the chat."""

from datetime import datetime, timedelta
from typing import Any

from tests.system.cases import Case, opened, pass_minutes
from tests.system.client import Devstack

DAY = 24 * 60
# Longer than any weekend with the closed days around it.
LONG = 12


def bodies(case: Case) -> list[str]:
    return [str(one["body"]) for one in case.stack.outbox(case.phone)]


def about(case: Case, words: str) -> list[str]:
    return [body for body in bodies(case) if words in body and case.id in body]


def overdue(faulty: Devstack) -> list[str]:
    """What the desk is shown first, a page after the other."""
    found: list[str] = []
    query = "overdue=true&limit=100"
    page = faulty.staff("GET", f"/staff/requests?{query}").json
    found += [one["id"] for one in page["requests"]]
    assert all(one["overdue"] for one in page["requests"])
    return found


def check(case: Case, **states: str) -> Any:
    body = {"requirements": {code.replace("_", "-"): state for code, state in states.items()}}
    answer = case.stack.staff("POST", f"/staff/requests/{case.id}/requirements", body)
    assert answer.status == 200, answer.text
    return answer.json["request"]


def test_a_promise_that_has_passed_is_told_of_once_and_the_desk_sees_it(faulty: Devstack) -> None:
    case = opened(faulty)
    file = case.request()["request"]
    promised = datetime.fromisoformat(file["due_at"])
    left = promised - datetime.fromisoformat(file["updated_at"])

    pass_minutes(faulty, left / timedelta(minutes=1) + 10)
    assert case.id in overdue(faulty)
    assert about(case, "melewati waktu") == [], "the office has a working day to make it good"

    for _ in range(LONG):
        pass_minutes(faulty, DAY)
    [note] = about(case, "melewati waktu")
    assert "Mohon maaf" in note
    assert "PETUGAS" in note
    assert case.request()["request"]["version"] == 1

    told = case.request()["notices"][-1]
    assert (told["kind"], told["id"], told["state"]) == ("progress", f"{case.id}.1n", "delivered")


def test_who_is_to_send_something_is_reminded_once_with_what_is_missing(faulty: Devstack) -> None:
    case, other = opened(faulty), opened(faulty)
    for one in (case, other):
        one.change("incomplete")
    check(case, kk="received", police_letter="unreadable")
    for _ in range(LONG):
        pass_minutes(faulty, DAY)

    [reminder] = about(case, "Pengingat")
    assert "surat kehilangan dari polisi atau KTP-el yang rusak (tidak terbaca)" in reminder
    assert "Kartu Keluarga" not in reminder
    [reminder] = about(other, "Pengingat")
    assert "foto buram" in reminder


def test_who_has_sent_it_is_not_reminded(faulty: Devstack) -> None:
    case = opened(faulty)
    case.change("incomplete")
    faulty.sim("inbound", **{"from": case.phone, "phone_number_id": case.number, "media": {"type": "image"}})
    faulty.settle()
    assert case.request()["request"]["status"] == "submitted"
    case.change("verified", "ready", "completed")
    for _ in range(LONG):
        pass_minutes(faulty, DAY)

    assert about(case, "Pengingat") == about(case, "melewati waktu") == []


def test_what_is_missing_shows_at_the_desk_in_the_chat_and_in_the_look_up(faulty: Devstack) -> None:
    case = opened(faulty)
    assert "missing" not in faulty.api("GET", f"/requests/{case.id}").json

    request = check(case, police_letter="unreadable")
    assert [(one["code"], one["state"]) for one in request["requirements"]] == [("kk", "open"), ("police-letter", "unreadable")]
    assert (request["missing"], request["version"]) == (2, 1)
    assert check(case, police_letter="unreadable") == request

    letter = "surat kehilangan dari polisi atau KTP-el yang rusak"
    assert faulty.api("GET", f"/requests/{case.id}").json["missing"] == ["Kartu Keluarga", f"{letter} (tidak terbaca)"]
    for words in ("CEK", "kurang apa?"):
        case.say(words)
        faulty.settle()
        assert f"masih kurang: Kartu Keluarga, {letter} (tidak terbaca)" in bodies(case)[-1]

    check(case, kk="received", police_letter="received")
    assert "missing" not in faulty.api("GET", f"/requests/{case.id}").json
    case.change("cancelled")
    wrong = faulty.staff("POST", f"/staff/requests/{case.id}/requirements", {"requirements": {"kk": "open"}})
    assert (wrong.status, wrong.json["code"]) == (422, "illegal_change")
    unknown = faulty.staff("POST", f"/staff/requests/{case.id}/requirements", {"requirements": {"sim": "open"}})
    assert (unknown.status, unknown.json["code"]) == (422, "malformed")
    assert "kk, police-letter" in unknown.json["detail"]
