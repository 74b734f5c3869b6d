"""Errors of the `/sim` API: RFC 9457 problems."""

from flask import jsonify
from werkzeug.wrappers import Response


class BadCommand(Exception):
    """A `/sim` request that cannot be carried out; the text says why."""


def problem(status: int, code: str, title: str, detail: str) -> Response:
    """The answer. code: stable, for programs; detail: for people."""
    answer = jsonify(type="about:blank", title=title, status=status, code=code, detail=detail)
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer
