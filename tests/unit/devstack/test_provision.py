import json

import pytest
from botocore.exceptions import ClientError

from devstack.aws import LocalAws
from devstack.channels import by_office
from devstack.provision import Credentials, create_backing, store_secrets
from devstack.simulator.payloads import ACCOUNT


def test_the_template_gives_a_table_with_its_stream_and_a_queue_that_redrives(aws: LocalAws) -> None:
    backing = create_backing(aws, "unit")
    assert backing.table == "kabar-unit"
    table = aws.dynamodb().describe_table(TableName="kabar-unit")["Table"]
    assert table["LatestStreamArn"] == backing.stream_arn
    assert table["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == {"queue", "due"}
    queue = aws.sqs().get_queue_attributes(QueueUrl=backing.queue_url, AttributeNames=["All"])["Attributes"]
    assert queue["QueueArn"] == backing.queue_arn
    assert queue["VisibilityTimeout"] == "360"
    assert json.loads(queue["RedrivePolicy"])["maxReceiveCount"] == 5
    assert backing.dead_letters_url.endswith("/kabar-unit-notices-dead")
    assert backing.queue_url.startswith(aws.endpoint_url)


def test_the_template_gives_a_queue_for_photos_and_a_bucket(aws: LocalAws) -> None:
    backing = create_backing(aws, "photos")
    queue = aws.sqs().get_queue_attributes(QueueUrl=backing.media_queue_url, AttributeNames=["All"])["Attributes"]
    assert queue["QueueArn"] == backing.media_queue_arn
    assert queue["QueueArn"].endswith(":kabar-photos-media")
    assert backing.media_queue_name == "kabar-photos-media"
    assert queue["VisibilityTimeout"] == "720"
    assert json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"].endswith(":kabar-photos-media-dead")
    assert backing.media_dead_letters_url.startswith(aws.endpoint_url)
    assert aws.client("s3").list_objects_v2(Bucket=backing.media_bucket)["KeyCount"] == 0


def test_a_stack_that_is_there_already_is_not_taken_for_a_new_one(aws: LocalAws) -> None:
    create_backing(aws, "twice")
    with pytest.raises(ClientError, match="AlreadyExists"):
        create_backing(aws, "twice")


def test_the_secrets_can_be_read_in_one_call(aws: LocalAws) -> None:
    credentials = Credentials()
    store_secrets(aws, "unit", credentials)
    found = aws.ssm().get_parameters_by_path(Path="/kabar/unit/", WithDecryption=True)["Parameters"]
    assert {parameter["Type"] for parameter in found} == {"SecureString"}
    values = {parameter["Name"].removeprefix("/kabar/unit/"): parameter["Value"] for parameter in found}
    channels = json.loads(values.pop("channels"))
    assert values == vars(credentials)
    assert channels["100000000000002"] == {"office": "1801", "service": "KTP", "waba": ACCOUNT}


def test_two_runs_share_no_secret() -> None:
    first, second = vars(Credentials()), vars(Credentials())
    assert not set(first.values()) & set(second.values())
    assert all(len(value) >= 16 for value in first.values())


def test_offices_are_listed_with_their_channels() -> None:
    assert by_office() == [
        {
            "office": "1801",
            "channels": [
                {"service": "KK", "phone_number_id": "100000000000001"},
                {"service": "KTP", "phone_number_id": "100000000000002"},
                {"service": "PINDAH", "phone_number_id": "100000000000003"},
            ],
        },
        {
            "office": "7371",
            "channels": [
                {"service": "KK", "phone_number_id": "100000000000011"},
                {"service": "KTP", "phone_number_id": "100000000000012"},
                {"service": "LAHIR", "phone_number_id": "100000000000013"},
                {"service": "KIA", "phone_number_id": "100000000000014"},
            ],
        },
        {"office": "9171", "channels": [{"service": None, "phone_number_id": "100000000000021"}]},
    ]
