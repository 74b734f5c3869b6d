"""`GET /<version>/<media_id>` of graph.facebook.com, and the addresses that it gives files.

An address works for 5 minutes of Kabar's clock, and only for who shows the token. Its server says no in bare statuses: 401
without the token, 404 when it is too late or the address was changed.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from devstack.simulator import file_faults, graph_access
from devstack.simulator.files import File
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.parts import Parts

ADDRESS_LIFETIME = timedelta(minutes=5)


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    graph = Blueprint("graph_files", __name__)
    graph.register_error_handler(GraphError, graph_access.refusal)
    secret = secrets.token_bytes(32)

    @graph.get("/v<version>/<media_id>")
    def describe(version: str, media_id: str) -> Response:
        graph_access.check_token(parts.config.access_token)
        graph_access.check_version(f"v{version}")
        file = parts.files.get(media_id, parts.clock())
        if file is None:
            raise graph_access.no_such_object("get")
        about = {"messaging_product": "whatsapp", "url": _address(file, parts.clock(), secret), **_described(file)}
        return file_faults.described(parts.file_faults.take(media_id, of_its_description=True), about)

    @graph.get("/whatsapp_business/attachments/")
    def download() -> Response:
        if not graph_access.has_token(parts.config.access_token):
            return Response(status=401)
        now, identifier, until = parts.clock(), request.args.get("mid", ""), request.args.get("ext", "")
        genuine = hmac.compare_digest(request.args.get("hash", "").encode(), _signature(identifier, until, secret).encode())
        file = parts.files.get(identifier, now) if genuine and now.timestamp() < int(until) else None
        if file is None:
            return Response(status=404)
        return file_faults.handed_out(parts.file_faults.take(identifier, of_its_description=False), file, parts.wire)

    return graph


def _described(file: File) -> dict[str, object]:
    return {"mime_type": file.mime_type, "sha256": file.sha256.hex(), "file_size": len(file.content), "id": file.id}


def _address(file: File, now: datetime, secret: bytes) -> str:
    until = str(int((now + ADDRESS_LIFETIME).timestamp()))
    query = {"mid": file.id, "ext": until, "hash": _signature(file.id, until, secret)}
    return f"{request.host_url}whatsapp_business/attachments/?{urlencode(query)}"


def _signature(identifier: str, until: str, secret: bytes) -> str:
    return hmac.new(secret, f"{identifier} {until}".encode(), hashlib.sha256).hexdigest()
