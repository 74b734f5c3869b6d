"""Moto's server as an account that Kabar can be deployed to: `python -m tests.deploy.moto_aws PORT`.

It is devstack's server, started in the same way, with what moto 5.2.5 lacks:

- API Gateway imports the Swagger 2 documents that Chalice writes. Moto wants OpenAPI 3 and a description.
- A template's alarms and metric filters are made (tests/deploy/moto_watching.py).
- A change set, carried out, leaves the stack with its template, parameters and outputs, and a repeat of it changes nothing.
- An event source mapping is kept and calls nobody: moto would call the function in the midst of the write, in Docker.
"""

import sys
from collections.abc import Mapping
from typing import Any

from moto.apigateway.models import APIGatewayBackend, RestAPI
from moto.cloudformation.models import ChangeSet, Stack
from moto.dynamodb.models.table import Table
from moto.sqs.models import Queue

from devstack import moto_process
from tests.deploy import moto_watching


def as_openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document under the name that moto takes."""
    rest = {name: value for name, value in document.items() if name != "swagger"}
    return {**rest, "openapi": "3.0.0", "info": {"description": "", **document["info"]}}


def take_swagger() -> None:
    """Makes moto import what API Gateway would."""
    import_api, put_api = APIGatewayBackend.import_rest_api, APIGatewayBackend.put_rest_api

    def import_rest_api(self: APIGatewayBackend, api_doc: dict[str, Any], fail_on_warnings: bool) -> RestAPI:  # noqa: FBT001
        return import_api(self, as_openapi(api_doc), fail_on_warnings)

    def put_rest_api(self: APIGatewayBackend, function_id: str, api_doc: dict[str, Any], *args: Any, **kwargs: Any) -> RestAPI:
        return put_api(self, function_id, as_openapi(api_doc), *args, **kwargs)

    APIGatewayBackend.import_rest_api = import_rest_api  # type: ignore[method-assign]
    APIGatewayBackend.put_rest_api = put_rest_api  # type: ignore[method-assign]


def carry_out_change_sets() -> None:
    """Makes a change set do to its stack what CreateStack and UpdateStack do in moto."""

    def apply(self: ChangeSet) -> None:
        stack = self.stack
        if self.change_set_type == "CREATE":
            made = Stack(  # type: ignore[abstract]  # moto itself does so
                stack.stack_id, stack.name, self.template, self.parameters, stack.account_id, stack.region_name
            )
            made.create_resources()
            vars(stack).update(vars(made))
        else:
            stack.update(self.template, self.role_arn, self.parameters, self.tags)
        # Those that were left to their defaults belong to the stack as well, and are compared with the next change set's.
        stack.parameters = {name: str(value) for name, value in stack.stack_parameters.items()}

    ChangeSet.apply = apply  # type: ignore[method-assign]


def call_nobody() -> None:
    """Makes tables and queues forget which functions are subscribed to them; the subscriptions can still be seen."""
    nobody = property(lambda _self: {}, lambda _self, _mappings: None)
    Queue.lambda_event_source_mappings = nobody  # type: ignore[assignment]
    Table.lambda_event_source_mappings = nobody  # type: ignore[assignment]


if __name__ == "__main__":
    take_swagger()
    carry_out_change_sets()
    call_nobody()
    assert moto_watching, "its classes are known to moto from their definition on"
    moto_process.main(int(sys.argv[1]))
