"""Holds a stage still: nothing is delivered, nothing becomes due, and the API asks everybody to come again."""

import time
from typing import Any

from ops import deployed, tuning
from ops.project import SMS_REPORTS, SOCIAL, function_name
from ops.record import Record
from ops.target import Target

_SUBSCRIPTIONS = frozenset({"dynamodb_event", "sqs_event"})
# The longest that a function runs that was called just before: media.
_LONGEST_RUN_S = 120.0


def pause(target: Target, record: Record, api_stage: str, *, wait_s: float = _LONGEST_RUN_S) -> None:
    """Stops what calls the functions, and waits until those that run have ended. WhatsApp is told 429, and comes again."""
    _subscriptions(target, record, enabled=False)
    _schedule(target, record, enabled=False)
    _topics(target, enabled=False)
    if api := record.one("rest_api"):
        operations = [
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": "0"} for name in ("rateLimit", "burstLimit")
        ]
        client = target.client("apigateway")
        client.update_stage(restApiId=api["rest_api_id"], stageName=api_stage, patchOperations=operations)
    time.sleep(wait_s)


def resume(target: Target, record: Record, api_stage: str) -> None:
    """Lets everything go on."""
    _subscriptions(target, record, enabled=True)
    _schedule(target, record, enabled=True)
    _topics(target, enabled=True)
    tuning.tune(target.client("lambda"), target.client("apigateway"), record, api_stage)


def _subscriptions(target: Target, record: Record, *, enabled: bool) -> None:
    client: Any = target.client("lambda")
    for one in record.resources():
        if one["resource_type"] in _SUBSCRIPTIONS:
            tuning.settled(client, one["event_uuid"])
            client.update_event_source_mapping(UUID=one["event_uuid"], Enabled=enabled)
            tuning.settled(client, one["event_uuid"])


def _schedule(target: Target, record: Record, *, enabled: bool) -> None:
    client = target.client("events")
    for one in record.resources():
        if one["resource_type"] == "cloudwatch_event":
            (client.enable_rule if enabled else client.disable_rule)(Name=one["rule_name"])


def _topics(target: Target, *, enabled: bool) -> None:
    """A topic cannot be made to wait, and with none reserved Lambda tries nothing again.

    What comes meanwhile lies among social's dead letters, from where `restore` gives it back; reports on SMS are lost.
    """
    client = target.client("lambda")
    for name in (SMS_REPORTS, SOCIAL):
        if deployed.function(target, name) is None:
            continue
        function = function_name(target.stage, name)
        if enabled:
            client.delete_function_concurrency(FunctionName=function)
        else:
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
