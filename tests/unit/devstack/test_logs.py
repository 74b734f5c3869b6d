import io
import json
import logging
import sys

import pytest

from devstack.logs import to_stderr


def test_logs_go_to_standard_error_only_as_json_without_the_words_of_errors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.addHandler(logging.StreamHandler(sys.stdout))
    try:
        to_stderr()
        logging.getLogger("devstack").error("deliver failed", exc_info=ValueError("no such phone: +62 812-0000-0001"))
        logging.getLogger("botocore").info("credentials found")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    (line,) = stderr.getvalue().splitlines()
    assert (json.loads(line)["message"], json.loads(line)["error"]) == ("deliver failed", "ValueError")
    assert "812" not in line
    assert capsys.readouterr().out == ""
