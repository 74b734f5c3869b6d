"""Events of AWS End User Messaging Social, which come by an SNS topic: Meta's own payload, in two wrappings of AWS's.

Shape: https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destination-dlrs.html. The notification's
`Message` is JSON with `whatsAppWebhookEntry`, and that is JSON again: one member of Meta's `entry`. There is no signature:
who may publish to the topic is the topic's policy, and only what the topic brought is read.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.errors import Forbidden
from chalicelib.domain.inbound import NO_DAY, Broken
from chalicelib.entry import webhook
from chalicelib.flows.ingest import Ingest
from chalicelib.flows.keeping import Keeping
from chalicelib.ports import SecretValues

log = logging.getLogger(__name__)
_OBJECT = "whatsapp_business_account"


def receive(event: Mapping[str, Any], topic: str, ingest: Ingest, secrets: SecretValues, keeping: Keeping) -> None:
    """Stores every element of an event, as the webhook does. topic: its ARN or its name.

    Raises:
        TransientError: something is not stored. Lambda invokes twice more; then the function's failure destination has it.
    """
    for record in event["Records"]:
        notification = record["Sns"]
        message = notification.get("Message")
        try:
            _check(notification.get("TopicArn"), topic)
            elements = webhook.taken_apart(payload(message), secrets.channels.keys())
        except (ValueError, KeyError, TypeError, RecursionError, Forbidden) as error:
            log.exception("an event of End User Messaging Social was set aside")
            keeping.broken(Broken(f"social_event_{type(error).__name__}", NO_DAY, json.dumps(message)))
            continue
        log.info("social", extra=ingest(elements, secrets))


def _check(arn: object, topic: str) -> None:
    """Raises Forbidden unless the event was published to the topic."""
    if not (topic and isinstance(arn, str) and topic in (arn, arn.rsplit(":", 1)[-1])):
        raise Forbidden("This is no topic of ours.")


def payload(message: str) -> Any:
    """Meta's payload in a notification's text, whole as the webhook would have brought it.

    The guide shows one entry. A whole payload, a list of entries, or any of them not written as JSON a second time, says the
    same.

    Raises:
        ValueError, KeyError, TypeError, RecursionError: it is no such event.
    """
    entry = webhook.read(message)["whatsAppWebhookEntry"]
    if isinstance(entry, str):
        entry = webhook.read(entry)
    if isinstance(entry, dict) and "entry" in entry:
        return {"object": _OBJECT, **entry}
    return {"object": _OBJECT, "entry": entry if isinstance(entry, list) else [entry]}
