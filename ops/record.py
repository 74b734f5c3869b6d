"""Chalice's own record of what it deployed, shared by all who deploy a stage.

Chalice keeps it in .chalice/deployed/<stage>.json. Without it, it takes a deployed system for none, and makes a second API
under another address. So a copy lies in the stage's bucket, and the newer one counts.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ops.project import CHALICE, read_json

_KEY = "deployed.json"


class Record:
    """A stage's record, here and in its bucket. s3: a client."""

    def __init__(self, s3: Any, bucket: str, stage: str, chalice: Path = CHALICE) -> None:
        self._s3 = s3
        self._bucket = bucket
        self.path = chalice / "deployed" / f"{stage}.json"

    def resources(self) -> list[dict[str, Any]]:
        """What Chalice made, as it describes it; nothing before the first deployment."""
        return list(read_json(self.path)["resources"]) if self.path.exists() else []

    def one(self, kind: str) -> dict[str, Any] | None:
        """The only resource of that type, if there is one."""
        return next((each for each in self.resources() if each["resource_type"] == kind), None)

    def forget(self, name: str) -> None:
        """Lets Chalice think that it never made the resource of that name."""
        kept = [each for each in self.resources() if each["name"] != name]
        self.path.write_text(json.dumps({**read_json(self.path), "resources": kept}, indent=2) + "\n")

    def fetch(self) -> bool:
        """Takes the bucket's copy when it is newer than the one here, or there is none here. Returns whether it did."""
        try:
            copy = self._s3.get_object(Bucket=self._bucket, Key=_KEY)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return False
            raise
        body = copy["Body"].read()
        if self.path.exists():
            here = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
            if here >= copy["LastModified"] or self.path.read_bytes() == body:
                return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(body)
        return True

    def share(self) -> None:
        """Puts what is here into the bucket."""
        if self.path.exists():
            self._s3.put_object(Bucket=self._bucket, Key=_KEY, Body=self.path.read_bytes(), ContentType="application/json")
