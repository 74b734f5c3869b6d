"""The simulator as one WSGI application."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from devstack.simulator import (
    file_faults,
    graph,
    graph_access,
    graph_files,
    graph_templates,
    phone_page,
    sim_control,
    sim_files,
    sim_phones,
    sim_residents,
    sns,
    social,
)
from devstack.simulator.config import Control, SimulatorConfig
from devstack.simulator.faults import KNOWN
from devstack.simulator.parts import Parts, create_parts
from devstack.simulator.payloads import ACCOUNT
from devstack.simulator.problems import BadCommand, problem

_MAX_BODY = 16 * 1024 * 1024  # Meta's webhooks end at 3 MB; a tester may want to pass that
_HELP = """Kabar's simulator: graph.facebook.com, AWS's SNS and End User Messaging Social, and the residents' phones.

GET  /{version}/<media_id>, POST /{version}/<phone_number_id>/messages   as graph.facebook.com
GET, POST /{version}/{account}/message_templates, POST /{version}/<template_id>
POST /                                                       as SNS, Action=Publish
POST /v1/whatsapp/send, /v1/whatsapp/media/get               as AWS End User Messaging Social
GET  /                                                       a phone, for a person to be the resident

POST /sim/inbound    a resident writes             GET  /sim/outbox      what providers accepted (?to=)
POST /sim/webhook    any raw payload, signed       GET  /sim/undelivered reports that Kabar never took
POST /sim/handshake  sets up the webhook           GET  /sim/state       counts
POST /sim/read       a resident reads              GET  /sim/thread      a phone and its messages (?phone=)
POST /sim/files      what a resident then sends    GET  /sim/files/<id>  the file
POST /sim/faults     how the next sends end        GET  /sim/faults      those still to come; DELETE forgets them
POST /sim/files/<id>/faults                        how Meta hands that file out the next times
POST /sim/phones     without WhatsApp, off, on     POST /sim/templates   pauses a template, and tells
POST /sim/advance    moves Kabar's clock           POST /sim/settle      waits until all is idle
POST /sim/reset      clears faults and outbox,     GET  /sim/account     whom to write to, what can be sent
                     not data

How a send can end: {outcomes}
How a file can come: {file_outcomes}
"""


class Simulator:
    """What `create_simulator` made. app: for a server with threads, best werkzeug's (see `wire`)."""

    def __init__(self, app: Flask, parts: Parts) -> None:
        self.app = app
        self._parts = parts

    def idle(self) -> bool:
        """Whether no status webhook is still to be posted."""
        return self._parts.reporter.idle()

    def close(self) -> None:
        """Stops the workers and lets held callers go, within some 2 s. To be called before the server is stopped."""
        self._parts.wire.close()
        self._parts.reporter.close()
        self._parts.webhook.close()


def create_simulator(config: SimulatorConfig, clock: Callable[[], datetime], control: Control) -> Simulator:
    """Makes a simulator. clock: Kabar's; control: the rest of the stack, for `/sim/advance` and `/sim/settle`."""
    parts = create_parts(config, clock, control)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _MAX_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask types the provider by its base class
    for module in (sim_residents, sim_phones, sim_files, sim_control, graph, graph_files, graph_templates, social):
        app.register_blueprint(module.routes(parts))
    app.register_blueprint(phone_page.routes())
    _outskirts(app, parts)
    return Simulator(app, parts)


def _outskirts(app: Flask, parts: Parts) -> None:
    @app.get("/sim")
    def help_() -> Response:
        return Response(
            _HELP.format(
                version=parts.config.graph_version,
                account=ACCOUNT,
                outcomes=", ".join(KNOWN),
                file_outcomes=", ".join(file_faults.KNOWN),
            ),
            mimetype="text/plain",
        )

    @app.post("/")
    @app.post("/<path:path>")
    def other(path: str = "") -> Response:
        if request.mimetype == "application/x-www-form-urlencoded" or not path:
            return sns.publish(parts)
        if path.startswith("sim/"):
            return problem(404, "not_found", "Not Found", "there is no such command; GET /sim lists them")
        return graph_access.unknown_path()

    @app.errorhandler(BadCommand)
    def bad_command(error: BadCommand) -> Response:
        return problem(400, "malformed", "Bad Request", str(error))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        return problem(error.code or 500, "http", error.name, error.description or error.name)
