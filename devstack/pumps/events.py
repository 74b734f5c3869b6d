"""The events that AWS's event sources hand to a function, in their exact shapes.

Source: "Using AWS Lambda with Amazon DynamoDB", "… with Amazon SQS", "… with Amazon SNS", "… EventBridge Scheduled events" and
"Capturing records of Lambda asynchronous invocations" in AWS's Lambda guide.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from devstack.environment import ACCOUNT, REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef
    from mypy_boto3_sqs.type_defs import MessageAttributeValueOutputTypeDef, MessageTypeDef

_MESSAGE_ATTRIBUTES_SHOWN = (
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "SenderId",
    "SentTimestamp",
)


def stream_event(records: Sequence["RecordTypeDef"], stream_arn: str) -> dict[str, Any]:
    """The event of a batch of stream records, as DynamoDB Streams' GetRecords returned them."""
    return {"Records": [_stream_record(record, stream_arn) for record in records]}


def _stream_record(record: "RecordTypeDef", stream_arn: str) -> dict[str, Any]:
    change = record["dynamodb"]
    shown: dict[str, Any] = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",  # moto says 1.0
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],  # moto says us-east-1 wherever it is
        "dynamodb": dict(change) | {"ApproximateCreationDateTime": int(change["ApproximateCreationDateTime"].timestamp())},
        "eventSourceARN": stream_arn,
    }
    if "userIdentity" in record:  # what the table's time to live removed
        identity = record["userIdentity"]
        shown["userIdentity"] = {"principalId": identity["PrincipalId"], "type": identity["Type"]}
    return shown


def queue_event(messages: Sequence["MessageTypeDef"], queue_arn: str) -> dict[str, Any]:
    """The event of a batch of messages, as SQS's ReceiveMessage returned them."""
    return {"Records": [_queue_record(message, queue_arn) for message in messages]}


def _queue_record(message: "MessageTypeDef", queue_arn: str) -> dict[str, Any]:
    attributes: Mapping[Any, str] = message["Attributes"]
    own = message.get("MessageAttributes", {})
    shown = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {name: attributes[name] for name in _MESSAGE_ATTRIBUTES_SHOWN if name in attributes},
        "messageAttributes": {name: _message_attribute(value) for name, value in own.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if own:
        shown["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return shown


def _message_attribute(value: "MessageAttributeValueOutputTypeDef") -> dict[str, Any]:
    return {
        "stringValue": value.get("StringValue"),
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def tick_event(rule: str, at: datetime) -> dict[str, Any]:
    """The event of a schedule. at: aware; shown in UTC to the second."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def notification_event(message: str, identifier: str, topic_arn: str, at: datetime) -> dict[str, Any]:
    """The event of one notification of an SNS topic. at: aware."""
    sns: dict[str, Any] = {
        "SignatureVersion": "1",
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Signature": "EXAMPLE",
        "SigningCertUrl": "EXAMPLE",
        "MessageId": identifier,
        "Message": message,
        "MessageAttributes": {},
        "Type": "Notification",
        "UnsubscribeUrl": "EXAMPLE",
        "TopicArn": topic_arn,
        "Subject": None,
    }
    subscription = f"{topic_arn}:{uuid.uuid4()}"
    return {"Records": [{"EventVersion": "1.0", "EventSubscriptionArn": subscription, "EventSource": "aws:sns", "Sns": sns}]}


def failed_invocation(function: str, event: dict[str, Any], error: BaseException | None, invocations: int) -> dict[str, Any]:
    """What the failure destination of an asynchronous invocation gets."""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": invocations,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "", "errorType": type(error).__name__, "requestId": "", "stackTrace": []},
    }
