import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import Settings
from ops.configure import Outputs, configure, environment, policies
from ops.failure import Failure
from ops.project import CHALICE, FUNCTIONS

STAGE = "invented"  # one that nobody has bootstrapped in this folder
STREAM = "arn:aws:dynamodb:ap-southeast-3:111122223333:table/kabar-invented/stream/2026-01-01T00:00:00.000"
STACK = {
    "TableName": "kabar-invented",
    "StreamArn": STREAM,
    "QueueName": "kabar-invented-notices",
    "QueueUrl": "https://sqs.ap-southeast-3.amazonaws.com/111122223333/kabar-invented-notices",
    "SmsEngine": "sns",
    "MediaQueueName": "kabar-invented-media",
    "MediaQueueUrl": "https://sqs.ap-southeast-3.amazonaws.com/111122223333/kabar-invented-media",
    "MediaBucket": "kabar-invented-media-111122223333-ap-southeast-3",
    "SocialMessaging": "no",
}
REPORTED = {
    **STACK,
    "SmsEngine": "eum",
    "SmsReportsTopic": "kabar-invented-sms-reports",
    "SmsConfigurationSet": "kabar-invented",
}
BY_SOCIAL = {**STACK, "SocialMessaging": "yes", "SocialTopic": "kabar-invented-whatsapp"}
OUTPUTS = Outputs.of(STACK)


@pytest.fixture
def chalice(tmp_path: Path) -> Path:
    """The project's .chalice, to be written into."""
    return Path(shutil.copytree(CHALICE, tmp_path / ".chalice", ignore=shutil.ignore_patterns("deploy*")))


def config(chalice: Path) -> dict[str, Any]:
    return dict(json.loads((chalice / "config.json").read_text()))


def test_a_new_stage_is_ready_for_chalice_deploy(chalice: Path) -> None:
    configure(STAGE, OUTPUTS, chalice)

    stage = config(chalice)["stages"][STAGE]
    assert stage["environment_variables"]["KABAR_TABLE"] == "kabar-invented"
    assert stage["autogen_policy"] is False
    for name in FUNCTIONS:
        policy = json.loads((chalice / stage["lambda_functions"][name]["iam_policy_file"]).read_text())
        assert policy["Version"] == "2012-10-17"


def test_a_second_time_nothing_is_written(chalice: Path) -> None:
    assert configure(STAGE, OUTPUTS, chalice) != []
    assert configure(STAGE, OUTPUTS, chalice) == []


def test_what_a_person_wrote_stays(chalice: Path) -> None:
    configure(STAGE, OUTPUTS, chalice)
    written = config(chalice)
    stage = written["stages"][STAGE]
    stage["environment_variables"]["KABAR_GRAPH_VERSION"] = "v25.0"
    stage["lambda_functions"]["deliver"]["lambda_memory_size"] = 768
    stage["api_gateway_stage"] = "api"
    (chalice / "config.json").write_text(json.dumps(written))

    moved = Outputs.of({**STACK, "TableName": "kabar-invented-restored"})
    configure(STAGE, moved, chalice)

    after = config(chalice)["stages"][STAGE]
    assert after["environment_variables"]["KABAR_TABLE"] == "kabar-invented-restored"
    assert after["environment_variables"]["KABAR_GRAPH_VERSION"] == "v25.0"
    assert after["lambda_functions"]["deliver"]["lambda_memory_size"] == 768
    assert after["api_gateway_stage"] == "api"


def test_other_stages_are_left_alone(chalice: Path) -> None:
    before = config(chalice)["stages"]["dev"]
    configure(STAGE, OUTPUTS, chalice)
    assert config(chalice)["stages"]["dev"] == before


def test_the_environment_is_what_settings_and_app_py_read_and_nothing_else() -> None:
    read = {f"KABAR_{name.upper()}" for name in Settings.__dataclass_fields__} | {
        "KABAR_STREAM_ARN",
        "KABAR_QUEUE_NAME",
        "KABAR_SMS_TOPIC",
        "KABAR_MEDIA_QUEUE_NAME",
        "KABAR_SOCIAL_TOPIC",
    }
    assert set(environment(STAGE, Outputs.of(REPORTED))) | set(environment(STAGE, Outputs.of(BY_SOCIAL))) <= read
    always = ("STAGE", "TABLE", "QUEUE_URL", "STREAM_ARN", "QUEUE_NAME", "MEDIA_QUEUE_URL", "MEDIA_QUEUE_NAME", "MEDIA_BUCKET")
    required = {f"KABAR_{name}" for name in always}
    assert set(environment(STAGE, OUTPUTS)) == required


def test_the_queues_name_and_its_address_are_those_of_one_queue() -> None:
    told = environment(STAGE, OUTPUTS)
    assert told["KABAR_QUEUE_URL"].endswith("/" + told["KABAR_QUEUE_NAME"])
    assert told["KABAR_MEDIA_QUEUE_URL"].endswith("/" + told["KABAR_MEDIA_QUEUE_NAME"])


def test_an_office_that_gets_reports_on_its_sms_has_one_function_more(chalice: Path) -> None:
    configure(STAGE, Outputs.of(REPORTED), chalice)
    stage = config(chalice)["stages"][STAGE]
    assert stage["environment_variables"]["KABAR_SMS_TOPIC"] == "kabar-invented-sms-reports"
    assert set(stage["lambda_functions"]) == {*FUNCTIONS, "sms_reports"}


def test_going_back_to_sns_takes_the_reports_away(chalice: Path) -> None:
    configure(STAGE, Outputs.of(REPORTED), chalice)
    configure(STAGE, OUTPUTS, chalice)
    assert not any(name.startswith("KABAR_SMS") for name in config(chalice)["stages"][STAGE]["environment_variables"])


def test_an_office_with_numbers_at_social_has_one_function_more_until_it_goes_back(chalice: Path) -> None:
    configure(STAGE, Outputs.of(BY_SOCIAL), chalice)
    stage = config(chalice)["stages"][STAGE]
    assert stage["environment_variables"]["KABAR_SOCIAL_TOPIC"] == "kabar-invented-whatsapp"
    assert set(stage["lambda_functions"]) == {*FUNCTIONS, "social"}

    configure(STAGE, OUTPUTS, chalice)
    assert "KABAR_SOCIAL_TOPIC" not in config(chalice)["stages"][STAGE]["environment_variables"]


def test_every_word_of_a_template_is_filled_in() -> None:
    for outputs in (OUTPUTS, Outputs.of(REPORTED), Outputs.of(BY_SOCIAL)):
        rendered = json.dumps(policies(STAGE, outputs))
        assert "$" not in rendered
        assert "When" not in rendered
        assert rendered.count("111122223333") > len(FUNCTIONS)


def test_deliver_may_send_by_one_engine_alone() -> None:
    by_sns, by_eum = (json.dumps(policies(STAGE, Outputs.of(stack))["deliver"]) for stack in (STACK, REPORTED))
    assert ("sns:Publish" in by_sns, "sms-voice" in by_sns) == (True, False)
    assert ("sns:Publish" in by_eum, "sms-voice" in by_eum) == (False, True)


def test_a_stream_that_is_none_is_refused() -> None:
    with pytest.raises(Failure, match="not the ARN"):
        policies(STAGE, Outputs.of({**STACK, "StreamArn": "None"}))
