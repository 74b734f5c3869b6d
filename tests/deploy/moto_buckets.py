"""What moto's CloudFormation leaves out of a template's buckets: who is kept out, and what is forgotten."""

from collections.abc import Mapping
from typing import Any

from moto.s3.models import FakeBucket, s3_backends


def equip_buckets() -> None:
    """Makes a stack's buckets have these, from when they are made and after each change."""
    create, update = FakeBucket.create_from_cloudformation_json, FakeBucket.update_from_cloudformation_json

    def created(resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any) -> FakeBucket:
        bucket = create(resource_name, cloudformation_json, account_id, region_name, **kwargs)
        return _equipped(bucket, cloudformation_json["Properties"])

    def updated(
        original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> FakeBucket:
        bucket = update(original_resource, new_resource_name, cloudformation_json, account_id, region_name)
        return _equipped(bucket, cloudformation_json["Properties"])

    FakeBucket.create_from_cloudformation_json = staticmethod(created)  # type: ignore[method-assign]
    FakeBucket.update_from_cloudformation_json = staticmethod(updated)  # type: ignore[method-assign]


def _equipped(bucket: FakeBucket, said: Mapping[str, Any]) -> FakeBucket:
    backend = s3_backends[bucket.account_id]["aws"]
    backend.put_public_access_block(bucket.name, said["PublicAccessBlockConfiguration"])
    backend.put_bucket_lifecycle(bucket.name, [_as_api(rule) for rule in said["LifecycleConfiguration"]["Rules"]])
    if "VersioningConfiguration" in said:
        backend.put_bucket_versioning(bucket.name, said["VersioningConfiguration"]["Status"])
    return bucket


def _as_api(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule of the template under the names that S3's own API has."""
    same = {name: value for name, value in rule.items() if name not in {"Id", "Prefix"}}
    named = {"ID": rule["Id"], "Filter": {"Prefix": rule.get("Prefix", "")}, **same}
    days = named.pop("ExpirationInDays", None)
    return named if days is None else {**named, "Expiration": {"Days": days}}
