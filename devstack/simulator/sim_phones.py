"""`/sim`: the residents' phones, as the phone page shows and uses them."""

from datetime import timedelta

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from devstack.simulator import commands, payloads
from devstack.simulator.addresses import canonical, shown
from devstack.simulator.commands import Read, SetPhone
from devstack.simulator.faults import KNOWN
from devstack.simulator.media_types import MEDIA_TYPES
from devstack.simulator.outbox import Sent, iso
from devstack.simulator.parts import Parts
from devstack.simulator.problems import BadCommand
from devstack.simulator.reports import Report

_KEPT_TRYING = timedelta(days=30)  # what WhatsApp does for all that has no shorter lifetime
_MOST = 500


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    sim = Blueprint("phones", __name__, url_prefix="/sim")
    _reading(sim, parts)
    _using(sim, parts)
    return sim


def _reading(sim: Blueprint, parts: Parts) -> None:
    @sim.get("/account")
    def account() -> Response:
        """`{"numbers","outcomes","largest"}`: whom one can write to, how sends can be made to end, bytes by kind of file."""
        numbers = [
            {
                "phone_number_id": identifier,
                "display_phone_number": payloads.display_phone_number(identifier),
                "office": number.office,
                "service": number.service,
                "by": "aws" if number.origination else "meta",
            }
            for identifier, number in parts.config.numbers.items()
        ]
        return jsonify(numbers=numbers, outcomes=KNOWN, largest={kind: one.largest for kind, one in MEDIA_TYPES.items()})

    @sim.get("/thread")
    def thread() -> Response:
        """`?phone=` → `{"now","phone","messages"}`: the last of what this phone wrote and what it was sent, oldest first.

        Each message says `by`: `resident` or `office`. phone: `{"address","whatsapp","synchronous","on"}`.
        """
        phone = _phone(request.args.get("phone"))
        told = {"address": shown(phone), **parts.phones.told(phone)}
        return jsonify(now=iso(parts.clock()), phone=told, messages=_thread(parts, phone))


def _using(sim: Blueprint, parts: Parts) -> None:
    @sim.post("/phones")
    def set_phone() -> Response:
        """Gives or takes WhatsApp, switches a phone on or off. What waited for it and is not too old arrives at once."""
        command = commands.read(SetPhone)
        waited = parts.phones.set(command.phone, whatsapp=command.whatsapp, synchronous=command.synchronous, on=command.on)
        for sent, reports in waited:
            if parts.clock() - sent.at < _lifetime(parts, sent):
                parts.reporter.report(sent, reports)
        return jsonify(phone=command.phone, **parts.phones.told(command.phone))

    @sim.post("/read")
    def read() -> Response:
        """The resident reads what has arrived, in all chats or in one; Kabar gets a report about each → `{"read":[ids]}`."""
        command = commands.read(Read)
        if not parts.phones.told(command.phone)["on"]:
            raise BadCommand("phone: it is off, and nobody can read on it")
        arrived = [
            sent
            for sent, state in parts.outbox.messages(command.phone)
            if state == "delivered" and command.phone_number_id in (None, sent.phone_number_id)
        ]
        for sent in arrived:
            parts.reporter.report(sent, (Report("read"),))
        return jsonify(read=[sent.provider_id for sent in arrived])


def _thread(parts: Parts, phone: str) -> list[dict[str, object]]:
    written = [(one.at, one.told(state)) for one, state in parts.inbox.by(phone)]
    sent = [(one.at, {"by": "office", "id": one.provider_id, **one.told(state)}) for one, state in parts.outbox.messages(phone)]
    ordered = sorted((*written, *sent), key=lambda entry: entry[0])
    return [told for _, told in ordered[-_MOST:]]


def _lifetime(parts: Parts, sent: Sent) -> timedelta:
    return parts.templates.lifetime(sent.content.template or "", _KEPT_TRYING)


def _phone(address: str | None) -> str:
    try:
        return canonical(address or "")
    except ValueError as error:
        raise BadCommand(f"phone: {error}") from error
