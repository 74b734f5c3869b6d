"""Logs: one line of JSON a record, with ids and codes and nobody's words."""

import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.logs import JsonLines
from tests.unit.domain.samples import CONTACT_ID, ID

NIK = "1801010401900001"


def line(message: str, *args: Any, exc_info: Any = None, **extra: Any) -> dict[str, Any]:
    """What a record is written as."""
    record = logging.getLogger("kabar").makeRecord("kabar", logging.INFO, __file__, 1, message, args, exc_info, extra=extra)
    written = JsonLines().format(record)
    assert "\n" not in written
    assert written.isascii()
    read = json.loads(written)
    assert isinstance(read, dict)
    return read


def test_record_is_one_line_of_json_with_its_extra_fields() -> None:
    written = line("notice %s", "sent", notice=f"{ID}.2", attempt=3, ok=True, reason=None, seconds=1.5)

    assert written.pop("at").endswith("+00:00")
    assert written == {
        "level": "INFO", "logger": "kabar", "message": "notice sent", "notice": f"{ID}.2", "attempt": 3, "ok": True,
        "reason": None, "seconds": 1.5,
    }  # fmt: skip


@pytest.mark.parametrize("notice", [f"{ID}.2", f"{CONTACT_ID}.{'0123456789abcdef' * 2}"])
def test_ids_stay_readable(notice: str) -> None:
    written = line(f"about {notice}", notice=notice)

    assert written["notice"] == notice
    assert written["message"] == f"about {notice}"


@pytest.mark.parametrize("number", [NIK, "081200000001", "+62 812-0000-0001", 6281200000001, int(NIK)])
def test_numbers_of_people_are_masked_wherever_they_slip_in(number: str | int) -> None:
    written = line("from %s", number, value=number, values=[number], nested={"a": number})

    assert not any(personal in json.dumps(written) for personal in ("01040190", "81200000001", "812-0000"))


def fail() -> None:
    raise ValueError(f"invalid literal: 'Siti Rahayu {NIK}'") from KeyError("Siti Rahayu")


def test_text_of_an_error_stays_out() -> None:
    try:
        fail()
    except ValueError:
        written = line("unforeseen", exc_info=sys.exc_info())

    assert written["error"] == "ValueError"
    assert written["where"][-1].startswith("fail:")
    assert "Siti" not in json.dumps(written)


def test_error_without_a_traceback_is_no_trouble() -> None:
    assert line("x", exc_info=(ValueError, ValueError("Siti"), None))["error"] == "ValueError"
    assert "error" not in line("x", exc_info=(None, None, None))


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_is_one_line(message: str, extra: str) -> None:
    line("%s", message, value=extra)


def test_odd_values_are_told_as_texts() -> None:
    written = line("x", when={1, 2}.__class__, error_class=ValueError)

    assert written["when"] == "<class 'set'>"
