"""`/sim`: what residents and Meta do to Kabar."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from devstack.simulator import commands, payloads
from devstack.simulator.commands import Inbound, RawWebhook
from devstack.simulator.parts import Parts
from devstack.simulator.problems import BadCommand
from devstack.simulator.webhook import Answer, encoded

_AT_ONCE = 32


def routes(parts: Parts) -> Blueprint:
    """The routes."""
    sim = Blueprint("residents", __name__, url_prefix="/sim")

    @sim.post("/inbound")
    def inbound() -> Response:
        command = commands.read(Inbound)
        if command.phone_number_id not in parts.config.numbers:
            raise BadCommand(f"phone_number_id: none of {', '.join(sorted(parts.config.numbers))}")
        identifier = command.id or payloads.inbound_id(command.sender)
        payload = payloads.inbound(command.phone_number_id, command.sender, command.name, _message(parts, command, identifier))
        answer = _post(parts, encoded(payload))
        return jsonify(status=answer.status, id=identifier, response=answer.body)

    @sim.post("/webhook")
    def webhook() -> Response:
        command = commands.read(RawWebhook)
        answers = _post_all(parts, command, _raw(command.payload))
        return jsonify(statuses=[answer.status for answer in answers], responses=[answer.body for answer in answers])

    @sim.post("/handshake")
    def handshake() -> Response:
        challenge = str(secrets.randbelow(10**9))
        answer = parts.webhook.handshake(parts.config.verify_token, challenge)
        return jsonify(status=answer.status, verified=answer.status == 200 and str(answer.body) == challenge)  # noqa: PLR2004

    return sim


def _message(parts: Parts, command: Inbound, identifier: str) -> dict[str, object]:
    timestamp = payloads.seconds(parts.clock()) if command.timestamp is None else str(command.timestamp)
    return {"id": identifier, "timestamp": timestamp, **_said(command)}


def _said(command: Inbound) -> dict[str, object]:
    if command.button:
        return payloads.button_reply(command.button.id, command.button.title)
    if command.media:
        return payloads.media(command.media.type, command.media.caption)
    return payloads.text(command.text or "")


def _post(parts: Parts, raw: bytes) -> Answer:
    """Posts as Meta does: the window is open before Kabar hears of the message, as Kabar may answer at once."""
    _hear(parts, raw)
    return parts.webhook.post(raw, parts.webhook.signature(raw))


def _post_all(parts: Parts, command: RawWebhook, raw: bytes) -> list[Answer]:
    signature = command.signature if command.signature != "none" else None
    if "signature" not in command.model_fields_set:
        signature = parts.webhook.signature(raw)
        _hear(parts, raw)  # what another signs is no message of Meta's, and opens nothing
    if not command.concurrent:
        return [parts.webhook.post(raw, signature) for _ in range(command.times)]
    with ThreadPoolExecutor(min(command.times, _AT_ONCE)) as posters:
        return list(posters.map(lambda _: parts.webhook.post(raw, signature), range(command.times)))


def _raw(payload: object) -> bytes:
    """A string is the body; half a surrogate pair in it becomes bytes that are no UTF-8."""
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogatepass")
    try:
        return encoded(payload)
    except RecursionError as error:
        raise BadCommand("payload: nested too deeply") from error


def _hear(parts: Parts, raw: bytes) -> None:
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        return
    parts.windows.heard_all(payload, parts.clock())
