"""A table that is made anew, or restored, and so has another stream."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.notice import Kind, Notice, State
from chalicelib.ports import Key, Put
from chalicelib.table import notices
from ops.target import utc_now
from tests.deploy.place import Place

STAGE = "uat"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def uat(place: Place) -> Place:
    done = place.ops("deploy", "--stage", STAGE, "--yes")
    assert done.returncode == 0, done.stderr
    return place


def store(place: Place, table: str) -> DynamoStore:
    return DynamoStore(place.client("dynamodb"), table, utc_now, rng=Random(1))


def notice(state: State, revision: int) -> Notice:
    return Notice(
        id="KTP-7F3K-9QXM-2DM.1",
        kind=Kind.READY,
        answer=False,
        office="1801",
        contact_id="c1",
        phone_number_id="1",
        caused_at=NOW,
        due_at=NOW if state is State.PLANNED else None,
        request_id="KTP-7F3K-9QXM-2DM",
        version=1,
        state=state,
        revision=revision,
    )


def subscriptions(place: Place) -> list[dict[str, Any]]:
    mappings = place.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [one for one in mappings if one["FunctionArn"].endswith(f"kabar-{STAGE}-dispatch")]


def stream_of(place: Place, table: str) -> str:
    return str(place.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"])


def test_dispatch_is_subscribed_to_the_new_stream_when_the_table_was_made_anew(uat: Place) -> None:
    """A person deleted the table in the console, and CloudFormation makes it anew under the stack."""
    client, name = uat.client("dynamodb"), f"kabar-{STAGE}"
    before = stream_of(uat, name)
    made_anew(client, name)
    pretend_that_the_stack_tells(uat, stream_of(uat, name))

    again = uat.ops("bootstrap", "--stage", STAGE, "--yes")
    deployed = uat.chalice("deploy", "--stage", STAGE)

    assert (again.returncode, deployed.returncode) == (0, 0), again.stderr + deployed.stderr
    assert "dispatch's subscription to the stream of a former table: removed" in again.stderr
    (only,) = subscriptions(uat)
    assert only["EventSourceArn"] == stream_of(uat, name) != before
    assert only["StartingPosition"] == "TRIM_HORIZON"


def made_anew(client: Any, name: str) -> None:
    table = client.describe_table(TableName=name)["Table"]
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    client.delete_table(TableName=name)
    indexes = [{key: one[key] for key in ("IndexName", "KeySchema", "Projection")} for one in table["GlobalSecondaryIndexes"]]
    client.create_table(
        TableName=name,
        KeySchema=table["KeySchema"],
        AttributeDefinitions=table["AttributeDefinitions"],
        GlobalSecondaryIndexes=indexes,
        StreamSpecification=table["StreamSpecification"],
        BillingMode="PAY_PER_REQUEST",
    )


def pretend_that_the_stack_tells(place: Place, stream_arn: str) -> None:
    """Moto's stack keeps telling of the stream that it made; a real one would tell of the one that is there."""
    given = [
        {"ParameterKey": "Stage", "ParameterValue": STAGE},
        {"ParameterKey": "RestoredTable", "ParameterValue": f"kabar-{STAGE}"},
        {"ParameterKey": "RestoredStreamArn", "ParameterValue": stream_arn},
    ]
    template = (place.project / ".chalice" / "backing.yaml").read_text()
    place.client("cloudformation").update_stack(StackName=f"kabar-{STAGE}-backing", TemplateBody=template, Parameters=given)


def test_a_restore_puts_a_new_table_in_the_old_ones_place_and_forgets_nothing_that_was_sent(uat: Place) -> None:
    former = f"kabar-{STAGE}"
    store(uat, former).put(notices.put_new(notice(State.PLANNED, 0)))
    store(uat, former).put(Put({"pk": "CONTACT#c1", "sk": "CONTACT"}))
    store(uat, former).put(Put({"pk": "TOKEN#revoked", "sk": "TOKEN"}))
    at = latest_backup(uat, former)
    made = f"{former}-{at:%Y%m%dT%H%M%S}"
    restored_at_that_moment(uat, former, made)
    what_happened_since(uat, former)

    done = uat.ops("restore", "--stage", STAGE, "--to", at.isoformat(), "--yes", "--pause", "0")

    assert done.returncode == 0, done.stderr
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("Carried over")]
    assert told == "Carried over: 1 notices, 1 opt-outs, 1 revoked tokens."
    now = store(uat, made)
    item = now.get(notices.key("KTP-7F3K-9QXM-2DM.1"))
    assert item is not None
    assert notices.read(item).state is State.DELIVERED
    contact = now.get(Key("CONTACT#c1", "CONTACT"))
    assert contact is not None
    assert "opted_out_at" in contact
    assert now.get(Key("TOKEN#revoked", "TOKEN")) is None
    restored_and_live(uat, made)


def latest_backup(place: Place, table: str) -> datetime:
    """Moto's backups begin and end when they are switched on."""
    told = place.client("dynamodb").describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    latest: datetime = told["PointInTimeRecoveryDescription"]["LatestRestorableDateTime"]
    return latest.astimezone(UTC)


def restored_at_that_moment(place: Place, former: str, made: str) -> None:
    """Moto restores the present whatever time it is asked for, so this is done while that is the past."""
    client = place.client("dynamodb")
    client.restore_table_to_point_in_time(SourceTableName=former, TargetTableName=made, UseLatestRestorableTime=True)


def what_happened_since(place: Place, table: str) -> None:
    at = store(place, table)
    at.put(Put(notices.put_next(notice(State.DELIVERED, 4)).item))
    at.put(Put({"pk": "CONTACT#c1", "sk": "CONTACT", "opted_out_at": "2026-03-02T02:00:00.000Z"}))
    place.client("dynamodb").delete_item(TableName=table, Key={"pk": {"S": "TOKEN#revoked"}, "sk": {"S": "TOKEN"}})


def restored_and_live(place: Place, made: str) -> None:
    client = place.client("dynamodb")
    table = client.describe_table(TableName=made)["Table"]
    assert table["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert table["DeletionProtectionEnabled"] is True
    assert client.describe_time_to_live(TableName=made)["TimeToLiveDescription"]["AttributeName"] == "expires_at"
    (only,) = subscriptions(place)
    assert (only["EventSourceArn"], only["State"]) == (stream_of(place, made), "Enabled")
    functions = place.client("lambda").get_function_configuration(FunctionName=f"kabar-{STAGE}-deliver")
    assert functions["Environment"]["Variables"]["KABAR_TABLE"] == made
    assert place.client("events").describe_rule(Name=f"kabar-{STAGE}-sweep-event")["State"] == "ENABLED"


def test_the_same_restore_again_changes_nothing(uat: Place) -> None:
    table = uat.client("lambda").get_function_configuration(FunctionName=f"kabar-{STAGE}-deliver")
    made = table["Environment"]["Variables"]["KABAR_TABLE"]
    at = datetime.strptime(made.rpartition("-")[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

    again = uat.ops("restore", "--stage", STAGE, "--to", at.isoformat(), "--yes")

    assert again.returncode == 0, again.stderr
    assert "nothing to do" in again.stderr


def test_a_time_outside_of_the_backups_is_refused_in_one_sentence(uat: Place) -> None:
    refused = uat.ops("restore", "--stage", STAGE, "--to", "2020-01-01T00:00:00Z", "--yes")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: Backups of kabar-{STAGE}")
