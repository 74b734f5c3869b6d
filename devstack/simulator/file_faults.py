"""How Meta fails to hand a file out, as `POST /sim/files/<id>/faults` orders it for one file."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import jsonify
from werkzeug.wrappers import Response

from devstack.simulator import graph_access
from devstack.simulator.files import File
from devstack.simulator.graph_errors import GraphError
from devstack.simulator.wire import Wire

_MAX_DRIP_MS = 10_000
_OF_ITS_DESCRIPTION = ("expired", "error", "other_hash", "other_host")
_OF_ITSELF = ("http_404", "http_500", "truncated", "other_bytes", "drip")
_GRAPH_CODE, _MILLISECONDS = re.compile(r"[0-9]{1,7}"), re.compile(r"[0-9]{1,5}")
KNOWN = ("expired", "error:<code>", "other_hash", "other_host", "http_404", "http_500", "truncated", "other_bytes", "drip:<ms>")
"""Every outcome, as people write it."""


@dataclass
class FileFault:
    """What goes wrong the next `left` times that a file is described or fetched, whichever its kind is about."""

    kind: str
    argument: str
    left: int

    @property
    def of_its_description(self) -> bool:
        """Whether it strikes where Meta tells of the file, and not where it hands it out."""
        return self.kind in _OF_ITS_DESCRIPTION


def file_fault(text: str, times: int) -> FileFault:
    """Reads an outcome.

    Raises:
        ValueError: there is no such outcome.
    """
    kind, colon, argument = text.partition(":")
    arguments = {"error": _GRAPH_CODE, "drip": _MILLISECONDS}
    right = bool(arguments[kind].fullmatch(argument)) if kind in arguments else not colon
    if kind not in {*_OF_ITS_DESCRIPTION, *_OF_ITSELF} or not right or (kind == "drip" and int(argument) > _MAX_DRIP_MS):
        raise ValueError(f"unknown outcome; known are {', '.join(KNOWN)} (ms up to {_MAX_DRIP_MS})")
    return FileFault(kind, argument, times)


class FileFaults:
    """The faults still to come, by file. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[FileFault]] = {}

    def add(self, identifier: str, fault: FileFault) -> None:
        """Sets one more for a file."""
        with self._lock:
            self._faults.setdefault(identifier, []).append(fault)

    def take(self, identifier: str, *, of_its_description: bool) -> FileFault | None:
        """The first fault that is meant for this file now; it is consumed once."""
        with self._lock:
            for fault in self._faults.get(identifier, []):
                if fault.left and fault.of_its_description == of_its_description:
                    fault.left -= 1
                    return fault
        return None

    def clear(self) -> None:
        """Takes all back."""
        with self._lock:
            self._faults.clear()


def described(fault: FileFault | None, about: dict[str, object]) -> Response:
    """What Meta tells of a file. Raises GraphError when it tells nothing."""
    match fault:
        case FileFault("expired"):
            raise graph_access.no_such_object("get")
        case FileFault("error"):
            raise GraphError(int(fault.argument), "as ordered")
        case FileFault("other_hash"):
            return jsonify({**about, "sha256": hashlib.sha256(b"something else").hexdigest()})
        case FileFault("other_host"):
            return jsonify({**about, "url": "https://files.invalid/whatsapp_business/attachments/?mid=1"})
        case _:
            return jsonify(about)


def handed_out(fault: FileFault | None, file: File, wire: Wire) -> Response:
    """The file itself, or what comes instead."""
    match fault:
        case FileFault("http_404" | "http_500"):
            return Response(status=int(fault.kind.removeprefix("http_")))
        case FileFault("truncated"):
            return _streamed(file, _truncated(file.content))
        case FileFault("other_bytes"):
            return Response(bytes(len(file.content)), content_type=file.mime_type)
        case FileFault("drip"):
            return _streamed(file, _dripping(file.content, int(fault.argument) / 1000, wire.pause))
        case _:
            return Response(file.content, content_type=file.mime_type)


def _streamed(file: File, body: Iterator[bytes]) -> Response:
    return Response(body, content_type=file.mime_type, headers={"Content-Length": str(len(file.content))})


def _truncated(content: bytes) -> Iterator[bytes]:
    """Half of it. Servers take the error for a caller that left."""
    yield content[: len(content) // 2]
    raise ConnectionResetError


def _dripping(content: bytes, every_s: float, pause: Callable[[float], None]) -> Iterator[bytes]:
    for start in range(0, len(content), 1024):
        yield content[start : start + 1024]
        pause(every_s)
