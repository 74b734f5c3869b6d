"""The bucket of what residents sent."""

from collections.abc import Iterator
from typing import Any

from ops.checks.finding import Finding, Patient, judged


def bucket(patient: Patient) -> Iterator[Finding]:
    """Whether nobody outside reads it, whether it is encrypted, and whether what is deleted or old is gone."""
    client, name = patient.target.client("s3"), patient.here.outputs["MediaBucket"]
    faults = {
        "the public is not kept out": not _closed(client, name),
        "it is not encrypted": not client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"],
        "it forgets nothing": not _forgets(client, name),
        "it keeps versions: what is deleted is still there": "Status" in client.get_bucket_versioning(Bucket=name),
    }
    yield judged(f"bucket {name}", [fault for fault, so in faults.items() if so], "closed, encrypted, forgetful")


def _closed(client: Any, name: str) -> bool:
    blocked = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    return len(blocked) == len(_PUBLIC) and all(blocked[one] for one in _PUBLIC)


def _forgets(client: Any, name: str) -> bool:
    rules = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    for_all = [one for one in rules if one["Status"] == "Enabled" and not _prefix(one)]
    return any("Days" in one.get("Expiration", {}) for one in for_all)


def _prefix(rule: dict[str, Any]) -> str:
    return str(rule.get("Filter", rule).get("Prefix", ""))


_PUBLIC = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
