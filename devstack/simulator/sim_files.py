"""`/sim/files`: what a resident's phone uploads before it sends it, and what the phone page shows of it."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import commands
from devstack.simulator.commands import SetFileFault
from devstack.simulator.file_faults import file_fault
from devstack.simulator.media_types import is_mime_type
from devstack.simulator.parts import Parts
from devstack.simulator.problems import BadCommand, problem

_LONGEST_NAME = 255
_SHOWN = ("image/jpeg", "image/png", "image/webp")


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    sim = Blueprint("files", __name__, url_prefix="/sim/files")

    @sim.post("")
    def upload() -> Response:
        """The body is the file, Content-Type its kind, `?name=` its name → `{"id","mime_type","file_size","sha256","name"}`."""
        mime_type, name, content = request.headers.get("Content-Type", ""), request.args.get("name"), request.get_data()
        if not is_mime_type(mime_type):
            raise BadCommand("Content-Type: give the file's kind, such as image/jpeg")
        if not content:
            raise BadCommand("body: the file is empty")
        if name is not None and not 0 < len(name) <= _LONGEST_NAME:
            raise BadCommand(f"name: 1 to {_LONGEST_NAME} characters")
        return jsonify(parts.files.keep(parts.clock(), mime_type, content, name).told())

    @sim.post("/<identifier>/faults")
    def set_fault(identifier: str) -> Response:
        """How Meta hands this file out the next times → the command."""
        command = commands.read(SetFileFault)
        if parts.files.get(identifier, parts.clock()) is None:
            raise BadCommand("there is no such file, or no more")
        parts.file_faults.add(identifier, file_fault(command.outcome, command.times))
        return jsonify(command.model_dump())

    @sim.get("/<identifier>")
    def show(identifier: str) -> Response:
        """The file. What is no picture is for download only: a page that somebody sent must not run here."""
        file = parts.files.get(identifier, parts.clock())
        if file is None:
            return problem(404, "not_found", "Not Found", "there is no such file, or no more")
        is_picture = file.mime_type in _SHOWN
        answer = Response(file.content, content_type=file.mime_type if is_picture else "application/octet-stream")
        answer.headers["Content-Disposition"] = "inline" if is_picture else "attachment"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer.headers["Cache-Control"] = "private, max-age=3600"
        return answer

    return sim
