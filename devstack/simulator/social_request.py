"""The bodies of requests to AWS End User Messaging Social, as its service model has them (rest-json)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from devstack.simulator.addresses import canonical
from devstack.simulator.config import Number

_ORIGINATION = re.compile(r"phone-number-id-.+|arn:.*:phone-number-id/[0-9a-zA-Z]+")
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")
_MEDIA_ID = re.compile(r"[A-Za-z0-9]{1,100}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_MESSAGE = 2_048_000


class SocialError(Exception):
    """An error of End User Messaging Social. code: its name, such as `ValidationException`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Send:
    """SendWhatsAppMessage. message: what the blob is JSON of."""

    phone_number_id: str
    message: object


def read_send(numbers: Mapping[str, Number]) -> Send:
    """The current request. Raises SocialError."""
    body = signed_body("originationPhoneNumberId", "message", "metaApiVersion")
    blob, version = body["message"], body["metaApiVersion"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise SocialError("InvalidParametersException", "metaApiVersion is not supported")
    try:
        raw = base64.b64decode(blob if isinstance(blob, str) else "", validate=True)
    except binascii.Error as error:
        raise SocialError("ValidationException", "message is no blob") from error
    if not 1 <= len(raw) <= _LONGEST_MESSAGE:
        raise SocialError("ValidationException", "message: length out of bounds")
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise SocialError("InvalidParametersException", "message is no valid JSON") from error
    return Send(number_of(body["originationPhoneNumberId"], numbers), message)


def signed_body(*required: str) -> dict[str, object]:
    """The current request's JSON, with all of the required members. Raises SocialError."""
    authorization = request.headers.get("Authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 ") or "/social-messaging/aws4_request" not in authorization:
        raise SocialError("MissingAuthenticationTokenException", "Missing Authentication Token")
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise SocialError("ValidationException", "the body is no JSON") from error
    missing = [name for name in required if not (isinstance(body, dict) and body.get(name))]
    if missing:
        raise SocialError("ValidationException", f"{', '.join(missing)}: must not be null")
    return dict(body)


def number_of(origination: object, numbers: Mapping[str, Number]) -> str:
    """The phone_number_id of the number that AWS calls so. Raises SocialError."""
    if not isinstance(origination, str) or not _ORIGINATION.fullmatch(origination):
        raise SocialError("ValidationException", "originationPhoneNumberId: does not fit the pattern")
    for phone_number_id, number in numbers.items():
        if number.origination == origination:
            return phone_number_id
    raise SocialError("ResourceNotFoundException", "The phone number is not linked")


def recipient(body: object) -> str:
    """Whom a message is to, canonical. A phone needs its plus, as seen in practice. Raises SocialError."""
    given = body.get("to") or body.get("recipient") if isinstance(body, dict) else None
    by_phone = isinstance(body, dict) and bool(body.get("to"))
    if not isinstance(given, str) or (by_phone and not _E164.fullmatch(given)):
        raise SocialError("InvalidParametersException", "Invalid destination phone number or message Id")
    try:
        return canonical(given)
    except ValueError as error:
        raise SocialError("InvalidParametersException", "Invalid destination phone number or message Id") from error


def callback(body: object) -> str | None:
    """What the sender wants to have back in reports."""
    given = body.get("biz_opaque_callback_data") if isinstance(body, dict) else None
    return given if isinstance(given, str) else None


@dataclass(frozen=True)
class GetMedia:
    """GetWhatsAppMessageMedia, into a bucket."""

    media_id: str
    bucket: str
    prefix: str


def read_get_media(numbers: Mapping[str, Number]) -> GetMedia:
    """The current request. Raises SocialError."""
    body = signed_body("originationPhoneNumberId", "mediaId")
    number_of(body["originationPhoneNumberId"], numbers)
    media_id, file = body["mediaId"], body.get("destinationS3File")
    if not isinstance(media_id, str) or not _MEDIA_ID.fullmatch(media_id):
        raise SocialError("ValidationException", "mediaId: does not fit the pattern")
    if not isinstance(file, dict) or "destinationS3PresignedUrl" in body:
        raise SocialError("InvalidParametersException", "the simulator writes to destinationS3File only")
    bucket, prefix = file.get("bucketName"), file.get("key")
    if not isinstance(bucket, str) or not _BUCKET.fullmatch(bucket) or not isinstance(prefix, str):
        raise SocialError("ValidationException", "destinationS3File: does not fit the pattern")
    return GetMedia(media_id, bucket, prefix)
