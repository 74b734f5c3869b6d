"""What an operator does with a stage that runs: secrets, staff, dead letters, quarantine, rollback, and deletion at the end."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from typing import Any

import pytest

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.adapters.secrets import secret_values
from chalicelib.domain.inbound import NO_DAY, Broken
from chalicelib.flows.people import People
from chalicelib.ports import Key
from chalicelib.table import contacts, messages
from ops.parameters import Parameters
from ops.project import FUNCTIONS, function_name
from ops.target import utc_now
from tests.deploy.place import Place

STAGE = "pilot"
NUMBER = "100000000000001"


@dataclass(frozen=True)
class Pilot:
    """A deployed stage, with secrets and a channel, and its API on this machine."""

    place: Place
    api_url: str

    @property
    def store(self) -> DynamoStore:
        return DynamoStore(self.place.client("dynamodb"), f"kabar-{STAGE}", utc_now, rng=Random(1))

    def queue(self, name: str) -> str:
        return str(self.place.client("sqs").get_queue_url(QueueName=f"kabar-{STAGE}-{name}")["QueueUrl"])

    @property
    def media_bucket(self) -> str:
        buckets = self.place.client("s3").list_buckets()["Buckets"]
        return next(str(one["Name"]) for one in buckets if one["Name"].startswith(f"kabar-{STAGE}-media-"))

    def bodies(self, name: str) -> list[Any]:
        """What waits on a queue; it stays there, hidden for a while."""
        answer = self.place.client("sqs").receive_message(
            QueueUrl=self.queue(name), MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(one["Body"]) for one in answer.get("Messages", [])]

    def ops(self, *arguments: str, given: str = "") -> tuple[int, str, str]:
        done = self.place.ops(*arguments, "--stage", STAGE, given=given)
        return done.returncode, done.stdout, done.stderr


class Graph:
    """graph.facebook.com, for one message. asked: path, authorization and body of the last request."""

    def __init__(self) -> None:
        self.asked: tuple[str, str, dict[str, Any]] = ("", "", {})
        self.answer: tuple[int, dict[str, Any]] = (200, {"messages": [{"id": "wamid.invented"}]})
        graph = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                graph.asked = (self.path, self.headers["Authorization"], body)
                status, answer = graph.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def graph() -> Iterator[Graph]:
    made = Graph()
    with made.server:
        threading.Thread(target=made.server.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.server.shutdown()


@pytest.fixture(scope="module")
def pilot(place: Place) -> Iterator[Pilot]:
    done = place.ops("deploy", "--stage", STAGE, "--yes")
    assert done.returncode == 0, done.stderr
    place.ops("secrets", "set", "--stage", STAGE, given="app\nverify\naccess\n")
    place.ops("channels", "set", NUMBER, "--office", "1801", "--service", "KK", "--stage", STAGE)
    with place.api(STAGE) as url:
        yield Pilot(place, url)


def test_secrets_and_channels_are_complete_and_none_is_ever_shown(pilot: Pilot) -> None:
    code, out, err = pilot.ops("secrets", "check")
    assert code == 0, err
    assert "app_secret" in out
    assert not {"app", "verify", "access"} & set((out + err).replace("│", " ").split())


def test_a_secret_given_as_an_argument_is_refused(pilot: Pilot) -> None:
    code, _, err = pilot.ops("secrets", "set", "app_secret", "hunter2")
    assert code == 2
    assert "unexpected extra argument" in err


def test_a_token_is_the_only_thing_on_standard_output_and_opens_the_desk(pilot: Pilot) -> None:
    code, token, err = pilot.ops("staff", "add", "Ibu Invented", "--role", "officer", "--office", "1801")
    assert code == 0, err
    assert token.count("\n") == 1
    assert token.strip() not in err

    _, listed, _ = pilot.ops("staff", "list")
    assert "Ibu Invented" in listed
    assert token.strip() not in listed


def test_the_doctor_finds_a_deployed_stage_well_and_leaves_nothing_behind(pilot: Pilot) -> None:
    before = pilot.place.client("dynamodb").scan(TableName=f"kabar-{STAGE}")["Items"]

    code, out, err = pilot.ops("doctor", "--api-url", pilot.api_url)

    assert code == 0, out + err
    assert "0 failures, 0 warnings" in err
    assert "webhook, table, look-up" in out
    assert pilot.place.client("dynamodb").scan(TableName=f"kabar-{STAGE}")["Items"] == before


def test_the_doctor_warns_of_a_filter_that_is_gone_and_fails_for_a_subscription_that_is_off(pilot: Pilot) -> None:
    client = pilot.place.client("lambda")
    uuid = pilot.place.deployed(STAGE)["dispatch-dynamodb-event-source"]["event_uuid"]
    pattern = client.get_event_source_mapping(UUID=uuid)["FilterCriteria"]

    client.update_event_source_mapping(UUID=uuid, FilterCriteria={})
    warned = pilot.ops("doctor", "--api-url", pilot.api_url)
    client.update_event_source_mapping(UUID=uuid, FilterCriteria=pattern, Enabled=False)
    failed = pilot.ops("doctor", "--api-url", pilot.api_url)
    client.update_event_source_mapping(UUID=uuid, Enabled=True)

    assert warned[0] == 1, warned
    assert "no filter" in warned[1]
    assert failed[0] == 2, failed
    assert "it is Disabled" in failed[1]


def test_the_doctor_fails_for_a_right_that_was_added_by_hand(pilot: Pilot) -> None:
    iam, role = pilot.place.client("iam"), f"kabar-{STAGE}-deliver"
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="just-for-now", PolicyDocument=json.dumps(everything))

    code, out, _ = pilot.ops("doctor", "--api-url", pilot.api_url)
    iam.delete_role_policy(RoleName=role, PolicyName="just-for-now")

    assert code == 2
    assert "just-for-now was added" in out


def test_the_doctor_fails_when_nobody_answers(pilot: Pilot) -> None:
    code, out, _ = pilot.ops("doctor", "--api-url", "http://127.0.0.1:9/")
    assert code == 2
    assert "cannot be reached" in out


def test_the_doctor_fails_for_an_alarm_that_is_gone(pilot: Pilot) -> None:
    pilot.place.client("cloudwatch").delete_alarms(AlarmNames=[f"kabar-{STAGE}-quarantine"])
    code, out, _ = pilot.ops("doctor", "--api-url", pilot.api_url)
    assert code == 2
    assert f"kabar-{STAGE}-quarantine is missing" in out


def test_a_test_message_goes_to_ones_own_phone_as_an_approved_template(pilot: Pilot, graph: Graph) -> None:
    use_graph(pilot, graph)
    code, out, err = pilot.ops("send-test", "--to", "0812-0000-7777", "--yes")

    assert code == 0, err
    assert "Accepted (wamid.invented)" in err
    assert "81200007777" not in out + err
    (path, token, body) = graph.asked
    assert (path, token) == (f"/v24.0/{NUMBER}/messages", "Bearer access")
    assert (body["to"], body["template"]["name"]) == ("+6281200007777", "kabar_ready_pdf")


def test_a_refusal_is_told_with_its_code(pilot: Pilot, graph: Graph) -> None:
    use_graph(pilot, graph)
    graph.answer = (401, {"error": {"code": 190, "message": "expired"}})
    code, _, err = pilot.ops("send-test", "--to", "0812-0000-7777", "--yes")
    assert code == 1
    assert "Refused with code 190" in err


def test_a_test_sms_goes_by_sns(pilot: Pilot) -> None:
    code, _, err = pilot.ops("send-test", "--to", "0812-0000-7777", "--sms", "--yes")
    assert code == 0, err
    assert "Accepted" in err


def use_graph(pilot: Pilot, graph: Graph) -> None:
    path = pilot.place.project / ".chalice" / "config.json"
    config = json.loads(path.read_text())
    config["stages"][STAGE]["environment_variables"]["KABAR_GRAPH_URL"] = graph.url
    path.write_text(json.dumps(config))


def test_dead_letters_are_listed_put_back_and_not_put_back_twice(pilot: Pilot) -> None:
    sqs = pilot.place.client("sqs")
    for body in ('{"notice": "KTP-7F3K-9QXM-2DM.1"}', "nonsense"):
        sqs.send_message(QueueUrl=pilot.queue("notices-dead"), MessageBody=body)

    code, listed, err = pilot.ops("dead-letters", "list")
    assert code == 0, err
    assert "KTP-7F3K-9QXM-2DM.1" in listed
    assert "not a notice" in listed

    _, _, first = pilot.ops("dead-letters", "redrive")
    _, _, second = pilot.ops("dead-letters", "redrive")

    assert "Put 1 back" in first
    assert "Nothing to put back" in second
    assert pilot.bodies("notices") == [{"notice": "KTP-7F3K-9QXM-2DM.1"}]


def test_a_resident_is_shown_and_erased_by_a_number_that_no_command_line_holds(pilot: Pilot) -> None:
    phone = "+6281200007788"
    secrets = secret_values(Parameters(pilot.place.client("ssm"), STAGE).read())
    contact_id = People(pilot.store, Random(7)).find(secrets.address_key, phone, None, utc_now(), "Invented Name")
    code, shown, err = pilot.ops("person", "show", given="0812-0000-7788\n")
    assert code == 0, err
    assert {one["sk"] for one in json.loads(shown)["items"]} == {"CONTACT", "ADDRESS"}
    assert phone in shown
    code, out, err = pilot.ops("person", "erase", "--yes", given="0812-0000-7788\n")
    assert (code, out) == (0, ""), err
    assert pilot.store.get(contacts.key(contact_id)) is None
    code, _, err = pilot.ops("person", "show", given="0812-0000-7788\n")
    assert code == 1
    assert "Nobody with that number is known." in err


FILE = "c1 MSG#2026-03-02T01:30:00.000Z#0123456789abcdef.media"


def test_dead_letters_of_files_are_listed_and_put_back_onto_their_own_queue(pilot: Pilot) -> None:
    pilot.place.client("sqs").send_message(QueueUrl=pilot.queue("media-dead"), MessageBody=json.dumps({"media": FILE}))

    code, listed, err = pilot.ops("dead-letters", "list")
    _, _, told = pilot.ops("dead-letters", "redrive")

    assert code == 0, err
    assert FILE in listed
    assert "Put 1 back" in told
    assert pilot.bodies("media") == [{"media": FILE}]


def test_the_doctor_and_a_deployment_look_into_the_offices_files(pilot: Pilot) -> None:
    path = pilot.place.project / "chalicelib" / "offices" / "1801.toml"
    right = path.read_text()
    path.write_text(right + "\n[smss]\n")

    examined = pilot.ops("doctor", "--api-url", pilot.api_url)
    refused = pilot.ops("deploy", "--yes")
    path.write_text(right)

    assert examined[0] == 2
    assert "1801.toml: smss" in examined[1]
    assert refused[0] == 1
    assert "1801.toml: smss" in refused[2]
    assert "Deploying" not in refused[2]


def test_the_doctor_fails_for_a_bucket_that_was_opened_or_forgets_nothing(pilot: Pilot) -> None:
    s3, bucket = pilot.place.client("s3"), pilot.media_bucket
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]

    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={**closed, "BlockPublicPolicy": False})
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [one for one in rules if one["ID"] == "incoming"]}
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    code, out, _ = pilot.ops("doctor", "--api-url", pilot.api_url)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})

    assert code == 2
    said = " ".join(out.replace("│", " ").split())
    assert "the public is not kept out; it forgets nothing; it keeps versions" in said


def quarantined(pilot: Pilot, broken: Broken) -> str:
    for put in messages.put_broken(broken, utc_now()):
        pilot.store.put(put)
        kept = put.item
    return f"{broken.day}/{kept['sk']}"


def frame(**value: Any) -> str:
    about = {"entry": "1", "field": "messages", "metadata": {"phone_number_id": NUMBER}, "contacts": []}
    return json.dumps({**about, **value})


def message(name: str, timestamp: str) -> dict[str, Any]:
    return {"from": "6281200008001", "id": f"wamid.{name}", "timestamp": timestamp, "type": "text", "text": {"body": "halo"}}


def test_what_is_understood_after_a_fix_leaves_quarantine_and_is_stored_once(pilot: Pilot) -> None:
    """Its number belonged to nobody when it came."""
    day = utc_now().date().isoformat()
    raw = frame(messages=[message("late", str(int(utc_now().timestamp())))])
    id_ = quarantined(pilot, Broken("unknown_channel", day, raw))
    again = quarantined(pilot, Broken("TypeError", day, raw))

    code, out, _ = pilot.ops("quarantine", "show", id_[:23])
    assert (code, out.strip()) == (0, raw)
    code, _, err = pilot.ops("quarantine", "retry", id_[:23], again[:23], "--api-url", pilot.api_url)

    assert code == 0, err
    _, _, listed = pilot.ops("quarantine", "list")
    assert "nothing in quarantine" in listed
    scan = pilot.place.client("dynamodb").scan(TableName=f"kabar-{STAGE}")["Items"]
    assert len([item for item in scan if item["sk"]["S"].startswith("MSG#")]) == 1


def test_what_is_still_not_understood_stays_in_quarantine(pilot: Pilot) -> None:
    raw = frame(messages=[message("broken", "yesterday")])
    id_ = quarantined(pilot, Broken("no_time", NO_DAY, raw))

    code, _, err = pilot.ops("quarantine", "retry", id_, "--api-url", pilot.api_url)

    assert code == 1
    assert err.startswith("Error: Still not understood")
    _, out, _ = pilot.ops("quarantine", "list")
    assert out.count("no_time") == 1


def test_what_nobody_answers_for_is_put_back_as_it_was(pilot: Pilot) -> None:
    raw = frame(messages=[message("unreachable", "1790000000")])
    id_ = quarantined(pilot, Broken("unknown_channel", NO_DAY, raw))

    code, _, err = pilot.ops("quarantine", "retry", id_, "--api-url", "http://127.0.0.1:9/")

    assert code == 1
    assert "cannot be reached" in err
    day, _, hash_ = id_.partition("/")
    kept = pilot.store.get(Key(f"QUARANTINE#{day}", hash_))
    assert kept is not None
    assert kept["raw"] == raw


def test_a_queue_message_goes_onto_the_queue_again(pilot: Pilot) -> None:
    body = json.dumps(json.dumps({"notice": "KTP-7F3K-9QXM-2DM.2"}))
    id_ = quarantined(pilot, Broken("queue_message_KeyError", NO_DAY, body))

    code, _, err = pilot.ops("quarantine", "retry", id_, "--api-url", pilot.api_url)

    assert code == 0, err
    assert {"notice": "KTP-7F3K-9QXM-2DM.2"} in pilot.bodies("notices")


def test_a_rollback_puts_the_package_before_the_last_one_back_and_a_second_one_changes_nothing(pilot: Pilot) -> None:
    before = code_of(pilot)
    module = pilot.place.project / "chalicelib" / "__init__.py"
    module.write_text(module.read_text() + "# another release\n")
    assert pilot.ops("deploy", "--yes")[0] == 0
    assert code_of(pilot).isdisjoint(before)

    code, _, err = pilot.ops("rollback", "--yes")
    again = pilot.ops("rollback", "--yes")

    assert code == 0, err
    assert code_of(pilot) == before
    assert "nothing changed" in again[2]
    assert code_of(pilot) == before


def code_of(pilot: Pilot) -> set[str]:
    client = pilot.place.client("lambda")
    found = [client.get_function_configuration(FunctionName=function_name(STAGE, name)) for name in FUNCTIONS]
    return {one["CodeSha256"] for one in found}


def test_deletion_takes_the_application_and_leaves_the_data(pilot: Pilot) -> None:
    code, _, err = pilot.ops("delete", "--yes")

    assert code == 0, err
    functions = pilot.place.client("lambda").list_functions()["Functions"]
    assert not [one for one in functions if one["FunctionName"].startswith(f"kabar-{STAGE}")]
    assert pilot.place.client("dynamodb").describe_table(TableName=f"kabar-{STAGE}")["Table"]["TableStatus"] == "ACTIVE"
    assert pilot.ops("secrets", "check")[0] == 0
    assert pilot.ops("delete", "--yes")[0] == 0


def test_data_goes_only_when_the_stages_name_is_typed(pilot: Pilot) -> None:
    pilot.place.client("s3").put_object(Bucket=pilot.media_bucket, Key="1801/c1/photo", Body=b"invented")
    code, _, err = pilot.ops("delete", "--data", "--yes", given="prod\n")
    assert code == 1
    assert "nothing was deleted" in err
    assert f"kabar-{STAGE}" in pilot.place.client("dynamodb").list_tables()["TableNames"]

    code, _, err = pilot.ops("delete", "--data", "--yes", given=f"{STAGE}\n")
    assert code == 0, err
    assert f"kabar-{STAGE}" not in pilot.place.client("dynamodb").list_tables()["TableNames"]
    assert not [one for one in pilot.place.client("s3").list_buckets()["Buckets"] if STAGE in one["Name"]]
    assert pilot.place.client("ssm").get_parameters_by_path(Path=f"/kabar/{STAGE}/")["Parameters"] == []
    assert pilot.ops("delete", "--data", "--yes") == (
        0,
        "",
        f"There is no stage {STAGE} in ap-southeast-3: nothing to delete.\n",
    )
