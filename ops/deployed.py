"""How a stage stands in the account, as far as a deployment can change it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from ops import tuning
from ops.project import ANY_FUNCTION, function_name
from ops.record import Record
from ops.target import Target

Snapshot: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Name of a thing → setting → value."""

_SETTINGS = ("CodeSha256", "Environment", "Timeout", "MemorySize", "Runtime", "Architectures", "Role", "Handler")
_MAPPING = ("EventSourceArn", "FunctionArn", "BatchSize", "ScalingConfig", "StartingPosition")


def snapshot(target: Target, record: Record, api_stage: str) -> Snapshot:
    """What a deployment makes, and how each of these is set; what is not there is left out."""
    return dict(_functions(target)) | dict(_mappings(target, record)) | dict(_api(target, record, api_stage))


def difference(before: Snapshot, after: Snapshot) -> list[str]:
    """What is made, changed and gone, in words."""
    made = [f"{name}: made" for name in after if name not in before]
    gone = [f"{name}: gone" for name in before if name not in after]
    changes = {name: _changed(before[name], after[name]) for name in after if name in before}
    return made + [f"{name}: {', '.join(settings)} changed" for name, settings in changes.items() if settings] + gone


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [setting for setting in after if after[setting] != before.get(setting)]


def function(target: Target, name: str) -> dict[str, Any] | None:
    """A function's configuration, None when there is no such function."""
    client = target.client("lambda")
    try:
        return dict(client.get_function_configuration(FunctionName=function_name(target.stage, name)))
    except client.exceptions.ResourceNotFoundException:
        return None


def policy(target: Target, role: str) -> Any:
    """The policy that Chalice gave a role, None when there is none."""
    client = target.client("iam")
    try:
        document = client.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    except client.exceptions.NoSuchEntityException:
        return None
    return json.loads(document) if isinstance(document, str) else document


def _functions(target: Target) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in ANY_FUNCTION:
        if (found := function(target, name)) is not None:
            granted = policy(target, found["Role"].rpartition("/")[2])
            yield name, {setting: found.get(setting) for setting in _SETTINGS} | {"policy": granted}


def _mappings(target: Target, record: Record) -> Iterator[tuple[str, Mapping[str, Any]]]:
    client = target.client("lambda")
    for event in record.resources():
        if event["resource_type"] not in {"dynamodb_event", "sqs_event"}:
            continue
        with suppress(client.exceptions.ResourceNotFoundException):
            mapping = client.get_event_source_mapping(UUID=event["event_uuid"])
            yield event["name"], {setting: mapping.get(setting) for setting in _MAPPING} | {"filter": tuning.filters(mapping)}


def _api(target: Target, record: Record, api_stage: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    api, client = record.one("rest_api"), target.client("apigateway")
    if api is not None:
        with suppress(client.exceptions.NotFoundException):
            stage = client.get_stage(restApiId=api["rest_api_id"], stageName=api_stage)
            yield "the API", {"id": api["rest_api_id"], "throttles": tuning.throttles(stage)}
