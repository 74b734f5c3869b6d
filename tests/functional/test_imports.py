"""What each function loads is what each cold start pays for; and imports point one way."""

import ast
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.aws import LocalAws
from devstack.channels import CHANNELS
from devstack.environment import hermetic
from devstack.moto_server import MotoServer
from devstack.provision import Credentials, create_backing, store_secrets

PROJECT = Path(__file__).parents[2]
RUNTIME_CODE = [PROJECT / "app.py", *sorted((PROJECT / "chalicelib").rglob("*.py"))]

NOT_AT_IMPORT = {"boto3", "botocore", "pydantic", "urllib3", "tomllib", "chalicelib.adapters", "chalicelib.flows"}
NOT_FOR_A_WEBHOOK = {
    "pydantic",
    "chalicelib.adapters.queue",
    "chalicelib.adapters.s3_files",
    "chalicelib.adapters.sms",
    "chalicelib.adapters.whatsapp",
    "chalicelib.adapters.whatsapp_media",
    "chalicelib.adapters.whatsapp_by_channel",
    "chalicelib.adapters.whatsapp_social",
    "chalicelib.domain.staff",
    "chalicelib.domain.texts",
    "chalicelib.entry.events",
    "chalicelib.entry.public",
    "chalicelib.entry.social_events",
    "chalicelib.entry.staff",
    "chalicelib.flows.clearing",
    "chalicelib.flows.deliver",
    "chalicelib.flows.desk",
    "chalicelib.flows.dispatch",
    "chalicelib.flows.due_media",
    "chalicelib.flows.due",
    "chalicelib.flows.due_clearing",
    "chalicelib.flows.due_notices",
    "chalicelib.flows.lookup",
    "chalicelib.flows.media",
    "chalicelib.flows.receiving",
    "chalicelib.flows.reading",
    "chalicelib.flows.settling",
    "chalicelib.flows.sweep",
    "chalicelib.flows.template_reports",
}

# What Lambda does: import the module of the handler, call the handler; then, for us, tell what is loaded.
IMPORT_AND_TELL = """
import json, sys
sys.path.insert(0, "")
import app
event = json.load(sys.stdin)
answer = app.app(event, None) if event else None
print(json.dumps({"answer": answer, "modules": sorted(sys.modules)}))
"""
STAGE = "imports"
PHOTO = {"id": "1", "mime_type": "image/jpeg", "sha256": "0"}
MESSAGE = {"from": "6281200000001", "id": "wamid.first", "timestamp": "1770000000", "type": "image", "image": PHOTO}


def loaded(event: dict[str, Any] | None, environment: dict[str, str]) -> tuple[Any, set[str]]:
    """Carries an event to app.py's API in a fresh interpreter: its answer, and every module that is loaded after."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_TELL],
        input=json.dumps(event),
        cwd=PROJECT,
        env=hermetic(os.environ) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return told["answer"], set(told["modules"])


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The functions' environment, with a table, a queue and secrets behind it."""
    with MotoServer() as moto:
        aws = LocalAws(moto.url)
        backing = create_backing(aws, STAGE)
        store_secrets(aws, STAGE, Credentials(app_secret="invented"))
        yield {
            "AWS_ENDPOINT_URL": moto.url,
            "KABAR_STAGE": STAGE,
            "KABAR_TABLE": backing.table,
            "KABAR_QUEUE_URL": backing.queue_url,
            "KABAR_QUEUE_NAME": backing.queue_name,
            "KABAR_STREAM_ARN": backing.stream_arn,
        }


def webhook() -> dict[str, Any]:
    """A signed webhook with the photo that opens a request, as API Gateway hands it to Lambda."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": next(iter(CHANNELS))},
        "contacts": [{"profile": {"name": "Warga"}, "wa_id": MESSAGE["from"]}],
        "messages": [MESSAGE],
    }
    change = {"field": "messages", "value": value}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})
    signature = "sha256=" + hmac.new(b"invented", body.encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
    path = "/webhooks/whatsapp"
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"resourcePath": path, "path": path, "httpMethod": "POST", "identity": {"sourceIp": "127.0.0.1"}},
        "body": body,
        "isBase64Encoded": False,
    }


def imports(path: Path) -> set[str]:
    """Every module that a file imports when it runs, at its top or anywhere else."""
    module = ast.parse(path.read_text())
    for_types = {name for node in ast.walk(module) if _is_for_types(node) for name in _imported(node)}
    return set(_imported(module)) - for_types


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_importing_the_app_loads_nothing_heavy(environment: dict[str, str]) -> None:
    _, modules = loaded(None, environment)
    assert "chalice.app" in modules
    assert modules & NOT_AT_IMPORT == set()


def test_a_webhook_loads_only_what_it_needs(environment: dict[str, str]) -> None:
    answer, modules = loaded(webhook(), environment)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["stored"] == 1
    assert modules & NOT_FOR_A_WEBHOOK == set()


def test_what_a_webhook_must_not_load_is_there() -> None:
    ours = [name for name in NOT_AT_IMPORT | NOT_FOR_A_WEBHOOK if name.startswith("chalicelib.")]
    paths = [PROJECT / name.replace(".", "/") for name in ours]
    assert [path.name for path in paths if not (path.is_dir() or path.with_suffix(".py").is_file())] == []


def test_the_app_knows_only_chalice_and_the_ways_into_kabar() -> None:
    ways_in = ("chalice.app.", "chalicelib.entry.", "chalicelib.wiring.")
    strangers = {name for name in imports(PROJECT / "app.py") if not name.startswith(ways_in)}
    assert {name for name in strangers if name.split(".")[0] not in sys.stdlib_module_names} == set()


def test_what_ships_uses_only_the_part_of_chalice_that_ships() -> None:
    of_chalice = {name for path in RUNTIME_CODE for name in imports(path) if name.split(".")[0] == "chalice"}
    assert {name for name in of_chalice if not name.startswith("chalice.app.")} == set()


def test_settings_alone_read_the_environment() -> None:
    readers = {str(path.relative_to(PROJECT)) for path in RUNTIME_CODE if re.search(r"os\.environ|getenv", path.read_text())}
    assert readers == {"app.py", "chalicelib/settings.py"}


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
