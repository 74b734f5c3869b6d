"""What `chalice deploy` is told, held against the code and against the CloudFormation template."""

import ast
import json
import re
from pathlib import Path
from typing import Any

from cfnlint.api import ManualArgs, lint

from tests.adapters import backing

PROJECT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = json.loads((PROJECT / ".chalice" / "config.json").read_text())
MADE_BY_CHALICE = "api_handler"  # its name for the function behind API Gateway


def handlers_of_app() -> set[str]:
    """Names of the functions in app.py that Lambda calls on an event."""
    module = ast.parse((PROJECT / "app.py").read_text())
    return {
        function.name
        for function in ast.walk(module)  # a handler may be there on a condition
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and (decorator.func.attr.startswith("on_") or decorator.func.attr == "schedule")
    }


def test_each_configured_function_is_a_handler_and_each_handler_is_configured() -> None:
    assert set(CONFIG["lambda_functions"]) == handlers_of_app() | {MADE_BY_CHALICE}


def test_no_stage_configures_a_function_that_is_not_there() -> None:
    for name, stage in CONFIG["stages"].items():
        assert set(stage.get("lambda_functions", {})) <= set(CONFIG["lambda_functions"]), name


def test_an_undelivered_notice_stays_hidden_while_deliver_may_still_work_on_it() -> None:
    queue = backing.template()["Resources"]["Notices"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * CONFIG["lambda_functions"]["deliver"]["lambda_timeout"]


def test_a_file_that_is_not_fetched_stays_hidden_while_media_may_still_work_on_it() -> None:
    queue = backing.template()["Resources"]["MediaQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * CONFIG["lambda_functions"]["media"]["lambda_timeout"]


def test_the_api_ends_in_the_region_where_the_data_is() -> None:
    assert CONFIG["api_gateway_endpoint_type"] == "REGIONAL"
    assert not any("api_gateway_endpoint_type" in stage for stage in CONFIG["stages"].values())


def test_no_stage_shows_stack_traces_or_has_rights_from_elsewhere() -> None:
    """A bootstrapped stage has a policy file for each function; Chalice's guesses and roles of other making are not wanted."""
    assert not re.search("debug|iam_role|api_gateway_policy", json.dumps(CONFIG))
    assert not re.search(r"\bapp\.debug|\bdebug=", (PROJECT / "app.py").read_text())
    for name, stage in CONFIG["stages"].items():
        assert not stage.get("autogen_policy"), name
        files = {
            function["iam_policy_file"]
            for function in stage.get("lambda_functions", {}).values()
            if "iam_policy_file" in function
        }
        assert all(file.startswith(f"policies/{name}/") for file in files), name


def test_no_function_outlives_what_calls_it() -> None:
    timeouts = {name: function["lambda_timeout"] for name, function in CONFIG["lambda_functions"].items()}
    assert timeouts[MADE_BY_CHALICE] <= 29, "API Gateway waits 29 s"
    assert timeouts["sweep"] < 60, "the next tick comes after a minute"


def test_the_template_has_no_fault_that_cfn_lint_knows() -> None:
    assert lint(backing.TEMPLATE.read_text(), config=ManualArgs(regions=["ap-southeast-3"])) == []
