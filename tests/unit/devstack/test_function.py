import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from devstack.pumps.function import Context, Function, InvocationError
from tests.unit.devstack.handlers import RecordingHandler


def test_a_handler_gets_a_context_of_its_own_with_each_invocation() -> None:
    handler = RecordingHandler()
    function = Function("deliver", handler, timeout_s=60, memory_mb=256)
    function.invoke({})
    function.invoke({})
    first, second = handler.contexts
    assert first.aws_request_id != second.aws_request_id
    assert first.function_name == "deliver"
    assert first.memory_limit_in_mb == 256
    assert first.invoked_function_arn == "arn:aws:lambda:ap-southeast-3:123456789012:function:deliver"
    assert 0 < first.get_remaining_time_in_millis() <= 60_000


def test_a_handler_gets_the_event_as_json_leaves_it() -> None:
    handler = RecordingHandler()
    event = {"Records": ({"n": 1},)}
    Function("dispatch", handler).invoke(event)
    assert handler.events == [{"Records": [{"n": 1}]}]
    with pytest.raises(TypeError, match="not JSON serializable"):
        Function("dispatch", handler).invoke({"at": datetime(2026, 1, 1, tzinfo=UTC)})


def test_what_the_handler_returns_is_handed_back() -> None:
    assert Function("x", RecordingHandler(returns={"a": 1})).invoke({}) == {"a": 1}


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt])
def test_whatever_a_handler_raises_is_its_own_failure_and_no_end_of_the_pump(error: type[BaseException]) -> None:
    def fail(_: dict[str, Any], __: Context) -> None:
        raise error

    function = Function("deliver", fail)
    with pytest.raises(InvocationError, match="deliver") as caught:
        function.invoke({})
    assert isinstance(caught.value.__cause__, error)
    assert (function.running, function.invocations) == (0, 1)


def test_a_handler_that_ran_over_its_time_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Function("deliver", RecordingHandler(), timeout_s=0).invoke({})
        Function("deliver", RecordingHandler()).invoke({})
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "deliver ran over its time"),
        ("INFO", "deliver succeeded"),
    ]


def test_a_failure_is_logged_with_its_request_id(caplog: pytest.LogCaptureFixture) -> None:
    handler = RecordingHandler()
    handler.fail_next = 1
    with pytest.raises(InvocationError):
        Function("deliver", handler).invoke({})
    (record,) = caplog.records
    assert record.getMessage() == "deliver failed"
    assert json.loads(json.dumps(record.__dict__["request_id"])) == handler.contexts[0].aws_request_id
