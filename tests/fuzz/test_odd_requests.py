"""Odd ids, queries and headers over HTTP: never a server's error, and nothing of anybody else in any answer."""

import json
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.domain import ids
from chalicelib.domain.errors import Malformed
from tests.system.client import Answer, Devstack

EXAMPLES = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SECRETS = ("Siti Rahayu", "Budi Hartono", "81200006001", "81200006002", "Foto KK buram sekali", "telepon dulu")
UNROUTED = {"", ".", ".."}  # clients leave these out of a path

SYMBOLS = string.ascii_letters + string.digits + "-–—_ .*%#?/'\"()‐﻿٣"
NAMES = st.sampled_from([
    "Authorization", "Content-Type", "Accept", "Accept-Encoding", "Accept-Language", "Idempotency-Key", "X-Hub-Signature-256",
    "X-Forwarded-For", "X-HTTP-Method-Override", "Range", "If-Match", "Cookie", "Origin", "X-Amzn-Trace-Id",
]) | st.text(string.ascii_letters + string.digits + "!#$%&'*+.^_`|~-", min_size=1, max_size=20)  # fmt: skip
OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "expect", "host", "upgrade", "trailer", "te"}
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80).map(str.strip)
HEADERS = st.dictionaries(NAMES.filter(lambda name: name.lower() not in OF_THE_CONNECTION), VALUES, max_size=6)


@pytest.fixture(scope="module")
def requests(devstack: Devstack) -> list[str]:
    """Ids of two requests, with a person, a reason and a note in each."""
    found = []
    for name, phone in zip(SECRETS[:2], SECRETS[2:4], strict=True):
        body = {"service": "KTP", "name": name, "phone": f"0{phone}", "consent": True}
        opened = devstack.staff("POST", "/staff/requests", body).json["request"]
        change = {"to": "incomplete", "expected_version": 1, "reason": SECRETS[4], "note": SECRETS[5]}
        assert devstack.staff("POST", f"/staff/requests/{opened['id']}/status", change).status == 200
        found.append(opened["id"])
    devstack.settle()
    return found


def one_symbol_off(id_: str) -> st.SearchStrategy[str]:
    places = st.integers(0, len(id_) - 1)
    return st.builds(lambda place, symbol: id_[:place] + symbol + id_[place + 1 :], places, st.sampled_from(SYMBOLS))


def meant(text: str) -> str | None:
    """The symbols of the id that a text says, None when it says none."""
    try:
        return ids.parse(text).symbols
    except Malformed:
        return None


def symbols_of(id_: str) -> str:
    return ids.parse(id_).symbols


def holds_to_its_own(answer: Answer, text: str, known: list[str]) -> None:
    """A look-up's answer tells of the request that was asked for, if of any, and of no person."""
    assert [one for one in SECRETS if one in answer.text] == []
    if answer.status == 200:
        assert symbols_of(answer.json["id"]) == meant(text)
    else:
        assert answer.status in ({404, 422} if text not in UNROUTED else {403})
        assert [one for one in known if one in answer.text] == []
        assert answer.headers["Content-Type"] == ("application/problem+json" if text not in UNROUTED else "application/json")


def look_up(devstack: Devstack, text: str | bytes) -> Answer:
    return devstack.api("GET", f"/requests/{quote(text, safe='')}")


@EXAMPLES
@given(text=st.text(max_size=200) | st.text(SYMBOLS, max_size=30))
@example(text="KTP-0000-0000-0" * 500)
def test_a_look_up_of_any_text_reveals_nothing(devstack: Devstack, requests: list[str], text: str) -> None:
    holds_to_its_own(look_up(devstack, text), text, requests)


@EXAMPLES
@given(data=st.data())
def test_a_look_up_of_almost_an_id_reveals_nothing(devstack: Devstack, requests: list[str], data: st.DataObject) -> None:
    text = data.draw(one_symbol_off(data.draw(st.sampled_from(requests))))

    holds_to_its_own(look_up(devstack, text), text, requests)


@EXAMPLES
@given(raw=st.binary(min_size=1, max_size=50))
def test_a_look_up_of_any_bytes_reveals_nothing(devstack: Devstack, requests: list[str], raw: bytes) -> None:
    holds_to_its_own(look_up(devstack, raw), raw.decode("utf-8", "replace"), requests)


@pytest.mark.parametrize("write", [str, str.lower, lambda id_: id_.replace("-", " "), lambda id_: id_[4:]])
def test_a_look_up_finds_what_was_asked_for_and_no_person(
    devstack: Devstack, requests: list[str], write: Callable[[str], str]
) -> None:
    for id_ in requests:
        answer = look_up(devstack, write(id_))
        assert (answer.status, answer.json["id"]) == (200, id_)
        assert [one for one in SECRETS if one in answer.text] == []


@EXAMPLES
@given(query=st.text(string.ascii_letters + string.digits + "&=%;+[]{}\"'<>\\^`|~.,:-_*", max_size=80))
@example(query="limit=1&limit=2")
@example(query="limit=&cursor=%00&q=%ff&open=&overdue=")
@example(query="cursor=" + "z" * 100)
@example(query="q=" + "%F0%9F%99%8F" * 100)
def test_any_query_is_answered_or_refused(devstack: Devstack, query: str) -> None:
    for path in ("/staff/requests", "/staff/notices"):
        answer = devstack.staff("GET", f"{path}?{query}")
        assert answer.status in {200, 422}
        assert isinstance(json.loads(answer.text), dict)


@EXAMPLES
@given(headers=HEADERS)
def test_any_headers_are_answered_or_refused(devstack: Devstack, headers: dict[str, str]) -> None:
    for method, path in (
        ("GET", "/staff/requests"),
        ("GET", "/health"),
        ("GET", "/requests/KTP"),
        ("POST", "/webhooks/whatsapp"),
    ):
        answer = devstack.ask(method, devstack.api_url + path, {} if method == "POST" else None, **headers)
        assert answer.status in {200, 401, 403, 415, 422}, (method, path)


@EXAMPLES
@given(headers=HEADERS, key=VALUES)
def test_any_headers_beside_a_token_are_answered_or_refused(devstack: Devstack, headers: dict[str, str], key: str) -> None:
    mine = {"Authorization": f"Bearer {devstack.described['staff_token']}", "Idempotency-Key": key}
    others = {name: value for name, value in headers.items() if name.lower() not in {"authorization", "idempotency-key"}}
    change = {"changes": [{"id": "KTP-7F3K-9QXM-2DM", "to": "ready", "expected_version": 1}]}

    answer = devstack.api("POST", "/staff/requests/status", change, **(others | mine))

    assert answer.status in {200, 415, 422}
    assert answer.status != 200 or answer.json["outcomes"][0]["problem"]["code"] == "not_found"
