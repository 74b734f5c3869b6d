"""`ops bootstrap` and then plain `chalice deploy`: a system that works, without anything that only `ops deploy` adds."""

import json
from dataclasses import dataclass
from subprocess import CompletedProcess

import pytest

from ops.project import FUNCTIONS, function_name
from tests.deploy.place import Place

STAGE = "dev"


@dataclass(frozen=True)
class Deployed:
    """What each command said."""

    place: Place
    commands: list[CompletedProcess[str]]


@pytest.fixture(scope="module")
def dev(place: Place) -> Deployed:
    commands = [
        place.ops("bootstrap", "--stage", STAGE, "--yes"),
        place.chalice("deploy", "--stage", STAGE),
        place.chalice("deploy", "--stage", STAGE),
    ]
    return Deployed(place, commands)


def test_it_deploys_and_deploys_again(dev: Deployed) -> None:
    assert [one.returncode for one in dev.commands] == [0, 0, 0], [one.stderr for one in dev.commands]


def test_every_function_is_there_with_its_own_policy(dev: Deployed) -> None:
    client, iam = dev.place.client("lambda"), dev.place.client("iam")
    for name in FUNCTIONS:
        found = client.get_function_configuration(FunctionName=function_name(STAGE, name))
        role = found["Role"].rpartition("/")[2]
        rendered = json.loads((dev.place.project / ".chalice" / "policies" / STAGE / f"{name}.json").read_text())
        assert iam.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"] == rendered
        assert found["Environment"]["Variables"]["KABAR_TABLE"] == f"kabar-{STAGE}"


def test_stream_and_queue_call_their_functions(dev: Deployed) -> None:
    mappings = dev.place.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ours = {one["FunctionArn"].rpartition(":")[2]: one for one in mappings if f"kabar-{STAGE}-" in one["FunctionArn"]}
    assert ours[f"kabar-{STAGE}-dispatch"]["StartingPosition"] == "TRIM_HORIZON"
    assert ours[f"kabar-{STAGE}-dispatch"]["State"] == ours[f"kabar-{STAGE}-deliver"]["State"] == "Enabled"
    assert ours[f"kabar-{STAGE}-deliver"]["BatchSize"] == 1


def test_chalice_delete_takes_the_functions_away_and_leaves_the_data(dev: Deployed) -> None:
    assert dev.place.chalice("delete", "--stage", STAGE).returncode == 0

    functions = dev.place.client("lambda").list_functions()["Functions"]
    assert not [one["FunctionName"] for one in functions if one["FunctionName"].startswith(f"kabar-{STAGE}")]
    assert dev.place.client("dynamodb").describe_table(TableName=f"kabar-{STAGE}")["Table"]["TableStatus"] == "ACTIVE"
