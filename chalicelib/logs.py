"""Logs as JSON lines. Only ids and codes belong in them; numbers that look personal are masked all the same."""

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.phone import mask_numbers

_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One record, one line of JSON: time, level, logger, message, the extra fields, and where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask_numbers(record.getMessage()),
        }
        line |= {name: _masked(value) for name, value in vars(record).items() if name not in _KNOWN}
        if record.exc_info and record.exc_info[1] is not None:
            line |= _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def _masked(value: Any) -> Any:
    """Numbers and truths stay what they are, unless they look like somebody's number."""
    text = mask_numbers(str(value))
    return value if value is None or (isinstance(value, int | float) and text == str(value)) else text


def _error(error: BaseException) -> dict[str, Any]:
    """The error's type and where it was raised. Its text stays out: it may quote what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return {"error": type(error).__name__, "where": [f"{frame.name}:{frame.lineno}" for frame in frames]}
