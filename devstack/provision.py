"""Makes what Kabar keeps outside its functions on a moto server: the same template that production uses, and the secrets."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from devstack.aws import LocalAws
from devstack.channels import CHANNELS, as_parameter
from devstack.environment import ACCOUNT, REGION
from devstack.moto_server import StartError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

TEMPLATE = Path(__file__).parent.parent / ".chalice" / "backing.yaml"


@dataclass(frozen=True)
class Backing:
    """What the template's stack tells of itself."""

    table: str
    stream_arn: str
    queue_url: str
    queue_name: str
    queue_arn: str
    dead_letters_url: str
    media_queue_url: str
    media_queue_name: str
    media_queue_arn: str
    media_dead_letters_url: str
    media_bucket: str
    social_topic: str
    social_dead_letters_url: str

    @property
    def social_topic_arn(self) -> str:
        """The topic's ARN; the template's output is its name."""
        return f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.social_topic}"


@dataclass(frozen=True)
class Credentials:
    """Secrets of one run, drawn anew each time."""

    app_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    verify_token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    access_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    address_key: str = field(default_factory=lambda: secrets.token_hex(32))


def create_backing(aws: LocalAws, stage: str, timeout_s: float = 20.0) -> Backing:
    """Creates the stack `kabar-<stage>-backing` and waits for it.

    The template's time to live and backups are left out by moto, and are not missed: reads filter what has expired.

    Raises:
        StartError: It failed or was not complete in time.
    """
    client = aws.cloudformation()
    client.create_stack(
        StackName=f"kabar-{stage}-backing",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[
            {"ParameterKey": "Stage", "ParameterValue": stage},
            {"ParameterKey": "SocialMessaging", "ParameterValue": "yes"},
        ],
    )
    outputs = _outputs(client, f"kabar-{stage}-backing", timeout_s)
    return Backing(
        table=outputs["TableName"],
        stream_arn=outputs["StreamArn"],
        queue_url=_at(aws, outputs["QueueUrl"]),
        queue_name=outputs["QueueName"],
        queue_arn=outputs["QueueArn"],
        dead_letters_url=_at(aws, outputs["DeadLettersUrl"]),
        media_queue_url=_at(aws, outputs["MediaQueueUrl"]),
        media_queue_name=outputs["MediaQueueName"],
        media_queue_arn=outputs["MediaQueueArn"],
        media_dead_letters_url=_at(aws, outputs["MediaDeadLettersUrl"]),
        media_bucket=outputs["MediaBucket"],
        social_topic=outputs["SocialTopic"],
        social_dead_letters_url=_at(aws, outputs["SocialDeadLettersUrl"]),
    )


def _at(aws: LocalAws, queue_url: str) -> str:
    """A queue's URL on this machine: moto's template outputs name AWS's own host."""
    return aws.endpoint_url + urlsplit(queue_url).path


def _outputs(client: "CloudFormationClient", stack: str, timeout_s: float) -> Mapping[str, str]:
    deadline = time.monotonic() + timeout_s
    while True:
        description = client.describe_stacks(StackName=stack)["Stacks"][0]
        status = description["StackStatus"]
        if status == "CREATE_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in description["Outputs"]}
        if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
            raise StartError(f"the stack {stack} is {status}")
        time.sleep(0.1)


def store_secrets(aws: LocalAws, stage: str, credentials: Credentials) -> None:
    """Writes the secrets and the channels under `/kabar/<stage>/`, as the operator does in production."""
    client = aws.ssm()
    values = {
        "app_secret": credentials.app_secret,
        "verify_token": credentials.verify_token,
        "access_token": credentials.access_token,
        "address_key": credentials.address_key,
        "channels": json.dumps(as_parameter(CHANNELS)),
    }
    for name, value in values.items():
        client.put_parameter(Name=f"/kabar/{stage}/{name}", Value=value, Type="SecureString")
