"""What passes everywhere else and fails in AWS is found here: a file that is not packaged, a variable that is not set."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from devstack.pumps.events import tick_event
from devstack.runtime.invocation import FunctionError
from devstack.runtime.proxy_events import Api, Incoming, event
from tests.runtime.lambdas import Lambdas
from tests.system.client import Devstack
from tests.unit.devstack.waiting import eventually

TICK = tick_event("kabar-dev-sweep-event", datetime(2026, 3, 2, tzinfo=UTC))
KEYS = {"pk": {"S": "REQ#KTP-0000-0000-000"}, "sk": {"S": "NOTICE#000001"}}
RECORD = {"eventID": "1", "eventName": "MODIFY", "eventSourceARN": "arn:stream", "dynamodb": {"Keys": KEYS}}
MESSAGE = {"messageId": "1", "receiptHandle": "1", "eventSourceARN": "arn:queue", "body": '{"notice": "KTP-0000-0000-000.1"}'}
FILE = {**MESSAGE, "body": '{"media": "c1 MSG#2026-03-02T01:30:00.000Z#0123456789abcdef.media"}'}
EVENTS: Mapping[str, Any] = {
    "dispatch": {"Records": [RECORD]},
    "deliver": {"Records": [MESSAGE]},
    "media": {"Records": [FILE]},
    "sweep": TICK,
}


@pytest.mark.parametrize("name", EVENTS)
def test_as_it_was_deployed_a_function_works(lambdas: Lambdas, name: str) -> None:
    with lambdas.running(lambdas.function(name)) as invoke:
        assert invoke(EVENTS[name]) is None


@pytest.mark.parametrize(
    ("name", "missing", "kind"),
    [
        ("dispatch", "app.py", "Runtime.ImportModuleError"),
        ("sweep", "chalice", "Runtime.ImportModuleError"),
        ("dispatch", "chalicelib/flows/dispatch.py", "ModuleNotFoundError"),
        ("deliver", "chalicelib/adapters/whatsapp.py", "ModuleNotFoundError"),
        ("media", "chalicelib/flows/media.py", "ModuleNotFoundError"),
        ("sweep", "chalicelib/offices", "FileNotFoundError"),
    ],
)
def test_a_file_that_is_not_packaged_is_an_error_of_the_function_that_needs_it(
    lambdas: Lambdas, name: str, missing: str, kind: str
) -> None:
    with lambdas.running(lambdas.without(name, missing)) as invoke, pytest.raises(FunctionError) as caught:
        invoke(EVENTS[name])
    assert caught.value.kind == kind


def test_a_library_that_is_not_packaged_is_an_error_of_the_route_that_needs_it(lambdas: Lambdas, devstack: Devstack) -> None:
    headers = [("Authorization", f"Bearer {devstack.described['staff_token']}"), ("Content-Type", "application/json")]
    walk_in = Incoming("POST", "/dev/staff/requests", headers, b"{}")
    asked = event(Api("a1", "dev", {}, frozenset()), "/staff/requests", {}, walk_in)
    statuses = []
    for function in (lambdas.function("api_handler"), lambdas.without("api_handler", "pydantic_core")):
        with lambdas.running(function) as invoke:
            statuses.append(invoke(asked)["statusCode"])
    assert statuses == [422, 500]


@pytest.mark.parametrize("variable", ["KABAR_STAGE", "KABAR_TABLE", "KABAR_QUEUE_URL"])
def test_a_variable_that_is_not_set_is_an_error_that_names_it(lambdas: Lambdas, variable: str) -> None:
    function = lambdas.function("sweep")
    variables = {name: value for name, value in function.variables.items() if name != variable}
    assert variables != function.variables, "it was not deployed either"
    with lambdas.running(replace(function, variables=variables)) as invoke, pytest.raises(FunctionError) as caught:
        invoke(TICK)
    assert caught.value.kind == "Misconfigured"
    assert variable in str(caught.value)


def test_a_variable_of_this_machines_is_not_there(lambdas: Lambdas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABAR_TABLE_OF_MINE", "1")
    with lambdas.running(lambdas.probe("sweep", "look")) as invoke:
        seen = invoke({})["environment"]
    assert {name: value for name, value in seen.items() if name.startswith("KABAR_")} == lambdas.function("sweep").variables
    assert "VIRTUAL_ENV" not in seen
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "kabar-dev-sweep"


def test_nothing_can_be_imported_but_the_package_and_what_lambda_brings_along(lambdas: Lambdas) -> None:
    there, not_there = ["probe", "boto3", "urllib3"], ["moto", "pytest", "click", "rich", "pip", "devstack", "keeper", "tests"]
    with lambdas.running(lambdas.probe("sweep", "look")) as invoke:
        seen = invoke({"modules": there + not_there})
    assert seen["modules"] == there


@pytest.mark.parametrize("name", ["api_handler", "dispatch", "deliver", "sweep"])
def test_a_function_has_the_time_and_memory_of_the_configuration(lambdas: Lambdas, name: str) -> None:
    config = lambdas.config()
    with lambdas.running(lambdas.probe(name, "look")) as invoke:
        seen = invoke({})
    expected = config["lambda_functions"][name]
    assert seen["memory_limit_in_mb"] == str(expected.get("lambda_memory_size", config["lambda_memory_size"]))
    assert expected["lambda_timeout"] - 5 < seen["remaining_ms"] / 1000 <= expected["lambda_timeout"]


def test_a_function_that_runs_over_its_time_is_ended_and_the_next_one_starts_anew(lambdas: Lambdas) -> None:
    with lambdas.running(replace(lambdas.probe("deliver", "sleep"), timeout_s=2)) as invoke:
        first = invoke({"seconds": 0})
        with pytest.raises(FunctionError) as caught:
            invoke({"seconds": 60})
        assert caught.value.kind == "Sandbox.Timedout"
        assert invoke({"seconds": 0}) != first


def test_a_function_whose_process_ends_is_an_error_and_the_next_one_starts_anew(lambdas: Lambdas) -> None:
    with lambdas.running(lambdas.probe("deliver", "end")) as invoke:
        for _ in range(2):
            with pytest.raises(FunctionError) as caught:
                invoke({})
            assert caught.value.kind == "Runtime.ExitError"


def test_a_function_ends_with_its_emulator(lambdas: Lambdas) -> None:
    with lambdas.running(lambdas.probe("deliver", "sleep")) as invoke:
        process = Path("/proc", str(invoke({"seconds": 0})))
        assert process.exists()
    assert eventually(lambda: not process.exists())


def test_what_a_function_logs_is_one_json_object_a_line(lambdas: Lambdas) -> None:
    function = replace(lambdas.function("deliver"), name="kabar-dev-deliver-logs")
    with lambdas.running(function) as invoke:
        invoke({"Records": [MESSAGE | {"body": "nonsense"}]})
    log = (lambdas.around.logs / f"{function.name}-0.log").read_text()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [line["message"] for line in lines if line.get("level") == "ERROR"] == ["a queue message was set aside"]
    assert '}{"' not in log
