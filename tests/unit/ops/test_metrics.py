"""The template's alarms and metric filters, held against what the code counts and logs."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from chalicelib.domain.media import FileState
from chalicelib.domain.notice import State
from ops.project import ANY_FUNCTION, ROOT, function_name
from tests.adapters import backing

RESOURCES: dict[str, Any] = backing.template()["Resources"]
# Names that are put together: `count(f"Notice{state}")` may be any of these.
NOTICES = {f"Notice{state.value.title()}" for state in State}
FILES = {f"Media{state.value.title()}" for state in FileState}


def calls() -> Iterator[ast.Call]:
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                yield node


def named(attribute: set[str]) -> set[str]:
    """First arguments, where they are plain words, of all calls to methods of these names."""
    found = (call for call in calls() if isinstance(call.func, ast.Attribute) and call.func.attr in attribute)
    return {str(one.args[0].value) for one in found if isinstance(one.args[0], ast.Constant)}


def of_type(kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == kind}


def metrics_of(alarm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Namespace and name of each figure that an alarm watches."""
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"]
    for one in alarm.get("Metrics", []):
        if "MetricStat" in one:
            yield one["MetricStat"]["Metric"]["Namespace"], one["MetricStat"]["Metric"]["MetricName"]


def test_every_figure_that_an_alarm_watches_is_counted_somewhere() -> None:
    watched = {
        name for alarm in of_type("AWS::CloudWatch::Alarm").values() for space, name in metrics_of(alarm) if space == "Kabar"
    }
    assert watched >= {"NoticeFailed", "NoticeUnknown", "OldestDue", "SmsSpend", "NoticeAccepted", "MediaLost"}
    assert watched <= named({"count"}) | NOTICES | FILES


def test_our_figures_are_watched_for_one_stage() -> None:
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        if alarm.get("Namespace") == "Kabar":
            assert alarm["Dimensions"] == [{"Name": "stage", "Value": "Stage"}], name


def test_every_line_that_a_metric_filter_looks_for_is_written_somewhere() -> None:
    logged = named({"debug", "info", "warning", "error", "exception"})
    filters = of_type("AWS::Logs::MetricFilter")
    for name, one in filters.items():
        (wanted,) = re.findall(r'\$\.message = "([^"]+)"', one["FilterPattern"])
        assert any(re.fullmatch(wanted.replace("*", ".*"), line) for line in logged), name


def test_every_alarm_says_what_it_means_and_where_to_read_on() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmDescription"].endswith("docs/runbook.md"), name
        assert f"`{alarm['AlarmName'].removeprefix('kabar-${Stage}-')}`" in runbook, name


def test_functions_are_watched_under_the_names_that_lambda_gives_them() -> None:
    names = {
        each["Value"]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        for each in alarm.get("Dimensions", [])
        if each["Name"] == "FunctionName"
    }
    assert names == {function_name("${Stage}", name) for name in ANY_FUNCTION}
    groups = {one["LogGroupName"] for one in of_type("AWS::Logs::LogGroup").values()}
    assert groups == {f"/aws/lambda/{name}" for name in names}
