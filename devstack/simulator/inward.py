"""How what WhatsApp tells comes to Kabar: by Meta's webhook, or by the topic of End User Messaging Social, number by number."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from devstack.simulator.config import Number, SimulatorConfig
from devstack.simulator.webhook import Answer, Webhook

_PUBLISHED = Answer(200, "published")
"""What SNS takes it brings itself, again and again; nobody tells AWS what became of it."""


class Inward:
    """Brings payloads to Kabar, each by the way of the number that it is about."""

    def __init__(self, webhook: Webhook, config: SimulatorConfig, clock: Callable[[], datetime]) -> None:
        self._webhook = webhook
        self._config = config
        self._clock = clock

    def bring(self, raw: bytes) -> Answer:
        """Brings one payload of the simulator's own, once. Of a number of AWS's it becomes an event; SNS answers then."""
        [entry] = json.loads(raw)["entry"]
        phone_number_id = _about(entry)
        number = self._config.numbers.get(phone_number_id)
        if number is None or number.origination is None:
            return self._webhook.post(raw, self._webhook.signature(raw))
        assert self._config.account is not None, "a number with an origination has an account"
        self._config.account.publish(self._event(phone_number_id, number, entry))
        return _PUBLISHED

    def _event(self, phone_number_id: str, number: Number, entry: dict[str, object]) -> str:
        """AWS's event around one entry of Meta's.

        Source: "Message and event format" in the user guide of End User Messaging Social.
        """
        arn = f"arn:aws:social-messaging:ap-southeast-3:123456789012:{{}}/{(number.origination or '').rpartition('-')[2]}"
        context = {
            "MetaWabaIds": [{"wabaId": entry["id"], "arn": arn.format("waba")}],
            "MetaPhoneNumberIds": [{"metaPhoneNumberId": phone_number_id, "arn": arn.format("phone-number-id")}],
        }
        return json.dumps(
            {
                "context": context,
                "whatsAppWebhookEntry": json.dumps(entry),
                "aws_account_id": "123456789012",
                "message_timestamp": self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
                "messageId": str(uuid.uuid4()),
            }
        )


def _about(entry: Any) -> str:
    """The phone_number_id that an entry is about; empty for one that is about no number, such as a template's."""
    return str(entry["changes"][0]["value"].get("metadata", {}).get("phone_number_id", ""))
