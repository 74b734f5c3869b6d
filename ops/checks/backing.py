"""The backing stack, its table, its queues and its alarms."""

import time
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ops import social
from ops.checks.finding import Finding, Level, Patient, bad, fine, judged
from ops.project import TEMPLATE
from ops.stack import Backing
from ops.table import TTL_ATTRIBUTE, backed_up

_DRIFT_TIMEOUT_S = 120.0


def stack(patient: Patient) -> Iterator[Finding]:
    """Whether the stack is whole, and made from this folder's template."""
    client = patient.target.client("cloudformation")
    backing = Backing(client, patient.target.stage)
    found = backing.described()
    assert found is not None, "its outputs were read"
    whole = found.status.endswith("_COMPLETE") and "ROLLBACK" not in found.status
    yield fine("stack", found.status) if whole else bad("stack", f"{found.status}: see it in the CloudFormation console")
    made_from = client.get_template(StackName=backing.name, TemplateStage="Original")["TemplateBody"]
    if made_from.strip() != TEMPLATE.read_text(encoding="utf-8").strip():
        yield Finding(Level.WARNING, "template", "the stack was made from another .chalice/backing.yaml: run `ops bootstrap`")
    yield from _drift(patient, backing.name)


def _drift(patient: Patient, name: str) -> Iterator[Finding]:
    """Whether anybody changed by hand what the template made."""
    client = patient.target.client("cloudformation")
    try:
        id_ = client.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
        deadline = time.monotonic() + _DRIFT_TIMEOUT_S
        while True:
            told = client.describe_stack_drift_detection_status(StackDriftDetectionId=id_)
            if told["DetectionStatus"] != "DETECTION_IN_PROGRESS" or time.monotonic() > deadline:
                break
            time.sleep(2)
        if told.get("StackDriftStatus") != "DRIFTED":
            yield fine("drift", told.get("StackDriftStatus", told["DetectionStatus"]))
            return
        drifts = client.describe_stack_resource_drifts(StackName=name, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"])
        changed = [one["LogicalResourceId"] for one in drifts["StackResourceDrifts"]]
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        yield Finding(Level.NOTE, "drift", f"cannot be asked for here ({type(error).__name__})")
        return
    yield Finding(Level.WARNING, "drift", f"changed by hand: {', '.join(changed)}; `ops bootstrap` does not put that back")


def table(patient: Patient) -> Iterator[Finding]:
    """Whether the table can be relied on."""
    client = patient.target.client("dynamodb")
    told = client.describe_table(TableName=patient.table)["Table"]
    ttl = client.describe_time_to_live(TableName=patient.table)["TimeToLiveDescription"]
    faults = {
        f"it is {told['TableStatus']}": told["TableStatus"] != "ACTIVE",
        "it has no stream": not told.get("StreamSpecification", {}).get("StreamEnabled"),
        "its stream is another than the one that was deployed": told.get("LatestStreamArn")
        != patient.here.outputs["StreamArn"],
        "it can be deleted": not told.get("DeletionProtectionEnabled"),
        "it forgets nothing": ttl.get("AttributeName") != TTL_ATTRIBUTE,
        "it has no point-in-time backups": not backed_up(client, patient.table),
    }
    yield judged(f"table {patient.table}", [fault for fault, so in faults.items() if so], "stream, backups, time to live")


def queues(patient: Patient) -> Iterator[Finding]:
    """What waits, and what failed."""
    for what, queue, dead_letters in (
        ("queue", "QueueUrl", "DeadLettersUrl"),
        ("files", "MediaQueueUrl", "MediaDeadLettersUrl"),
    ):
        waiting, hidden = _depth(patient, queue)
        yield fine(what, f"{waiting} waiting, {hidden} in hand")
        yield _dead(patient, "dead letters" if what == "queue" else f"dead letters of {what}", dead_letters)
    if f"{social.DEAD_LETTERS}Url" in patient.here.outputs:
        yield _dead(patient, "dead letters of events", f"{social.DEAD_LETTERS}Url")


def _dead(patient: Patient, named: str, output: str) -> Finding:
    dead, _ = _depth(patient, output)
    return Finding(Level.WARNING, named, f"{dead}: see `ops dead-letters list`") if dead else fine(named, "none")


def _depth(patient: Patient, output: str) -> tuple[int, int]:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    client = patient.target.client("sqs")
    told = client.get_queue_attributes(QueueUrl=patient.here.outputs[output], AttributeNames=names)["Attributes"]
    return int(told[names[0]]), int(told[names[1]])


def alarms(patient: Patient) -> Iterator[Finding]:
    """Whether all alarms of the template are there, whether any rings, and whether anybody hears it."""
    resources = patient.target.client("cloudformation").describe_stack_resources(
        StackName=f"kabar-{patient.target.stage}-backing"
    )["StackResources"]
    made = [one for one in resources if one.get("ResourceType") == "AWS::CloudWatch::Alarm"]
    expected = {one["PhysicalResourceId"] for one in made if "PhysicalResourceId" in one}
    pages = (
        patient.target.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"kabar-{patient.target.stage}-")
    )
    found = {one["AlarmName"]: one["StateValue"] for page in pages for one in page["MetricAlarms"]}
    yield judged("alarms", [f"{name} is missing" for name in sorted(expected - found.keys())], f"{len(expected)} set")
    for name in sorted(name for name, state in found.items() if state == "ALARM" and name in expected):
        yield Finding(Level.WARNING, "alarm", f"{name} rings: docs/runbook.md")
    topic = patient.here.outputs["AlarmsTopicArn"]
    heard = patient.target.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    if not [one for one in heard if one["SubscriptionArn"] != "PendingConfirmation"]:
        yield Finding(Level.NOTE, "alarms", "nobody hears them: `ops bootstrap --set AlarmEmail=…`, and confirm the mail")
