"""HTTP requests as Chalice hands them to views."""

import json
from typing import Any

from chalice.app import Request, Response


def request(
    body: Any = None, *, query: dict[str, str] | None = None, method: str = "POST", base64: bool = False,
    headers: dict[str, str] | None = None,
) -> Request:  # fmt: skip
    """body: sent as it is when it is a text, else as JSON."""
    event = {
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "headers": headers or {},
        "pathParameters": None,
        "requestContext": {"httpMethod": method, "resourcePath": "/"},
        "body": body if isinstance(body, str | None) else json.dumps(body),
        "isBase64Encoded": base64,
        "stageVariables": None,
    }
    return Request(event)


def json_of(response: Response) -> Any:
    """The body of a response, whether Chalice is to serialise it or it is text already."""
    return json.loads(response.body) if isinstance(response.body, str) else response.body
