"""`ops person`: what a resident may ask for of their own data: to see it, and to have it erased."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain import phone
from chalicelib.domain.errors import Malformed
from ops.console import remarks, say
from ops.erasure import Person, address, erase, known_at, person
from ops.failure import Failure
from ops.parameters import Parameters
from ops.restored import scanned
from ops.standing import standing
from ops.target import Target, at_stage

_MOST_AT_ONCE = 1000


@click.group("person")
def group() -> None:
    """Show or erase what is kept of one resident. It reads the whole table, which takes a minute or two."""


@group.command("show")
@at_stage
def show_command(target: Target) -> None:
    """Print all that is kept of a resident, as JSON, for that resident alone. It asks for the phone number."""
    whom, files = _found(target)
    kept = [f"{bucket}/{key}" for bucket, key in files]
    click.echo(json.dumps({"items": whom.items, "files": kept}, default=sorted, ensure_ascii=False, indent=2))


@group.command("erase")
@at_stage
def erase_command(target: Target) -> None:
    """Erase a resident: messages, files, addresses, names. Requests stay, with nobody in them. It asks for the phone number."""
    whom, files = _found(target)
    say(f"Found {len(whom.items)} items and {len(files)} files.")
    if not target.yes and not click.confirm("Erase them? Nobody can bring them back but from a backup.", err=True):
        raise Failure("Nothing was erased.")
    # Refuses before anything is gone; the addresses, by which all this is found again, go at its end.
    _delete(target, whom, files)
    say("Erased. A restore brings it back, as long as backups reach (35 days): write down what was erased, and when.")


def _found(target: Target) -> tuple[Person, list[tuple[str, str]]]:
    try:
        number = phone.normalise(_asked())
    except Malformed as error:
        raise Failure(str(error)) from None
    here = standing(target)
    address_key = Parameters(target.client("ssm"), target.stage).read()["address_key"]
    store = target.store(here.outputs["TableName"])
    place = address(address_key, number)
    known = known_at(store, place, number)
    if not known:
        raise Failure("Nobody with that number is known.")
    with remarks().status("Reading the table"):
        whom = person(known, scanned(target.client("dynamodb"), here.outputs["TableName"]), place)
    return whom, list(_files(target.client("s3"), here.outputs.get("MediaBucket"), whom))


def _asked() -> str:
    """A number on the command line would stay in the shell's history."""
    if sys.stdin.isatty():
        return str(click.prompt("Phone number", hide_input=True, err=True))
    return sys.stdin.readline()


def _files(client: Any, bucket: str | None, whom: Person) -> Iterator[tuple[str, str]]:
    """Bucket and key of each file. client: S3's."""
    prefixes = [f"{office}/{one}/" for office in sorted(load_offices()) for one in sorted(whom.contact_ids)]
    for prefix in prefixes if bucket else []:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield from ((str(bucket), one["Key"]) for one in page.get("Contents", []))


def _delete(target: Target, whom: Person, files: list[tuple[str, str]]) -> None:
    whom.require_at_rest()
    client = target.client("s3")
    for start in range(0, len(files), _MOST_AT_ONCE):
        some = files[start : start + _MOST_AT_ONCE]
        answer = client.delete_objects(Bucket=some[0][0], Delete={"Objects": [{"Key": key} for _, key in some]})
        if answer.get("Errors"):
            raise Failure(f"S3 kept {len(answer['Errors'])} files; run it again.")
    erase(target.store(standing(target).outputs["TableName"]), whom)
