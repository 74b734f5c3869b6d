"""Residents' files, by AWS End User Messaging Social: AWS puts a file into the bucket, and there it is read like any other.

It lies under `incoming/` until it is told, hashed and stored in its own place; the bucket's lifecycle takes away, after a day,
what a function that died left there. Under what name AWS puts it is its own choice: the service model says the prefix and the
file's id, and in practice an ending follows by the type that Meta names. So what lies under a prefix of our own is the file.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws_errors import error_code
from chalicelib.domain.errors import Misconfigured, TransientError
from chalicelib.domain.media import NoLonger, NotNow
from chalicelib.ports import Download, Secrets

INCOMING = "incoming/"
_PIECE = 1 << 16
_NO_SUCH_FILE = "ResourceNotFoundException"

_log = logging.getLogger(__name__)


def social_config() -> Config:
    """How to build the client: AWS answers only when it has the whole file from Meta."""
    return Config(connect_timeout=3, read_timeout=60, retries={"total_max_attempts": 1, "mode": "standard"})


class SocialMedia:
    """`chalicelib.ports.MediaSource` on GetWhatsAppMessageMedia.

    social: built with `social_config`; s3, bucket: where AWS may put the file; draw: a name that nobody else draws.
    """

    def __init__(
        self, social: Any, s3: Any, bucket: str, secrets: Secrets, *, draw: Callable[[], str] = lambda: uuid4().hex
    ) -> None:
        self._social = social
        self._s3 = s3
        self._bucket = bucket
        self._secrets = secrets
        self._draw = draw

    @contextmanager
    def download(self, media_id: str, phone_number_id: str) -> Iterator[Download]:
        """As the port has it. The copy under `incoming/` is gone when the context ends."""
        origination = self._origination(phone_number_id)
        place = f"{INCOMING}{self._draw()}/"
        try:
            self._fetch(media_id, origination, place)
            yield self._opened(place)
        finally:
            self._clear(place)

    def _origination(self, phone_number_id: str) -> str:
        try:
            channel = self._secrets.current().channels.get(phone_number_id)
        except (TransientError, Misconfigured) as error:
            raise NotNow("no_credentials") from error
        if channel is None or channel.origination is None:
            raise NotNow("no_origination")
        return channel.origination

    def _fetch(self, media_id: str, origination: str, place: str) -> None:
        try:
            self._social.get_whatsapp_message_media(
                mediaId=media_id,
                originationPhoneNumberId=origination,
                destinationS3File={"bucketName": self._bucket, "key": place},
            )
        except (ClientError, BotoCoreError) as error:
            code = error_code(error)
            _log.warning("End User Messaging Social does not hand a file out", extra={"code": code or type(error).__name__})
            raise (NoLonger(code) if code == _NO_SUCH_FILE else NotNow(code or "no_answer")) from error
        finally:
            self._social.close()

    def _opened(self, place: str) -> Download:
        try:
            keys = self._keys(place)
            if not keys:
                raise NotNow("not_in_bucket")
            found = self._s3.get_object(Bucket=self._bucket, Key=keys[0])
        except (ClientError, BotoCoreError) as error:
            raise NotNow(error_code(error) or "bucket") from error
        return Download(_pieces(found["Body"]), found["ContentLength"])

    def _keys(self, place: str) -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=place)
        return [one["Key"] for one in listed.get("Contents", [])]

    def _clear(self, place: str) -> None:
        """Removes the copy; where that fails, the lifecycle does it."""
        with suppress(ClientError, BotoCoreError):
            for key in self._keys(place):
                self._s3.delete_object(Bucket=self._bucket, Key=key)


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(_PIECE)
    except BotoCoreError as error:
        raise NotNow("broken_off") from error
