"""What Lambda's runtime brings along, so that no package needs to."""

import importlib.util
from collections.abc import Iterable
from pathlib import Path

SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
"""What talks to Lambda in the function's name; it is for Linux alone."""


def link(folder: Path, names: Iterable[str] = (*SDK, *CLIENT)) -> None:
    """Makes these importable from a folder, and nothing else of this virtual environment.

    They have the versions of requirements-dev.txt; Lambda's own are somewhat older, and change as AWS likes.
    """
    for name in names:
        spec = importlib.util.find_spec(name)
        assert spec is not None, f"{name} is in requirements-dev.txt"
        assert spec.origin is not None
        source = Path(spec.origin)
        source = source.parent if source.name == "__init__.py" else source
        (folder / source.name).symlink_to(source)
