"""`ops templates` against the simulated Graph API, over HTTP."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from chalicelib.adapters.catalogue import load_offices
from chalicelib.settings import Settings
from devstack.simulator.payloads import ACCOUNT
from ops.__main__ import ops
from ops.api import Api
from ops.checks.finding import Finding, Level, Patient
from ops.checks.templates import templates
from ops.failure import Failure
from ops.graph import Graph, refused_by
from ops.target import Target
from ops.template_forms import submissions
from ops.template_standing import compare, plan
from ops.templates import carried_out
from tests.unit.simulator.stand import TOKEN, Stand

REGION = "ap-southeast-3"
COUNT = len(submissions("1801"))
MUST_ARRIVE = sum("message_send_ttl_seconds" in one for one in submissions("1801"))
NUMBER, OTHER = "100000000000002", "100000000000011"


@pytest.fixture(autouse=True)
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in {"AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented", "AWS_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("ssm", region_name=REGION)
        for name in ("app_secret", "verify_token", "address_key"):
            store(client, name, "invented")
        store(client, "access_token", TOKEN)
        channels(client, {NUMBER: {"office": "1801", "service": "KTP", "waba": ACCOUNT}})
        yield client


def store(client: Any, name: str, value: str) -> None:
    client.put_parameter(Name=f"/kabar/unit/{name}", Value=value, Type="SecureString", Overwrite=True)


def channels(client: Any, numbers: dict[str, Any]) -> None:
    store(client, "channels", json.dumps(numbers))


def run(stand: Stand, *arguments: str, answer: str = "") -> Result:
    command = ["templates", *arguments, "--stage", "unit", "--graph-url", stand.url]
    return CliRunner().invoke(ops, command, input=answer)


def by_hand(stand: Stand, name: str, **changes: Any) -> None:
    """Somebody edits a template in WhatsApp Manager."""
    signed_in = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    listed = stand.http.request("GET", f"{stand.url}/v24.0/{ACCOUNT}/message_templates?limit=100", headers=signed_in).json()
    identifier = next(one["id"] for one in listed["data"] if (one["name"], one["language"]) == (name, "id"))
    raw = json.dumps(changes).encode()
    answer = stand.http.request("POST", f"{stand.url}/v24.0/{identifier}", body=raw, headers=signed_in)
    assert answer.json() == {"success": True}
    stand.settle()


def synced(stand: Stand) -> Result:
    done = run(stand, "sync", "--yes")
    assert done.exit_code == 0, done.output
    stand.settle()
    return done


def test_before_the_first_sync_all_are_missing_and_what_must_arrive_fails(stand: Stand) -> None:
    told = run(stand, "status")
    assert told.exit_code == 2
    assert told.stdout.count("missing") == COUNT
    assert f"{MUST_ARRIVE} that must arrive cannot be used" in told.stderr


def test_a_sync_submits_all_and_the_next_one_nothing(stand: Stand) -> None:
    first = synced(stand)
    assert first.stdout.count("create") == COUNT
    assert f"{COUNT} submitted, 0 refused" in first.stderr
    status = run(stand, "status")
    assert (status.exit_code, status.stdout.count("APPROVED")) == (0, COUNT)
    again = synced(stand)
    assert again.stdout.count("nothing") == COUNT
    assert "0 submitted" in again.stderr


@pytest.mark.parametrize("office", sorted(load_offices()))
def test_meta_takes_every_template_of_every_office(stand: Stand, ssm: Any, office: str) -> None:
    channels(ssm, {NUMBER: {"office": office, "service": None, "waba": ACCOUNT}})
    synced(stand)
    assert run(stand, "status").exit_code == 0


def test_templates_are_reviewed_for_a_while(stand: Stand) -> None:
    run(stand, "sync", "--yes")
    told = run(stand, "status")
    assert (told.exit_code, told.stdout.count("PENDING")) == (2, COUNT)


def test_nothing_is_submitted_without_a_yes(stand: Stand) -> None:
    refused = run(stand, "sync", answer="n\n")
    assert (refused.exit_code, "Nothing was submitted" in refused.stderr) == (1, True)
    assert run(stand, "status").stdout.count("missing") == COUNT
    assert run(stand, "sync", answer="y\n").exit_code == 0


def test_a_paused_template_is_told_and_left_alone(stand: Stand) -> None:
    synced(stand)
    stand.post("/sim/templates", {"name": "kabar_ready_card", "language": "id", "status": "paused"})
    told = run(stand, "status")
    assert (told.exit_code, told.stdout.count("PAUSED")) == (2, 1)
    done = run(stand, "sync", "--yes")
    assert (done.exit_code, done.stdout.count("nothing")) == (0, COUNT)


def test_a_template_that_need_not_arrive_is_a_warning(stand: Stand) -> None:
    synced(stand)
    stand.post("/sim/templates", {"name": "kabar_opened", "language": "id", "status": "rejected", "reason": "SCAM"})
    told = run(stand, "status")
    assert (told.exit_code, "rejected for SCAM" in told.stdout) == (1, True)


def test_what_was_changed_at_meta_is_edited_back_once_a_day(stand: Stand) -> None:
    synced(stand)
    by_hand(stand, "kabar_ready_card", message_send_ttl_seconds=900)
    told = run(stand, "status")
    assert (told.exit_code, "differs in time to live" in told.stdout) == (1, True)
    refused = run(stand, "sync", "--yes")
    assert (refused.exit_code, "24 hours" in refused.stderr) == (1, True)
    assert "0 submitted, 1 refused" in refused.stderr
    stand.clock.now += timedelta(days=1, seconds=1)
    synced(stand)
    assert run(stand, "status").exit_code == 0


def test_one_refusal_stops_none_behind_it(stand: Stand) -> None:
    synced(stand)
    other = [{"type": "BODY", "text": "Kata-kata lain, sama sekali."}]
    by_hand(stand, "kabar_hold", components=other)
    by_hand(stand, "kabar_ready_card", components=other)
    assert run(stand, "status").exit_code == 2, "what we fill in would not fit"
    stand.clock.now += timedelta(days=1, seconds=1)
    by_hand(stand, "kabar_incomplete", components=other)
    done = run(stand, "sync", "--yes")
    assert (done.exit_code, "2 submitted, 1 refused" in done.stderr) == (1, True)
    stand.settle()
    assert run(stand, "status").stdout.count("differs") == 1


def test_a_name_that_is_being_deleted_is_said_and_not_submitted_again(stand: Stand) -> None:
    synced(stand)
    stand.post("/sim/templates", {"name": "kabar_opened", "language": "id", "status": "pending_deletion"})
    done = run(stand, "sync", "--yes")
    assert (done.exit_code, "only Meta can help" in done.stdout) == (0, True)


def test_a_token_that_meta_does_not_take_is_one_sentence(stand: Stand, ssm: Any) -> None:
    store(ssm, "access_token", "somebody-elses")
    for command in (("status",), ("sync", "--yes")):
        told = run(stand, *command)
        assert (told.exit_code, told.stdout) == (1, "")
        assert "ops secrets rotate access_token" in told.stderr
        assert "somebody-elses" not in told.output


def test_an_account_that_meta_does_not_know_is_one_sentence(stand: Stand) -> None:
    told = run(stand, "status", "--waba", "299999999999999")
    assert (told.exit_code, "No number of this stage" in told.stderr) == (1, True)


def test_an_account_that_is_not_the_tokens_is_one_sentence(stand: Stand, ssm: Any) -> None:
    channels(ssm, {NUMBER: {"office": "1801", "service": "KTP", "waba": "299999999999999"}})
    told = run(stand, "status")
    assert (told.exit_code, "Meta knows no such account" in told.stderr) == (1, True)


def test_without_an_account_one_is_asked_for_and_an_option_says_it(stand: Stand, ssm: Any) -> None:
    channels(ssm, {NUMBER: {"office": "1801", "service": "KTP"}})
    told = run(stand, "status")
    assert (told.exit_code, f"Which account is {NUMBER} of?" in told.stderr) == (1, True)
    assert run(stand, "status", "--waba", ACCOUNT).stdout.count("missing") == COUNT


def test_each_account_gets_the_templates_of_its_offices(stand: Stand, ssm: Any) -> None:
    channels(ssm, {
        NUMBER: {"office": "1801", "service": "KTP", "waba": ACCOUNT},
        OTHER: {"office": "7371", "service": "KK", "waba": "299999999999999"},
    })  # fmt: skip
    assert "kabar_completed_7371" not in run(stand, "status", "--waba", ACCOUNT).stdout
    channels(ssm, {
        NUMBER: {"office": "1801", "service": "KTP", "waba": ACCOUNT},
        OTHER: {"office": "7371", "service": "KK", "waba": ACCOUNT},
    })  # fmt: skip
    told = run(stand, "status").stdout
    assert ("kabar_completed_7371" in told, "kabar_completed (id)" in told) == (True, True)


def test_numbers_that_aws_carries_are_left_out(stand: Stand, ssm: Any) -> None:
    by_aws = {"office": "7371", "service": "KK", "by": "aws", "origination": "phone-number-id-" + "0" * 32}
    channels(ssm, {NUMBER: {"office": "1801", "service": "KTP", "waba": ACCOUNT}, OTHER: by_aws})
    assert "7371" not in run(stand, "status").stdout
    channels(ssm, {OTHER: by_aws})
    assert "no number that Meta carries" in run(stand, "status").stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": 80008, "message": "too many"}, "too many calls"),
        ({"code": 200, "message": "(#200) no"}, "whatsapp_business_management"),
        ({"code": 2, "message": "(#2) service"}, "trouble of its own"),
    ],
)
def test_what_would_refuse_all_the_others_ends_the_command(error: dict[str, Any], words: str) -> None:
    refused = refused_by(error)
    assert isinstance(refused, Failure)
    assert words in refused.format_message()


def test_nobody_there_is_one_sentence() -> None:
    told = CliRunner().invoke(ops, ["templates", "status", "--stage", "unit", "--graph-url", "http://127.0.0.1:9"])
    assert (told.exit_code, "cannot be reached" in told.stderr) == (1, True)


def test_a_list_that_comes_in_pages_is_read_to_its_end(stand: Stand) -> None:
    synced(stand)
    whole = [one["id"] for one in Graph(stand.url, "v24.0", TOKEN).templates(ACCOUNT)]
    assert len(whole) == COUNT + 2
    for size in (1, 7, len(whole), len(whole) + 1):
        assert [one["id"] for one in Graph(stand.url, "v24.0", TOKEN, page=size).templates(ACCOUNT)] == whole


def test_the_doctor_tells_of_the_templates_that_trouble_most(stand: Stand, ssm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "graph_url", stand.url)
    patient = Patient(Target("unit", REGION), cast("Any", None), Api("http://127.0.0.1:9"))
    [missing] = templates(patient)
    assert missing.level is Level.FAILURE
    synced(stand)
    assert list(templates(patient)) == [Finding(Level.FINE, f"templates of {ACCOUNT}", f"all {COUNT} can be used")]
    stand.post("/sim/templates", {"name": "kabar_opened", "language": "id", "status": "paused"})
    [paused] = templates(patient)
    assert (paused.level, "kabar_opened (id) PAUSED" in paused.text) == (Level.WARNING, True)
    channels(ssm, {NUMBER: {"office": "1801", "service": "KTP"}})
    [unknown] = templates(patient)
    assert (unknown.level, "Which account" in unknown.text) == (Level.NOTE, True)


def test_what_another_operator_has_submitted_meanwhile_is_no_refusal(stand: Stand) -> None:
    stale = compare(submissions("1801"), [])
    synced(stand)
    meta = Graph(stand.url, "v24.0", TOKEN)
    assert all(carried_out(meta, ACCOUNT, plan(one)) for one in stale)
    stand.post("/sim/templates", {"name": "kabar_opened", "language": "id", "status": "pending_deletion"})
    opened = next(one for one in stale if one.name == "kabar_opened (id)")
    assert not carried_out(meta, ACCOUNT, plan(opened))
