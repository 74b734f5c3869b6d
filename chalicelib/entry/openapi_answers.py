"""The answers of the API as JSON Schemas, with examples of invented requests, and what no model reads: data for `openapi`."""

from typing import Any

from chalicelib.domain.media import FileState
from chalicelib.domain.notice import Channel, Kind, State


def _of(description: str, required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object. Names end in `_` where Python would not have them."""
    properties = {name.rstrip("_"): schema for name, schema in {**required, **optional}.items()}
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name.rstrip("_") for name in required],
    }


def _ref(model: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model}"}


def _list(model: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(model)}


def _text(description: str = "", **more: Any) -> dict[str, Any]:
    return {"type": "string"} | ({"description": description} if description else {}) | more


_TIME = _text(format="date-time")
_COUNT = {"type": "integer", "minimum": 0}
_MAYBE_DUE = {
    "type": ["string", "null"],
    "format": "date-time",
    "description": "When the office means to be done; null when closed.",
}
_SERVICE = _text("The service's code.", pattern="^[A-Z]+$")
_REQUEST_ID = _text("The request's number.", pattern="^[A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}$")

_FIGURE = {"type": ["number", "null"], "minimum": 0}
_FIGURES: dict[str, Any] = {
    "opened": _COUNT | {"description": "Requests opened in those days."},
    "closed": _of(
        "Requests closed in those days, by how they ended.",
        {"completed": _COUNT, "rejected": _COUNT, "cancelled": _COUNT},
    ),
    "open": _of(
        "Requests that are open now, by status.",
        {"submitted": _COUNT, "incomplete": _COUNT, "verified": _COUNT, "processing": _COUNT, "ready": _COUNT},
    ),
    "overdue": _COUNT | {"description": "Of the open ones, those past their due time now."},
    "ready": _of(
        "Requests that became ready in those days (the last time, if they were taken back).",
        {
            "count": _COUNT,
            "median_hours": _FIGURE | {"description": "From opening until ready, by the clock."},
            "p90_hours": _FIGURE | {"description": "Nine of ten took at most so long."},
            "promised": _COUNT | {"description": "Those with a due time when they became ready, new estimates included."},
            "kept": _COUNT | {"description": "Those of them that were ready by then."},
            "kept_share": _FIGURE | {"maximum": 1},
        },
    ),
    "notices": _of(
        "Notices of how requests stand, caused in those days, by what became of them; without those that a later one replaced, "
        "answers in chat, and questions how it was. An SMS that was accepted is the last that some engines tell.",
        {
            "whatsapp_arrived": _COUNT,
            "sms_arrived": _COUNT,
            "sms_accepted": _COUNT,
            "on_the_way": _COUNT,
            "failed": _COUNT,
            "unknown": _COUNT,
            "suppressed": _COUNT,
        },
    ),
    "ratings": _of(
        "How residents found it: 1 tidak baik to 4 sangat baik. Figures of a month and service move five answers at a time.",
        {
            "answers": _COUNT,
            "counts": _of("By answer.", {"1": _COUNT, "2": _COUNT, "3": _COUNT, "4": _COUNT}),
            "average": _FIGURE | {"maximum": 4},
            "index": _FIGURE | {"maximum": 100, "description": "The average times 25, as Permenpan RB 14/2017 has it."},
        },
    ),
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "State": {"type": "string", "enum": [one.value for one in State], "description": "How far a notice has come."},
    "Hold": _of("Why the request waits.", {"reason": _text()}),
    "Standing": _of(
        "How a request stands, for anybody who has its number.",
        {
            "id": _REQUEST_ID, "service": _SERVICE, "status": _ref("Status"), "label": _text("The status in words."),
            "opened_at": _TIME, "updated_at": _TIME, "due_at": _MAYBE_DUE, "next": _text("What happens next."),
        },
        hold=_ref("Hold"),
        missing={"type": "array", "items": _text(), "description": "What to send yet, once an officer has looked."},
        bring=_text("What to bring for picking it up."), where=_text("Where and when to pick it up."),
    ),
    "Requirement": _of(
        "One line of a request's checklist.",
        {
            "code": _text("What programs go by."), "name": _text("The code where the catalogue has it no more."),
            "state": _ref("Met"),
        },
    ),
    "Request": _of(
        "A request, as the desk sees it.",
        {
            "id": _REQUEST_ID, "office": _text("The office's region code."), "service": _SERVICE, "status": _ref("Status"),
            "version": {"type": "integer", "minimum": 1, "description": "How many changes it has seen."},
            "language": _text(enum=["id", "en"]), "opened_at": _TIME, "updated_at": _TIME, "due_at": _MAYBE_DUE,
            "requirements": {**_list("Requirement"), "description": "The office's checklist, in its order."},
        },
        missing=_COUNT | {"description": "How many requirements are open or unreadable, once an officer has looked."},
        overdue={"const": True, "description": "There while the office, or the resident, is past `due_at`."},
        name=_text(), phone=_text("For SMS; masked."), closed_at=_TIME, hold=_ref("Hold"),
        reason=_text("Why it is incomplete or rejected."),
        asks_human_at=_TIME | {"description": "Since when its resident wants to speak to a person."},
    ),
    "Requests": _of("Requests, and where the next page begins, if any.", {"requests": _list("Request")}, cursor=_text()),
    "Call": _of(
        "Somebody without an open request who wants to speak to a person.",
        {
            "id": _text(), "office": _text("The office's region code."), "phone_number_id": _text("The channel number."),
            "asked_at": _TIME,
        },
        name=_text(), phone=_text("Masked."),
    ),
    "Calls": _of("Who wants to speak to a person, the latest first.", {"calls": _list("Call")}),
    "CallFile": _of("A call, and what was written on its number.", {"call": _ref("Call"), "messages": _list("Message")}),
    "OneRequest": _of("The request as it is now, or as the same call left it before.", {"request": _ref("Request")}),
    "Change": _of(
        "One status change, numbered by the request's version after it.",
        {"version": {"type": "integer", "minimum": 1}, "to": _ref("Status"), "actor": _text("Who made it."), "at": _TIME},
        from_=_ref("Status"), reason=_text(), note=_text("For colleagues only."), hold=_ref("Hold"), due_at=_TIME,
    ),
    "Media": _of(
        "A file that a resident sent: what was said of it, and once it is kept, what it is.", {},
        id=_text("WhatsApp's."), mime_type=_text("What its sender's phone says it is."), filename=_text(), sha256=_text(),
        state=_text(enum=[one.value for one in FileState]), reason=_text("Why it is not kept."),
        content_type=_text("What it is, by its content."), size={"type": "integer", "minimum": 0, "description": "In bytes."},
        link=_text("Gives the file to whoever has it; not to be stored.", format="uri"), link_expires_at=_TIME,
    ),
    "Message": _of(
        "One message of the conversation on the request's channel number.",
        {"id": _text(), "from_": _text(enum=["resident", "office"]), "at": _TIME, "kind": _text("WhatsApp's own word.")},
        text=_text(), media=_ref("Media"), intent=_text("What the message was taken for."), request_id=_REQUEST_ID,
    ),
    "Attempt": _of(
        "One send.",
        {
            "number": {"type": "integer", "minimum": 1}, "channel": _text(enum=[one.value for one in Channel]), "at": _TIME,
            "outcome": _text("`accepted`, `unknown`, or why it failed."),
        },
        code=_text("The provider's."),
    ),
    "Notice": _of(
        "One thing that the office owes a resident to say, and what became of it.",
        {
            "id": _text(), "kind": _text(enum=[one.value for one in Kind]), "state": _ref("State"),
            "channel": _text(enum=[one.value for one in Channel]), "attempt": _COUNT, "caused_at": _TIME,
            "attempts": {**_list("Attempt"), "description": "The last twenty."},
        },
        accepted_at=_TIME, arrived_at=_TIME, due_at=_TIME, reason=_text("Why it failed, waits or was not sent."),
    ),
    "Notices": _of("Notices, and where the next page begins, if any.", {"notices": _list("Notice")}, cursor=_text()),
    "OneNotice": _of("The notice; it is on its way.", {"notice": _ref("Notice")}),
    "File": _of(
        "A request's whole file. Programs of an office get no messages.",
        {
            "request": _ref("Request"), "changes": _list("Change"), "messages": _list("Message"), "notices": _list("Notice"),
        },
    ),
    "Statistics": _of(
        "An office's figures from one day to another, both included, counted from its requests and notices.",
        {
            "office": _text("The office's region code."), "from": _text(format="date"), "to": _text(format="date"),
            "as_of": _TIME,
            "complete": {"type": "boolean"} | {
                "description": "False when there was more than can be counted at once: what was left out is in no figure."
            },
            "rating_months": {"type": "array", "items": _text()} | {
                "description": "Ratings are kept by month: those of these whole months are told."
            },
            "all": _ref("Figures"), "services": _list("ServiceFigures"),
        },
    ),
    "Figures": _of("Figures of all services together.", _FIGURES),
    "ServiceFigures": _of("Figures of one service.", {"service": _SERVICE, **_FIGURES}),
    "Outcomes": _of("An outcome for each change, in their order.", {"outcomes": _list("Outcome")}),
    "Outcome": _of("A changed request, or why it is not.", {"id": _text()}, request=_ref("Request"), problem=_ref("Problem")),
    "Problem": _of(
        "A problem document, RFC 9457.",
        {
            "type": _text(const="about:blank"), "title": _text(), "status": {"type": "integer"},
            "code": _text("What programs go by."),
        },
        detail=_text("What people go by."),
    ),
    "Refused": _of("What API Gateway's side refuses before Kabar is asked.", {"Code": _text(), "Message": _text()}),
    "Webhook": {
        **_of("Meta's payload. Whatever else comes, signed, is kept too.", {"object": _text(), "entry": {"type": "array"}}),
        "additionalProperties": True,
    },
    "Challenge": _text("The challenge, as it came."),
    "Counts": _of(
        "What became of the payload's elements.", {"stored": _COUNT, "duplicate": _COUNT, "quarantined": _COUNT},
    ),
    "Health": _of("It is there.", {"ok": {"const": True}}),
    "Document": {"type": "object", "description": "An OpenAPI 3.1 document."},
}  # fmt: skip
MEDIA_TYPES = {"Challenge": "text/plain"}

# Status of a refusal → what it means, its codes, and its header of its own.
_REFUSALS: dict[int, tuple[str, tuple[str, ...], dict[str, str]]] = {
    401: ("There is no live token.", ("unauthorized",), {"WWW-Authenticate": "`Bearer`."}),
    403: ("Not for this caller.", ("forbidden",), {}),
    404: ("There is none, or it is another office's.", ("not_found",), {}),
    409: ("Not as things stand; `code` says why.", ("stale_version", "window_closed", "rejected"), {}),
    422: (
        "Not understood, or never possible; `code` says which.",
        ("malformed", "mistyped_id", "illegal_change", "idempotency_key_reused"), {},
    ),
    500: ("Kabar's fault.", ("internal", "misconfigured", "unstorable"), {}),
    503: ("The same call may succeed in a moment.", ("unavailable",), {"Retry-After": "Seconds."}),
}  # fmt: skip


def _refusal(meaning: str, codes: tuple[str, ...], headers: dict[str, str]) -> dict[str, Any]:
    coded = {"properties": {"code": {"enum": list(codes)}}}
    response: dict[str, Any] = {
        "description": meaning,
        "content": {"application/problem+json": {"schema": {"allOf": [_ref("Problem"), coded]}}},
    }
    described = {name: {"description": text, "schema": _text()} for name, text in headers.items()}
    return response | ({"headers": described} if described else {})


RESPONSES: dict[str, dict[str, Any]] = {
    **{str(status): _refusal(*refusal) for status, refusal in _REFUSALS.items()},
    "415": {"description": "The body is no JSON.", "content": {"application/json": {"schema": _ref("Refused")}}},
}

IN_PATH: dict[str, dict[str, Any]] = {
    name: {
        "name": name, "in": "path", "required": True, "description": text, "schema": _text(minLength=1), "example": example,
    }
    for name, text, example in (
        ("request_id", "A request's number: in any case, with or without dashes and its prefix.", "KTP-7F3K-9QXM-2DM"),
        ("notice_id", "A notice's id, as notices have it.", "KTP-7F3K-9QXM-2DM.2"),
        ("call_id", "A call's id, as calls have it.", "1801.0f1e2d3c4b5a69788796"),
    )
}  # fmt: skip

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key", "in": "header",
    "description": "The same key and body, by the same caller: the first answer again, and nothing done twice.",
    "schema": _text(minLength=1, maxLength=200), "example": "5f0e7c1a",
}  # fmt: skip

# What only Meta sends.
HANDSHAKE: tuple[dict[str, Any], ...] = tuple(
    {"name": f"hub.{name}", "in": "query", "required": True, "schema": _text()}
    for name in ("mode", "challenge", "verify_token")
)
SIGNATURE: dict[str, Any] = {
    "name": "X-Hub-Signature-256", "in": "header", "required": True, "schema": _text(),
    "description": "`sha256=` and the HMAC-SHA256 of the body's bytes with the app's secret, in hex.",
}  # fmt: skip
