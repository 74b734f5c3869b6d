"""HTTP requests as API Gateway's REST APIs hand them to a function, and the function's answers as HTTP.

Source: "Lambda proxy integrations in API Gateway" (input and output format), "Return binary media from a Lambda proxy
integration" and "Amazon API Gateway important notes" in AWS's API Gateway guide. Paths stay percent-encoded, queries do not.
"""

import base64
import binascii
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from devstack.environment import ACCOUNT, REGION

Pairs = Sequence[tuple[str, str]]
_HOP_BY_HOP = frozenset({"connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
_REMAPPED = frozenset({"date", "server", "www-authenticate"})
"""What a function may not set; the client gets it under another name."""
_ANSWER = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})


class Malformed(Exception):
    """A function's answer is none that API Gateway understands."""


@dataclass(frozen=True)
class Api:
    """An API as it was deployed. routes: path → methods; binary: the media types that functions get as base64."""

    id: str
    stage: str
    routes: Mapping[str, frozenset[str]]
    binary: frozenset[str]

    def path(self, target: str) -> str | None:
        """A request's path without the stage, with which each must begin; None when it does not."""
        found = urlsplit(target).path.removeprefix(f"/{self.stage}/")
        return None if found.startswith("/") else f"/{found}"

    def route(self, path: str) -> tuple[str, dict[str, str]] | None:
        """The resource that has a path, and what fills its `{…}`; None when there is none.

        What is literal goes before what is not, also where the literal one lacks the method.
        """
        segments = path.rstrip("/").split("/")
        fitting = [found for found in (_fit(route, segments) for route in self.routes) if found is not None]
        return min(fitting, key=lambda found: [part.startswith("{") for part in found[0].split("/")], default=None)

    def is_binary(self, media_types: str) -> bool:
        """Whether one of the media types of a Content-Type or Accept header is binary."""
        given = {one.partition(";")[0].strip().lower() for one in media_types.split(",")}
        return "*/*" in self.binary or bool(given & self.binary)


def _fit(route: str, segments: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    parts = route.rstrip("/").split("/")
    if len(parts) != len(segments):
        return None
    filled = {part[1:-1]: segment for part, segment in zip(parts, segments, strict=True) if part.startswith("{")}
    fits = all(segment if part.startswith("{") else part == segment for part, segment in zip(parts, segments, strict=True))
    return (route, filled) if fits else None


class Incoming(NamedTuple):
    """A request. target: path and query as on the wire; headers: as the client wrote them, without what is for one hop."""

    method: str
    target: str
    headers: Pairs
    body: bytes


class Outgoing(NamedTuple):
    """An answer."""

    status: int
    headers: Pairs
    body: bytes


def event(api: Api, route: str, filled: Mapping[str, str], request: Incoming) -> dict[str, Any]:
    """The event of a request to a resource of the API."""
    split = urlsplit(request.target)
    query = _grouped(parse_qsl(split.query, keep_blank_values=True, encoding="utf-8", errors="replace"))
    headers = _grouped([pair for pair in request.headers if pair[0].lower() not in _HOP_BY_HOP])
    binary = api.is_binary(_last(headers, "content-type"))
    return {
        "resource": route,
        "path": api.path(request.target),
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(filled) or None,
        "stageVariables": None,
        "requestContext": _context(api, route, request.method, split.path, headers),
        "body": _text(request.body, binary=binary),
        "isBase64Encoded": binary and bool(request.body),
    }


def _context(api: Api, route: str, method: str, path: str, headers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    domain = f"{api.id}.execute-api.{REGION}.amazonaws.com"
    return {
        "accountId": ACCOUNT,
        "apiId": api.id,
        "domainName": domain,
        "domainPrefix": api.id,
        "extendedRequestId": uuid.uuid4().hex[:15] + "=",
        "httpMethod": method,
        "identity": {"sourceIp": "127.0.0.1", "userAgent": _last(headers, "user-agent")},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "requestTime": datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(time.time() * 1000),
        "resourceId": "devstack",
        "resourcePath": route,
        "stage": api.stage,
    }


def _grouped(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _last(headers: Mapping[str, Sequence[str]], name: str) -> str:
    return next((values[-1] for given, values in headers.items() if given.lower() == name), "")


def _text(body: bytes, *, binary: bool) -> str | None:
    """A body as text; None where there is none. What is no UTF-8, and is not said to be binary, is lost on the way."""
    if not body:
        return None
    return base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")


def answer(api: Api, accept: str, said: object) -> Outgoing:
    """What a client gets of what a function said.

    Raises:
        Malformed: it is not of the form that a proxy integration must have.
    """
    if not isinstance(said, Mapping) or not said.keys() <= _ANSWER:
        raise Malformed("not an object, or with more in it than there may be")
    body = said.get("body") or ""
    if not isinstance(body, str):
        raise Malformed("the body is no string")
    try:
        status = int(said["statusCode"])
        raw = base64.b64decode(body, validate=True) if said.get("isBase64Encoded") and api.is_binary(accept) else body.encode()
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Malformed("no status, or no base64") from error
    return Outgoing(status, _headers(said), raw)


def _headers(said: Mapping[str, Any]) -> Pairs:
    many = said.get("multiValueHeaders") or {}
    single = {name: [value] for name, value in (said.get("headers") or {}).items()}
    pairs = [(name, str(value)) for name, values in (single | many).items() for value in values]
    kept = [pair for pair in pairs if pair[0].lower() not in _HOP_BY_HOP | {"content-length"}]
    if not any(name.lower() == "content-type" for name, _ in kept):
        kept.append(("Content-Type", "application/json"))
    return [(f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name, value) for name, value in kept]
