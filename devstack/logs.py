"""Logs of the development stack: JSON lines on standard error, without personal data."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def told(error: BaseException) -> dict[str, object]:
    """What a log may say about an error: its kind, its code and where it was raised.

    Its message stays out, and so do those of its causes: an exception's text may quote whatever it choked on.
    """
    answer = getattr(error, "response", None)  # botocore's ClientError
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else getattr(error, "code", None)
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        **({"code": code} if isinstance(code, str | int) else {}),
        **({"at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]} if frames else {}),
        **({"cause": told(error.__cause__)} if error.__cause__ else {}),
    }


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, part of the stack, logger, message, and whatever came as `extra`."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "part": self._part,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        if record.exc_info and record.exc_info[1]:
            line |= told(record.exc_info[1])
        return json.dumps(line, default=str)


def to_stderr(part: str, level: int = logging.INFO) -> None:
    """Sends all of this process's logs to standard error, in place of where they went before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(part))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Their INFO is about connections and credentials, never about Kabar.
    for noisy in ("botocore", "boto3", "urllib3", "werkzeug", "moto"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
