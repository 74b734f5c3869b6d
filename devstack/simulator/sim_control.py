"""`/sim`: what the providers took, how they behave, and Kabar's clock."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import commands, faults, template_news
from devstack.simulator.addresses import canonical
from devstack.simulator.commands import Advance, SetFault, SetTemplate, Settle
from devstack.simulator.faults import Fault
from devstack.simulator.outbox import iso
from devstack.simulator.parts import Parts
from devstack.simulator.problems import BadCommand


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    sim = Blueprint("control", __name__, url_prefix="/sim")
    _reading(sim, parts)
    _setting(sim, parts)
    _time(sim, parts)
    return sim


def _reading(sim: Blueprint, parts: Parts) -> None:
    @sim.get("/outbox")
    def outbox() -> Response:
        return jsonify(parts.outbox.listed(_to(request.args.get("to"))))

    @sim.get("/undelivered")
    def undelivered() -> Response:
        return jsonify(parts.reporter.undelivered())

    @sim.get("/faults")
    def listed_faults() -> Response:
        return jsonify(parts.faults.listed())

    @sim.get("/state")
    def state() -> Response:
        now = parts.clock()
        return jsonify(
            now=iso(now),
            idle=parts.reporter.idle(),
            outbox=parts.outbox.counts(),
            faults=len(parts.faults.listed()),
            undelivered=len(parts.reporter.undelivered()),
            open_windows=parts.windows.count(now),
            phones_without_whatsapp=parts.phones.count(),
            templates=parts.templates.statuses(),
        )


def _setting(sim: Blueprint, parts: Parts) -> None:
    @sim.post("/faults")
    def set_fault() -> Response:
        command = commands.read(SetFault)
        parts.faults.add(Fault(faults.outcome(command.outcome), command.to, command.channel, command.times))
        return jsonify(command.model_dump())

    @sim.delete("/faults")
    def clear_faults() -> Response:
        """Takes back those that are still to come."""
        parts.faults.clear()
        return jsonify([])

    @sim.post("/templates")
    def set_template() -> Response:
        command = commands.read(SetTemplate)
        template = parts.templates.get(command.name, command.language)
        if template is None:
            raise BadCommand("there is no template of this name in this language; GET /sim/state lists them")
        if command.status is not None:
            template_news.move(parts, template, command.status, command.reason, told=command.told)
        if command.quality is not None:
            template_news.rate(parts, template, command.quality, told=command.told)
        return jsonify(command.model_dump(exclude_none=True))

    @sim.post("/reset")
    def reset() -> Response:
        parts.reset()
        return jsonify(reset=True)


def _time(sim: Blueprint, parts: Parts) -> None:
    @sim.post("/advance")
    def advance() -> Response:
        seconds = commands.read(Advance).seconds
        try:
            idle = parts.control.advance(seconds)
        except OverflowError as error:
            raise BadCommand("seconds: past the end of the calendar") from error
        return jsonify(idle=idle, now=iso(parts.clock()))

    @sim.post("/settle")
    def settle() -> Response:
        return jsonify(idle=parts.control.settle(commands.read(Settle).timeout_s))


def _to(address: str | None) -> str | None:
    """`?to=`; a plus that came as a space is one of many spellings."""
    try:
        return canonical(address) if address else None
    except ValueError as error:
        raise BadCommand(f"to: {error}") from error
