from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from ops.bootstrap import review
from ops.failure import Failure
from ops.stack import Backing, Change


class FakeCloudFormation:
    """CloudFormation with one stack, or none, and an answer for the next change set."""

    def __init__(
        self, stack: dict[str, Any] | None = None, changes: list[dict[str, Any]] | None = None, refused: str = ""
    ) -> None:
        self.stack = stack
        self.changes = changes or []
        self.refused = refused
        self.asked: list[dict[str, Any]] = []
        self.discarded: list[str] = []

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        if self.stack is None:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": f"{StackName} does not exist"}}, "DescribeStacks"
            )
        return {"Stacks": [self.stack]}

    def create_change_set(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"Id": "set-1"}

    def describe_change_set(self, **_: Any) -> dict[str, Any]:
        return {"StatusReason": self.refused}

    def delete_change_set(self, *, ChangeSetName: str) -> None:  # noqa: N803
        self.discarded.append(ChangeSetName)

    def get_waiter(self, _name: str) -> "FakeCloudFormation":
        return self

    def wait(self, **_: Any) -> None:
        if self.refused:
            raise WaiterError("change_set_create_complete", "failed", {})

    def get_paginator(self, _operation: str) -> "FakeCloudFormation":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"Changes": [{"ResourceChange": one} for one in self.changes]}


def stack(status: str = "UPDATE_COMPLETE", **parameters: str) -> dict[str, Any]:
    told = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"StackStatus": status, "Parameters": told, "Outputs": []}


def test_a_stack_that_is_not_there_is_created() -> None:
    client = FakeCloudFormation()
    proposed = Backing(client, "prod").propose("template", {"Stage": "prod"})
    assert proposed is not None
    assert proposed.kind == client.asked[0]["ChangeSetType"] == "CREATE"


def test_parameters_that_nobody_names_keep_their_values() -> None:
    client = FakeCloudFormation(stack(Stage="prod", AlarmEmail="duty@example.test", LogDays="90"))
    Backing(client, "prod").propose("template", {"Stage": "prod", "LogDays": "30"})
    given = {one["ParameterKey"]: one["ParameterValue"] for one in client.asked[0]["Parameters"]}
    assert given == {"Stage": "prod", "AlarmEmail": "duty@example.test", "LogDays": "30"}


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes. Submit different …", "No updates are to be performed."]
)
def test_no_changes_are_no_failure_and_leave_no_change_set(reason: str) -> None:
    client = FakeCloudFormation(stack(), refused=reason)
    assert Backing(client, "prod").propose("template", {}) is None
    assert client.discarded == ["set-1"]


def test_a_template_that_cloudformation_refuses_is_told_in_its_own_words() -> None:
    client = FakeCloudFormation(stack(), refused="Parameters: [Nonsense] do not exist in the template")
    with pytest.raises(Failure, match="Nonsense"):
        Backing(client, "prod").propose("template", {})


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_FAILED"])
def test_a_stack_in_no_state_for_it_is_left_alone(status: str) -> None:
    client = FakeCloudFormation(stack(status))
    with pytest.raises(Failure, match=status):
        Backing(client, "prod").propose("template", {})
    assert client.asked == []


@pytest.mark.parametrize(
    ("action", "kind", "replacement", "lost"),
    [
        ("Modify", "AWS::DynamoDB::Table", "True", True),
        ("Modify", "AWS::DynamoDB::Table", "Conditional", True),
        ("Modify", "AWS::DynamoDB::Table", "False", False),
        ("Remove", "AWS::DynamoDB::Table", "False", True),
        ("Remove", "AWS::S3::Bucket", "False", True),
        ("Add", "AWS::DynamoDB::Table", "False", False),
        ("Modify", "AWS::SQS::Queue", "True", False),
    ],
)
def test_a_change_that_may_replace_or_remove_data_is_known_for_one(
    action: str, kind: str, replacement: str, *, lost: bool
) -> None:
    change = {"Action": action, "LogicalResourceId": "X", "ResourceType": kind, "Replacement": replacement}
    proposed = Backing(FakeCloudFormation(stack(), [change]), "prod").propose("template", {})
    assert proposed is not None
    (told,) = proposed.changes
    assert told == Change(action, "X", kind, replacement != "False")
    assert told.loses_data is lost


TABLE_REPLACED = {
    "Action": "Modify",
    "LogicalResourceId": "Table",
    "ResourceType": "AWS::DynamoDB::Table",
    "Replacement": "True",
}


def test_a_change_set_that_loses_the_table_is_refused_and_forgotten() -> None:
    client = FakeCloudFormation(stack(), [TABLE_REPLACED])
    backing = Backing(client, "prod")
    proposed = backing.propose("template", {})
    assert proposed is not None

    with pytest.raises(Failure, match="replace or remove Table"):
        review(backing, proposed, allow_replacement=False)

    assert client.discarded == [proposed.id]


def test_it_goes_through_when_somebody_said_that_it_may() -> None:
    client = FakeCloudFormation(stack(), [TABLE_REPLACED])
    backing = Backing(client, "prod")
    proposed = backing.propose("template", {})
    assert proposed is not None

    review(backing, proposed, allow_replacement=True)

    assert client.discarded == []
