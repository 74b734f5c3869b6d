"""WhatsApp, by AWS End User Messaging Social (`socialmessaging`), for numbers that AWS carries and bills.

AWS passes Meta's own JSON through as a blob, so what is sent is what `CloudApi` sends, `biz_opaque_callback_data` included. Its
answer has nothing of Meta's: no error code, and an id of AWS's own, which no report repeats. What Meta makes of a message comes
as a report by the event destination alone, with Meta's code (source: AWS's user guide, "Sending messages"; the service model of
SocialMessaging). So a send ends here in the errors of AWS, and the rest is left to the reports.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.adapters.aws_errors import THROTTLES
from chalicelib.adapters.sms import outcome_of
from chalicelib.adapters.whatsapp import without_secrets
from chalicelib.adapters.whatsapp_body import body_of
from chalicelib.domain.delivery import Accepted, Outbound, Outcome, Refused, Remedy, Unknown
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.ports import Secrets

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        **dict.fromkeys(THROTTLES, Remedy.THROTTLED),
        "ThrottledRequestException": Remedy.THROTTLED,
        "LimitExceededException": Remedy.THROTTLED,
        "RequestExpired": Remedy.RETRY,
        # Nobody can be reached until a person has acted: rights, the link between AWS and the business account, the number.
        "AccessDeniedException": Remedy.CHANNEL_DOWN,
        "AccessDeniedByMetaException": Remedy.CHANNEL_DOWN,
        "ExpiredTokenException": Remedy.CHANNEL_DOWN,
        "ResourceNotFoundException": Remedy.CHANNEL_DOWN,
        "UnrecognizedClientException": Remedy.CHANNEL_DOWN,
        # What we ask for is wrong: the recipient or the message. AWS says so of the recipient's phone by the first of them.
        "InvalidParametersException": Remedy.OUR_FAULT,
        "ValidationException": Remedy.OUR_FAULT,
    }
)
"""The service model's errors of SendWhatsAppMessage.

InternalServiceException (500) and DependencyException (502, when Meta fails) are left out: either may come after the message
has left, which makes them Unknown.
"""


class SocialApi:
    """`chalicelib.ports.WhatsApp` on SendWhatsAppMessage.

    client: built with `adapters.sms.sns_config`, so that nothing is tried twice. version: of Meta's API, one that AWS supports.
    """

    def __init__(self, client: Any, version: str, secrets: Secrets) -> None:
        self._client = client
        self._version = version
        self._secrets = secrets

    def send(self, message: Outbound) -> Outcome:
        """Sends once. Whatever the service or the network does is an Outcome; so are secrets that cannot be had."""
        try:
            channel = self._secrets.current().channels.get(message.phone_number_id)
        except (TransientError, Misconfigured) as error:
            return without_secrets(error)
        if channel is None or channel.origination is None:
            return Refused("no_origination", Remedy.CHANNEL_DOWN)
        try:
            answer = self._client.send_whatsapp_message(
                originationPhoneNumberId=channel.origination,
                message=json.dumps(body_of(message)).encode(),
                metaApiVersion=self._version,
            )
        except Exception as error:  # noqa: BLE001 - as in adapters.sms
            return outcome_of(error, REMEDIES)
        finally:
            self._client.close()
        provider_id = answer.get("messageId")
        return Accepted(provider_id) if provider_id else Unknown("no_id")
