"""The office answers on its own phone: the robot is quiet meanwhile, and what officers type there moves a request."""

import re
from typing import Any

from tests.system.cases import daytime, now
from tests.system.client import Devstack

ALL_SERVICES = "100000000000021"
"""The number of the example office that lets officers type status words."""


def say(stack: Devstack, phone: str, text: str) -> None:
    assert stack.sim("inbound", **{"from": phone, "phone_number_id": ALL_SERVICES, "text": text})["status"] == 200


def officer_types(stack: Devstack, text: str, to: str | None = None, times: int = 1) -> None:
    """In the resident's chat, or in the number's chat with itself."""
    what: dict[str, Any] = {"to": to} if to else {}
    what |= {"text": text, "id": f"wamid.{hash((text, to))}", "timestamp": int(now(stack).timestamp())}
    for number in range(times):
        written = stack.sim("echo", phone_number_id=ALL_SERVICES, **what)
        assert written["status"] == 200
        assert written["response"]["stored" if number == 0 else "duplicate"] == 1


def bodies(stack: Devstack, phone: str) -> list[str]:
    stack.settle()
    return [one["body"] for one in stack.outbox(phone)]


def opened(stack: Devstack, phone: str) -> str:
    say(stack, phone, "ktp saya hilang")
    [body] = bodies(stack, phone)
    [request_id] = re.findall(r"KTP(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{3}", body)
    return str(request_id)


def test_the_robot_is_quiet_while_an_officer_writes_and_says_what_it_is_asked(devstack: Devstack) -> None:
    phone = "+6281700000001"
    request_id = opened(devstack, phone)
    officer_types(devstack, "Sebentar ya Bu, kami cek dulu.", phone)

    say(devstack, phone, "mau bicara petugas")
    assert len(bodies(devstack, phone)) == 1
    say(devstack, phone, "CEK")
    [_, status] = bodies(devstack, phone)
    assert request_id in status
    said = [one["text"] for one in devstack.staff("GET", f"/staff/requests/{request_id}").json["messages"]]
    assert said == ["ktp saya hilang", "Sebentar ya Bu, kami cek dulu.", "mau bicara petugas", "CEK"]


def test_a_status_word_makes_it_ready_and_the_resident_is_told_once(faulty: Devstack) -> None:
    daytime(faulty)
    phone = "+6281700000002"
    request_id = opened(faulty, phone)
    officer_types(faulty, f"/proses {request_id}", phone)
    officer_types(faulty, f"/siap {request_id.lower()} ya", times=3)

    faulty.settle()
    file = faulty.staff("GET", f"/staff/requests/{request_id}").json
    assert [(one["to"], one["actor"].split(":")[0]) for one in file["changes"]] == [
        ("submitted", "resident"), ("processing", "app"), ("ready", "app"),
    ]  # fmt: skip
    assert [("SIAP" in one) for one in bodies(faulty, phone)] == [False, True]
