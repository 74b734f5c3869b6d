"""Domain errors → RFC 9457 problem documents: one table."""

import json
import logging
from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.domain.errors import (
    Forbidden,
    IllegalChange,
    KabarError,
    KeyReused,
    Malformed,
    Misconfigured,
    NotFound,
    Rejected,
    Stale,
    TransientError,
    Unauthorized,
    WindowClosed,
)

log = logging.getLogger(__name__)

# The first class that fits counts, so the general ones come last.
_STATUS: tuple[tuple[type[KabarError], int, str], ...] = (
    (Unauthorized, 401, "Not signed in"),
    (Forbidden, 403, "Not allowed"),
    (NotFound, 404, "Not found"),
    (Stale, 409, "The request has changed"),
    (WindowClosed, 409, "The chat's window is closed"),
    (IllegalChange, 422, "Not a possible change"),
    (KeyReused, 422, "Idempotency key reused"),
    (Malformed, 422, "Not understood"),
    (Rejected, 409, "Not possible"),
    (TransientError, 503, "Try again"),
    (Misconfigured, 500, "Not set up"),
)


# What goes with a status, beside the document.
_HEADERS: dict[int, dict[str, str | list[str]]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}
_SERVER_ERROR = 500


def answered(view: Callable[[], Response]) -> Response:
    """The view's answer, or the problem that it raised. What nobody foresaw is logged and tells the caller nothing."""
    try:
        return view()
    except KabarError as error:
        body = document(error)
    except Exception:
        log.exception("unforeseen")
        body = document(KabarError())
    status = int(body["status"])
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store", **_HEADERS.get(status, {})}
    return Response(json.dumps(body), headers, status)


def document(error: KabarError) -> dict[str, Any]:
    """The problem document of an error. Only what is meant for callers is told; the details of our own are for the log."""
    status, title = next((row[1:] for row in _STATUS if isinstance(error, row[0])), (_SERVER_ERROR, "Something went wrong"))
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": error.code}
    if status >= _SERVER_ERROR:
        log.error("answered %s", status, extra={"code": error.code, "detail": str(error)})
    elif str(error):
        body["detail"] = str(error)
    return body
