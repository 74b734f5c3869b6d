"""The packages that were deployed, kept in the stage's bucket, so that the one before can be brought back."""

import base64
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ops.failure import Failure
from ops.project import CHALICE

_HISTORY = "packages.json"
_KEPT = 20


def sha256_of(package: bytes) -> str:
    """A package's hash as Lambda tells it: base64."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def local(sha256: str, chalice: Path = CHALICE) -> bytes:
    """The package that Chalice built and Lambda now runs.

    Raises:
        Failure: it is not on this machine.
    """
    for path in (chalice / "deployments").glob("*.zip"):
        package = path.read_bytes()
        if sha256_of(package) == sha256:
            return package
    raise Failure("The package that Lambda runs was not built here; run `ops deploy` again.")


class Packages:
    """A stage's packages, oldest first. s3: a client."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def history(self) -> list[dict[str, str]]:
        """`{"at", "sha256"}` of each deployment that changed the package."""
        try:
            return list(json.loads(self._s3.get_object(Bucket=self._bucket, Key=_HISTORY)["Body"].read()))
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return []
            raise

    def keep(self, package: bytes, at: datetime) -> bool:
        """Adds a package, unless it is the last one; returns whether it was added."""
        sha256, past = sha256_of(package), self.history()
        if past and past[-1]["sha256"] == sha256:
            return False
        self._s3.put_object(Bucket=self._bucket, Key=_key(sha256), Body=package, ContentType="application/zip")
        history = [*past, {"at": at.isoformat(timespec="seconds"), "sha256": sha256}]
        self._s3.put_object(
            Bucket=self._bucket, Key=_HISTORY, Body=json.dumps(history[-_KEPT:]), ContentType="application/json"
        )
        kept = {one["sha256"] for one in history[-_KEPT:]}
        for one in history[:-_KEPT]:
            if one["sha256"] not in kept:
                self._s3.delete_object(Bucket=self._bucket, Key=_key(one["sha256"]))
        return True

    def get(self, sha256: str) -> bytes:
        """A package that was kept."""
        return bytes(self._s3.get_object(Bucket=self._bucket, Key=_key(sha256))["Body"].read())


def _key(sha256: str) -> str:
    return f"packages/{base64.b64decode(sha256).hex()}.zip"
