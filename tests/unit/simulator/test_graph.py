import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.simulator.stand import BUDI, KK, SITI, USER_ID, Stand, template, text


def buttons(*pressed: Mapping[str, str], body: str = "Pilih", **more: object) -> dict[str, object]:
    action = {"buttons": [{"type": "reply", "reply": reply} for reply in pressed]}
    interactive = {"type": "button", "body": {"text": body}, "action": action}
    return {"messaging_product": "whatsapp", "to": SITI, "type": "interactive", "interactive": interactive, **more}


def rows(*rows: Mapping[str, str], button: str = "Menu", title: str = "Layanan") -> dict[str, object]:
    action = {"button": button, "sections": [{"title": title, "rows": list(rows)}]}
    interactive = {"type": "list", "body": {"text": "Pilih"}, "action": action}
    return {"messaging_product": "whatsapp", "to": SITI, "type": "interactive", "interactive": interactive}


def refusal(stand: Stand, body: Mapping[str, object]) -> tuple[int, int]:
    """HTTP status and code of a refused send, of which nothing else must remain."""
    answer = stand.send(body)
    error = answer.json()["error"]
    assert error["type"] == "OAuthException"
    assert error["message"].startswith(f"(#{error['code']})")
    assert error["error_data"]["details"]
    assert stand.outbox() == []
    return answer.status, error["code"]


def test_an_accepted_text_is_answered_as_meta_does_and_lies_in_the_outbox(stand: Stand) -> None:
    stand.hear()

    answer = stand.send(text("+62 812-0000-0001", "Selamat pagi ☀", biz_opaque_callback_data="KTP-7F3K-9QXM-2DM.1#2"))

    said = answer.json()
    wamid = said["messages"][0]["id"]
    assert answer.status == 200
    assert said == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+62 812-0000-0001", "wa_id": SITI}],
        "messages": [{"id": wamid, "message_status": "accepted"}],
    }
    assert SITI.encode() in base64.b64decode(wamid.removeprefix("wamid."))
    stand.settle()
    assert stand.outbox() == [
        {
            "at": "2026-03-02T03:04:05.678Z",
            "channel": "whatsapp",
            "to": f"+{SITI}",
            "kind": "text",
            "body": "Selamat pagi ☀",
            "notice": "KTP-7F3K-9QXM-2DM.1",
            "provider_id": wamid,
            "state": "delivered",
            "phone_number_id": "100000000000002",
        }
    ]


def test_a_template_needs_no_window_and_arrives_filled_in(stand: Stand) -> None:
    assert stand.send(template("KTP-el", "KTP-7F3K-9QXM-2DM")).status == 200
    assert stand.send(template(name="plain")).status == 200

    filled, plain = stand.outbox()
    assert filled["body"] == "Kabar baik! KTP-el (KTP-7F3K-9QXM-2DM) siap diambil."
    assert (filled["kind"], filled["template"], filled["notice"]) == ("template", "status_ready", None)
    assert plain["body"] == "Halo."


def test_a_parameter_that_looks_like_a_placeholder_is_not_filled_again(stand: Stand) -> None:
    stand.send(template("{{2}}", "\\1"))
    assert stand.outbox()[0]["body"] == "Kabar baik! {{2}} (\\1) siap diambil."


def test_buttons_and_lists_show_what_can_be_pressed(stand: Stand) -> None:
    stand.hear()
    assert stand.send(buttons({"id": "cek", "title": "Cek status"}, {"id": "baru", "title": "Permohonan baru"})).status == 200
    assert stand.send(rows({"id": "kk", "title": "Kartu Keluarga", "description": "Baru"})).status == 200

    pressable = [entry["buttons"] for entry in stand.outbox()]
    assert pressable == [
        [{"id": "cek", "title": "Cek status"}, {"id": "baru", "title": "Permohonan baru"}],
        [{"id": "kk", "title": "Kartu Keluarga"}],
    ]
    assert {entry["kind"] for entry in stand.outbox()} == {"interactive"}


def test_a_list_shows_how_it_opens_and_everything_shows_what_is_above_and_below_it(stand: Stand) -> None:
    stand.hear()
    row = {"id": "kk", "title": "Kartu Keluarga", "description": "Baru"}
    listed: Any = rows(row)
    listed["interactive"] |= {"header": {"type": "text", "text": "Layanan"}, "footer": {"text": "GRATIS"}}
    assert stand.send(listed).status == 200
    (entry,) = stand.outbox()
    assert entry["menu"] == {"button": "Menu", "sections": [{"title": "Layanan", "rows": [row]}]}
    assert (entry["header"], entry["footer"]) == ("Layanan", "GRATIS")


def test_a_user_id_is_a_recipient_but_no_phone(stand: Stand) -> None:
    stand.hear(USER_ID)
    body = text()
    del body["to"]

    answer = stand.send({**body, "recipient": USER_ID})

    assert answer.json()["contacts"] == [{"input": USER_ID, "user_id": USER_ID}]
    assert stand.outbox()[0]["to"] == USER_ID
    assert stand.send(text(USER_ID)).status == 400
    assert stand.send({**body, "recipient": SITI}).status == 400
    stand.settle()
    assert {report["recipient_user_id"] for report in stand.kabar.statuses()} == {USER_ID}


def test_to_wins_over_recipient(stand: Stand) -> None:
    stand.hear(SITI)
    assert stand.send(text(SITI, recipient=USER_ID)).status == 200
    assert stand.outbox()[0]["to"] == f"+{SITI}"


@pytest.mark.parametrize("token", [None, "", "access-tokem", "access-token2", "tøken"])
def test_a_wrong_token_is_a_401_with_code_190(stand: Stand, token: str | None) -> None:
    answer = stand.send(template("a", "b"), token=token.encode().decode("latin-1") if token else token)
    assert (answer.status, answer.json()["error"]["code"], answer.json()["error"]["type"]) == (401, 190, "OAuthException")


def test_an_unknown_number_is_code_100_with_subcode_33(stand: Stand) -> None:
    answer = stand.send(template("a", "b"), number="100000000000009")
    error = answer.json()["error"]
    assert (answer.status, error["code"], error["error_subcode"]) == (400, 100, 33)


@pytest.mark.parametrize(
    ("name", "status"), [("v24.0", 200), ("v21.0", 200), ("24.0", 400), ("v", 400), ("v1.2.3", 400), ("vx", 400)]
)
def test_any_version_is_served_but_only_versions(stand: Stand, name: str, status: int) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer access-token"}
    url = f"{stand.url}/{name}/{KK}/messages"
    assert stand.http.request("POST", url, json=template("a", "b"), headers=headers).status == status


def test_other_paths_are_unknown_to_graph(stand: Stand) -> None:
    answer = stand.try_post("/v24.0/100000000000001/marketing_messages", {})
    assert (answer.status, answer.json()["error"]["code"]) == (400, 2500)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_code_100(stand: Stand, raw: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer access-token"}
    answer = stand.http.request("POST", f"{stand.url}/v24.0/{KK}/messages", body=raw, headers=headers)
    assert (answer.status, answer.json()["error"]["code"]) == (400, 100)


def test_json_under_another_content_type_is_not_seen(stand: Stand) -> None:
    headers = {"Content-Type": "text/plain", "Authorization": "Bearer access-token"}
    answer = stand.http.request(
        "POST", f"{stand.url}/v24.0/{KK}/messages", body=json.dumps(template("a", "b")).encode(), headers=headers
    )
    assert answer.json()["error"]["error_data"]["details"] == "The parameter messaging_product is required."


TEXT: dict[str, Any] = text()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**TEXT, "messaging_product": "telegram"}, 100),
        ({**TEXT, "messaging_product": None}, 100),
        ({**TEXT, "recipient_type": "group"}, 100),
        ({**TEXT, "to": None}, 100),
        ({**TEXT, "to": 6281200000001}, 100),
        ({**TEXT, "to": "abc"}, 131009),
        ({**TEXT, "type": "texts"}, 100),
        ({**TEXT, "type": ["text"]}, 100),
        ({**TEXT, "type": "image", "image": {}}, 100),
        ({**TEXT, "type": "image"}, 131051),
        ({**TEXT, "colour": "red"}, 100),
        ({**TEXT, "ttl\ud800": 1}, 100),
        ({**TEXT, "text": "Halo"}, 100),
        ({**TEXT, "text": {}}, 100),
        ({**TEXT, "text": {"body": ""}}, 100),
        ({**TEXT, "text": {"body": "x" * 4097}}, 100),
        ({**TEXT, "text": {"body": 5}}, 100),
        ({**TEXT, "text": {"body": "\ud800"}}, 100),
        ({**TEXT, "text": {"body": "x", "colour": "red"}}, 100),
        ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 100),
        ({**TEXT, "biz_opaque_callback_data": 7}, 100),
        ({**TEXT, "context": "wamid.x"}, 100),
        (buttons(), 131009),
        (buttons(*({"id": str(i), "title": "x"} for i in range(4))), 131009),
        (buttons({"id": "a", "title": "x" * 21}), 131009),
        (buttons({"id": "a" * 257, "title": "x"}), 131009),
        (buttons({"id": "a", "title": "x"}, {"id": "a", "title": "y"}), 131009),
        (buttons({"id": "a", "title": "x"}, body="x" * 1025), 131009),
        (buttons({"id": "a", "title": ""}), 131009),
        (buttons({"id": "a"}), 100),
        (rows(), 131009),
        (rows(*({"id": str(i), "title": "x"} for i in range(11))), 131009),
        (rows({"id": "a", "title": "x" * 25}), 131009),
        (rows({"id": "a", "title": "x", "description": "x" * 73}), 131009),
        (rows({"id": "a", "title": "x"}, button="x" * 21), 131009),
        (rows({"id": "a", "title": "x"}, title="x" * 25), 131009),
        ({**TEXT, "type": "interactive", "interactive": {"type": "product"}}, 100),
        ({**TEXT, "type": "template", "template": {"name": "plain"}}, 100),
    ],
)
def test_malformed_messages_are_refused_for_their_form(stand: Stand, body: dict[str, object], code: int) -> None:
    stand.hear()
    assert refusal(stand, body) == (400, code)


def test_the_longest_of_everything_is_accepted(stand: Stand) -> None:
    stand.hear()
    widest = ({"id": str(i) * 256, "title": "x" * 20} for i in range(3))
    for body in (
        text(body="x" * 4096, biz_opaque_callback_data="x" * 512, recipient_type="individual", context={"message_id": "w"}),
        buttons(*widest, body="x" * 1024),
        rows(*({"id": str(i), "title": "x" * 24, "description": "x" * 72} for i in range(10)), button="x" * 20),
    ):
        assert stand.send(body).status == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (template("a", "b", name="nobody"), 404, 132001),
        (template("a"), 400, 132000),
        (template("a", "b", "c"), 400, 132000),
        (template(), 400, 132000),
        (template("a", name="plain"), 400, 132000),
        (template("a", ""), 400, 131008),
        (template("a", "  "), 400, 131008),
        (template("a", None), 400, 131008),
        (template("a", "b\nc"), 400, 132018),
        (template("a", "b\tc"), 400, 132018),
        (template("a", "b     c"), 400, 132018),
        (template("a", "x" * 1024), 400, 132005),
    ],
)
def test_templates_are_refused_by_meta_s_codes(stand: Stand, body: dict[str, object], status: int, code: int) -> None:
    assert refusal(stand, body) == (status, code)


def test_four_spaces_are_still_allowed(stand: Stand) -> None:
    assert stand.send(template("a", "b    c")).status == 200


def test_other_languages_components_and_parameter_types_do_not_fit(stand: Stand) -> None:
    def content(**changed: object) -> dict[str, object]:
        return {**template(), "template": {"name": "status_ready", "language": {"code": "id"}, **changed}}

    image = {"type": "image", "image": {"id": "1"}}
    assert refusal(stand, content(language={"code": "en"}))[1] == 132001
    assert refusal(stand, content(components=[{"type": "header", "parameters": []}]))[1] == 132012
    assert refusal(stand, content(components=[{"type": "footer"}]))[1] == 100
    assert refusal(stand, content(components=[{"type": "body", "parameters": [image]}]))[1] == 100
    assert refusal(stand, content(components=[{"type": "body", "parameters": [{"type": "currency"}]}]))[1] == 132012
    assert refusal(stand, content(components={}))[1] == 100


def test_a_paused_template_is_refused_until_it_is_approved_again(stand: Stand) -> None:
    def code() -> int | None:
        code: int | None = stand.send(template("a", "b")).json().get("error", {}).get("code")
        return code

    codes = []
    for status in ("paused", "disabled", "approved"):
        stand.post("/sim/templates", {"name": "status_ready", "language": "id", "status": status})
        codes.append(code())
    assert codes == [132015, 132016, None]
    assert stand.send(template(name="plain")).status == 200


def test_free_words_need_that_number_s_window(stand: Stand) -> None:
    stand.hear(SITI)

    assert stand.send(text(SITI)).status == 200
    for other in (stand.send(text(SITI), number=KK), stand.send(text(BUDI))):
        assert (other.status, other.json()["error"]["code"]) == (429, 131047)


def test_the_window_closes_after_24_hours_and_the_last_message_counts(stand: Stand) -> None:
    stand.hear()
    stand.post("/sim/advance", {"seconds": 23 * 3600})
    stand.hear()
    stand.post("/sim/advance", {"seconds": 24 * 3600 - 1})
    assert stand.send(text()).status == 200
    stand.post("/sim/advance", {"seconds": 1})
    assert stand.send(text()).json()["error"]["code"] == 131047


def test_one_contact_takes_45_at_once_and_then_one_in_6_seconds(stand: Stand) -> None:
    stand.hear()
    stand.hear(BUDI)
    assert [stand.send(text()).status for _ in range(45)] == [200] * 45

    hit = stand.send(text())
    assert (hit.status, hit.json()["error"]["code"]) == (429, 131056)
    assert stand.send(text(BUDI)).status == 200
    stand.post("/sim/advance", {"seconds": 6})
    assert [stand.send(text()).status for _ in range(2)] == [200, 429]


def test_one_number_takes_80_in_a_second(stand: Stand) -> None:
    codes = [stand.send(template("a", "b", to=f"62812000{i:05}")).json().get("error", {}).get("code") for i in range(82)]
    assert codes == [None] * 80 + [130429] * 2
    assert stand.send(template("a", "b"), number=KK).status == 200
    stand.post("/sim/advance", {"seconds": 1})
    assert stand.send(template("a", "b")).status == 200
