"""Clients of the AWS that a stack has on its own machine. They ask nothing of the environment."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from devstack.environment import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_CONFIG = Config(
    account_id_endpoint_mode="disabled",  # see devstack.environment
    proxies={},
    connect_timeout=3,
    read_timeout=10,
    max_pool_connections=20,
    retries={"total_max_attempts": 2},
)


class LocalAws:
    """Makes clients of the server at `endpoint_url`."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._session = boto3.Session("devstack", "devstack", region_name=REGION)

    def cloudformation(self) -> "CloudFormationClient":
        """A client of CloudFormation."""
        return self._session.client("cloudformation", endpoint_url=self.endpoint_url, config=_CONFIG)

    def dynamodb(self) -> "DynamoDBClient":
        """A client of DynamoDB."""
        return self._session.client("dynamodb", endpoint_url=self.endpoint_url, config=_CONFIG)

    def streams(self) -> "DynamoDBStreamsClient":
        """A client of DynamoDB's streams."""
        return self._session.client("dynamodbstreams", endpoint_url=self.endpoint_url, config=_CONFIG)

    def sqs(self) -> "SQSClient":
        """A client of SQS."""
        return self._session.client("sqs", endpoint_url=self.endpoint_url, config=_CONFIG)

    def ssm(self) -> "SSMClient":
        """A client of SSM."""
        return self._session.client("ssm", endpoint_url=self.endpoint_url, config=_CONFIG)

    def client(self, service: str) -> Any:
        """A client of any other service."""
        return self._session.client(service, endpoint_url=self.endpoint_url, config=_CONFIG)  # type: ignore[call-overload]
