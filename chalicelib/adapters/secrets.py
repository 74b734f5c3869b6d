"""Secrets, from SSM's parameters under `/kabar/<stage>/`."""

import json
import logging
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws_errors import PASSING_ERRORS, error_code, passes
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.ports import Channel, Clock, SecretValues

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

MAX_AGE = timedelta(minutes=5)
META, AWS = "meta", "aws"
# AWS's pattern (service model of SocialMessaging, WhatsAppPhoneNumberId), anchored.
ORIGINATION = re.compile(
    r"phone-number-id-[0-9A-Za-z]{1,99}|arn:[a-z-]+:social-messaging:[a-z0-9-]+:[0-9]{12}:phone-number-id/[0-9A-Za-z]+"
)
"""AWS's own id of a number that it carries, or its ARN."""
_OLDEST_SERVED = timedelta(hours=1)
_PAUSE_AFTER_FAILURE = timedelta(seconds=30)
_REQUIRED = ("address_key", "channels")
_OF_META = ("app_secret", "verify_token", "access_token")
_WORDS = {"app_secret", "app_secret_previous", "verify_token", "access_token", "address_key"}

_log = logging.getLogger(__name__)


class SsmSecrets:
    """`chalicelib.ports.Secrets` on SSM.

    Read in one go, and again when older than `max_age`. While SSM is down, the last values serve on for up to an hour. When SSM
    answers and something is missing or broken, nothing serves: whoever took a secret away may have meant it.
    """

    def __init__(self, client: "SSMClient", stage: str, clock: Clock, *, max_age: timedelta = MAX_AGE) -> None:
        self._client = client
        self._path = f"/kabar/{stage}/"
        self._clock = clock
        self._max_age = max_age
        self._lock = threading.Lock()
        self._held: SecretValues | None = None
        self._read_at = self._look_again_at = datetime.min.replace(tzinfo=UTC)

    def current(self) -> SecretValues:
        """Raises TransientError, or Misconfigured when one is missing or broken; the error names it and holds no value."""
        with self._lock:
            now = self._clock()
            if self._held is None or now >= self._look_again_at:
                self._held = self._refreshed(now)
            return self._held

    def _refreshed(self, now: datetime) -> SecretValues:
        last, self._held = self._held, None
        try:
            values = secret_values(self._parameters())
        except TransientError:
            if last is None or now - self._read_at > _OLDEST_SERVED:
                raise
            _log.warning("SSM cannot be read; secrets of %s serve on", self._read_at.isoformat())
            self._look_again_at = now + _PAUSE_AFTER_FAILURE
            return last
        self._read_at, self._look_again_at = now, now + self._max_age
        return values

    def _parameters(self) -> dict[str, str]:
        """What is under the path, by the last part of its name."""
        pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=self._path, WithDecryption=True)
        try:
            return {each["Name"].removeprefix(self._path): each["Value"] for page in pages for each in page["Parameters"]}
        except PASSING_ERRORS as error:
            if passes(error):
                raise TransientError("SSM does not answer") from error
            raise Misconfigured(f"{self._path} cannot be read: {error_code(error)}") from error


def secret_values(parameters: Mapping[str, str]) -> SecretValues:
    """Raises Misconfigured. White space around a value is a slip of the hand, and left away."""
    values = {name: value.strip() for name, value in parameters.items()}
    _require(values, _REQUIRED)
    for name in set(values) & _WORDS:
        if not (values[name].isascii() and values[name].isprintable()):
            raise Misconfigured(f"{name}: not one line of ASCII")
    channels = _channels(values["channels"])
    if any(channel.by == META for channel in channels.values()):
        _require(values, _OF_META)
    app_secrets = (values.get("app_secret", ""), values.get("app_secret_previous", ""))
    return SecretValues(
        app_secrets=tuple(secret for secret in app_secrets if secret),
        verify_token=values.get("verify_token", ""),
        access_token=values.get("access_token", ""),
        address_key=values["address_key"],
        channels=channels,
    )


def _require(values: Mapping[str, str], names: tuple[str, ...]) -> None:
    missing = [name for name in names if not values.get(name)]
    if missing:
        raise Misconfigured(f"missing or empty: {', '.join(missing)}")


def _channels(text: str) -> dict[str, Channel]:
    """From `{"<phone_number_id>": {"office": "1801", "service": "KTP"|null, …}}`; what else it may say, `Channel` tells."""
    try:
        numbers: Any = json.loads(text)
    except ValueError:
        raise Misconfigured("channels: not JSON") from None
    if not isinstance(numbers, dict) or not numbers:
        raise Misconfigured("channels: not an object with at least one phone_number_id")
    return {phone_number_id: _channel(phone_number_id, place) for phone_number_id, place in numbers.items()}


def _channel(phone_number_id: str, place: object) -> Channel:
    match place:
        case {"office": str(office), "service": str() | None as service} if office and service != "" and phone_number_id:
            more = {**_way(phone_number_id, place), "waba": _account(phone_number_id, place)}
            return Channel(office, service, **more, coexistence=_coexists(phone_number_id, place))
    raise Misconfigured(f"channels: {phone_number_id} needs an office, and a service or null")


def _way(phone_number_id: str, place: Any) -> dict[str, Any]:
    """Who carries the number's messages."""
    match place.get("by") or META, place.get("origination"):
        case "meta", _:
            return {}
        case "aws", str(origination) if ORIGINATION.fullmatch(origination):
            return {"by": AWS, "origination": origination}
        case "aws", _:
            raise Misconfigured(f"channels: {phone_number_id} is by aws, and needs its origination: phone-number-id-…")
    raise Misconfigured(f"channels: {phone_number_id} is neither by meta nor by aws")


def _account(phone_number_id: str, place: Any) -> str | None:
    """The WhatsApp Business Account that the number is of."""
    waba = place.get("waba")
    if waba is None or (isinstance(waba, str) and waba.isascii() and waba.isdigit()):
        return waba
    raise Misconfigured(f"channels: {phone_number_id}: its account (waba) is not an id of digits")


def _coexists(phone_number_id: str, place: Any) -> bool:
    """Whether the WhatsApp Business app stays on the number's phone."""
    match place.get("coexistence", False):
        case bool(coexistence):
            return coexistence
    raise Misconfigured(f"channels: {phone_number_id}: coexistence is true or false")
