"""`python -m devstack up`: the stack until it is interrupted."""

import os
import signal
import sys
import threading
from typing import TextIO

import click

from devstack import logs
from devstack.moto_server import StartError


class _Interrupted(BaseException):
    """Somebody wants the stack to end."""


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The API's port; 0 takes a free one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object in place of words, once everything answers.")
@click.option("--lambda-runtime", is_flag=True, help="Deploy Kabar to the simulated AWS, and run it in Lambda's own runtime.")
def up(*, port: int, as_json: bool, lambda_runtime: bool) -> None:
    """Run all of Kabar on this machine until interrupted.

    Every part but the API takes a free port, always on 127.0.0.1. Logs are JSON lines on standard error.
    """
    out = _claim_standard_output()
    logs.to_stderr()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        _run(port, out, as_json=as_json, lambda_runtime=lambda_runtime)
    except _Interrupted:
        pass
    except StartError as error:
        click.echo(f"devstack: {error}", err=True)
        sys.exit(2)


def _run(port: int, out: TextIO, *, as_json: bool, lambda_runtime: bool) -> None:
    from devstack.stack import running  # half a second of imports, which `--help` can do without
    from devstack.summary import as_line, as_words

    with running(port, lambda_runtime=lambda_runtime) as stack:
        (as_line if as_json else as_words)(stack, out)
        threading.Event().wait()


def _claim_standard_output() -> TextIO:
    """Standard output for us alone: whatever else any library prints goes to standard error."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


def _interrupt(_number: int, _frame: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the end has begun, and takes some seconds at most
    raise _Interrupted
