"""The API's description of itself: it has every route, and what is answered is what it says."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # of openapi-spec-validator
from openapi_spec_validator import validate

from app import app
from chalicelib.domain import errors
from chalicelib.domain.errors import KabarError, Malformed, Rejected
from chalicelib.domain.request import Status
from chalicelib.domain.staff import Role
from chalicelib.entry import openapi, public, staff, views, whatsapp
from chalicelib.entry.openapi import describe, document
from chalicelib.entry.problems import document as problem
from chalicelib.flows.desk import WalkIn
from tests.data import payloads
from tests.fakes.world import NO_KEY, World
from tests.unit.entry import http
from tests.unit.entry.exactly import exact

DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
ERRORS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, KabarError)]


def complaints(body: Any, model: str) -> list[str]:
    """What is wrong with a body."""
    whole = {"$ref": f"#/components/schemas/{model}", "components": {"schemas": exact(SCHEMAS)}}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(body)]


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method]
    return found


def bodies(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The media types of an operation's request and success."""
    for part in (one.get("requestBody", {}), *one["responses"].values()):
        yield from part.get("content", {}).values()


class TestDocument:
    def test_is_valid_openapi(self) -> None:
        assert DOCUMENT["openapi"].startswith("3.1")
        validate(copy.deepcopy(DOCUMENT))

    def test_has_every_route_and_method_and_nothing_else(self) -> None:
        routes = {(path, method.lower()) for path, methods in app.routes.items() for method in methods}

        assert set(OPERATIONS) == routes

    def test_calls_each_operation_as_app_does(self) -> None:
        names = {(path, method): one.view_name for path, methods in app.routes.items() for method, one in methods.items()}

        assert {(path, method.upper()): operation(path, method)["operationId"] for path, method in OPERATIONS} == names

    @pytest.mark.parametrize(("path", "method"), OPERATIONS)
    def test_asks_for_a_token_on_staffs_routes_only(self, path: str, method: str) -> None:
        needs: list[Any] = [{"token": []}] if path.startswith("/staff/") else []

        assert operation(path, method)["security"] == needs
        assert ("401" in operation(path, method)["responses"]) == bool(needs)

    @pytest.mark.parametrize(("path", "method"), OPERATIONS)
    def test_has_an_example_of_each_body_and_each_is_as_it_should_be(self, path: str, method: str) -> None:
        described = list(bodies(operation(path, method)))

        assert described
        for media in described:
            assert complaints(media["example"], media["schema"]["$ref"].rsplit("/", 1)[1]) == []

    def test_reads_queries_by_the_models(self) -> None:
        parameters = operation("/staff/requests", "get")["parameters"]

        assert {one["name"] for one in parameters} == set(staff.ListQuery.model_fields)
        assert {one["name"]: one["schema"] for one in parameters}["limit"] | {"title": ""} == {
            "type": "integer", "minimum": 1, "maximum": 100, "default": 50, "title": "",
        }  # fmt: skip
        assert "null" not in str([one["schema"] for one in parameters])

    @pytest.mark.parametrize("error", ERRORS)
    def test_has_the_code_of_every_problem(self, error: type[KabarError]) -> None:
        told = problem(error())

        described = DOCUMENT["components"]["responses"][str(told["status"])]
        schema = described["content"]["application/problem+json"]["schema"]
        assert told["code"] in schema["allOf"][1]["properties"]["code"]["enum"]
        assert complaints(told, "Problem") == []

    def test_knows_no_code_that_there_is_not(self) -> None:
        described = DOCUMENT["components"]["responses"].values()
        problems = [
            one["content"]["application/problem+json"] for one in described if "application/problem+json" in one["content"]
        ]

        codes = [code for one in problems for code in one["schema"]["allOf"][1]["properties"]["code"]["enum"]]

        assert sorted(codes) == sorted({error.code for error in ERRORS})

    def test_is_answered_to_anybody_as_json(self) -> None:
        response = describe()

        assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
        assert http.json_of(response) == DOCUMENT

    def test_is_built_once(self) -> None:
        assert openapi.document() is openapi.document()
        assert describe().body is describe().body


class TestAnswers:
    """Each is made by the code that makes it in life."""

    def test_of_the_desk_are_as_described(self, world: World) -> None:
        world.say("KTP saya hilang", name="Siti")
        world.say("sudah jadi belum", id_="wamid.asks")
        [request] = world.requests()
        request = world.set_status(request, Status.INCOMPLETE, reason="Foto KK buram", note="telepon dulu")
        request = world.set_status(request, Status.INCOMPLETE, reason="Jaringan terganggu", hold=True)
        world.run()
        reading, telling = world.parts.reading, world.parts.telling
        walk_in = world.parts.desk.walk_in(
            world.officer, WalkIn("KTP", name="Budi", phone="+6281200000002", consent=True), world.secrets.values, NO_KEY
        )
        world.set_status(walk_in, Status.CANCELLED)

        checked = staff.check(
            request.id, http.request({"requirements": {"kk": "unreadable"}}), world.officer, world.parts.checklist
        )
        assert complaints(http.json_of(checked), "OneRequest") == []
        assert complaints(http.json_of(public.look_up(request.id, world.parts.lookup, world.parts.offices)), "Standing") == []
        answers = {
            "File": staff.file(request.id, world.officer, reading),
            "Requests": staff.listing(http.request(query={"limit": "1"}), world.officer, reading),
            "OneRequest": staff.change(
                request.id, http.request({"to": "verified", "expected_version": request.version}), world.officer,
                world.parts.desk,
            ),
            "Outcomes": staff.change_many(
                http.request({"changes": [{"id": walk_in.id, "to": "ready", "expected_version": 1}]}), world.officer,
                world.parts.desk,
            ),
            "OneNotice": staff.reply(request.id, http.request({"text": "Baik"}), world.officer, telling),
            "Notices": staff.notices(http.request(query={"state": "accepted", "limit": "1"}), world.officer, telling),
        }  # fmt: skip

        assert [(model, complaints(http.json_of(answer), model)) for model, answer in answers.items()] == [
            (model, []) for model in answers
        ]
        whole = http.json_of(answers["File"])
        assert all(whole[part] for part in ("changes", "messages", "notices"))
        assert "cursor" in http.json_of(answers["Requests"])
        assert whole["request"]["missing"] == 2
        world.clock.now += timedelta(days=9)
        overdue = http.json_of(staff.file(request.id, world.officer, reading))
        assert overdue["request"]["overdue"]
        assert complaints(overdue, "File") == []

    def test_of_closed_requests_are_as_described(self, world: World) -> None:
        request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
        closed = world.set_status(request, Status.REJECTED, reason="Data ganda")

        assert complaints({"request": views.request(closed, world.parts.offices, world.clock())}, "OneRequest") == []
        assert complaints(http.json_of(public.look_up(closed.id, world.parts.lookup, world.parts.offices)), "Standing") == []

    @pytest.mark.parametrize("reason", ["Blanko habis", None])
    def test_of_a_request_that_is_ready_are_as_described(self, world: World, reason: str | None) -> None:
        request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
        request = world.set_status(request, Status.VERIFIED)
        request = world.set_status(request, Status.READY, hold=reason is not None, reason=reason)

        standing = http.json_of(public.look_up(request.id, world.parts.lookup, world.parts.offices))

        assert complaints(standing, "Standing") == []
        assert {"bring", "where"} <= standing.keys()
        assert ("hold" in standing) == (reason is not None)

    def test_of_the_webhook_and_of_health_are_as_described(self, world: World) -> None:
        body = payloads.raw(payloads.envelope(payloads.value(payloads.text("halo", at=1))))
        signature = payloads.signature(body, world.secrets.values.app_secrets[0])
        signed = http.request(body.decode(), headers={"X-Hub-Signature-256": signature})

        counts = whatsapp.receive(signed, world.secrets.current(), world.parts.ingest)

        assert complaints(http.json_of(counts), "Counts") == []
        assert complaints(http.json_of(public.health()), "Health") == []

    def test_that_say_more_than_the_document_are_found_out(self) -> None:
        assert complaints({"ok": True, "secret": 1}, "Health") != []

    def test_of_an_office_program_are_as_described(self, world: World) -> None:
        request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
        program = world.staff(Role.INTEGRATION)

        answered = staff.change_many(
            http.request({"changes": [{"id": request.id, "to": "verified", "expected_version": 1}]}), program, world.parts.desk
        )

        assert complaints(http.json_of(answered), "Outcomes") == []
        assert complaints(http.json_of(staff.file(request.id, program, world.parts.reading)), "File") == []


class TestBodies:
    """What the document calls wrong is refused, and not taken for something like it."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("hold", 0), ("hold", "no"), ("expected_version", "1"), ("expected_version", 1.5), ("expected_version", True),
            ("eta", 1795489200), ("note", 7), ("to", "READY"), ("to", None),
        ],
    )  # fmt: skip
    def test_of_changes_are_read_by_the_letter(self, world: World, field: str, value: Any) -> None:
        request = world.parts.desk.walk_in(world.officer, WalkIn("KTP"), world.secrets.values, NO_KEY)
        body = {"to": "verified", "expected_version": 1, field: value}

        assert complaints(body, "ChangeBody") != []
        with pytest.raises(Malformed):
            staff.change(request.id, http.request(body), world.officer, world.parts.desk)

    @pytest.mark.parametrize(
        ("field", "value"), [("phone", 6281200000001), ("consent", "yes"), ("office", 1801), ("service", "ktp")]
    )
    def test_of_walk_ins_are_read_by_the_letter(self, world: World, field: str, value: Any) -> None:
        body = {"service": "KTP", "consent": True, field: value}

        assert complaints(body, "WalkInBody") != []
        with pytest.raises(Malformed):
            staff.walk_in(http.request(body), world.officer, world.parts.desk, world.secrets.values)


def test_every_refusal_is_in_the_table_that_the_document_is_made_of() -> None:
    assert {problem(one())["status"] for one in ERRORS if issubclass(one, Rejected)} == {401, 403, 404, 409, 422}
