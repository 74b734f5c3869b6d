"""The project as it lies here, deployed by `chalice deploy` itself to this machine's AWS."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.environment import hermetic
from devstack.moto_server import StartError
from devstack.runtime.emulator import architecture
from ops.bytecode import compile_modules
from ops.chalice import reason
from ops.configure import Outputs, configure
from ops.project import ROOT, read_json, write_json

_FILES = ("app.py", "requirements.txt", "constraints.txt", ".chalice/config.json")
_FOLDERS = ("chalicelib", "vendor", ".chalice/policies")
_CHALICE = Path(sys.executable).with_name("chalice")
_TIMEOUT_S = 180


def deploy(copy: Path, stage: str, outputs: Outputs, variables: Mapping[str, str], aws_url: str) -> None:
    """Deploys a stage out of a copy of the project, which is made in the folder `copy`.

    outputs: of the backing stack.  variables: what a person would have added to the stage's environment.
    Of the stage's configuration only the processor is another: this machine's.

    Raises:
        StartError: Chalice did not succeed; with its last words.
    """
    _copy(copy)
    compile_modules(copy)
    configure(stage, outputs, copy / ".chalice")
    config = read_json(copy / ".chalice" / "config.json")
    config["stages"][stage]["environment_variables"] |= variables
    config["stages"][stage]["lambda_architecture"] = architecture()
    write_json(copy / ".chalice" / "config.json", config)
    environment = hermetic(os.environ) | {"AWS_ENDPOINT_URL": aws_url, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(_CHALICE), "deploy", "--stage", stage],
        cwd=copy, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        check=False, timeout=_TIMEOUT_S,
    )  # fmt: skip
    if done.returncode != 0:
        raise StartError(f"chalice deploy failed: {reason(done.stdout.splitlines())}")


def _copy(to: Path) -> None:
    for name in _FOLDERS:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, to / name)
