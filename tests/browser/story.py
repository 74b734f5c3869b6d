"""What happens between a resident and the office, on the page and at the desk."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, expect

from devstack.simulator import media_types
from tests.browser.phone import Phone
from tests.system.client import Devstack

KTP = "100000000000002"
A_REQUEST = re.compile(r"KTP-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}")
PHOTO: FilePayload = {
    "name": "surat kehilangan.jpg",
    "mimeType": "image/jpeg",
    "buffer": (Path(media_types.__file__).parent / "samples" / "photo.jpg").read_bytes(),
}


def ask(phone: Phone) -> str:
    """Opens a request by chat; returns its id, as the answer tells it."""
    phone.say("ktp saya hilang")
    answer = phone.office.filter(has_text=A_REQUEST)
    expect(answer).to_have_count(1)
    found = A_REQUEST.search(answer.inner_text())
    assert found
    return found[0]


def make_ready(stack: Devstack, request: str) -> None:
    """The officer's work."""
    for status in ("processing", "ready"):
        version = stack.staff("GET", f"/staff/requests/{request}").json["request"]["version"]
        body = {"to": status, "expected_version": version}
        assert stack.staff("POST", f"/staff/requests/{request}/status", body).status == 200
