"""`/sim`: what residents, officers on their own phones and Meta do to Kabar."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from devstack.simulator import commands, payloads
from devstack.simulator.commands import ChangedNumber, Echoed, Inbound, Media, RawWebhook
from devstack.simulator.files import File
from devstack.simulator.inbox import Written
from devstack.simulator.media_types import MEDIA_TYPES
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
        _require_number(parts, command.phone_number_id)
        return jsonify(_write(parts, command))

    @sim.post("/echo")
    def echo() -> Response:
        command = commands.read(Echoed)
        _require_number(parts, command.phone_number_id)
        return jsonify(_echo(parts, command))

    @sim.post("/moved")
    def moved() -> Response:
        command = commands.read(ChangedNumber)
        _require_number(parts, command.phone_number_id)
        return jsonify(_moved(parts, command))

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


def _require_number(parts: Parts, phone_number_id: str) -> None:
    if phone_number_id not in parts.config.numbers:
        raise BadCommand(f"phone_number_id: none of {', '.join(sorted(parts.config.numbers))}")


def _echo(parts: Parts, command: Echoed) -> dict[str, object]:
    """Posts what an officer wrote on the office's own phone. It is no resident's message, so it opens no window."""
    identifier = command.id or payloads.outbound_id(command.to or payloads.display_phone_number(command.phone_number_id))
    timestamp = payloads.seconds(parts.clock()) if command.timestamp is None else str(command.timestamp)
    message = {"id": identifier, "timestamp": timestamp, **payloads.text(command.text)}
    raw = encoded(payloads.echo(command.phone_number_id, command.to, message))
    answer = parts.webhook.post(raw, parts.webhook.signature(raw))
    return {"status": answer.status, "id": identifier, "response": answer.body}


def _moved(parts: Parts, command: ChangedNumber) -> dict[str, object]:
    """Posts that somebody has another phone or user id. Nobody has written, so it opens no window."""
    identifier = command.id or payloads.inbound_id(command.sender)
    timestamp = payloads.seconds(parts.clock()) if command.timestamp is None else str(command.timestamp)
    message = {"id": identifier, "timestamp": timestamp}
    raw = encoded(payloads.moved(command.phone_number_id, command.sender, command.to, message))
    answer = parts.webhook.post(raw, parts.webhook.signature(raw))
    return {"status": answer.status, "id": identifier, "response": answer.body}


def _write(parts: Parts, command: Inbound) -> dict[str, object]:
    """Posts a resident's message, and remembers it."""
    identifier, at = command.id or payloads.inbound_id(command.sender), parts.clock()
    file = _file(parts, command.media) if command.media else None
    said = _said(command, file)
    body = command.text or (command.media and command.media.caption) or _pressed(command)
    written = Written(identifier, at, command.sender, command.phone_number_id, str(said["type"]), body, file)
    parts.inbox.add(written)
    timestamp = payloads.seconds(at) if command.timestamp is None else str(command.timestamp)
    context = payloads.context(command.phone_number_id, command.reply_to) if command.reply_to else {}
    message = {**context, "id": identifier, "timestamp": timestamp, **said}
    raw = encoded(payloads.inbound(command.phone_number_id, command.sender, command.name, message))
    _hear(parts, raw)  # the window is open before Kabar hears of the message, as Kabar may answer at once
    answer = parts.inward.bring(raw)
    parts.inbox.move(identifier, "delivered" if answer.status == 200 else "failed")  # noqa: PLR2004 - Meta's only yes
    return {"status": answer.status, "id": identifier, "response": answer.body}


def _pressed(command: Inbound) -> str:
    pressed = command.button or command.row
    return pressed.title if pressed else ""


def _said(command: Inbound, file: File | None) -> dict[str, object]:
    if command.button:
        return payloads.button_reply(command.button.id, command.button.title)
    if command.row:
        return payloads.list_reply(command.row.id, command.row.title, command.row.description)
    if command.media and file:
        return payloads.media(command.media.type, file, command.media.caption)
    return payloads.text(command.text or "")


def _file(parts: Parts, media: Media) -> File:
    """The file that was given, or an example of its kind."""
    kind = MEDIA_TYPES[media.type]
    if media.id is None:
        return parts.files.keep(parts.clock(), kind.mime_type, kind.example(mark=secrets.token_hex(8)))
    file = parts.files.get(media.id, parts.clock())
    if file is None:
        raise BadCommand("media.id: there is no such file; give it to POST /sim/files first")
    if objection := kind.objection(file):
        raise BadCommand(f"media: a file of type {media.type} {objection}")
    return file


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
