import io
import json
import shlex
from dataclasses import replace
from pathlib import Path

from devstack.host import LambdaFiles
from devstack.provision import Backing, Credentials
from devstack.stack import Stack
from devstack.summary import as_line, as_words

STACK = Stack(
    api_url="http://127.0.0.1:8000",
    graph_url="http://127.0.0.1:8001",
    aws_endpoint_url="http://127.0.0.1:8002",
    backing=Backing(
        table="kabar-dev",
        stream_arn="arn:stream",
        queue_url="http://127.0.0.1:8002/1/kabar-dev-notices",
        queue_name="kabar-dev-notices",
        queue_arn="arn:queue",
        dead_letters_url="http://127.0.0.1:8002/1/kabar-dev-notices-dead",
        media_queue_url="http://127.0.0.1:8002/1/kabar-dev-media",
        media_queue_name="kabar-dev-media",
        media_queue_arn="arn:media",
        media_dead_letters_url="http://127.0.0.1:8002/1/kabar-dev-media-dead",
        media_bucket="kabar-dev-media-1-nowhere",
        social_topic="kabar-dev-whatsapp",
        social_dead_letters_url="http://127.0.0.1:8002/1/kabar-dev-social-dead",
    ),
    credentials=Credentials(),
    staff_token="invented-token",
)


def test_a_program_gets_one_line_of_json() -> None:
    out = io.StringIO()
    as_line(STACK, out)
    (line,) = out.getvalue().splitlines()
    described = json.loads(line)
    assert described["aws_endpoint_url"] == "http://127.0.0.1:8002"
    assert described["app_secret"] == STACK.credentials.app_secret
    assert not {"address_key", "access_token"} & described.keys()


def test_a_person_gets_commands_that_can_be_pasted() -> None:
    out = io.StringIO()
    as_words(STACK, out)
    words = out.getvalue()
    assert words.startswith("Kabar is up.")
    commands = [shlex.split(line) for line in words.splitlines() if line.startswith("curl ")]
    assert len(commands) == 7
    for command in commands:
        assert command[2].startswith(("$API/", "$SIM/"))
        if "-d" in command:
            assert json.loads(command[command.index("-d") + 1])
    assert f"API={STACK.api_url} SIM={STACK.graph_url}\n" in words
    assert f"STAFF='Authorization: Bearer {STACK.staff_token}'\n" in words


def test_both_learn_where_to_look_at_what_runs_in_lambdas_runtime() -> None:
    files = LambdaFiles(package=Path("/made/package"), zip_bytes=2_900_000, logs=Path("/made/logs"))
    line, words = io.StringIO(), io.StringIO()
    as_line(replace(STACK, lambda_files=files), line)
    as_words(replace(STACK, lambda_files=files), words)
    described = json.loads(line.getvalue())
    assert (described["package"], described["function_logs"]) == ("/made/package", "/made/logs")
    assert "a package of 2.9 MB" in words.getvalue()
    assert "/made/logs" in words.getvalue()
