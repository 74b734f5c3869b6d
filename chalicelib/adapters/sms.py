"""SMS, by Amazon SNS.

SNS reports nothing back but to CloudWatch, and its Publish has no idempotency key: as with WhatsApp, an ending that leaves
open whether the SMS was taken is Unknown. botocore would hide that by trying again on its own; `sns_config` forbids it.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from chalicelib.adapters.aws_errors import THROTTLES, error_code, http_status
from chalicelib.domain.delivery import Accepted, NotSent, Outcome, Refused, Remedy, TextMessage, Unknown

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_log = logging.getLogger(__name__)

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        **dict.fromkeys(THROTTLES, Remedy.THROTTLED),
        "RequestExpired": Remedy.RETRY,  # the function was frozen between signing and sending
        "OptedOut": Remedy.OPTED_OUT,
        # Nobody can be reached until a person has acted.
        "AccessDenied": Remedy.CHANNEL_DOWN,
        "AccessDeniedException": Remedy.CHANNEL_DOWN,
        "AuthorizationError": Remedy.CHANNEL_DOWN,
        "ExpiredToken": Remedy.CHANNEL_DOWN,
        "ExpiredTokenException": Remedy.CHANNEL_DOWN,
        "IncompleteSignature": Remedy.CHANNEL_DOWN,
        "InvalidClientTokenId": Remedy.CHANNEL_DOWN,
        "InvalidSecurity": Remedy.CHANNEL_DOWN,
        "MissingAuthenticationToken": Remedy.CHANNEL_DOWN,
        "OptInRequired": Remedy.CHANNEL_DOWN,
        "SignatureDoesNotMatch": Remedy.CHANNEL_DOWN,
        "UnrecognizedClientException": Remedy.CHANNEL_DOWN,
        # What we ask for is wrong: the phone, the sender or the text.
        "EndpointDisabled": Remedy.OUR_FAULT,
        "InvalidParameter": Remedy.OUR_FAULT,
        "InvalidParameterValue": Remedy.OUR_FAULT,
        "MissingParameter": Remedy.OUR_FAULT,
        "NotFound": Remedy.OUR_FAULT,
        "ParameterValueInvalid": Remedy.OUR_FAULT,
        "ValidationError": Remedy.OUR_FAULT,
        "ValidationException": Remedy.OUR_FAULT,
    }
)
"""SNS's error codes (source: the service model of SNS and AWS's common errors)."""

_NEVER_LEFT: Mapping[type[BotoCoreError], str] = MappingProxyType(
    {
        ConnectTimeoutError: "connect_timeout",
        EndpointConnectionError: "connect_failed",
        NoCredentialsError: "no_credentials",
        PartialCredentialsError: "no_credentials",
        CredentialRetrievalError: "no_credentials",
    }
)
"""What happens before the request leaves. botocore's SSLError is not here: it can also be a broken answer."""


def sns_config() -> Config:
    """How to build the client: one try, and limits like those of WhatsApp."""
    return Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"})


class SnsSms:
    """`chalicelib.ports.Sms` on SNS's Publish.

    client: built with `sns_config`, and used for nothing else. max_price_usd: SNS drops an SMS that would cost more, and tells
    nobody but its delivery log; so the limit stands well above the some tens of US cents that carriers in Indonesia ask for.
    """

    def __init__(self, client: "SNSClient", max_price_usd: str = "1.00") -> None:
        self._client = client
        self._max_price_usd = max_price_usd

    def send(self, message: TextMessage) -> Outcome:
        """Publishes once. Whatever SNS or the network does is an Outcome."""
        try:
            answer = self._client.publish(
                PhoneNumber=message.phone,
                Message=message.body,
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
                    "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": message.sender},
                    "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self._max_price_usd},
                },
            )
        except Exception as error:  # noqa: BLE001 - botocore's parsers raise even KeyError for an answer that is not SNS's
            return outcome_of(error, REMEDIES)
        finally:
            # A socket kept over a Lambda freeze is dead without knowing it, and would turn the next SMS into an unknown one.
            # A new connection costs some milliseconds within the region.
            self._client.close()
        provider_id = answer.get("MessageId")
        return Accepted(provider_id) if provider_id else Unknown("no_id")


def outcome_of(error: Exception, remedies: Mapping[str, Remedy]) -> Outcome:
    """How a send ended that raised. remedies: the engine's codes."""
    if isinstance(error, ClientError):
        return _refusal(error_code(error), http_status(error), remedies)
    return _breakdown(error)


def _refusal(code: str, status: int, remedies: Mapping[str, Remedy]) -> Outcome:
    if code in remedies:
        return Refused(code, remedies[code])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(f"http_{status}")
    _log.error("a message was refused by an unknown code: %s (HTTP %d)", code, status)
    return Refused(code or f"http_{status}", Remedy.OUR_FAULT)


def _breakdown(error: Exception) -> Outcome:
    """What an exchange without a whole answer means: NotSent only for what is known to come before sending."""
    if isinstance(error, ParamValidationError):
        return Refused("invalid_parameters", Remedy.OUR_FAULT)
    for kind, code in _NEVER_LEFT.items():
        if isinstance(error, kind):
            return NotSent(code)
    if isinstance(error, ReadTimeoutError):
        return Unknown("timeout")
    return Unknown("reset" if isinstance(error, HTTPClientError) else "malformed")
