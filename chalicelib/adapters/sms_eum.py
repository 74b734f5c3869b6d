"""SMS, by AWS End User Messaging SMS (`pinpoint-sms-voice-v2`).

Unlike SNS it reports back: by its configuration set's event destination, an SNS topic, with our `Context` in every event.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.adapters.aws_errors import THROTTLES
from chalicelib.adapters.sms import outcome_of
from chalicelib.domain.delivery import Accepted, Outcome, Remedy, TextMessage, Unknown

CONTEXT = "kabar"
_HALF_A_DAY_S = 12 * 3600

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        **dict.fromkeys(THROTTLES, Remedy.THROTTLED),
        "RequestExpired": Remedy.RETRY,
        # Nobody can be reached until a person has acted: rights, an origination identity, the account's spending limit.
        "AccessDeniedException": Remedy.CHANNEL_DOWN,
        "ExpiredTokenException": Remedy.CHANNEL_DOWN,
        "ResourceNotFoundException": Remedy.CHANNEL_DOWN,
        "ServiceQuotaExceededException": Remedy.CHANNEL_DOWN,
        "UnrecognizedClientException": Remedy.CHANNEL_DOWN,
        # A destination that opted out, or cannot be reached by this identity.
        "ConflictException": Remedy.OUR_FAULT,
        "ValidationException": Remedy.OUR_FAULT,
    }
)
"""The service model's errors of SendTextMessage."""

_OPTED_OUT = "DESTINATION_PHONE_NUMBER_OPTED_OUT"


class EumSms:
    """`chalicelib.ports.Sms` on SendTextMessage.

    client: built with `adapters.sms.sns_config`, so that nothing is tried twice. max_price_usd: per message.
    """

    def __init__(self, client: Any, configuration_set: str, max_price_usd: str = "1.00") -> None:
        self._client = client
        self._configuration_set = configuration_set
        self._max_price_usd = max_price_usd

    def send(self, message: TextMessage) -> Outcome:
        """Sends once. Whatever the service or the network does is an Outcome."""
        reports = {"ConfigurationSetName": self._configuration_set} if self._configuration_set else {}
        try:
            answer = self._client.send_text_message(
                DestinationPhoneNumber=message.phone,
                OriginationIdentity=message.sender,
                MessageBody=message.body,
                MessageType="TRANSACTIONAL",
                MaxPrice=self._max_price_usd,
                TimeToLive=_HALF_A_DAY_S,
                Context={CONTEXT: message.callback},
                **reports,
            )
        except Exception as error:  # noqa: BLE001 - as in adapters.sms
            opted_out = getattr(error, "response", {}).get("Reason") == _OPTED_OUT
            codes = {**REMEDIES, "ConflictException": Remedy.OPTED_OUT} if opted_out else REMEDIES
            return outcome_of(error, codes)
        finally:
            self._client.close()
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if provider_id else Unknown("no_id")
