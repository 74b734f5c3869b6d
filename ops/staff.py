"""`ops staff`: who may use the desk. A token is shown once, when it is made; only its hash is stored."""

import re
import secrets
from datetime import timedelta

import click
from rich.table import Table
from rich.text import Text

from chalicelib.domain.staff import Role, Staff
from chalicelib.ports import Clock, Delete, Store
from chalicelib.table import tokens
from ops.console import results, say
from ops.failure import Failure
from ops.project import office_codes
from ops.standing import live_table
from ops.target import Target, at_stage, utc_now

_TOKEN_BYTES = 32
_LONGEST_NAME = 100
_MOST_DAYS = 366


def add(store: Store, clock: Clock, *, name: str, role: str, offices: tuple[str, ...], days: int) -> str:
    """Makes a random token of 256 bits that is good for `days`; returns it, and stores its hash only."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    hash_ = tokens.key(token).pk.removeprefix(tokens.PREFIX)
    staff = Staff.of(hash_=hash_, name=name, role=role, offices=offices, expires_at=clock() + timedelta(days=days))
    store.put(tokens.put_new(token, staff))
    return token


def everybody(store: Store) -> list[Staff]:
    """Every holder of a live token, by name."""
    return [tokens.read(item) for item in store.query_index("queue", "TOKEN")]


def revoke(store: Store, id_: str) -> Staff:
    """Takes the token away whose id begins with `id_`, from the next request on. Returns whose it was.

    Raises:
        Failure: no token, or more than one, has such an id; nothing is changed.
    """
    items = store.query_index("queue", "TOKEN")
    found = [item for item in items if tokens.read(item).id.startswith(id_)]
    if len(found) != 1:
        raise Failure(f"{len(found) or 'No'} tokens have an id that begins with {id_}; see `ops staff list`.")
    staff = tokens.read(found[0])
    store.delete(Delete(tokens.key_of_hash(str(found[0]["pk"]).removeprefix(tokens.PREFIX))))
    return staff


@click.group("staff")
def group() -> None:
    """Make, list and revoke the desk's tokens."""


def _name(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    name = " ".join(value.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise click.BadParameter(f"1 to {_LONGEST_NAME} characters")
    return name


@group.command("add")
@click.argument("name", callback=_name)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--office", "offices", multiple=True, required=True, type=click.Choice(office_codes()))
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=90, show_default=True, help="How long it is good for.")
@at_stage
def add_command(target: Target, name: str, role: str, offices: tuple[str, ...], days: int) -> None:
    """Make a token for NAME and print it, once, on standard output."""
    store = target.store(live_table(target))
    before = sum(one.name == name for one in everybody(store))
    say(f"Making a token for {name} ({role} of {', '.join(offices)}) at {target.stage}, good for {days} days.")
    click.echo(add(store, utc_now, name=name, role=role, offices=offices, days=days))
    say("It is shown this once: only its hash is stored. Hand it over in person or by an encrypted way.")
    if before:
        say(f"{name} has {before} more live token(s); `ops staff list` shows them, `ops staff revoke ID` takes one away.")


@group.command("list")
@at_stage
def list_command(target: Target) -> None:
    """Show who holds a live token; never a token."""
    table = Table("ID", "Name", "Role", "Offices", "Expires (UTC)")
    for staff in everybody(target.store(live_table(target))):
        expiry = f"{staff.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(staff.id, Text(staff.name), staff.role.value, " ".join(sorted(staff.offices)), expiry)
    if table.row_count:
        results().print(table)
    else:
        say(f"Nobody holds a token at {target.stage}.")


def _id(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not re.fullmatch("[0-9a-f]{1,12}", value.lower()):
        raise click.BadParameter("the first symbols of an id, as `ops staff list` shows it")
    return value.lower()


@group.command("revoke")
@click.argument("id_", metavar="ID", callback=_id)
@at_stage
def revoke_command(target: Target, id_: str) -> None:
    """Take away the token whose id begins with ID. It is refused from the next request on."""
    staff = revoke(target.store(live_table(target)), id_)
    say(f"Revoked {staff.id}: {staff.name} ({staff.role.value} of {', '.join(sorted(staff.offices))}).")
