"""What was deployed, as AWS tells it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from devstack.aws import LocalAws
from devstack.host import Source
from devstack.moto_deployable import ZIP_URL
from devstack.runtime.proxy_events import Api
from ops.packages import sha256_of
from ops.project import function_name


@dataclass(frozen=True)
class Deployed:
    """A function. package: the folder with its package, unzipped; size: of the zip, in bytes."""

    name: str
    handler: str
    timeout_s: int
    memory_mb: int
    variables: Mapping[str, str]
    package: Path
    size: int


def function(aws: LocalAws, stage: str, name: str, folder: Path) -> Deployed:
    """A function of app.py, by the name it has there. Its package is unzipped in `folder`, once for all that have the same."""
    found = aws.client("lambda").get_function(FunctionName=function_name(stage, name))
    about = found["Configuration"]
    package = base64.b64decode(found["Code"]["Location"].removeprefix(ZIP_URL))
    assert sha256_of(package) == about["CodeSha256"], "what came back is not what was uploaded"
    return Deployed(
        name=about["FunctionName"],
        handler=about["Handler"],
        timeout_s=about["Timeout"],
        memory_mb=about["MemorySize"],
        variables=about["Environment"]["Variables"],
        package=_unzipped(package, folder),
        size=len(package),
    )


def _unzipped(package: bytes, folder: Path) -> Path:
    place = folder / base64.b16encode(base64.b64decode(sha256_of(package))[:8]).decode().lower()
    if not place.exists():
        with ZipFile(BytesIO(package)) as archive:
            archive.extractall(place)
    return place


def subscription(aws: LocalAws, source_arn: str) -> Source:
    """The only event source mapping of a queue or stream."""
    (mapping,) = aws.client("lambda").list_event_source_mappings(EventSourceArn=source_arn)["EventSourceMappings"]
    return Source(mapping["BatchSize"], mapping.get("ScalingConfig", {}).get("MaximumConcurrency"))


def api(aws: LocalAws) -> Api:
    """The account's only API."""
    client = aws.client("apigateway")
    (found,) = client.get_rest_apis()["items"]
    (stage,) = client.get_stages(restApiId=found["id"])["item"]
    routes: dict[str, frozenset[str]] = {}
    for resource in client.get_resources(restApiId=found["id"], limit=500)["items"]:
        methods = frozenset(_methods(resource))
        routes[resource["path"]] = routes.get(resource["path"], frozenset()) | methods
    return Api(found["id"], stage["stageName"], routes, frozenset(found.get("binaryMediaTypes", ())))


def _methods(resource: Mapping[str, Any]) -> set[str]:
    return set(resource.get("resourceMethods", {}))
