"""How a command fails: one clear sentence on standard error, exit code 1, no traceback."""

import traceback
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from chalicelib.domain.errors import KabarError

_OPS = Path(__file__).parent


class Failure(click.ClickException):
    """What a command could not do, said to a person in one sentence."""


class Sentences(click.Group):
    """A group of commands none of which shows a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; whatever it raises becomes a sentence."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise Failure(sentence(error)) from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def sentence(error: Exception) -> str:
    """What a person needs to know of an error."""
    match error:
        case click.ClickException():
            return error.format_message()
        case ClientError():
            said = error.response["Error"]
            return f"AWS refused {error.operation_name} ({_code(error)}): {said.get('Message', '').rstrip('.')}."
        case NoCredentialsError():
            return "No AWS credentials: sign in first (`aws configure` or `aws sso login`), or set AWS_PROFILE."
        case BotoCoreError() | KabarError():
            return f"{type(error).__name__}: {str(error).rstrip('.')}."
        case OSError() if error.strerror:
            return f"{error.strerror}: {error.filename or ''}".rstrip(": ") + "."
    frames = traceback.extract_tb(error.__traceback__)
    where = next((one for one in reversed(frames) if Path(one.filename).is_relative_to(_OPS)), frames[-1])
    return f"A fault in ops itself, please report it: {type(error).__name__} at {Path(where.filename).name}:{where.lineno}."
