"""An office with numbers at End User Messaging Social: one function more, and nothing that it cannot take is lost."""

import json
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.adapters import backing
from tests.deploy.place import ACCOUNT, REGION, Place

STAGE = "social"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:kabar-{STAGE}-whatsapp"
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:kabar-{STAGE}-social-dead"
FUNCTION = f"kabar-{STAGE}-social"


@pytest.fixture(scope="module")
def deployed(place: Place) -> CompletedProcess[str]:
    done = place.ops("deploy", "--stage", STAGE, "--set", "SocialMessaging=yes", "--yes")
    assert done.returncode == 0, done.stderr
    return done


def subscription(place: Place) -> dict[str, Any]:
    (found,) = place.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    return dict(found)


def dead_letters(place: Place) -> str:
    return str(place.client("sqs").get_queue_url(QueueName=f"kabar-{STAGE}-social-dead")["QueueUrl"])


@pytest.mark.usefixtures("deployed")
def test_the_function_hears_the_topic_and_knows_its_name(place: Place) -> None:
    function = place.client("lambda").get_function_configuration(FunctionName=FUNCTION)
    assert subscription(place)["Endpoint"] == function["FunctionArn"]
    assert function["Environment"]["Variables"]["KABAR_SOCIAL_TOPIC"] == f"kabar-{STAGE}-whatsapp"


@pytest.mark.usefixtures("deployed")
def test_what_it_cannot_take_and_what_sns_cannot_hand_over_lies_among_the_dead_letters(place: Place) -> None:
    caught = place.client("lambda").get_function_event_invoke_config(FunctionName=FUNCTION)
    assert caught["DestinationConfig"]["OnFailure"]["Destination"] == DEAD
    assert (caught["MaximumRetryAttempts"], caught["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)
    arn = subscription(place)["SubscriptionArn"]
    attributes = place.client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert json.loads(attributes["RedrivePolicy"]) == {"deadLetterTargetArn": DEAD}
    queue = place.client("sqs").get_queue_attributes(QueueUrl=dead_letters(place), AttributeNames=["All"])["Attributes"]
    assert (queue["MessageRetentionPeriod"], queue["SqsManagedSseEnabled"]) == (str(14 * 24 * 3600), "true")


def test_nobody_but_its_topic_writes_among_the_dead_letters() -> None:
    policy = backing.template()["Resources"]["SocialDeadLettersPolicy"]["Properties"]  # moto leaves out policies of queues
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "sns.amazonaws.com"}, "sqs:SendMessage")
    assert statement["Condition"] == {
        "ArnEquals": {"aws:SourceArn": "WhatsApp"}
    }  # a reference, as tests.adapters.backing reads it


@pytest.mark.usefixtures("deployed")
def test_a_second_deployment_changes_nothing(place: Place) -> None:
    again = place.ops("deploy", "--stage", STAGE, "--yes")
    assert again.returncode == 0, again.stderr
    assert "Nothing changed." in again.stderr


@pytest.mark.usefixtures("deployed")
def test_a_number_of_awss_is_all_that_a_stage_needs(place: Place) -> None:
    number = ("channels", "set", "100000000000031", "--stage", STAGE, "--office", "1801", "--service", "KTP")
    without = place.ops(*number, "--by", "aws")
    assert without.returncode == 1
    assert "--origination" in without.stderr
    done = place.ops(*number, "--by", "aws", "--origination", "phone-number-id-0123456789abcdef0123456789abcdef")
    assert done.returncode == 0, done.stderr
    assert "End User Messaging Social" in done.stderr
    assert "aws" in place.ops("channels", "list", "--stage", STAGE).stdout
    checked = place.ops("secrets", "check", "--stage", STAGE)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.usefixtures("deployed")
def test_dead_events_are_listed_by_their_ids_alone(place: Place) -> None:
    said = {"whatsAppWebhookEntry": "+6281200000001 menulis"}
    sns = {"Type": "Notification", "MessageId": "invented-id", "TopicArn": TOPIC, "Message": json.dumps(said)}
    place.client("sqs").send_message(QueueUrl=dead_letters(place), MessageBody=json.dumps(sns))

    listed = place.ops("dead-letters", "list", "--stage", STAGE)

    assert "invented-id" in listed.stdout
    assert "menulis" not in listed.stdout + listed.stderr


@pytest.mark.usefixtures("deployed")
def test_the_doctor_sees_what_would_be_lost(place: Place) -> None:
    told = doctor(place)
    assert "what it cannot take is lost" not in told
    assert "no number is Meta's" in told

    place.client("lambda").delete_function_event_invoke_config(FunctionName=FUNCTION)
    place.client("sns").set_subscription_attributes(
        SubscriptionArn=subscription(place)["SubscriptionArn"], AttributeName="RedrivePolicy", AttributeValue="{}"
    )
    told = doctor(place)
    assert "what it cannot take is lost" in told
    assert "what SNS cannot hand over is lost" in told

    mended = place.ops("deploy", "--stage", STAGE, "--yes")
    assert "social: what it cannot take lies among its dead letters" in mended.stderr
    assert "is lost" not in doctor(place)


def doctor(place: Place) -> str:
    return place.ops("doctor", "--stage", STAGE, "--api-url", "http://127.0.0.1:1/").stdout.replace("\n", " ")
