import json
from typing import Any

import pytest

from devstack.runtime.proxy_events import Api, Incoming, Malformed, answer, event

API = Api(
    "a1b2c3",
    "dev",
    {
        "/": frozenset(),
        "/requests/{id}": frozenset({"GET"}),
        "/staff/requests": frozenset({"GET", "POST"}),
        "/staff/requests/{id}": frozenset({"GET"}),
        "/staff/requests/status": frozenset({"POST"}),
        "/staff/requests/{id}/status": frozenset({"POST"}),
    },
    frozenset({"image/png"}),
)


def of(target: str = "/dev/staff/requests", body: bytes = b"", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return event(API, "/staff/requests", {}, Incoming("POST", target, pairs, body))


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/dev/requests/1", "/requests/1"),
        ("/dev/?a=1", "/"),
        ("/dev", None),
        ("/requests/1", None),
        ("/device/requests", None),
        ("/devrequests", None),
        ("/", None),
    ],
)
def test_each_path_begins_with_the_stage(target: str, path: str | None) -> None:
    assert API.path(target) == path


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/requests/KTP%207F3K", ("/requests/{id}", {"id": "KTP%207F3K"})),
        ("/requests/1/", ("/requests/{id}", {"id": "1"})),
        ("/staff/requests/status", ("/staff/requests/status", {})),
        ("/staff/requests/1/status", ("/staff/requests/{id}/status", {"id": "1"})),
        ("/requests", None),
        ("/requests//", None),
        ("/requests/1/2", None),
        ("/nothing", None),
    ],
)
def test_a_path_belongs_to_the_resource_that_says_most_of_it(path: str, route: object) -> None:
    assert API.route(path) == route


def test_the_event_says_where_it_came_in() -> None:
    made = event(API, "/requests/{id}", {"id": "1"}, Incoming("GET", "/dev/requests/1?a=b", [("Host", "kabar")], b""))
    context = made["requestContext"]
    assert (made["resource"], made["path"], made["httpMethod"]) == ("/requests/{id}", "/requests/1", "GET")
    assert (context["resourcePath"], context["path"], context["stage"]) == ("/requests/{id}", "/dev/requests/1", "dev")
    assert made["pathParameters"] == {"id": "1"}
    assert json.loads(json.dumps(made)) == made


def test_what_is_not_there_is_null_and_not_empty() -> None:
    made = of()
    for name in ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"):
        assert made[name] is None


def test_a_query_is_decoded_and_keeps_all_values_of_a_name() -> None:
    made = of("/dev/staff/requests?q=Siti%20A&q=%C3%A9+b&open=&hub.mode=x&flag")
    assert made["multiValueQueryStringParameters"] == {"q": ["Siti A", "é b"], "open": [""], "hub.mode": ["x"], "flag": [""]}
    assert made["queryStringParameters"] == {"q": "é b", "open": "", "hub.mode": "x", "flag": ""}


def test_headers_keep_their_names_and_all_their_values_but_those_of_the_hop() -> None:
    pairs = [
        ("X-Hub-Signature-256", "sha256=0"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("Connection", "close"),
        ("Expect", "100-continue"),
    ]
    made = event(API, "/staff/requests", {}, Incoming("POST", "/dev/staff/requests", pairs, b""))
    assert made["multiValueHeaders"] == {"X-Hub-Signature-256": ["sha256=0"], "x-a": ["1", "2"]}
    assert made["headers"] == {"X-Hub-Signature-256": "sha256=0", "x-a": "2"}


@pytest.mark.parametrize(
    ("kind", "body", "text", "is_base64"),
    [
        ("application/json", '{"a": "é"}'.encode(), '{"a": "é"}', False),
        ("image/png; q=1", b"\x89PNG", "iVBORw==", True),
        ("IMAGE/PNG", b"\x89PNG", "iVBORw==", True),
        ("application/json", b"\xff{", "�{", False),
        ("image/png", b"", None, False),
    ],
)
def test_a_body_is_text_unless_its_type_is_binary(kind: str, body: bytes, text: str | None, is_base64: bool) -> None:  # noqa: FBT001
    made = of(body=body, Content_Type=kind)
    assert (made["body"], made["isBase64Encoded"]) == (text, is_base64)


def test_a_functions_answer_becomes_the_clients() -> None:
    said = {"statusCode": 201, "headers": {"Content-Type": "text/plain", "X-A": "1"}, "multiValueHeaders": {}, "body": "é"}
    assert answer(API, "", said) == (201, [("Content-Type", "text/plain"), ("X-A", "1")], "é".encode())


def test_an_answer_without_more_is_empty_json() -> None:
    assert answer(API, "", {"statusCode": 204}) == (204, [("Content-Type", "application/json")], b"")


def test_of_a_header_that_is_said_twice_the_many_values_count() -> None:
    said = {
        "statusCode": 200,
        "headers": {"Set-Cookie": "no"},
        "multiValueHeaders": {"Set-Cookie": ["a", "b"], "Content-Type": ["x"]},
    }
    assert answer(API, "", said)[1] == [("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Content-Type", "x")]


def test_what_is_the_gateways_to_say_comes_under_another_name_or_not_at_all() -> None:
    headers = {"WWW-Authenticate": "Bearer", "Content-Length": "7", "Transfer-Encoding": "chunked", "Content-Type": "x"}
    named = [name for name, _ in answer(API, "", {"statusCode": 401, "headers": headers})[1]]
    assert named == ["x-amzn-Remapped-WWW-Authenticate", "Content-Type"]


@pytest.mark.parametrize(("accept", "body"), [("image/png, */*", b"\x89PNG"), ("text/html", b"iVBORw=="), ("", b"iVBORw==")])
def test_base64_is_undone_for_who_asks_for_a_binary_type(accept: str, body: bytes) -> None:
    said = {"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": True}
    assert answer(API, accept, said)[2] == body


@pytest.mark.parametrize(
    "said",
    [
        None,
        "text",
        [],
        {},
        {"body": "no status"},
        {"statusCode": "none"},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "more": 1},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
    ],
)
def test_what_has_not_the_form_of_an_answer_is_none(said: object) -> None:
    with pytest.raises(Malformed):
        answer(API, "image/png", said)
