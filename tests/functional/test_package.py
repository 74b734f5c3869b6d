"""What `chalice package` builds is what Lambda runs: these tests build it, and look at it as Lambda would."""

import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from devstack.runtime import libraries

PROJECT = Path(__file__).parents[2]
NOT_OF_THE_PROJECT = (".git", ".venv", ".cache", ".*_cache", "__pycache__", "build", "deployments", "deployed")

THIS_MACHINE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
ENVIRONMENT = {
    "KABAR_STREAM_ARN": "arn:aws:dynamodb:ap-southeast-3:111122223333:table/kabar-dev/stream/2026-01-01T00:00:00.000",
    "KABAR_QUEUE_NAME": "kabar-dev-notices",
    "KABAR_QUEUE_URL": "https://sqs.ap-southeast-3.amazonaws.com/111122223333/kabar-dev-notices",
    "KABAR_TABLE": "kabar-dev",
}
SHIPPED = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}

# Everything that app.py imports when it needs it must be there as well, hence all of chalicelib.
IMPORT_AND_RESOLVE = """
import importlib, pkgutil, sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
for handler in sys.argv[3:]:
    module, _, name = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name)), handler
import chalicelib
for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)
print(sys.modules["app"].__file__)
"""


@dataclass(frozen=True)
class Package:
    """One stage's package. sources: the project that it was built from; folder: the zip's content, unzipped."""

    sources: Path
    zip: Path
    folder: Path
    template: dict[str, Any]

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def functions(self) -> dict[str, dict[str, Any]]:
        """Handler → properties of its function."""
        resources = self.template["Resources"].values()
        functions = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
        return {each["Handler"]: each for each in functions}

    def event(self, handler: str) -> dict[str, Any]:
        """What calls a function."""
        (event,) = self.functions()[handler]["Events"].values()
        return {"Type": event["Type"], **event["Properties"]}


def build(sources: Path, stage: str) -> Package:
    out = sources / "build" / stage
    chalice = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage, str(out)]
    done = subprocess.run(chalice, cwd=sources, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    with ZipFile(out / "deployment.zip") as package:
        package.extractall(out / "unzipped")
    template = json.loads((out / "sam.json").read_text())
    return Package(sources, out / "deployment.zip", out / "unzipped", template)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a second stage, for this machine's processor, and with things lying about in it."""
    copy = tmp_path_factory.mktemp("project") / "kabar"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*NOT_OF_THE_PROJECT))
    config = json.loads((copy / ".chalice" / "config.json").read_text())
    dev = config["stages"]["dev"]
    dev["environment_variables"] = ENVIRONMENT | dev["environment_variables"]
    config["stages"]["here"] = dev | {"lambda_architecture": THIS_MACHINE}
    (copy / ".chalice" / "config.json").write_text(json.dumps(config))
    (copy / ".env").write_text("APP_SECRET=invented")
    (copy / "channels.json").write_text("{}")
    return copy


@pytest.fixture(scope="module")
def package(sources: Path) -> Package:
    return build(sources, "dev")


@pytest.fixture(scope="module")
def lambda_libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Lambda runtime brings along, and nothing else of this virtual environment."""
    folder = tmp_path_factory.mktemp("runtime")
    libraries.link(folder, libraries.SDK)
    return folder


def third_party_files(folder: Path) -> Iterator[str]:
    for record in folder.glob("*.dist-info/RECORD"):
        yield from (line.split(",")[0] for line in record.read_text().splitlines())


def test_every_handler_resolves_and_every_module_imports_with_nothing_but_what_lambda_has(
    sources: Path, lambda_libraries: Path
) -> None:
    here = build(sources, "here")
    functions = here.functions()
    as_lambda = {**functions["app.app"]["Environment"]["Variables"], "AWS_REGION": "ap-southeast-3"}
    alone = [sys.executable, "-I", "-S", "-B", "-c", IMPORT_AND_RESOLVE, str(here.folder), str(lambda_libraries), *functions]
    done = subprocess.run(alone, cwd=here.folder, env=as_lambda, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(here.folder / "app.py")


def test_the_functions_are_the_api_and_four_handlers(package: Package) -> None:
    assert set(package.functions()) == {"app.app", "app.dispatch", "app.deliver", "app.media", "app.sweep"}


def test_the_package_holds_the_app_its_library_and_its_requirements_alone(package: Package) -> None:
    ours = {name for name in package.files() if name == "app.py" or name.startswith("chalicelib/")}
    chalice = {"chalice/__init__.py", "chalice/app.py"}
    assert package.files() - ours - chalice - set(third_party_files(package.folder)) == set()
    in_sources = {
        str(path.relative_to(package.sources)) for path in (package.sources / "chalicelib").rglob("*") if path.is_file()
    }
    assert ours == {"app.py"} | in_sources


def test_the_requirements_are_pydantic_and_what_it_needs(package: Package) -> None:
    assert {path.name.split("-")[0] for path in package.folder.glob("*.dist-info")} == SHIPPED


def test_the_compiled_part_of_pydantic_is_there_for_lambdas_processor(package: Package) -> None:
    assert package.functions()["app.app"]["Architectures"] == ["arm64"]
    assert [name for name in package.files() if re.fullmatch(r"pydantic_core/_pydantic_core\..*aarch64.*\.so", name)]


def test_the_offices_are_packaged(package: Package) -> None:
    assert "chalicelib/offices/1801.toml" in package.files()


def test_the_package_is_small_enough_to_start_fast(package: Package) -> None:
    assert package.zip.stat().st_size <= 5 * 1024 * 1024


def test_dispatch_misses_no_record_of_the_stream(package: Package) -> None:
    event = package.event("app.dispatch")
    assert (event["Type"], event["Stream"]) == ("DynamoDB", ENVIRONMENT["KABAR_STREAM_ARN"])
    assert (event["StartingPosition"], event["BatchSize"]) == ("TRIM_HORIZON", 100)


def test_deliver_takes_one_notice_at_a_time(package: Package) -> None:
    event = package.event("app.deliver")
    assert (event["Type"], event["BatchSize"]) == ("SQS", 1)
    assert event["Queue"]["Fn::Sub"].endswith(f":{ENVIRONMENT['KABAR_QUEUE_NAME']}")


def test_sweep_runs_each_minute(package: Package) -> None:
    assert package.event("app.sweep") == {"Type": "Schedule", "Schedule": "rate(1 minute)"}
