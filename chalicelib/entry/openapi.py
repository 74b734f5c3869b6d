"""`GET /openapi.json`: what the API takes and answers, as OpenAPI 3.1.

Bodies and queries are the very models that read them; answers are written down in `openapi_answers`, and tests hold what is
answered to that. Built when it is first asked for: no other route pays for it.
"""

import json
import re
from functools import cache
from typing import Any, NamedTuple

from chalice.app import Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.entry import openapi_answers as answers
from chalicelib.entry import staff
from chalicelib.entry.openapi_examples import EXAMPLES

_REF = "#/components/schemas/{model}"
_JSON = "application/json"
_ABOUT = (
    "Kabar turns residents' WhatsApp chats with a civil-registry office into requests, tells the residents when these change, "
    "and answers how they stand. Times are UTC. Refusals are problem documents (RFC 9457): their `code` is stable, `detail` is "
    "for people and may change."
)
_TAGS = {
    "residents": "Anybody who has a request's number. There is no person in any answer.",
    "staff": "The office's desk, and the office's own programs. Numbers of persons are masked in every answer.",
    "meta": "WhatsApp's webhook, for Meta's servers alone: nobody else can sign what it takes.",
    "service": "The API itself.",
}


class _Route(NamedTuple):
    """One route. name: its function in app.py; answer: status of success and schema; problems: statuses of refusals.

    body, query: the models that read them, or the name of a schema. more: further parameters.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    answer: tuple[int, str]
    problems: tuple[int, ...] = ()
    body: type[BaseModel] | str | None = None
    query: type[BaseModel] | None = None
    more: tuple[dict[str, Any], ...] = ()


_REPEATABLE = (answers.IDEMPOTENCY_KEY,)
_AT_DESK = (401, 403, 404, 409, 422)
_ROUTES = (
    _Route("get", "/requests/{request_id}", "look_up", "residents", "How a request stands", (200, "Standing"), (404, 422)),
    _Route(
        "get", "/staff/requests", "staff_list", "staff", "List requests by due time", (200, "Requests"), (401, 422),
        query=staff.ListQuery,
    ),
    _Route(
        "post", "/staff/requests", "staff_walk_in", "staff", "Open a request for somebody at the desk", (201, "OneRequest"),
        _AT_DESK, body=staff.WalkInBody, more=_REPEATABLE,
    ),
    _Route(
        "get", "/staff/requests/{request_id}", "staff_file", "staff", "A request's whole file", (200, "File"), (401, 404, 422)
    ),
    _Route(
        "post", "/staff/requests/{request_id}/status", "staff_change", "staff", "Change a request's status, or put it on hold",
        (200, "OneRequest"), _AT_DESK, body=staff.ChangeBody, more=_REPEATABLE,
    ),
    _Route(
        "post", "/staff/requests/{request_id}/requirements", "staff_check", "staff",
        "Set what a request's requirements are; others stay", (200, "OneRequest"), _AT_DESK, body=staff.ChecklistBody,
    ),
    _Route(
        "post", "/staff/requests/status", "staff_change_many", "staff", "Change many; a refusal stops no other",
        (200, "Outcomes"), (401, 422), body=staff.ManyBody, more=_REPEATABLE,
    ),
    _Route(
        "post", "/staff/requests/{request_id}/messages", "staff_reply", "staff",
        "Write to the resident, within 24 hours of the last message", (202, "OneNotice"), _AT_DESK, body=staff.ReplyBody,
        more=_REPEATABLE,
    ),
    _Route(
        "get", "/staff/calls", "staff_calls", "staff", "Who wants to speak to a person and has no open request", (200, "Calls"),
        (401,),
    ),
    _Route(
        "get", "/staff/calls/{call_id}", "staff_call", "staff", "What somebody who wants a person has written",
        (200, "CallFile"), (401, 403, 404),
    ),
    _Route(
        "post", "/staff/calls/{call_id}/messages", "staff_answer", "staff",
        "Write to them, within 24 hours of their last message", (202, "OneNotice"), _AT_DESK, body=staff.ReplyBody,
        more=_REPEATABLE,
    ),
    _Route(
        "get", "/staff/notices", "staff_notices", "staff", "Notices in one state, such as what did not arrive",
        (200, "Notices"), (401, 422), query=staff.NoticesQuery,
    ),
    _Route(
        "post", "/staff/notices/{notice_id}/resend", "staff_resend", "staff", "Try a notice again", (202, "OneNotice"),
        (401, 403, 404),
    ),
    _Route(
        "get", "/staff/stats", "staff_stats", "staff", "An office's figures over some days, this month's so far unless given",
        (200, "Statistics"), (401, 403, 404, 422), query=staff.StatsQuery,
    ),
    _Route(
        "get", "/webhooks/whatsapp", "whatsapp_handshake", "meta", "Meta verifies the webhook", (200, "Challenge"), (403,),
        more=answers.HANDSHAKE,
    ),
    _Route(
        "post", "/webhooks/whatsapp", "whatsapp_receive", "meta", "Meta delivers events; 200 says that all of them are stored",
        (200, "Counts"), (403,), body="Webhook", more=(answers.SIGNATURE,),
    ),
    _Route("get", "/health", "health", "service", "Whether the API is there", (200, "Health")),
    _Route("get", "/openapi.json", "openapi_document", "service", "This document", (200, "Document")),
)  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """The whole document, to be read only."""
    paths: dict[str, Any] = {}
    for route in _ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kabar", "version": "1.0.0", "description": _ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "."}],  # beside this document, whatever prefix the stage has
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A staff token."}},
            "schemas": _schemas(),
            "responses": answers.RESPONSES,
        },
    }


def describe() -> Response:
    """The document, for anybody."""
    return Response(_serialised(), {"Content-Type": _JSON, "Cache-Control": "public, max-age=300"}, 200)


@cache
def _serialised() -> str:
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":"))


def _schemas() -> dict[str, Any]:
    bodies = (route.body for route in _ROUTES if isinstance(route.body, type))
    _, read = models_json_schema([(body, "validation") for body in bodies], ref_template=_REF)
    return {**read["$defs"], **answers.SCHEMAS}


def _operation(route: _Route) -> dict[str, Any]:
    status, model = route.answer
    success = {"description": answers.SCHEMAS[model]["description"], "content": _content(model)}
    operation = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "security": [{"token": []}] if route.tag == "staff" else [],
        "responses": {str(status): success}
        | {str(one): {"$ref": f"#/components/responses/{one}"} for one in (*route.problems, 415, 500, 503)},
    }
    parameters = [
        *(answers.IN_PATH[name] for name in re.findall(r"{(\w+)}", route.path)),
        *(_query(route.query) if route.query else []),
        *route.more,
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        body = route.body if isinstance(route.body, str) else route.body.__name__
        operation["requestBody"] = {"required": True, "content": _content(body)}
    return operation


def _content(model: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=model)}
    return {answers.MEDIA_TYPES.get(model, _JSON): {"schema": schema, "example": EXAMPLES[model]}}


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The model's fields as parameters. A query string has no null: what may be null may be left out."""
    fields = model.model_json_schema(ref_template=_REF)["properties"]
    return [{"name": name, "in": "query", "schema": _without_null(field)} for name, field in fields.items()]


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in field.get("anyOf", []) if one != {"type": "null"}), field)
