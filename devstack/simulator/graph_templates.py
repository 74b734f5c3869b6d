"""`/<version>/<account>/message_templates` and `/<version>/<template_id>` of graph.facebook.com.

https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
"""

import base64
import binascii
import json
from datetime import datetime, timedelta

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import graph_access, template_news, template_rules
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.graph_params import INVALID, Param
from devstack.simulator.parts import Parts
from devstack.simulator.payloads import ACCOUNT
from devstack.simulator.templates import Template

_DEFAULT_FIELDS = "name,parameter_format,components,language,status,category"
_PAGE, _MOST = 25, 1000
_BEING_DELETED, _EXISTS = 2388023, 2388024
_EDITABLE = ("approved", "rejected", "paused")
_EDITS_A_MONTH = 10
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    graph = Blueprint("graph_templates", __name__)
    graph.register_error_handler(GraphError, graph_access.refusal)

    @graph.get("/v<version>/<account>/message_templates")
    def listed(version: str, account: str) -> Response:
        _check_caller(parts, version, account)
        return jsonify(_page(parts.templates.all()))

    @graph.post("/v<version>/<account>/message_templates")
    def create(version: str, account: str) -> Response:
        _check_caller(parts, version, account)
        given = Param(_json(), "", template_rules.FIELDS)
        name, language = template_rules.name_and_language(given)
        category = given.one_of("category", *template_rules.CATEGORIES)
        body = template_rules.body(given)
        ttl_s = template_rules.lifetime_s(given, category) if given.has("message_send_ttl_seconds") else None
        _check_new(parts.templates.get(name, language))
        made = parts.templates.add(name, language, body=body.text, example=body.example, category=category, ttl_s=ttl_s)
        template_news.review(parts, made)
        return jsonify(id=str(made.id), status="PENDING", category=category)

    @graph.post("/v<version>/<template_id>")
    def edit(version: str, template_id: str) -> Response:
        _check_caller(parts, version, ACCOUNT)
        template = parts.templates.with_id(template_id)
        if template is None:
            raise graph_access.no_such_object("post")
        _edit(parts, template, Param(_json(), "", template_rules.EDITABLE))
        return jsonify(success=True)

    return graph


def _check_caller(parts: Parts, version: str, account: str) -> None:
    graph_access.check_token(parts.config.access_token)
    graph_access.check_version(f"v{version}")
    if account != ACCOUNT:
        raise graph_access.no_such_object(request.method.lower())


def _json() -> object:
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise GraphError(INVALID, "The request body is no valid JSON.") from error


def _check_new(held: Template | None) -> None:
    if held is None:
        return
    if held.status == "pending_deletion":
        why = "Message template language is being deleted: try again in 4 weeks, or use another name."
        raise GraphError(INVALID, why, subcode=_BEING_DELETED, user=("Message template language is being deleted", why))
    why = f"There is already {held.language} content for this template."
    raise GraphError(INVALID, why, subcode=_EXISTS, user=("Content in this language already exists", why))


def _edit(parts: Parts, template: Template, given: Param) -> None:
    """Replaces what is given. Another body or category is looked at again."""
    now = parts.clock()
    if template.status not in _EDITABLE:
        raise GraphError(INVALID, f"a template that is {template.status} cannot be edited")
    changes: dict[str, object] = {}
    if given.has("category") and (category := given.one_of("category", *template_rules.CATEGORIES)) != template.category:
        if template.status == "approved":
            raise GraphError(INVALID, "the category of an approved template cannot be changed")
        changes["category"] = category
    if given.has("components"):
        body = template_rules.body(given)
        changes |= {"body": body.text, "example": body.example}
    if given.has("message_send_ttl_seconds"):
        changes["ttl_s"] = template_rules.lifetime_s(given, str(changes.get("category", template.category)))
    if template.status == "approved":
        _check_pace(template, now)
        changes["edits"] = (*template.edits, now)
    looked_at = bool(changes.keys() - {"ttl_s", "edits"})
    edited = parts.templates.change(template, **changes, **({"status": "pending"} if looked_at else {}))
    if looked_at:
        template_news.review(parts, edited)


def _check_pace(template: Template, now: datetime) -> None:
    of_late = [at for at in template.edits if at > now - _MONTH]
    if len(of_late) >= _EDITS_A_MONTH or any(at > now - _DAY for at in of_late):
        why = "An approved template can be edited once in 24 hours and 10 times in 30 days."
        raise GraphError(INVALID, why, user=("You can't edit this template yet", why))


def _page(templates: list[Template]) -> dict[str, object]:
    """`?fields=&limit=&after=` of all templates."""
    start, limit = _start(request.args.get("after")), _limit(request.args.get("limit"))
    fields = request.args.get("fields", _DEFAULT_FIELDS).split(",")
    shown = templates[start : start + limit]
    answer: dict[str, object] = {"data": [_described(one, fields) for one in shown]}
    if shown:
        end = start + len(shown)
        paging: dict[str, object] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
        if end < len(templates):
            paging["next"] = f"{request.base_url}?after={_cursor(end)}"
        answer["paging"] = paging
    return answer


def _described(template: Template, fields: list[str]) -> dict[str, object]:
    example = {"example": {"body_text": [list(template.example)]}} if template.example else {}
    whole: dict[str, object] = {
        "name": template.name,
        "language": template.language,
        "status": template.status.upper(),
        "category": template.category,
        "parameter_format": "POSITIONAL",
        "components": [{"type": "BODY", "text": template.body, **example}],
        "rejected_reason": template.reason,
        "quality_score": {"score": template.quality, "date": 0},
        **({"message_send_ttl_seconds": template.ttl_s} if template.ttl_s is not None else {}),
    }
    return {**{name: whole[name] for name in fields if name in whole}, "id": str(template.id)}


def _limit(text: str | None) -> int:
    if text is None:
        return _PAGE
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST):
        raise GraphError(INVALID, f"Param limit must be between 1 and {_MOST}.")
    return int(text)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at {position}".encode()).decode()


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        word, _, position = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        if word == "at":
            return int(position)
    except (ValueError, binascii.Error):
        pass
    raise GraphError(INVALID, "Invalid cursors values.")
