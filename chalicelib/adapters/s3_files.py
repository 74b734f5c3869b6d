"""The files that residents sent, in an S3 bucket that nobody outside can look into.

A file is at most 25 MB and on disk before its name is known (its hash), so it goes up in one PUT: what S3 answers for is there
whole, a PUT that ends early leaves nothing, and no parts have to be cleaned away. The body is read from disk in pieces. The
bucket encrypts by itself.
"""

from base64 import b64encode
from typing import IO, Any

from botocore.config import Config

from chalicelib.adapters.aws_errors import PASSING_ERRORS, passes
from chalicelib.domain.errors import TransientError
from chalicelib.ports import LINK_LIVES


def s3_config() -> Config:
    """How to talk to S3: with the signature that every region takes.

    Unless told an addressing style, botocore signs links for the host of us-east-1, which sends whoever comes for a bucket of
    another region on to another host, where the signature is none.
    """
    return Config(
        signature_version="s3v4", s3={"addressing_style": "virtual"}, connect_timeout=2, read_timeout=20,
        retries={"mode": "standard", "total_max_attempts": 3},
    )  # fmt: skip


class S3Files:
    """`chalicelib.ports.Files` on one bucket. client: made with `s3_config()`."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, key: str, content: IO[bytes], *, size: int, content_type: str, sha256: bytes) -> None:
        """S3 takes it only when what arrived has that hash. What is wrong with the bucket itself propagates."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentLength=size, ContentType=content_type,
                ChecksumSHA256=b64encode(sha256).decode(),
            )  # fmt: skip
        except PASSING_ERRORS as error:
            raise _told(error) from error

    def link(self, key: str, *, content_type: str, name: str) -> str:
        """A presigned GET, made here. Whatever the file says of itself, browsers save it, as what it was found to be."""
        wanted = {
            "Bucket": self._bucket, "Key": key, "ResponseContentType": content_type,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }  # fmt: skip
        link: str = self._client.generate_presigned_url("get_object", wanted, ExpiresIn=int(LINK_LIVES.total_seconds()))
        return link

    def delete(self, key: str) -> None:
        """As the port has it."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except PASSING_ERRORS as error:
            raise _told(error) from error


def _told(error: Exception) -> Exception:
    return TransientError("S3 does not answer") if passes(error) else error
