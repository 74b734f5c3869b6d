"""`ops catalogue`: whether the offices' files say what they should, before anybody is told anything by them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import ValidationError

from chalicelib.adapters.catalogue import parse_office
from chalicelib.domain.errors import Misconfigured
from ops import catalogue_limits
from ops.catalogue_form import OfficeFile
from ops.console import say
from ops.failure import Failure
from ops.project import OFFICES


def problems(path: Path) -> Iterator[str]:
    """What is wrong with a file, one sentence each: `1801.toml: services.KK.words: …`."""
    text = path.read_text(encoding="utf-8")
    try:
        OfficeFile.model_validate(tomllib.loads(text))
        office = parse_office(path.stem, text)
    except tomllib.TOMLDecodeError as error:
        yield f"{path.name}: this is no TOML: {error}"
    except ValidationError as error:
        yield from (f"{path.name}: {_key(one['loc'])}: {one['msg']}" for one in error.errors())
    except Misconfigured as error:
        yield f"{path.name}: {error}"
    else:
        if not (path.stem.isdigit() and len(path.stem) == catalogue_limits.CODE_DIGITS):
            yield f"{path.name}: an office's file is called by its region code, such as 1801.toml"
        yield from (f"{path.name}: {key}: {what}" for key, what in catalogue_limits.problems(office))


def all_problems() -> list[str]:
    """What is wrong with every office's file."""
    return [problem for path in sorted(OFFICES.glob("*.toml")) for problem in problems(path)]


def _key(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place if part != "[key]") or "the whole file"


@click.group("catalogue")
def group() -> None:
    """The offices' files: services, hours, texts."""


@group.command("check")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Check FILES, or every office's, and name the file and the key of whatever is wrong."""
    paths = files or sorted(OFFICES.glob("*.toml"))
    found = [problem for path in paths for problem in problems(path)]
    for problem in found:
        click.echo(problem)
    if found:
        raise Failure(f"{len(found)} problems in {len(paths)} files.")
    say(f"{len(paths)} files are as they should be.")
