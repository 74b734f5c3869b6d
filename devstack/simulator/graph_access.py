"""Who may ask Graph, and how it refuses."""

import hmac
import re

from flask import jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator.graph_errors import GraphError

_BAD_TOKEN, _INVALID, _NO_SUCH_OBJECT, _UNKNOWN_PATH = 190, 100, 33, 2500
_VERSION = re.compile(r"v[0-9]+(\.[0-9]+)?")


def has_token(access_token: str) -> bool:
    """Whether the current request shows the token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), access_token.encode())


def check_token(access_token: str) -> None:
    """Raises GraphError unless the current request shows the token."""
    if not has_token(access_token):
        raise GraphError(_BAD_TOKEN, "Error validating access token")


def check_version(version: str) -> None:
    """Raises GraphError for what is no version of Graph, such as `v24.0`."""
    if not _VERSION.fullmatch(version):
        raise GraphError(_UNKNOWN_PATH, "Unknown path components")


def no_such_object(method: str) -> GraphError:
    """What Graph says about an id that it does not know, or will not tell about. method: of the request."""
    why = "does not exist, cannot be loaded due to missing permissions, or does not support this operation"
    return GraphError(_INVALID, f"Unsupported {method} request. The object {why}", subcode=_NO_SUCH_OBJECT)


def unknown_path() -> Response:
    """What Graph says to a path that it does not know."""
    return refusal(GraphError(_UNKNOWN_PATH, "Unknown path components"))


def refusal(error: GraphError) -> Response:
    """The answer to a refused request."""
    answer = jsonify(error.body())
    answer.status_code = error.status
    if error.code == _BAD_TOKEN:
        answer.headers["WWW-Authenticate"] = 'OAuth "Facebook Platform" "invalid_token"'
    return answer
