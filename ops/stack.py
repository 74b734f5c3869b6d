"""The backing stack, changed by CloudFormation change sets alone, so that a person sees what will happen before it does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from botocore.exceptions import ClientError, WaiterError

from ops.failure import Failure

# Losing one of these loses data; they are kept even when their stack goes.
PRECIOUS = frozenset({"AWS::DynamoDB::Table", "AWS::S3::Bucket"})
# Nothing came of the stack's creation: CloudFormation wants it created, not updated.
_UNBORN = "REVIEW_IN_PROGRESS"
_BROKEN = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
# How CloudFormation says that a change set would change nothing: the one case that has no code of its own.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_CLOCK_SKEW_S = 60
_POLL = {"Delay": 2, "MaxAttempts": 900}


@dataclass(frozen=True)
class Change:
    """One line of a change set. replaces: CloudFormation makes a new resource in its place, or may do so."""

    action: str
    name: str
    type: str
    replaces: bool

    @property
    def loses_data(self) -> bool:
        """Whether what is stored in it would be gone or out of use."""
        return self.type in PRECIOUS and (self.replaces or self.action == "Remove")


@dataclass(frozen=True)
class Stack:
    """What is deployed. outputs: by their names in the template."""

    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class ChangeSet:
    """Changes that CloudFormation has worked out and not made."""

    id: str
    kind: Literal["CREATE", "UPDATE"]
    changes: tuple[Change, ...]


class Backing:
    """The stack `kabar-<stage>-backing`. client: CloudFormation's."""

    def __init__(self, client: Any, stage: str) -> None:
        self._client = client
        self.name = f"kabar-{stage}-backing"

    def described(self) -> Stack | None:
        """The stack as it is, None when there is none."""
        try:
            stack = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # CloudFormation's word for "no such stack"
                return None
            raise
        if stack["StackStatus"] == _UNBORN:
            return None
        return Stack(
            stack["StackStatus"],
            {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])},
            {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])},
        )

    def propose(self, template: str, parameters: Mapping[str, str]) -> ChangeSet | None:
        """Works out what the template and these parameters would change; None when nothing. Others keep their values.

        Raises:
            Failure: the stack is in no state to be changed, or CloudFormation does not take the template.
        """
        stack = self.described()
        if stack and (stack.status in _BROKEN or stack.status.endswith("IN_PROGRESS")):
            raise Failure(f"The stack {self.name} is {stack.status}; see it in the CloudFormation console first.")
        kind: Literal["CREATE", "UPDATE"] = "UPDATE" if stack else "CREATE"
        wanted = {**(stack.parameters if stack else {}), **parameters}
        id_ = self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=f"ops-{uuid4().hex[:12]}",
            ChangeSetType=kind,
            TemplateBody=template,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(wanted.items())],
            Tags=[{"Key": "app", "Value": "kabar"}],
        )["Id"]
        if not self._worked_out(id_):
            return None
        return ChangeSet(id_, kind, tuple(self._changes(id_)))

    def _worked_out(self, id_: str) -> bool:
        """Waits for the change set. Returns whether there is something to change."""
        try:
            self._client.get_waiter("change_set_create_complete").wait(ChangeSetName=id_, WaiterConfig=_POLL)
        except WaiterError:
            reason = str(self._client.describe_change_set(ChangeSetName=id_).get("StatusReason", ""))
            self.discard(id_)
            if any(words in reason for words in _NO_CHANGES):
                return False
            raise Failure(f"CloudFormation does not take the template: {reason}") from None
        return True

    def _changes(self, id_: str) -> list[Change]:
        pages = self._client.get_paginator("describe_change_set").paginate(ChangeSetName=id_)
        changed = [change["ResourceChange"] for page in pages for change in page.get("Changes", [])]
        return [
            Change(
                one["Action"],
                one["LogicalResourceId"],
                one["ResourceType"],
                one.get("Replacement", "False") != "False",
            )
            for one in changed
        ]

    def discard(self, id_: str) -> None:
        """Forgets a change set."""
        self._client.delete_change_set(ChangeSetName=id_)

    def execute(self, proposed: ChangeSet) -> None:
        """Makes the changes and waits for them.

        Raises:
            Failure: with CloudFormation's own reason; it has then put everything back as it was.
        """
        started = time.time()
        self._client.execute_change_set(ChangeSetName=proposed.id)
        waiter = self._client.get_waiter(f"stack_{proposed.kind.lower()}_complete")
        try:
            waiter.wait(StackName=self.name, WaiterConfig=_POLL)
        except WaiterError:
            raise Failure(f"CloudFormation could not change {self.name}: {self._first_failure(started)}") from None

    def _first_failure(self, since: float) -> str:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [
            one for one in events if one["ResourceStatus"].endswith("FAILED") and one["Timestamp"].timestamp() >= since - 60
        ]
        if not failed:
            return "it gives no reason"
        first = failed[-1]
        return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', first['ResourceStatus'])}"
