"""Chalice's own command, as a person would run it, its output told as ours and its tracebacks as sentences."""

import os
import subprocess
import sys
from pathlib import Path

from ops.bytecode import compile_modules
from ops.console import say
from ops.failure import Failure
from ops.project import ROOT
from ops.target import Target

_COMMAND = Path(sys.executable).with_name("chalice")
_TRACEBACK = "Traceback (most recent call last):"


def run(target: Target, command: str, *arguments: str) -> None:
    """Runs `chalice <command> --stage <stage>` in the project.

    Raises:
        Failure: it did not succeed; with Chalice's last words.
    """
    region = {"AWS_DEFAULT_REGION": target.region, "AWS_REGION": target.region}
    compile_modules(ROOT)
    environment = {**os.environ, **region, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        [str(_COMMAND), command, "--stage", target.stage, *arguments],
        cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        heard: list[str] = []
        for line in process.stdout:
            heard.append(line.rstrip())
            if _TRACEBACK not in heard:
                say(f"  {heard[-1]}")
    if process.returncode != 0:
        raise Failure(f"chalice {command} failed: {reason(heard)}")


def reason(lines: list[str]) -> str:
    """What went wrong, out of what Chalice said: its last paragraphs after `ERROR -`, or else its last line."""
    told = [line.strip() for line in lines if line.strip()]
    begins = [number for number, line in enumerate(told) if "ERROR - " in line]
    if begins:
        return " ".join(told[begins[-1] :]).partition("ERROR - ")[2]
    return told[-1] if told else "it said nothing"
