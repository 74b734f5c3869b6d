"""`ops package`: zip and template for those who deploy by CloudFormation, tuned as `ops deploy` tunes."""

import json
from typing import Any

import click

from ops import chalice
from ops.console import say
from ops.failure import Failure
from ops.project import CONFIG, ROOT, function_name, read_json
from ops.target import Target, at_stage
from ops.tuning import STREAM_PATTERN, THROTTLES

# What Chalice calls the functions in its template.
_LOGICAL = {
    "api_handler": "APIHandler",
    "dispatch": "Dispatch",
    "deliver": "Deliver",
    "sweep": "Sweep",
    "media": "Media",
    "sms_reports": "SmsReports",
    "social": "Social",
}


def tuning(stage: str, functions: list[str]) -> dict[str, Any]:
    """What is merged into Chalice's template.

    The functions' names are those of `chalice deploy`: log groups, alarms and policies know them by these.
    """
    resources: dict[str, Any] = {
        _LOGICAL[name]: {"Properties": {"FunctionName": function_name(stage, name)}} for name in functions
    }
    filters = {"Filters": [{"Pattern": json.dumps(STREAM_PATTERN)}]}
    resources["Dispatch"]["Properties"]["Events"] = {"DispatchDynamodbEventSource": {"Properties": {"FilterCriteria": filters}}}
    resources["RestAPI"] = {
        "Properties": {"MethodSettings": [_setting(method, *limits) for method, limits in THROTTLES.items()]}
    }
    return {"Resources": resources}


def _setting(method: str, rate: float, burst: int) -> dict[str, Any]:
    path, _, verb = method.rpartition("/")
    return {"ResourcePath": f"/{path}", "HttpMethod": verb, "ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst}


@click.command("package")
@click.option("--out", default="build", show_default=True, help="Where to, within the project.")
@at_stage
def command(target: Target, out: str) -> None:
    """Build the zip and a CloudFormation template with the same tuning, for a stage that `ops bootstrap` has made."""
    stage = read_json(CONFIG)["stages"].get(target.stage, {})
    if "KABAR_STREAM_ARN" not in stage.get("environment_variables", {}):
        raise Failure(f"{target.stage} is not in .chalice/config.json yet; `ops bootstrap --stage {target.stage}` writes it.")
    merged = ROOT / out / "tuning.json"
    merged.parent.mkdir(parents=True, exist_ok=True)
    merged.write_text(json.dumps(tuning(target.stage, sorted(stage["lambda_functions"])), indent=2) + "\n")
    say(f"Packaging {target.stage} into {out}/: deployment.zip and sam.json.")
    chalice.run(target, "package", "--merge-template", str(merged), str(ROOT / out))
    merged.unlink()
    say("Next: `aws cloudformation package`, then `aws cloudformation deploy`; see docs/deploy.md.")
