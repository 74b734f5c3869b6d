"""Meta's webhook: its signature, and its payload taken apart so that nothing is lost, whatever it holds."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.inbound import Broken, Event, StatusReport
from chalicelib.domain.message import MOST_TEXT, Echo, Message
from chalicelib.entry.webhook import parse, signed
from tests.data import payloads
from tests.unit.entry import shapes
from tests.unit.entry.shapes import DAY, EXPECTED, KTP, NUMBERS, raw_of, without_raw

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
CURRENT, PREVIOUS = "current-secret", "previous-secret"
RIGHT = payloads.signature(BODY, CURRENT)


class TestSignature:
    def test_of_the_current_secret_fits(self) -> None:
        assert signed(BODY, RIGHT, (CURRENT,))
        assert signed(BODY, RIGHT, (CURRENT, PREVIOUS))

    def test_of_the_previous_secret_fits_while_rotating(self) -> None:
        assert signed(BODY, payloads.signature(BODY, PREVIOUS), (CURRENT, PREVIOUS))
        assert not signed(BODY, payloads.signature(BODY, PREVIOUS), (CURRENT,))

    @pytest.mark.parametrize(
        "header",
        [
            None, "", "sha256=", RIGHT.removeprefix("sha256="), RIGHT.upper(), RIGHT.upper().replace("SHA", "sha"),
            RIGHT[:-1], RIGHT + "0", " " + RIGHT, RIGHT.replace("sha256", "sha1"), "sha256=é", "sha256=\ud800", "\u0661" * 71,
            payloads.signature(BODY + b" ", CURRENT), payloads.signature(BODY, "another"),
        ],
    )  # fmt: skip
    def test_that_is_wrong_is_refused(self, header: str | None) -> None:
        assert not signed(BODY, header, (CURRENT, PREVIOUS))

    def test_is_over_the_bytes_as_they_came(self) -> None:
        spaced = json.dumps(json.loads(BODY)).encode()

        assert spaced != BODY
        assert not signed(spaced, RIGHT, (CURRENT,))

    @pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
    def test_without_a_secret_nothing_is_signed(self, secrets: tuple[str, ...]) -> None:
        assert not signed(BODY, payloads.signature(BODY, ""), secrets)
        assert not signed(BODY, RIGHT, secrets)
        assert not signed(BODY, None, secrets)

    @given(st.binary(), st.text(max_size=80))
    def test_of_anything_else_is_refused_without_a_fuss(self, body: bytes, header: str) -> None:
        assert signed(body, header, (CURRENT,)) == (header == payloads.signature(body, CURRENT))


class TestShapes:
    def test_each_file_has_its_expectation(self) -> None:
        assert set(EXPECTED) == set(shapes.names())

    @pytest.mark.parametrize("name", sorted(EXPECTED))
    def test_payload_is_understood_as_it_is_meant(self, name: str) -> None:
        elements = parse(payloads.raw(shapes.payload(name)), NUMBERS)

        assert [without_raw(one) for one in elements] == EXPECTED[name]

    @pytest.mark.parametrize("name", sorted(EXPECTED))
    def test_raw_of_each_element_is_ascii_json_that_has_its_id(self, name: str) -> None:
        for element in parse(payloads.raw(shapes.payload(name)), NUMBERS):
            raw = raw_of(element)
            assert raw.isascii()
            json.loads(raw)
            if isinstance(element, Message):
                assert element.provider_id in raw

    def test_event_keeps_where_it_came_from_and_all_that_it_says(self) -> None:
        payload = shapes.payload("account_update")

        [event] = parse(payloads.raw(payload), NUMBERS)

        change = payload["entry"][0]["changes"][0]
        assert json.loads(raw_of(event)) == {"entry": "200000000000001", **change}

    @pytest.mark.parametrize("odd", [None, 7, "x", {"a": 1}])
    def test_what_should_be_a_list_is_kept_as_it_is(self, odd: Any) -> None:
        [broken] = parse(payloads.raw(payloads.envelope(payloads.value(messages=odd))), NUMBERS)

        assert isinstance(broken, Broken)
        assert broken.reason == "no_list"
        assert json.loads(broken.raw)["messages"] == odd
        assert json.loads(broken.raw)["metadata"]["phone_number_id"] == KTP

    @pytest.mark.parametrize("name", sorted(EXPECTED))
    def test_escaped_or_not_a_payload_says_the_same(self, name: str) -> None:
        escaped = payloads.raw(shapes.payload(name))
        plain = json.dumps(shapes.payload(name), ensure_ascii=False).encode()

        assert parse(escaped, NUMBERS) == parse(plain, NUMBERS)

    def test_raw_of_one_message_holds_no_other_message(self) -> None:
        elements = parse(payloads.raw(shapes.payload("batch")), NUMBERS)

        for element in elements:
            assert len(set(re.findall(r"wamid\.HBgN00[0-9]+", raw_of(element)))) <= 1

    def test_raw_of_one_message_holds_nobody_elses_name(self) -> None:
        elements = parse(payloads.raw(shapes.payload("batch")), NUMBERS)

        for element in elements:
            if isinstance(element, Message):
                assert ("Budi" in element.raw) == (element.name == "Budi")
                assert ("Siti" in element.raw) == (element.name == "Siti")

    @pytest.mark.parametrize(
        ("to", "shown", "to_itself"),
        [
            ("62721000000", "62721000000", True),
            ("62721000000", "+62 721-000000", True),
            ("6281200000001", "62721000000", False),
            ("6281200000001", None, False),
        ],
    )
    def test_echo_says_whether_the_number_wrote_to_itself(self, to: str, shown: str | None, to_itself: bool) -> None:  # noqa: FBT001
        payload = shapes.payload("echo")
        value = payload["entry"][0]["changes"][0]["value"]
        value["message_echoes"][0] |= {"to": to, "from": "62721000000" if shown is None else None}
        value["metadata"]["display_phone_number"] = shown
        [element] = parse(payloads.raw(payload), shapes.NUMBERS)
        assert isinstance(element, Echo)
        assert element.to_itself is to_itself

    def test_echo_to_a_number_that_nobody_has_is_kept_to_be_retried(self) -> None:
        [element] = parse(payloads.raw(shapes.payload("echo")), {"1"})

        assert without_raw(element) == Broken("unknown_channel", DAY, "")


def text_of(**more: Any) -> Message:
    """The message that a text with these changes to its member becomes."""
    [element] = parse(
        payloads.raw(payloads.envelope(payloads.value(payloads.text("halo", **({"at": 1795489200} | more))))), NUMBERS
    )
    assert isinstance(element, Message), element
    return element


def broken_of(**more: Any) -> str:
    """Why a text with these changes to its member is broken."""
    value = payloads.value(payloads.text("halo", **({"at": 1795489200} | more)))
    [element] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)
    assert isinstance(element, Broken), element
    return element.reason


class TestTimestamps:
    @pytest.mark.parametrize(
        ("timestamp", "stored"),
        [
            ("1795489200", "2026-11-24T03:00:00+00:00"), (1795489200, "2026-11-24T03:00:00+00:00"),
            ("0", "1970-01-01T00:00:00+00:00"), ("0001795489", "1970-01-21T18:44:49+00:00"),
            ("253402300799", "9999-12-31T23:59:59+00:00"),
        ],
    )  # fmt: skip
    def test_of_whole_seconds_are_read(self, timestamp: Any, stored: str) -> None:
        assert text_of(timestamp=timestamp).at.isoformat() == stored

    @pytest.mark.parametrize(
        "timestamp",
        [
            "", " 1795489200", "1795489200.0", 1795489200.5, "-1", -1, "+1795489200", "1795489200000", 1795489200000,
            253402300800, "2026-11-24T03:00:00Z", "yesterday", "1e9", True, [], {}, ["1795489200"], "\u0661\u0662", "1_000",
            10**400, float("nan"), float("inf"),
        ],
    )  # fmt: skip
    def test_of_any_other_kind_break_their_message_only(self, timestamp: Any) -> None:
        assert broken_of(timestamp=timestamp) == "no_time"

    def test_that_is_missing_breaks_its_message_only(self) -> None:
        member = payloads.text("halo", at=1)
        del member["timestamp"]

        [broken, fine] = parse(payloads.raw(payloads.envelope(payloads.value(member, payloads.text("ok", at=1)))), NUMBERS)

        assert isinstance(broken, Broken)
        assert isinstance(fine, Message)

    def test_of_a_report_may_be_anything(self) -> None:
        for at in ("yesterday", "", 10**400, -1):
            value = payloads.value(statuses=[payloads.status("read", "a.b#1") | {"timestamp": at}])
            [report] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)
            assert isinstance(report, StatusReport)
            assert report.at is None


class TestSenders:
    @pytest.mark.parametrize("sender", ["abc", "", "0", "+", 7, True, [], {}, "62 812", "group@g.us"])
    def test_that_are_nobody_break_their_message(self, sender: Any) -> None:
        value = payloads.value(payloads.text("halo", at=1) | {"from": sender}) | {"contacts": []}
        [element] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)

        assert isinstance(element, Broken)
        assert element.reason == "no_sender"

    @pytest.mark.parametrize("sender", ["6281200000001", "+6281200000001", 6281200000001, " 6281200000001 "])
    def test_by_phone_are_known_in_any_form(self, sender: Any) -> None:
        assert text_of(**{"from": sender}).phone == "+6281200000001"

    def test_of_other_countries_keep_their_number(self) -> None:
        assert text_of(sender="886912345678").phone == "+886912345678"

    def test_are_not_mistaken_for_each_other_in_a_batch(self) -> None:
        names = [one.name for one in parse(payloads.raw(shapes.payload("batch")), NUMBERS) if isinstance(one, Message)]

        assert names == ["Siti", "Siti", "Siti", "Budi", "Siti"]

    def test_without_a_contact_have_no_name(self) -> None:
        value = payloads.value(payloads.text("halo", at=1)) | {
            "contacts": [{"profile": {"name": "Budi"}, "wa_id": "6281200000002"}]
        }

        [element] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)

        assert isinstance(element, Message)
        assert (element.name, element.phone) == (None, "+6281200000001")

    def test_that_a_message_does_not_name_are_its_one_contact(self) -> None:
        member = payloads.text("halo", at=1, sender=None)
        contact = {"profile": {"name": "Siti", "username": "siti"}, "user_id": "ID.1349"}

        [alone] = parse(payloads.raw(payloads.envelope(payloads.value(member, contacts=[contact]))), NUMBERS)
        [of_two] = parse(payloads.raw(payloads.envelope(payloads.value(member, contacts=[contact, contact]))), NUMBERS)
        others = [payloads.text("halo", at=1), member]
        batch = parse(payloads.raw(payloads.envelope(payloads.value(*others, contacts=[contact]))), NUMBERS)

        assert isinstance(alone, Message)
        assert (alone.user_id, alone.phone, alone.name) == ("ID.1349", None, "Siti")
        assert isinstance(of_two, Broken)
        assert isinstance(batch[1], Broken)

    def test_name_is_cut(self) -> None:
        value = payloads.value(payloads.text("halo", at=1))
        value["contacts"][0]["profile"]["name"] = "x" * 5000

        [element] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)

        assert isinstance(element, Message)
        assert element.name == "x" * 200


class TestBounds:
    def test_long_text_is_cut_and_its_length_told(self) -> None:
        message = text_of(text={"body": "x" * 100_000})

        assert message.text == "x" * MOST_TEXT
        assert message.full_length == 100_000
        assert len(message.raw) > 100_000

    def test_text_at_the_limit_is_whole(self) -> None:
        assert text_of(text={"body": "x" * MOST_TEXT}).full_length is None

    def test_text_of_astral_characters_is_not_cut_within_one(self) -> None:
        assert text_of(text={"body": "\U0001f44d" * (MOST_TEXT + 1)}).text == "\U0001f44d" * MOST_TEXT

    @pytest.mark.parametrize("provider_id", ["", None, 7, [], {}, "x" * 513])
    def test_id_that_is_none_breaks_its_message(self, provider_id: Any) -> None:
        value = payloads.value(payloads.text("halo", at=1) | {"id": provider_id})
        [element] = parse(payloads.raw(payloads.envelope(value)), NUMBERS)

        assert isinstance(element, Broken)
        assert element.reason == "no_id"

    def test_three_megabytes_in_one_value_are_read_and_do_not_grow(self) -> None:
        members = [payloads.text("x" * 1000, at=1, sender=f"62812{number:07d}") for number in range(2000)]
        body = payloads.raw(payloads.envelope(payloads.value(*members)))

        elements = parse(body, NUMBERS)

        assert len(body) > 2_000_000
        assert [one.provider_id for one in elements if isinstance(one, Message)] == [one["id"] for one in members]
        assert sum(len(raw_of(one)) for one in elements) < 2 * len(body)

    def test_everything_that_a_message_names_is_in_bounds(self) -> None:
        long = "x" * 10_000
        media = {"id": long, "mime_type": long, "sha256": long, "filename": long, "caption": "halo"}

        message = text_of(type="document", document=media, context={"id": long})

        assert message.media is not None
        sizes = [len(one) for one in (message.media.id, message.media.mime_type, message.media.sha256, message.media.filename)]
        assert max([*sizes, len(str(message.replies_to))]) <= 255

    def test_kind_and_button_are_in_bounds(self) -> None:
        assert len(text_of(type="x" * 1000).kind) == 64
        reply = {"type": "button_reply", "button_reply": {"id": "x" * 1000, "title": "y"}}
        assert len(str(text_of(type="interactive", interactive=reply).button_id)) == 256


class TestWhole:
    @pytest.mark.parametrize(
        "more",
        [
            {}, {"context": {"from": "62721000000", "id": "wamid.x"}}, {"context": {"frequently_forwarded": True}},
            {"from_user_id": "ID.1349", "from_parent_user_id": "ID.ENT.118"},
        ],
    )  # fmt: skip
    def test_text_says_all_that_there_is(self, more: dict[str, Any]) -> None:
        assert text_of(**more).plain

    @pytest.mark.parametrize(
        "more",
        [
            {"referral": {"ctwa_clid": "Aff"}}, {"identity": {"hash": "x"}}, {"errors": [{"code": 1}]},
            {"context": {"referred_product": {"catalog_id": "1"}}}, {"not_invented_yet": 0},
        ],
    )  # fmt: skip
    def test_what_stands_beside_a_text_is_kept_with_it(self, more: dict[str, Any]) -> None:
        message = text_of(**more)

        assert not message.plain
        assert json.loads(message.raw)["messages"][0].items() >= more.items()


class TestWhatIsNoJson:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b"{", b"\xff\xfe\xfa", b'{"a":"\xff"}', b"nothing", b"<xml/>", b"[" * 100_000, b'{"a":' * 100_000,
            b"\x00",
        ],
    )  # fmt: skip
    def test_is_one_broken_element_that_has_all_of_it(self, body: bytes) -> None:
        [element] = parse(body, NUMBERS)

        assert isinstance(element, Broken)
        assert (element.reason, element.day) == ("not_json", "0")
        assert json.loads(element.raw) == body.decode("utf-8", "backslashreplace")

    @pytest.mark.parametrize("body", [b"null", b"7", b'"x"', b"[]", b"{}", b'{"object":"whatsapp_business_account"}', b"NaN"])
    def test_and_what_has_no_envelope_is_broken(self, body: bytes) -> None:
        [element] = parse(body, NUMBERS)

        assert isinstance(element, Broken)
        assert element.reason == "no_envelope"
        assert json.dumps(json.loads(element.raw)) == json.dumps(json.loads(body))

    def test_and_what_is_nested_deep_within_a_message_is_kept(self) -> None:
        deep: Any = "x"
        for _ in range(200):
            deep = [deep]

        assert text_of(text={"body": "halo", "deep": deep}).text == "halo"

    def test_and_a_number_of_any_length_sinks_nothing(self) -> None:
        told = payloads.envelope(payloads.value(payloads.text("satu", at=7_777_777), payloads.text("dua", at=1)))
        body = payloads.raw(told).replace(b'"7777777"', b"9" * 5000)

        [broken, message] = parse(body, NUMBERS)

        assert isinstance(broken, Broken)
        assert broken.reason == "no_time"
        assert "9" * 5000 in broken.raw
        assert isinstance(message, Message)


class TestSurrogates:
    def test_in_a_text_become_the_sign_for_what_cannot_be_shown(self) -> None:
        assert text_of(text={"body": "a\ud800b\udc00"}).text == "a\ufffdb\ufffd"

    def test_in_pairs_are_the_character_that_they_stand_for(self) -> None:
        assert text_of(text={"body": "\ud83d\ude4f"}).text == "🙏"

    def test_anywhere_leave_nothing_that_no_table_can_hold(self) -> None:
        bad = "\ud800"
        member = {
            "from": "6281200000001", "id": f"wamid.{bad}", "timestamp": "1", "type": "document", "context": {"id": bad},
            "document": {"id": bad, "caption": bad, "mime_type": bad, "sha256": bad, "filename": bad},
        }  # fmt: skip
        value = payloads.value(member) | {"contacts": [{"wa_id": "6281200000001", "profile": {"name": bad}}], bad: bad}
        everything = [
            *parse(payloads.raw(payloads.envelope(value)), NUMBERS),
            *parse(payloads.raw(payloads.envelope({"a": bad}, field=bad)), NUMBERS),
            *parse(payloads.raw(payloads.envelope(payloads.value(statuses=[{"id": bad, "status": bad}]))), NUMBERS),
        ]

        assert [type(one) for one in everything] == [Message, Event, Event, StatusReport]
        str(everything).encode()

    def test_in_a_fields_name_are_told(self) -> None:
        [event] = parse(payloads.raw(payloads.envelope({"a": 1}, field="\ud800")), NUMBERS)

        assert isinstance(event, Event)
        assert event.kind == "\\ud800"


def paths(node: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every node of a JSON value is."""
    yield here
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, member in members:
        yield from paths(member, (*here, name))


def replaced(payload: Any, path: tuple[Any, ...], change: Any) -> Any:
    """A copy of the payload with one node replaced, or deleted."""
    if not path:
        return change
    whole = copy.deepcopy(payload)
    parent = whole
    for step in path[:-1]:
        parent = parent[step]
    if change is DELETED:
        del parent[path[-1]]
    else:
        parent[path[-1]] = change
    return whole


DELETED = object()
CHANGES = [None, 0, -1, 1.5, True, "", "x", "\ud800", [], {}, [None], [[]], {"x": None}, [{}], DELETED]


def ids_in(text: str) -> set[str]:
    return set(re.findall(r"(?:wamid\.HBgN|KTP-8B3E|10000000000001)[0-9A-Z-]+", text))


@pytest.mark.parametrize("name", shapes.names())
def test_no_change_to_any_node_of_a_payload_makes_parse_raise_or_lose_an_id(name: str) -> None:
    original = shapes.payload(name)
    for path in paths(original):
        for change in CHANGES if path else CHANGES[:-1]:
            body = payloads.raw(replaced(original, path, change))

            elements = parse(body, NUMBERS)

            assert elements, (path, change)
            assert ids_in(body.decode()) <= ids_in(" ".join(raw_of(one) for one in elements)), (path, change)
            str([without_raw(one) for one in elements]).encode()


@pytest.mark.parametrize("name", shapes.names())
def test_no_change_within_a_batch_sinks_what_is_beside_it(name: str) -> None:
    original = shapes.payload(name)
    neighbour = payloads.text("tetangga", at=1, id_="wamid.neighbour")
    beside = payloads.envelope(payloads.value(neighbour, number=KTP))["entry"][0]
    for path in paths(original):
        if path[:2] != ("entry", 0) or path[2:3] != ("changes",) or len(path) < len(("entry", 0, "changes", 0)):
            continue
        for change in CHANGES:
            payload = replaced(original, path, change)
            payload["object"] = "whatsapp_business_account"
            payload["entry"][0]["changes"].append(beside["changes"][0])
            payload["entry"].append(beside)

            elements = parse(payloads.raw(payload), NUMBERS)

            found = [one for one in elements if isinstance(one, Message) and one.provider_id == "wamid.neighbour"]
            assert len(found) == 2, (path, change)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "from", "text", "value", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON, JSON)
def test_any_json_in_the_place_of_a_message_report_or_echo_is_kept(message: Any, status: Any, echo: Any) -> None:
    value = payloads.value() | {"messages": [message], "statuses": [status], "message_echoes": [echo]}

    elements = parse(payloads.raw(payloads.envelope(value)), NUMBERS)
    kept = [json.loads(raw_of(one)) for one in elements]

    assert not any(isinstance(one, Message | Echo) for one in elements)
    assert [kept[0]["messages"], kept[1]["statuses"], kept[2]["message_echoes"]] == [[message], [status], [echo]]


@given(st.binary(max_size=200))
def test_any_bytes_are_kept(body: bytes) -> None:
    assert parse(body, NUMBERS)
