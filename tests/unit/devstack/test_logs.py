import io
import json
import logging
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.errors import Stale
from devstack.logs import JsonLines, to_stderr


def line_of(error: BaseException | None = None, **extra: object) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "devstack.pumps", "levelname": "ERROR", "msg": "%s failed", "args": ("deliver",)})
    record.__dict__.update(extra)
    if error:
        record.exc_info = (type(error), error, error.__traceback__)
    text = JsonLines("stack").format(record)
    assert "\n" not in text
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause  # noqa: TRY301
    except Exception as caught:  # noqa: BLE001  # that is what it is for
        return caught


def test_a_line_says_what_where_and_when() -> None:
    line = line_of(request_id="42", took_ms=7)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "ERROR",
        "part": "stack",
        "logger": "devstack.pumps",
        "message": "deliver failed",
        "request_id": "42",
        "took_ms": 7,
    }


def test_an_errors_own_words_stay_out_and_its_kind_and_place_are_told() -> None:
    error = raised(ValueError("no such phone: +6281200000001"), cause=KeyError("+6281200000001"))
    line = line_of(error)
    assert "+62812" not in json.dumps(line)
    assert line["error"] == "ValueError"
    assert line["cause"]["error"] == "KeyError"
    assert "test_logs.py" in line["at"][0]
    assert line["at"][0].endswith(" raised")


def test_an_errors_code_is_told() -> None:
    assert line_of(raised(Stale("x")))["code"] == "stale_version"
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "x"}}, "PutItem")
    assert line_of(raised(throttled))["code"] == "ThrottlingException"


def test_logs_replace_those_before_and_go_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        to_stderr("stack")
        logging.getLogger("kabar").info("hello")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert json.loads(stderr.getvalue())["message"] == "hello"
