"""Moto's server as an account that Chalice can deploy to: `python -m devstack.moto_deployable PORT`.

What moto 5.2.5 lacks for that:

- API Gateway imports the Swagger 2 documents that Chalice writes. Moto wants OpenAPI 3 and a description, and overlooks which
  media types are binary.
- An event source mapping is kept and calls nobody: moto would call the function in the midst of the write, in Docker.
- A function's package can be had back.
"""

import base64
import sys
from collections.abc import Mapping
from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.awslambda.models import LambdaFunction
from moto.dynamodb.models.table import Table
from moto.sqs.models import Queue

from devstack import moto_process

ZIP_URL = "data:application/zip;base64,"
"""How the Location of a function's code begins here: the URL holds the package itself."""


def make_deployable() -> None:
    """Changes moto, once for the process."""
    _take_swagger()
    _call_nobody()
    _give_packages_back()


def _as_openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document under the name that moto takes."""
    rest = {name: value for name, value in document.items() if name != "swagger"}
    return {**rest, "openapi": "3.0.0", "info": {"description": "", **document["info"]}}


def _take_swagger() -> None:
    """Makes moto import what API Gateway would."""
    import_api, put_api = APIGatewayBackend.import_rest_api, APIGatewayBackend.put_rest_api

    def import_rest_api(self: APIGatewayBackend, api_doc: dict[str, Any], fail_on_warnings: bool) -> RestAPI:  # noqa: FBT001
        return import_api(self, _as_openapi(api_doc), fail_on_warnings)

    def put_rest_api(self: APIGatewayBackend, function_id: str, api_doc: dict[str, Any], *args: Any, **kwargs: Any) -> RestAPI:
        api = put_api(self, function_id, _as_openapi(api_doc), *args, **kwargs)
        api.binaryMediaTypes = list(api_doc.get("x-amazon-apigateway-binary-media-types", []))
        return api

    APIGatewayBackend.import_rest_api = import_rest_api  # type: ignore[method-assign]
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[method-assign]


def _call_nobody() -> None:
    """Makes tables and queues forget which functions are subscribed to them; the subscriptions can still be seen."""
    nobody = property(lambda _self: {}, lambda _self, _mappings: None)
    Queue.lambda_event_source_mappings = nobody  # type: ignore[assignment]
    Table.lambda_event_source_mappings = nobody  # type: ignore[assignment]


def _give_packages_back() -> None:
    """Makes GetFunction tell where the package is, as AWS does for ten minutes."""
    get_code = LambdaFunction.get_code

    def with_location(self: LambdaFunction) -> dict[str, Any]:
        location = ZIP_URL + base64.b64encode(self.code_bytes).decode()
        return {**get_code(self), "Code": {"RepositoryType": "S3", "Location": location}}

    LambdaFunction.get_code = with_location  # type: ignore[method-assign]


if __name__ == "__main__":
    make_deployable()
    moto_process.main(int(sys.argv[1]))
