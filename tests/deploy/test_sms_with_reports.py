"""An office that sends by End User Messaging SMS has one function more, which hears the reports; and it can go back."""

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.deploy.place import Place

STAGE = "reported"


@pytest.fixture(scope="module")
def deployed(place: Place) -> CompletedProcess[str]:
    return place.ops("deploy", "--stage", STAGE, "--set", "SmsEngine=eum", "--yes")


def function(place: Place, name: str) -> dict[str, Any]:
    return dict(place.client("lambda").get_function_configuration(FunctionName=f"kabar-{STAGE}-{name}"))


def test_the_function_for_reports_listens_to_the_stacks_topic(place: Place, deployed: CompletedProcess[str]) -> None:
    assert deployed.returncode == 0, deployed.stderr
    sns = place.client("sns")
    (topic,) = [
        one["TopicArn"] for one in sns.list_topics()["Topics"] if one["TopicArn"].endswith(f"kabar-{STAGE}-sms-reports")
    ]
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert subscription["Endpoint"] == function(place, "sms_reports")["FunctionArn"]


def test_deliver_may_send_by_it_and_by_nothing_else(place: Place, deployed: CompletedProcess[str]) -> None:
    assert deployed.returncode == 0
    role = f"kabar-{STAGE}-deliver"
    policy = place.client("iam").get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
    assert "sms-voice:SendTextMessage" in json.dumps(policy)
    assert "sns:Publish" not in json.dumps(policy)
    variables = function(place, "deliver")["Environment"]["Variables"]
    assert (variables["KABAR_SMS_ENGINE"], variables["KABAR_SMS_CONFIGURATION_SET"]) == ("eum", f"kabar-{STAGE}")


def test_going_back_to_sns_takes_the_function_away(place: Place, deployed: CompletedProcess[str]) -> None:
    assert deployed.returncode == 0

    back = place.ops("deploy", "--stage", STAGE, "--set", "SmsEngine=sns", "--yes")

    assert back.returncode == 0, back.stderr
    assert "sms_reports: gone" in back.stderr
    assert "KABAR_SMS_ENGINE" not in function(place, "deliver")["Environment"]["Variables"]
