"""Schemathesis makes what it can of the API's own description: nothing breaks the API, and it answers as described."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.system.client import Devstack
from tests.unit.entry.exactly import exact

CONFIG = Path(__file__).with_name("schemathesis.toml")
SCHEMATHESIS = Path(sys.executable).with_name("st")
RESIDENTS = [("+6281200007001", "100000000000001", "KK baru"), ("+6281200007002", "100000000000002", "KTP hilang")]


@pytest.fixture(scope="module")
def requests(devstack: Devstack) -> list[str]:
    """Requests that there are, one with a notice of its own change."""
    for phone, number, words in RESIDENTS:
        devstack.sim("inbound", **{"from": phone, "phone_number_id": number, "text": words})
    devstack.settle()
    ids = [one["id"] for one in devstack.staff("GET", "/staff/requests").json["requests"]]
    body = {"to": "incomplete", "expected_version": 1, "reason": "Foto KK buram"}
    assert devstack.staff("POST", f"/staff/requests/{ids[0]}/status", body).status == 200
    devstack.settle()
    return ids


def described_exactly(devstack: Devstack) -> dict[str, Any]:
    """The document as it is served, with schemas by which an answer's further members are faults."""
    document: dict[str, Any] = devstack.api("GET", "/openapi.json").json
    schemas = document["components"]["schemas"]
    return document | {"components": document["components"] | {"schemas": exact(schemas)}}


@pytest.mark.usefixtures("requests")
def test_nothing_breaks_the_api_and_it_answers_as_it_is_described(devstack: Devstack, tmp_path: Path) -> None:
    described = described_exactly(devstack)
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described), encoding="utf-8")
    operations = sum(len(methods) for methods in described["paths"].values())

    token = devstack.described["staff_token"]
    done = subprocess.run(
        [
            SCHEMATHESIS, "--config-file", CONFIG, "run", document, "--url", devstack.api_url,
            "--header", f"Authorization: Bearer {token}", "--no-color", "--warnings", "off",
        ],
        cwd=tmp_path,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert f"Tested: {operations}\n" in done.stdout, done.stdout[-2000:]
