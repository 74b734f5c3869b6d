"""Whatever is signed is answered 200 and stored once: any bytes, any JSON, and any change to what Meta sends."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from chalice.app import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.entry import whatsapp
from tests.data import payloads
from tests.fakes.world import World
from tests.functional.stand import standing
from tests.unit.entry import http

EXAMPLES = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from([
    "object", "whatsapp_business_account", "entry", "changes", "value", "field", "messages", "statuses", "errors", "contacts",
    "message_echoes", "metadata", "phone_number_id", payloads.KTP, "from", "from_user_id", "to", "id", "timestamp", "type",
    "text", "body", "profile", "name", "wa_id", payloads.SITI, "ID.1349", "group_id", "image", "status", "1795489200",
])  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.characters(categories=["Cs"]), WORDS)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(), inner, max_size=5), max_leaves=20
)
AN_ID = re.compile(r"wamid\.fuzz-[0-9]+")


def stored(world: World) -> dict[tuple[str, str], str]:
    """What elements became, by key: messages, echoes, events and what is broken."""
    items = [(str(one["pk"]), str(one["sk"]), one) for one in world.items()]
    elements = [one for one in items if one[0].startswith(("EVENT#", "QUARANTINE#")) or one[1].startswith(("MSG#", "ECHO#"))]
    return {(pk, sk): json.dumps(item, default=str) for pk, sk, item in elements}


def posted(world: World, body: bytes) -> Response:
    """Meta's POST, with bytes of any kind."""
    headers = {"X-Hub-Signature-256": payloads.signature(body, world.secrets.values.app_secrets[0])}
    request = http.request(base64.b64encode(body).decode(), base64=True, headers=headers)
    return whatsapp.receive(request, world.secrets.current(), world.parts.ingest)


def post_twice(body: bytes) -> dict[tuple[str, str], str]:
    """What a signed body leaves in the table, once it is sure that its repeat adds nothing."""
    world = World()

    first = posted(world, body)
    after = stored(world)
    second = posted(world, body)

    assert (first.status_code, second.status_code) == (200, 200)
    assert stored(world) == after
    assert len(after) == first.body["stored"] + first.body["quarantined"]
    assert second.body == {"stored": 0, "duplicate": sum(first.body.values()), "quarantined": 0}
    return after


@EXAMPLES
@given(body=st.binary(max_size=300))
def test_any_bytes_are_stored_once(body: bytes) -> None:
    [(pk, _)] = post_twice(body)

    assert pk == "QUARANTINE#0"


def test_any_bytes_that_come_by_http_are_stored_once() -> None:
    with standing() as stand:

        @settings(EXAMPLES, max_examples=25)
        @given(body=st.binary(min_size=1, max_size=300) | st.text(min_size=1).map(str.encode))
        def comes(body: bytes) -> None:
            before = {str(one["sk"]) for one in stand.items("QUARANTINE#")}
            first, second = stand.webhook(body), stand.webhook(body)
            added = {str(one["sk"]) for one in stand.items("QUARANTINE#")} - before

            assert (first.status_code, second.status_code) == (200, 200)
            assert (len(added), second.json_body["duplicate"]) == (first.json_body["quarantined"], 1)

        comes()


@EXAMPLES
@given(payload=ANYTHING)
def test_any_json_is_stored_once(payload: Any) -> None:
    post_twice(json.dumps(payload).encode())


@EXAMPLES
@given(value=ANYTHING, messages=ANYTHING, message=ANYTHING, report=ANYTHING, word=ANYTHING)
def test_any_json_in_any_place_of_an_envelope_is_stored_once(
    value: Any, messages: Any, message: Any, report: Any, word: Any
) -> None:
    inner = [
        value,
        payloads.value(messages=messages),
        payloads.value(messages=[message, payloads.text("halo", at=1) | {"type": word}], statuses=[report]),
        payloads.value(message_echoes=[message], errors=report, contacts=word),
    ]
    post_twice(json.dumps(payloads.envelope(*inner)).encode())


def batch() -> dict[str, Any]:
    """A payload with twelve elements of all kinds, each with an id of its own."""
    ids = [f"wamid.fuzz-{number}" for number in range(12)]
    at = 1795489200
    said = [payloads.text("halo", at=at, id_=one) for one in ids[:4]]
    group = payloads.text("halo", at=at, id_=ids[4], group_id="RT5")
    broken = payloads.text("halo", at="soon", id_=ids[5])
    reports = [payloads.status("read", None, at=at, id_=one) for one in ids[6:8]]
    echoes = [payloads.text("halo", at=at, id_=one, sender="62721000000", to=payloads.SITI) for one in ids[8:10]]
    photos = [payloads.photo(at=at, id_=one, sender=None, from_user_id="ID.1349") for one in ids[10:]]
    return payloads.envelope(
        payloads.value(*said, group, broken, number=payloads.KK),
        payloads.value(*photos, statuses=reports),
        payloads.value(message_echoes=echoes),
    )


def places(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in a payload."""
    yield here
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, one in inner:
        yield from places(one, (*here, name))


def changed(node: Any, way: tuple[Any, ...], into: Any) -> Any:
    """The payload with something else in one place."""
    if not way:
        return into
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[way[0]] = changed(node[way[0]], way[1:], into)
    return copy


WAYS = sorted(places(batch()), key=str)


@EXAMPLES
@given(way=st.sampled_from(WAYS), into=ANYTHING)
def test_whatever_changes_in_a_batch_each_of_its_ids_is_found_once(way: tuple[Any, ...], into: Any) -> None:
    body = json.dumps(changed(batch(), way, into)).encode()

    items = [set(AN_ID.findall(item)) for item in post_twice(body).values()]

    ids = set(AN_ID.findall(body.decode()))
    assert {one: sum(one in item for item in items) for one in ids} == dict.fromkeys(ids, 1)
