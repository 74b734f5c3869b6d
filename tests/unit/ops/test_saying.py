"""How commands fail, and what they refuse."""

import ast

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from click.testing import CliRunner

from chalicelib.domain.errors import Misconfigured
from ops.__main__ import ops
from ops.chalice import reason
from ops.failure import Failure, sentence
from ops.packages import sha256_of
from ops.project import ROOT
from ops.region import require_indonesia
from ops.rollback import previous
from ops.tuning import THROTTLES


def test_a_refusal_of_awss_is_one_sentence_with_its_code() -> None:
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "PutItem")
    assert sentence(error) == "AWS refused PutItem (AccessDenied): No."


def test_missing_credentials_say_what_to_do() -> None:
    assert "aws sso login" in sentence(NoCredentialsError())


def test_our_own_errors_are_told_in_their_words() -> None:
    assert sentence(Misconfigured("missing: x")) == "Misconfigured: missing: x."
    assert sentence(Failure("No such stage.")) == "No such stage."


def test_a_fault_of_ops_is_told_as_one_without_a_traceback() -> None:
    with pytest.raises(TypeError) as raised:
        sha256_of(None)  # type: ignore[arg-type]
    assert sentence(raised.value).startswith("A fault in ops itself, please report it: TypeError at packages.py:")


def test_there_is_no_package_before_the_first_one() -> None:
    only = {"at": "2026-03-02T01:30:00+00:00", "sha256": "b25l"}
    assert previous([only, {"at": "later", "sha256": "dHdv"}]) == only
    for history in ([], [only]):
        with pytest.raises(Failure, match="none to go back to"):
            previous(history)


def test_a_region_abroad_is_refused_with_the_reason_unless_it_is_named_once_more() -> None:
    require_indonesia("ap-southeast-3", None)
    require_indonesia("ap-southeast-1", "ap-southeast-1")
    with pytest.raises(Failure, match="outside Indonesia"):
        require_indonesia("ap-southeast-1", None)
    with pytest.raises(Failure, match="outside Indonesia"):
        require_indonesia("ap-southeast-1", "us-east-1")


@pytest.mark.parametrize("stage", ["Prod", "1st", "a" * 21, "a_b", ""])
def test_a_name_that_no_stage_can_have_is_refused_before_anything_is_asked(stage: str) -> None:
    answered = CliRunner().invoke(ops, ["bootstrap", "--stage", stage, "--yes"])
    assert answered.exit_code == 2
    assert "beginning with a letter" in answered.output


@pytest.mark.parametrize("given", ["RestoredTable=x", "Stage=y", "nonsense"])
def test_parameters_that_are_not_a_persons_to_set_are_refused(given: str) -> None:
    answered = CliRunner().invoke(ops, ["bootstrap", "--set", given, "--yes"])
    assert answered.exit_code == 2


def test_chalices_own_reason_is_taken_out_of_its_traceback() -> None:
    said = [
        "Creating deployment package.",
        "Traceback (most recent call last):",
        '  File "deployer.py", line 1, in deploy',
        "chalice.deploy.deployer.ChaliceDeploymentError: ERROR - While deploying, received the following",
        "error:",
        "",
        " An error occurred (AccessDenied) when calling the CreateRole operation: no",
        "",
    ]
    assert reason(said) == (
        "While deploying, received the following error: "
        "An error occurred (AccessDenied) when calling the CreateRole operation: no"
    )
    assert reason(["Traceback (most recent call last):", "RuntimeError: no policy file"]) == "RuntimeError: no policy file"
    assert reason([]) == "it said nothing"


def test_every_throttle_is_of_a_route_that_there_is() -> None:
    routes = {
        (str(decorator.args[0].value), method.value)
        for node in ast.walk(ast.parse((ROOT / "app.py").read_text()))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr == "route"
        if isinstance(decorator.args[0], ast.Constant)
        for keyword in decorator.keywords
        if keyword.arg == "methods" and isinstance(keyword.value, ast.List)
        for method in keyword.value.elts
        if isinstance(method, ast.Constant)
    }
    for name in THROTTLES.keys() - {"*/*"}:
        path, _, verb = name.rpartition("/")
        assert (path.replace("~1", "/"), verb) in routes
