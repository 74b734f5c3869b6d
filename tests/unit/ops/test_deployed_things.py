"""Chalice's record, the packages and the subscription, against clients in memory."""

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.deployed import Snapshot, difference
from ops.packages import Packages, sha256_of
from ops.record import Record
from ops.subscription import drop_stale

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class FakeBucket:
    """S3 with one bucket."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.written_at = AT

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": Bucket}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key]), "LastModified": self.written_at}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes | str, ContentType: str) -> None:  # noqa: N803
        assert Bucket
        assert ContentType
        self.objects[Key] = Body.encode() if isinstance(Body, str) else Body

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket
        del self.objects[Key]


class FakeLambda:
    """Lambda with event source mappings that may be gone."""

    class exceptions:  # noqa: N801  # as boto3 calls it
        class ResourceNotFoundException(Exception):
            """As boto3's."""

    def __init__(self, *mappings: str) -> None:
        self.mappings = set(mappings)

    def delete_event_source_mapping(self, *, UUID: str) -> None:  # noqa: N803
        if UUID not in self.mappings:
            raise self.exceptions.ResourceNotFoundException
        self.mappings.remove(UUID)


@pytest.fixture
def bucket() -> FakeBucket:
    return FakeBucket()


@pytest.fixture
def record(bucket: FakeBucket, tmp_path: Path) -> Record:
    return Record(bucket, "bucket", "prod", tmp_path)


EVENT = {"name": "dispatch-dynamodb-event-source", "resource_type": "dynamodb_event", "stream_arn": "old", "event_uuid": "u1"}
API = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": "a1"}


def here(record: Record, *resources: dict[str, str], at: datetime = AT) -> None:
    record.path.parent.mkdir(parents=True, exist_ok=True)
    record.path.write_text(json.dumps({"resources": list(resources), "schema_version": "2.0"}))
    os.utime(record.path, (at.timestamp(), at.timestamp()))


def test_a_machine_without_a_record_takes_the_one_in_the_bucket(record: Record, bucket: FakeBucket) -> None:
    bucket.objects["deployed.json"] = json.dumps({"resources": [API]}).encode()
    assert record.fetch()
    assert record.one("rest_api") == API


def test_of_two_records_the_newer_one_counts(record: Record, bucket: FakeBucket) -> None:
    bucket.objects["deployed.json"] = json.dumps({"resources": [API]}).encode()

    here(record, EVENT, at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    assert not record.fetch()
    assert record.one("dynamodb_event") == EVENT

    here(record, EVENT, at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    assert record.fetch()
    assert record.one("dynamodb_event") is None


def test_before_the_first_deployment_there_is_no_record(record: Record) -> None:
    assert not record.fetch()
    assert record.resources() == []
    record.share()


def test_a_subscription_to_another_stream_is_taken_away_and_forgotten(record: Record) -> None:
    here(record, EVENT, API)
    lambda_ = FakeLambda("u1")

    assert drop_stale(lambda_, record, "new")

    assert lambda_.mappings == set()
    assert record.resources() == [API]


def test_one_that_is_gone_already_is_forgotten_all_the_same(record: Record) -> None:
    here(record, EVENT, API)
    assert drop_stale(FakeLambda(), record, "new")
    assert record.resources() == [API]


def test_a_subscription_to_the_right_stream_is_kept(record: Record) -> None:
    here(record, EVENT, API)
    lambda_ = FakeLambda("u1")
    assert not drop_stale(lambda_, record, "old")
    assert lambda_.mappings == {"u1"}
    assert record.resources() == [EVENT, API]


def test_the_same_package_again_is_no_new_entry(bucket: FakeBucket) -> None:
    packages = Packages(bucket, "bucket")
    assert packages.keep(b"one", AT)
    assert not packages.keep(b"one", AT)
    assert packages.keep(b"two", AT)
    assert [one["sha256"] for one in packages.history()] == [sha256_of(b"one"), sha256_of(b"two")]
    assert packages.get(sha256_of(b"one")) == b"one"


def test_old_packages_go_unless_they_came_back(bucket: FakeBucket) -> None:
    packages = Packages(bucket, "bucket")
    for number in range(25):
        packages.keep(b"first" if number in {0, 10} else str(number).encode(), AT)
    assert len(packages.history()) == 20
    assert packages.get(sha256_of(b"first")) == b"first"
    assert len([key for key in bucket.objects if key.startswith("packages/")]) == 20


def test_what_a_deployment_made_changed_and_took_away_is_told_by_name() -> None:
    before: Snapshot = {"deliver": {"Timeout": 60, "Role": "r"}, "sms_reports": {"Role": "s"}}
    after: Snapshot = {"deliver": {"Timeout": 30, "Role": "r"}, "sweep": {"Role": "t"}}
    assert difference(before, after) == ["sweep: made", "deliver: Timeout changed", "sms_reports: gone"]
    assert difference(after, after) == []
