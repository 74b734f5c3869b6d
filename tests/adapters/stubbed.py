"""botocore's own model of a service in place of the service: what does not fit the model, botocore refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.stub import Stubber

from chalicelib.adapters.sms import sns_config


def client_of(service: str) -> Any:
    """A client that tries once, with credentials of nobody."""
    return boto3.client(
        service, region_name="ap-southeast-3", aws_access_key_id="x", aws_secret_access_key="x", config=sns_config()
    )  # type: ignore[call-overload]


@contextmanager
def stubbed(service: str) -> Iterator[tuple[Any, Stubber]]:
    """A client and its script, which has to be played to its end."""
    client = client_of(service)
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()
