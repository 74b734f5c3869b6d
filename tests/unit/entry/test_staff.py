"""The staff's routes: who is let in, which bodies are understood, and what is answered."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from chalicelib.domain.errors import KabarError, KeyReused, Malformed, Stale, Unauthorized
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role, Staff
from chalicelib.entry import staff
from chalicelib.flows.desk import WalkIn
from chalicelib.table import tokens
from tests.fakes.world import START, World
from tests.unit.entry import http

TOKEN = "4tLk0mW7yH1pQ2sX8bZ3nC6vR9dF5gJ0aE4uI7oT1hM"
BUDI = Staff("", "Budi", Role.OFFICER, frozenset({"1801"}), START + timedelta(days=1))


def let_in(world: World, **headers: str) -> Staff:
    return staff.who(http.request(headers=headers), world.store, world.clock)


class TestToken:
    @pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer  {TOKEN} "])
    def test_that_is_live_lets_its_holder_in(self, world: World, header: str) -> None:
        world.store.put(tokens.put_new(TOKEN, BUDI))

        assert let_in(world, authorization=header).name == "Budi"

    @pytest.mark.parametrize(
        "headers",
        [
            {}, {"authorization": ""}, {"authorization": TOKEN}, {"authorization": "Bearer"}, {"authorization": "Bearer "},
            {"authorization": f"Basic {TOKEN}"}, {"authorization": f"Bearer {TOKEN[:-1]}"},
            {"authorization": f"Bearer {TOKEN} x"}, {"x-api-key": TOKEN},
            {"authorization": "Bearer " + tokens.key(TOKEN).pk.removeprefix("TOKEN#")},
        ],
    )  # fmt: skip
    def test_that_is_none_or_another_does_not(self, world: World, headers: dict[str, str]) -> None:
        world.store.put(tokens.put_new(TOKEN, BUDI))

        with pytest.raises(Unauthorized) as caught:
            let_in(world, **headers)

        assert TOKEN not in str(caught.value)

    def test_that_has_expired_does_not(self, world: World) -> None:
        world.store.put(tokens.put_new(TOKEN, BUDI))
        world.clock.now = BUDI.expires_at - timedelta(seconds=1)
        let_in(world, authorization=f"Bearer {TOKEN}")

        world.clock.now = BUDI.expires_at

        with pytest.raises(Unauthorized):
            let_in(world, authorization=f"Bearer {TOKEN}")


M = TypeVar("M", staff.ChangeBody, staff.WalkInBody)


def read(model: type[M], body: Any) -> M:
    return staff._body(model, http.request(body))  # noqa: SLF001  # what a route does with its body


def asked(query: dict[str, str]) -> staff.ListQuery:
    return staff._checked(staff.ListQuery, query)  # noqa: SLF001  # what a route does with its query


def refused(body: Any, model: Any = staff.ChangeBody) -> str:
    with pytest.raises(Malformed) as caught:
        read(model, body)
    return str(caught.value)


CHANGE: dict[str, Any] = {"to": "processing", "expected_version": 1}


class TestChangeBody:
    def test_is_a_step(self) -> None:
        body = CHANGE | {"note": " lihat ", "reason": " blangko habis ", "hold": True, "eta": "2026-11-26T10:00:00+07:00"}

        step = read(staff.ChangeBody, body).step()

        assert (step.to, step.expected_version, step.hold) == (Status.PROCESSING, 1, True)
        assert (step.note, step.reason) == ("lihat", "blangko habis")
        assert step.eta == datetime(2026, 11, 26, 3, 0, tzinfo=UTC)

    def test_needs_no_more_than_status_and_version(self) -> None:
        step = read(staff.ChangeBody, CHANGE).step()

        assert (step.note, step.reason, step.hold, step.eta) == (None, None, None, None)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"to": "done"}, "to: "),
            ({"to": None}, "to: "),
            ({"expected_version": 0}, "expected_version: "),
            ({"expected_version": "one"}, "expected_version: "),
            ({"expected_version": 1.5}, "expected_version: "),
            ({"reason": ""}, "reason: "),
            ({"reason": " \n "}, "reason: "),
            ({"reason": "x" * 501}, "reason: "),
            ({"note": 7}, "note: "),
            ({"hold": "perhaps"}, "hold: "),
            ({"eta": "tomorrow"}, "eta: "),
            ({"eta": "2026-11-26T10:00:00"}, "eta: "),
            ({"eta": "9999-12-31T23:59:59-10:00"}, "eta: "),
            ({"eta": "0001-01-01T00:00:00+10:00"}, "eta: "),
            ({"from": "submitted"}, "from: "),
        ],
    )
    def test_that_is_wrong_is_told_field_by_field(self, change: dict[str, Any], said: str) -> None:
        assert refused(CHANGE | change).startswith(said)

    def test_that_lacks_something_says_what(self) -> None:
        assert refused({}) == "to: Field required; expected_version: Field required"

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", "null", "7", '"x"', '{"to":"ready"', '{"reason":"\\ud800"}', "\x00", "[" * 5000]
    )
    def test_that_is_no_object_is_told_as_such(self, body: str) -> None:
        assert refused(body).startswith(("body: ", "to: "))

    def test_that_is_missing_is_no_crash(self) -> None:
        assert refused(None).startswith("body: ")

    @pytest.mark.parametrize("field", ["to", "note", "reason", "eta", "hold", "expected_version"])
    @pytest.mark.parametrize("value", ["Siti Rahayu", "1801010401900001"])
    def test_what_was_sent_is_not_repeated(self, field: str, value: str) -> None:
        assert value not in refused(CHANGE | {field: [value]})
        assert value not in refused(json.dumps(CHANGE | {field: value})[:-1])

    def test_eta_at_any_accepted_time_can_be_stored(self) -> None:
        for eta in ("2000-01-01T00:00:01Z", "2199-12-31T23:59:59+12:00", "2026-11-26T10:00:00+14:00"):
            accepted = read(staff.ChangeBody, CHANGE | {"eta": eta}).eta
            assert accepted is not None
            accepted.astimezone(UTC)


WALK_IN: dict[str, Any] = {"service": "KTP", "consent": True}


class TestWalkInBody:
    def test_is_a_walk_in(self) -> None:
        body = WALK_IN | {"name": " Siti ", "phone": "0812-0000-0001", "language": "en", "office": "1801"}

        wanted = read(staff.WalkInBody, body)

        assert WalkIn(**wanted.model_dump()) == WalkIn("KTP", "1801", "Siti", "+6281200000001", consent=True, language="en")

    def test_needs_no_phone(self) -> None:
        for body in (WALK_IN, WALK_IN | {"phone": None, "name": None}):
            wanted = read(staff.WalkInBody, body)
            assert (wanted.phone, wanted.name, wanted.language) == (None, None, "id")

    @pytest.mark.parametrize(
        "change",
        [
            {"service": "ktp"}, {"service": ""}, {"service": "ABCDEFGHIJKLM"}, {"service": "KTP\n"}, {"consent": None},
            {"name": ""}, {"name": "x" * 101}, {"language": "jv"}, {"phone": "abc"}, {"phone": ""}, {"phone": []},
            {"phone": "1801010401900001"}, {"phone": {"a": 1}}, {"nik": "1801010401900001"},
        ],
    )  # fmt: skip
    def test_that_is_wrong_is_refused_and_its_values_are_not_repeated(self, change: dict[str, Any]) -> None:
        said = refused(WALK_IN | change, staff.WalkInBody)

        assert "1801010401900001" not in said

    def test_consent_is_never_assumed(self) -> None:
        assert refused({"service": "KTP"}, staff.WalkInBody) == "consent: Field required"


class TestQuery:
    def test_has_its_defaults(self) -> None:
        wanted = asked({})

        assert (wanted.limit, wanted.open, wanted.overdue, wanted.cursor) == (50, None, False, "")

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"status": "done"}, {"service": "ktp"}, {"open": "perhaps"},
            {"q": "x" * 101}, {"cursor": "x" * 101}, {"page": "2"},
        ],
    )  # fmt: skip
    def test_that_is_wrong_is_refused(self, query: dict[str, str]) -> None:
        with pytest.raises(Malformed):
            asked(query)

    def test_words_mean_what_they_say(self) -> None:
        query = {"open": "false", "overdue": "true", "limit": "7", "status": "ready", "service": "KK"}

        wanted = asked(query)

        assert (wanted.open, wanted.overdue, wanted.limit, wanted.status, wanted.service) == (
            False,
            True,
            7,
            Status.READY,
            "KK",
        )


def opened(world: World) -> Request:
    world.say("KTP hilang")
    [request] = world.requests()
    return request


class TestRoutes:
    def test_change_answers_the_request_as_it_is_after(self, world: World) -> None:
        request = opened(world)

        response = staff.change(request.id, http.request(CHANGE), world.officer, world.parts.desk)

        assert response.status_code == 200
        assert response.headers == {"Content-Type": "application/json", "Cache-Control": "no-store"}
        assert (http.json_of(response)["request"]["status"], http.json_of(response)["request"]["version"]) == ("processing", 2)

    def test_same_key_and_body_get_the_first_answer_again(self, world: World) -> None:
        request = opened(world)
        once = {"idempotency-key": "once"}

        first = staff.change(request.id, http.request(CHANGE, headers=once), world.officer, world.parts.desk)
        second = staff.change(request.id, http.request(CHANGE, headers=once), world.officer, world.parts.desk)

        assert first.body == second.body
        with pytest.raises(KeyReused):
            staff.change(request.id, http.request(CHANGE | {"note": "x"}, headers=once), world.officer, world.parts.desk)
        with pytest.raises(Stale):
            staff.change(request.id, http.request(CHANGE), world.officer, world.parts.desk)

    @pytest.mark.parametrize("key", ["", "x" * 201])
    def test_key_of_another_length_is_refused(self, world: World, key: str) -> None:
        request = opened(world)

        with pytest.raises(Malformed):
            staff.change(request.id, http.request(CHANGE, headers={"idempotency-key": key}), world.officer, world.parts.desk)

    @pytest.mark.parametrize("key", ["x", "x" * 200])
    def test_key_of_any_length_between_is_taken(self, world: World, key: str) -> None:
        request = opened(world)

        for _ in range(2):
            once = http.request(CHANGE, headers={"idempotency-key": key})
            assert staff.change(request.id, once, world.officer, world.parts.desk).status_code == 200

    def test_of_many_changes_each_has_its_outcome(self, world: World) -> None:
        request = opened(world)
        changes = [
            CHANGE | {"id": request.id},
            CHANGE | {"id": "KTP-8B3E-5N56-TAK"},
            CHANGE | {"id": request.id, "to": "ready", "expected_version": 2},
            CHANGE | {"id": "nonsense"},
        ]

        response = staff.change_many(http.request({"changes": changes}), world.officer, world.parts.desk)

        outcomes = http.json_of(response)["outcomes"]
        assert [one["id"] for one in outcomes] == [one["id"] for one in changes]
        assert [one.get("request", one.get("problem"))["status"] for one in outcomes] == ["processing", 404, "ready", 422]

    def test_many_changes_repeated_with_their_key_change_nothing(self, world: World) -> None:
        request = opened(world)
        changes = [CHANGE | {"id": request.id}, CHANGE | {"id": request.id, "to": "ready", "expected_version": 2}]
        once = {"idempotency-key": "once"}

        first = staff.change_many(http.request({"changes": changes}, headers=once), world.officer, world.parts.desk)
        second = staff.change_many(http.request({"changes": changes}, headers=once), world.officer, world.parts.desk)

        assert first.body == second.body
        assert world.requests()[0].version == 3

    @pytest.mark.parametrize("number", [0, 51])
    def test_too_few_and_too_many_changes_are_refused(self, world: World, number: int) -> None:
        with pytest.raises(Malformed):
            staff.change_many(http.request({"changes": [CHANGE | {"id": "x"}] * number}), world.officer, world.parts.desk)

    def test_walk_in_is_answered_201(self, world: World) -> None:
        response = staff.walk_in(
            http.request(WALK_IN | {"phone": "081200000001"}), world.officer, world.parts.desk, world.secrets.values
        )

        assert response.status_code == 201
        assert http.json_of(response)["request"]["phone"] == "+62…001"
        assert "81200000001" not in json.dumps(response.body)

    def test_list_and_file_show_the_request(self, world: World) -> None:
        request = opened(world)

        listed = http.json_of(staff.listing(http.request(query={"q": request.id[:8]}), world.officer, world.parts.reading))
        file = http.json_of(staff.file(request.id, world.officer, world.parts.reading))

        assert [one["id"] for one in listed["requests"]] == [request.id] == [file["request"]["id"]]
        assert "cursor" not in listed
        assert [one["text"] for one in file["messages"]] == ["KTP hilang"]

    def test_reply_is_on_its_way(self, world: World) -> None:
        request = opened(world)

        response = staff.reply(request.id, http.request({"text": "Silakan datang."}), world.officer, world.parts.telling)

        assert (response.status_code, http.json_of(response)["notice"]["state"]) == (202, "planned")

    @pytest.mark.parametrize("text", ["", "  ", "x" * 1001, None, 7])
    def test_reply_without_words_or_with_too_many_is_refused(self, world: World, text: Any) -> None:
        request = opened(world)

        with pytest.raises(Malformed):
            staff.reply(request.id, http.request({"text": text}), world.officer, world.parts.telling)

    def test_what_did_not_arrive_is_listed_and_resent_by_its_id_as_it_stands_in_a_url(self, world: World) -> None:
        opened(world)
        [notice] = world.notices()

        listed = staff.notices(http.request(query={"state": "planned"}), world.officer, world.parts.telling)
        response = staff.resend(notice.id.replace("-", "%2D"), world.officer, world.parts.telling)

        assert [one["id"] for one in http.json_of(listed)["notices"]] == [notice.id]
        assert http.json_of(response)["notice"]["id"] == notice.id

    @pytest.mark.parametrize(
        "notice_id", ["", "x", "KTP-8B3E-5N56-TAK.abc", "KTP-8B3E-5N56-TAK.2", "%00", "a.b#1", "REQ%23x.1"]
    )
    def test_notice_that_there_is_not_cannot_be_resent(self, world: World, notice_id: str) -> None:
        with pytest.raises(KabarError) as caught:
            staff.resend(notice_id, world.officer, world.parts.telling)

        assert caught.value.code == "not_found"
