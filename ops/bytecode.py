"""Compiled modules for the package: Lambda can write none, and would compile what it imports at each cold start.

Chalice packages all that lies in chalicelib. A compiled module there is taken by any Python of the same version, as long as the
hash in it is its source's: by content, so that it is good in a package, where files have other times, and harmless here, where
the source may be changed the next moment.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.failure import Failure

_IN_LAMBDA = "/var/task"


def compile_modules(project: Path) -> None:
    """Compiles a project's chalicelib anew; the same sources give the same bytes, and so the same package.

    By a process of its own: how a module is written down depends on what else its process knows.

    Raises:
        Failure: a module is no Python.
    """
    for folder in list((project / "chalicelib").rglob("__pycache__")):
        shutil.rmtree(folder, ignore_errors=True)
    paths = ["-s", str(project), "-p", _IN_LAMBDA, str(project / "chalicelib")]
    done = subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", *paths],
        env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failure(f"chalicelib cannot be compiled: {(done.stdout or done.stderr).strip()[-300:]}")
