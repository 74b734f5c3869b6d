"""`ops deploy`, from an empty account to a working system, and again."""

import json
import re
from dataclasses import dataclass
from io import BytesIO
from subprocess import CompletedProcess
from typing import Any
from zipfile import ZipFile

import pytest
from cfnlint.api import ManualArgs, lint

from chalicelib.settings import Settings
from ops.packages import sha256_of
from ops.project import FUNCTIONS, function_name
from ops.tuning import STREAM_PATTERN, THROTTLES
from tests.deploy.place import ACCOUNT, REGION, Place

STAGE = "prod"
WRITTEN_BY_A_PERSON = {"tags": {"office": "1801"}}


@dataclass(frozen=True)
class Deployed:
    """A stage that was deployed twice, and what `ops` said each time."""

    place: Place
    first: CompletedProcess[str]
    again: CompletedProcess[str]

    def function(self, name: str) -> dict[str, Any]:
        client = self.place.client("lambda")
        return dict(client.get_function_configuration(FunctionName=function_name(STAGE, name)))

    def mapping(self, name: str) -> dict[str, Any]:
        uuid = self.place.deployed(STAGE)[name]["event_uuid"]
        return dict(self.place.client("lambda").get_event_source_mapping(UUID=uuid))

    def output(self, name: str) -> str:
        stack = self.place.client("cloudformation").describe_stacks(StackName=f"kabar-{STAGE}-backing")["Stacks"][0]
        return next(str(one["OutputValue"]) for one in stack["Outputs"] if one["OutputKey"] == name)


@pytest.fixture(scope="module")
def prod(place: Place) -> Deployed:
    config = place.project / ".chalice" / "config.json"
    written = json.loads(config.read_text())
    written["stages"][STAGE] = WRITTEN_BY_A_PERSON
    config.write_text(json.dumps(written))
    return Deployed(place, place.ops("deploy", "--stage", STAGE, "--yes"), place.ops("deploy", "--stage", STAGE, "--yes"))


def test_an_empty_account_has_the_system_after_one_command(prod: Deployed) -> None:
    assert prod.first.returncode == 0, prod.first.stderr
    assert prod.first.stdout.startswith("https://")
    assert prod.first.stdout.strip().endswith(f".execute-api.{REGION}.amazonaws.com/{STAGE}/")


def test_a_second_time_nothing_changes_and_it_says_so(prod: Deployed) -> None:
    assert prod.again.returncode == 0, prod.again.stderr
    assert "Nothing changed." in prod.again.stderr
    assert prod.again.stdout == prod.first.stdout


def test_it_says_what_is_still_to_be_entered(prod: Deployed) -> None:
    assert "Still to be entered: app_secret, verify_token, access_token, channels" in prod.first.stderr


def test_the_table_has_its_stream_its_indexes_and_its_protection(prod: Deployed) -> None:
    table = prod.place.client("dynamodb").describe_table(TableName=f"kabar-{STAGE}")["Table"]
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {"queue", "due"}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_table_forgets_what_has_expired_and_can_be_restored(prod: Deployed) -> None:
    client = prod.place.client("dynamodb")
    ttl = client.describe_time_to_live(TableName=f"kabar-{STAGE}")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    backups = client.describe_continuous_backups(TableName=f"kabar-{STAGE}")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_what_deliver_cannot_take_ends_among_the_dead_letters(prod: Deployed) -> None:
    attributes = prod.place.client("sqs").get_queue_attributes(QueueUrl=prod.output("QueueUrl"), AttributeNames=["All"])
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == prod.output("DeadLettersArn")
    assert int(attributes["Attributes"]["VisibilityTimeout"]) >= 6 * prod.function("deliver")["Timeout"]


def test_photos_have_a_queue_and_what_is_not_fetched_ends_among_its_dead_letters(prod: Deployed) -> None:
    attributes = prod.place.client("sqs").get_queue_attributes(QueueUrl=prod.output("MediaQueueUrl"), AttributeNames=["All"])
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == prod.output("MediaDeadLettersArn")
    assert int(attributes["Attributes"]["VisibilityTimeout"]) >= 6 * prod.function("media")["Timeout"]
    dead = prod.place.client("sqs").get_queue_attributes(
        QueueUrl=prod.output("MediaDeadLettersUrl"), AttributeNames=["MessageRetentionPeriod", "SqsManagedSseEnabled"]
    )["Attributes"]
    assert dead == {"MessageRetentionPeriod": str(14 * 24 * 3600), "SqsManagedSseEnabled": "true"}


def test_photos_lie_in_a_bucket_that_nobody_outside_reads_that_is_encrypted_and_forgets(prod: Deployed) -> None:
    s3, bucket = prod.place.client("s3"), prod.output("MediaBucket")
    assert bucket == f"kabar-{STAGE}-media-{ACCOUNT}-{REGION}"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    rules = {one["ID"]: one for one in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["cut-short"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert (rules["incoming"]["Filter"], rules["incoming"]["Expiration"]["Days"]) == ({"Prefix": "incoming/"}, 1)
    assert (rules["backstop"]["Filter"], rules["backstop"]["Expiration"]["Days"]) == ({"Prefix": ""}, 400)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)


def test_there_are_five_functions_for_arm_each_with_a_role_of_its_own(prod: Deployed) -> None:
    functions = [prod.function(name) for name in FUNCTIONS]
    assert {one["Architectures"][0] for one in functions} == {"arm64"}
    assert [one["Role"].rpartition("/")[2] for one in functions] == [f"kabar-{STAGE}-{name}" for name in FUNCTIONS]


def test_each_role_has_exactly_the_policy_that_was_rendered_for_it(prod: Deployed) -> None:
    iam = prod.place.client("iam")
    for name in FUNCTIONS:
        role = f"kabar-{STAGE}-{name}"
        assert iam.list_role_policies(RoleName=role)["PolicyNames"] == [role]
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
        rendered = json.loads((prod.place.project / ".chalice" / "policies" / STAGE / f"{name}.json").read_text())
        assert iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"] == rendered


def test_no_function_has_reserved_concurrency(prod: Deployed) -> None:
    client = prod.place.client("lambda")
    for name in FUNCTIONS:
        answer = client.get_function_concurrency(FunctionName=function_name(STAGE, name))
        assert "ReservedConcurrentExecutions" not in answer


def test_each_function_knows_its_table_and_its_queue(prod: Deployed) -> None:
    for name in FUNCTIONS:
        assert prod.function(name)["Environment"]["Variables"] == {
            "KABAR_STAGE": STAGE,
            "KABAR_TABLE": f"kabar-{STAGE}",
            "KABAR_QUEUE_NAME": f"kabar-{STAGE}-notices",
            "KABAR_QUEUE_URL": prod.output("QueueUrl"),
            "KABAR_STREAM_ARN": prod.output("StreamArn"),
            "KABAR_MEDIA_QUEUE_NAME": f"kabar-{STAGE}-media",
            "KABAR_MEDIA_QUEUE_URL": prod.output("MediaQueueUrl"),
            "KABAR_MEDIA_BUCKET": f"kabar-{STAGE}-media-{ACCOUNT}-{REGION}",
        }


def test_dispatch_gets_inserted_notices_and_files_alone_from_the_streams_beginning(prod: Deployed) -> None:
    mapping = prod.mapping("dispatch-dynamodb-event-source")
    assert mapping["EventSourceArn"] == prod.output("StreamArn")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert [json.loads(one["Pattern"]) for one in mapping["FilterCriteria"]["Filters"]] == [STREAM_PATTERN]


def test_deliver_takes_one_notice_at_a_time_and_not_too_many_at_once(prod: Deployed) -> None:
    mapping = prod.mapping("deliver-sqs-event-source")
    assert mapping["EventSourceArn"] == prod.output("QueueArn")
    assert mapping["BatchSize"] == 1
    # deliver paces itself by how many of it there are at once
    assert mapping["ScalingConfig"]["MaximumConcurrency"] == Settings.sends_at_once


def test_media_takes_one_file_at_a_time_and_two_at_once(prod: Deployed) -> None:
    mapping = prod.mapping("media-sqs-event-source")
    assert mapping["EventSourceArn"] == prod.output("MediaQueueArn")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]["MaximumConcurrency"]) == (1, 2)


def test_sweep_is_called_each_minute(prod: Deployed) -> None:
    events = prod.place.client("events")
    assert events.describe_rule(Name=f"kabar-{STAGE}-sweep-event")["ScheduleExpression"] == "rate(1 minute)"
    (target,) = events.list_targets_by_rule(Rule=f"kabar-{STAGE}-sweep-event")["Targets"]
    assert target["Arn"] == prod.function("sweep")["FunctionArn"]


def test_the_api_is_throttled(prod: Deployed) -> None:
    api = prod.place.deployed(STAGE)["rest_api"]["rest_api_id"]
    settings = prod.place.client("apigateway").get_stage(restApiId=api, stageName=STAGE)["methodSettings"]
    limits = {name: (one["throttlingRateLimit"], one["throttlingBurstLimit"]) for name, one in settings.items()}
    assert limits == THROTTLES


def test_logs_end_where_they_are_meant_to_and_are_not_kept_for_ever(prod: Deployed) -> None:
    groups = prod.place.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/kabar-{STAGE}")["logGroups"]
    expected = {f"/aws/lambda/{function_name(STAGE, name)}": 90 for name in FUNCTIONS}
    assert {one["logGroupName"]: one["retentionInDays"] for one in groups} == expected


def test_every_function_has_its_alarms_and_all_alarms_tell_somebody(prod: Deployed) -> None:
    alarms = prod.place.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"kabar-{STAGE}-")["MetricAlarms"]
    watched = {
        (one["MetricName"], each["Value"]) for one in alarms for each in one["Dimensions"] if each["Name"] == "FunctionName"
    }
    functions = [function_name(STAGE, name) for name in FUNCTIONS]
    assert watched >= {(metric, name) for metric in ("Errors", "Throttles") for name in functions}
    assert watched >= {("IteratorAge", f"kabar-{STAGE}-dispatch"), ("Invocations", f"kabar-{STAGE}-sweep")}
    assert {tuple(one["AlarmActions"]) for one in alarms} == {(prod.output("AlarmsTopicArn"),)}


def test_what_is_quarantined_is_counted_from_the_logs_of_every_function(prod: Deployed) -> None:
    filters = prod.place.client("logs").describe_metric_filters(filterNamePrefix=f"kabar-{STAGE}-backing")["metricFilters"]
    expected = {f"/aws/lambda/{function_name(STAGE, name)}" for name in FUNCTIONS}
    assert {one["logGroupName"] for one in filters} == expected
    assert {each["metricName"] for one in filters for each in one["metricTransformations"]} == {"Quarantined"}


def test_there_is_a_dashboard(prod: Deployed) -> None:
    board = prod.place.client("cloudwatch").get_dashboard(DashboardName=f"kabar-{STAGE}")
    titles = [one["properties"]["title"] for one in json.loads(board["DashboardBody"])["widgets"]]
    assert len(titles) == len(set(titles)) == 9


def test_the_package_is_small_and_kept_for_a_rollback(prod: Deployed) -> None:
    s3, bucket = prod.place.client("s3"), prod.output("DeploymentsBucket")
    assert bucket == f"kabar-{STAGE}-{ACCOUNT}-{REGION}"
    (entry,) = json.loads(s3.get_object(Bucket=bucket, Key="packages.json")["Body"].read())
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="packages/")["Contents"]]
    package = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert len(package) <= 5 * 1024 * 1024
    names = ZipFile(BytesIO(package)).namelist()
    assert any(re.fullmatch(r"chalicelib/__pycache__/wiring\.cpython-\d+\.pyc", name) for name in names), "not compiled"
    assert sha256_of(package) == entry["sha256"] == prod.function("deliver")["CodeSha256"]


def test_what_a_person_wrote_into_the_configuration_is_still_there(prod: Deployed) -> None:
    config = json.loads((prod.place.project / ".chalice" / "config.json").read_text())
    assert config["stages"][STAGE]["tags"] == WRITTEN_BY_A_PERSON["tags"]
    tags = prod.place.client("lambda").list_tags(Resource=prod.function("deliver")["FunctionArn"])["Tags"]
    assert tags["office"] == "1801"


def test_the_template_for_cloudformation_has_the_same_tuning_and_no_fault(prod: Deployed) -> None:
    done = prod.place.ops("package", "--stage", STAGE)
    assert done.returncode == 0, done.stderr
    template = (prod.place.project / "build" / "sam.json").read_text()
    assert lint(template, config=ManualArgs(regions=[REGION])) == []

    resources = json.loads(template)["Resources"]
    names = {one["Properties"]["FunctionName"] for one in resources.values() if one["Type"] == "AWS::Serverless::Function"}
    assert names == {function_name(STAGE, name) for name in FUNCTIONS}
    stream = resources["Dispatch"]["Properties"]["Events"]["DispatchDynamodbEventSource"]["Properties"]
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert [json.loads(one["Pattern"]) for one in stream["FilterCriteria"]["Filters"]] == [STREAM_PATTERN]
    settings = resources["RestAPI"]["Properties"]["MethodSettings"]
    limits = {f"{one['ResourcePath']}/{one['HttpMethod']}"[1:]: one["ThrottlingRateLimit"] for one in settings}
    assert limits == {method: rate for method, (rate, _) in THROTTLES.items()}


def test_a_stage_that_was_never_bootstrapped_is_not_packaged(prod: Deployed) -> None:
    refused = prod.place.ops("package", "--stage", "never")
    assert refused.returncode == 1
    assert "ops bootstrap" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_a_template_that_would_lose_the_table_is_refused(prod: Deployed) -> None:
    path = prod.place.project / ".chalice" / "backing.yaml"
    right = path.read_text()
    renamed = right.replace("  Table:\n", "  Ledger:\n").replace("Ref: Table }", "Ref: Ledger }").replace("[Table,", "[Ledger,")
    path.write_text(renamed)

    refused = prod.place.ops("deploy", "--stage", STAGE, "--yes")
    path.write_text(right)

    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: This would replace or remove Table")
    assert prod.place.client("dynamodb").describe_table(TableName=f"kabar-{STAGE}")["Table"]["TableStatus"] == "ACTIVE"


def test_another_machine_deploys_onto_the_same_api(prod: Deployed) -> None:
    (prod.place.project / ".chalice" / "deployed" / f"{STAGE}.json").unlink()

    elsewhere = prod.place.ops("deploy", "--stage", STAGE, "--yes")

    assert elsewhere.returncode == 0, elsewhere.stderr
    assert elsewhere.stdout == prod.first.stdout
    assert "Nothing changed." in elsewhere.stderr
    apis = prod.place.client("apigateway").get_rest_apis()["items"]
    assert [one["id"] for one in apis if one["id"] in prod.first.stdout] == [
        prod.place.deployed(STAGE)["rest_api"]["rest_api_id"]
    ]
