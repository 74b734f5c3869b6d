"""What Chalice has no words for: which records of the stream dispatch gets, and how much the API takes.

Nothing depends on it: without the filter dispatch is called for nothing, without the throttles a flood costs more.
"""

import json
import time
from typing import Any

from chalicelib.table.media import SUFFIX
from chalicelib.table.notices import PREFIX
from ops.failure import Failure
from ops.record import Record

STREAM_PATTERN = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": PREFIX}, {"suffix": SUFFIX}]}}}}
"""Only notices, and messages with a file to fetch, that were inserted."""

THROTTLES = {"*/*": (100, 200), "~1requests~1{request_id}/GET": (20, 40)}
"""Method of the API → (requests a second, burst). A webhook that is refused comes again."""

_CHANGING = frozenset({"Creating", "Enabling", "Disabling", "Updating"})


def tune(lambda_: Any, apigateway: Any, record: Record, api_stage: str) -> list[str]:
    """Brings a deployed stage to what is above; returns what was changed. lambda_, apigateway: clients."""
    changed = []
    if subscription := record.one("dynamodb_event"):
        changed += _filter(lambda_, subscription["event_uuid"])
    if api := record.one("rest_api"):
        changed += _throttle(apigateway, api["rest_api_id"], api_stage)
    return changed


def filters(mapping: dict[str, Any]) -> list[Any]:
    """The patterns of an event source mapping."""
    found = mapping.get("FilterCriteria") or {}
    return [json.loads(one["Pattern"]) for one in found.get("Filters", [])]


def throttles(stage: dict[str, Any]) -> dict[str, tuple[float, int]]:
    """The throttles of a deployed API's stage, by method as in THROTTLES."""
    settings = stage.get("methodSettings", {})
    found = {name.lstrip("/"): one for name, one in settings.items()}
    return {name: (one["throttlingRateLimit"], one["throttlingBurstLimit"]) for name, one in found.items()}


def settled(lambda_: Any, uuid: str, timeout_s: float = 120.0, pause_s: float = 1.0) -> dict[str, Any]:
    """An event source mapping once nobody is changing it: until then Lambda refuses the next change.

    Raises:
        Failure: it takes too long.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        mapping: dict[str, Any] = lambda_.get_event_source_mapping(UUID=uuid)
        if mapping["State"] not in _CHANGING:
            return mapping
        if time.monotonic() > deadline:
            raise Failure(f"Lambda's event source mapping {uuid} is still {mapping['State']}; run the same command again.")
        time.sleep(pause_s)


def _filter(lambda_: Any, uuid: str) -> list[str]:
    if filters(settled(lambda_, uuid)) == [STREAM_PATTERN]:
        return []
    wanted = {"Filters": [{"Pattern": json.dumps(STREAM_PATTERN)}]}
    lambda_.update_event_source_mapping(UUID=uuid, FilterCriteria=wanted)
    settled(lambda_, uuid)
    return ["dispatch's subscription: only inserted notices and files"]


def _throttle(apigateway: Any, api: str, stage: str) -> list[str]:
    present = throttles(apigateway.get_stage(restApiId=api, stageName=stage))
    off = {method: limits for method, limits in THROTTLES.items() if present.get(_plain(method), present.get(method)) != limits}
    if not off:
        return []
    operations = [
        {"op": "replace", "path": f"/{method}/throttling/{name}", "value": str(value)}
        for method, limits in off.items()
        for name, value in zip(("rateLimit", "burstLimit"), limits, strict=True)
    ]
    apigateway.update_stage(restApiId=api, stageName=stage, patchOperations=operations)
    return [f"the API's throttle for {method}: {rate} requests a second" for method, (rate, _) in off.items()]


def _plain(method: str) -> str:
    """A method's name with plain slashes: API Gateway takes escaped ones, and tells either."""
    return method.replace("~1", "/").lstrip("/")
