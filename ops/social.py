"""What becomes of events of End User Messaging Social that cannot be taken: Chalice has no words for that.

Nobody sends such an event again, as Meta does with a webhook. SNS hands it to Lambda, or keeps it for the subscription's dead
letters; Lambda invokes the function three times, or hands it to the function's failure destination. Both are one queue.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ops.letters import letters, sent_at
from ops.project import SOCIAL, function_name
from ops.record import Record
from ops.target import Target

DEAD_LETTERS = "SocialDeadLetters"
"""Of the stack's outputs, with Url or Arn behind it; a stage without numbers of AWS's has none."""

_LONGEST_WAIT_S = 6 * 3600
_RETRIES = 2


def catch(target: Target, record: Record, dead_letters: str) -> list[str]:
    """Lets what fails lie among the dead letters; returns what was changed. dead_letters: the queue's ARN."""
    lambda_, sns, function = target.client("lambda"), target.client("sns"), function_name(target.stage, SOCIAL)
    changed = []
    if _kept(lambda_, function) != _wanted(dead_letters):
        lambda_.put_function_event_invoke_config(FunctionName=function, **_wanted(dead_letters))
        changed.append(f"{SOCIAL}: what it cannot take lies among its dead letters")
    for subscription in _subscriptions(record):
        if _redrive(sns, subscription) != dead_letters:
            policy = json.dumps({"deadLetterTargetArn": dead_letters})
            sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RedrivePolicy", AttributeValue=policy)
            changed.append(f"what calls {SOCIAL}: what cannot be handed over lies among its dead letters")
    return changed


def faults(target: Target, record: Record, dead_letters: str) -> list[str]:
    """What would be lost as the stage is."""
    found = []
    if _kept(target.client("lambda"), function_name(target.stage, SOCIAL)) != _wanted(dead_letters):
        found.append("what it cannot take is lost: run `ops deploy`")
    if any(_redrive(target.client("sns"), one) != dead_letters for one in _subscriptions(record)):
        found.append("what SNS cannot hand over is lost: run `ops deploy`")
    return found


def _wanted(dead_letters: str) -> dict[str, Any]:
    return {
        "MaximumRetryAttempts": _RETRIES,
        "MaximumEventAgeInSeconds": _LONGEST_WAIT_S,
        "DestinationConfig": {"OnFailure": {"Destination": dead_letters}},
    }


def _kept(lambda_: Any, function: str) -> dict[str, Any] | None:
    try:
        found = lambda_.get_function_event_invoke_config(FunctionName=function)
    except lambda_.exceptions.ResourceNotFoundException:
        return None
    destination = found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
    return {
        "MaximumRetryAttempts": found.get("MaximumRetryAttempts"),
        "MaximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds"),
        "DestinationConfig": {"OnFailure": {"Destination": destination}},
    }


def _subscriptions(record: Record) -> list[str]:
    """Of the function to its topic, as Chalice made them."""
    return [
        one["subscription_arn"]
        for one in record.resources()
        if one["resource_type"] == "sns_event" and one["name"].startswith(f"{SOCIAL}-")
    ]


def _redrive(sns: Any, subscription: str) -> str | None:
    policy = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"].get("RedrivePolicy")
    return json.loads(policy).get("deadLetterTargetArn") if policy else None


@dataclass(frozen=True)
class Letter:
    """An event among the dead letters. event: as the function gets it, None for what is no such event."""

    receipt: str
    sent_at: datetime
    event: dict[str, Any] | None

    @property
    def id(self) -> str:
        """SNS's id of it. Nothing else of it is to be shown: it holds what residents wrote."""
        return str(self.event["Records"][0]["Sns"].get("MessageId", "?")) if self.event else "?"


def read(sqs: Any, url: str) -> list[Letter]:
    """Up to 200 of them, hidden from other readers for half a minute."""
    return [Letter(one["ReceiptHandle"], sent_at(one), event_of(one["Body"])) for one in letters(sqs, url)]


def redrive(sqs: Any, lambda_: Any, stage: str, url: str) -> tuple[int, int]:
    """Gives the events to the function again; returns how many went, and how many were left because nobody can read them.

    Lambda has each before it leaves the dead letters; what fails again comes back there. What was stored meanwhile changes
    nothing.
    """
    moved, left = 0, 0
    for letter in read(sqs, url):
        if letter.event is None:
            left += 1
            continue
        payload = json.dumps(letter.event).encode()
        lambda_.invoke(FunctionName=function_name(stage, SOCIAL), InvocationType="Event", Payload=payload)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=letter.receipt)
        moved += 1
    return moved, left


def event_of(body: str) -> dict[str, Any] | None:
    """The event in a dead letter: what Lambda could not have done, or a notification that SNS could not hand to Lambda."""
    try:
        told = json.loads(body)
        if "requestPayload" in told:
            return dict(told["requestPayload"]) if told["requestPayload"]["Records"][0]["Sns"]["Message"] else None
        if isinstance(told["Message"], str) and told["TopicArn"]:
            return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "", "Sns": told}]}
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return None
