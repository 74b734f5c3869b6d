"""Calls to AWS, as IAM sees them: actions on resources."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from urllib.parse import urlsplit

PHONE = "a phone number"
_OF_TRANSACTION = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


class Act(NamedTuple):
    """What needs a permission. resource: an ARN, or PHONE, which has none."""

    action: str
    resource: str


@dataclass(frozen=True)
class Account:
    """Where calls are made."""

    region: str
    number: str

    def acts(self, service: str, operation: str, parameters: dict[str, Any]) -> Iterator[Act]:
        """What one call needs permissions for.

        https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
        """
        match service, operation:
            case "dynamodb", "TransactWriteItems":
                for item in parameters["TransactItems"]:
                    for kind, write in item.items():
                        yield Act(f"dynamodb:{_OF_TRANSACTION[kind]}", self._arn("dynamodb", f"table/{write['TableName']}"))
            case "dynamodb", "BatchGetItem":
                for table in parameters["RequestItems"]:
                    yield Act("dynamodb:BatchGetItem", self._arn("dynamodb", f"table/{table}"))
            case "dynamodb", _:
                index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
                yield Act(f"dynamodb:{operation}", self._arn("dynamodb", f"table/{parameters['TableName']}{index}"))
            case _:
                yield self._act(service, operation, parameters)

    def _act(self, service: str, operation: str, parameters: dict[str, Any]) -> Act:
        """What a call on one thing alone needs a permission for."""
        match service, operation:
            case "sqs", _:
                queue = urlsplit(parameters["QueueUrl"]).path.rpartition("/")[2]
                return Act(f"sqs:{operation.removesuffix('Batch')}", self._arn("sqs", queue))
            case "ssm", "GetParametersByPath":
                return Act("ssm:GetParametersByPath", self._arn("ssm", f"parameter{parameters['Path']}"))
            case "s3", ("GetObject" | "PutObject" | "DeleteObject"):
                return Act(f"s3:{operation}", f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}")
            case "s3", "ListObjectsV2":
                return Act("s3:ListBucket", f"arn:aws:s3:::{parameters['Bucket']}")
            case "social-messaging", _:
                number = parameters["originationPhoneNumberId"].removeprefix("phone-number-id-")
                return Act(f"social-messaging:{operation}", self._arn("social-messaging", f"phone-number-id/{number}"))
            case "sns", "Publish" if "PhoneNumber" in parameters:
                return Act("sns:Publish", PHONE)
            case _:
                raise NotImplementedError(f"{service} {operation}")

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.number}:{resource}"


def listed(value: Any) -> list[str]:
    """A statement's Action or Resource, which is one or many."""
    return [value] if isinstance(value, str) else list(value)


def grants(statement: dict[str, Any], act: Act) -> bool:
    """Whether an Allow statement permits it."""
    if statement["Effect"] != "Allow" or act.action not in listed(statement["Action"]):
        return False
    return any(fnmatchcase(act.resource, pattern) for pattern in listed(statement["Resource"]))
