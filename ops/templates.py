"""`ops templates`: the message templates that WhatsApp has to approve, in step with the catalogue."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from ops.channels import account
from ops.checks.finding import COLOURS, Level, exit_code
from ops.console import results, say
from ops.failure import Failure
from ops.graph import Graph, Refusal
from ops.project import office_codes
from ops.target import Target, at_stage
from ops.template_accounts import graph, offices_by_account, stage_secrets, wanted
from ops.template_forms import submissions
from ops.template_standing import Do, Plan, Standing, compare, plan

_EXISTS = 2388024


@click.group("templates")
def group() -> None:
    """Print, compare and submit the message templates that WhatsApp has to approve."""


@group.command("print")
@click.option("--office", type=click.Choice(office_codes()), required=True)
def print_command(office: str) -> None:
    """Print an office's templates as JSON, one a line, as Meta's API takes them."""
    for one in submissions(office):
        click.echo(json.dumps(one, ensure_ascii=False))


def _at_account(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options of what asks Meta."""
    waba = click.option("--waba", callback=account, help="Only this WhatsApp Business Account; numbers without one are of it.")
    url = click.option("--graph-url", envvar="KABAR_GRAPH_URL", help="Where Meta's Graph API is, when not where it always is.")
    return waba(url(command))


@group.command("status")
@_at_account
@at_stage
@click.pass_context
def status_command(ctx: click.Context, target: Target, waba: str | None, graph_url: str | None) -> None:
    """Compare with what Meta has. Ends with 0 when all can be used, 1 with warnings, 2 when one that must arrive cannot."""
    levels = [Level.FINE]
    for _, its, standings in _accounts(target, waba, graph_url):
        table = Table("", "Template", "At Meta", "What", title=f"Account {its}")
        for one in standings:
            look = Text(one.level.name.lower(), style=COLOURS[one.level])
            table.add_row(look, Text(one.name), one.status, Text(one.text))
        results().print(table)
        levels += [one.level for one in standings]
    unusable = sum(level is Level.FAILURE for level in levels)
    say(f"{unusable} that must arrive cannot be used, {sum(level is Level.WARNING for level in levels)} warnings.")
    ctx.exit(exit_code(max(levels)))


@group.command("sync")
@_at_account
@at_stage
@click.pass_context
def sync_command(ctx: click.Context, target: Target, waba: str | None, graph_url: str | None) -> None:
    """Create at Meta what is missing, and edit what differs; nothing is ever deleted. Can be run again at any time."""
    plans = [(meta, its, plan(one)) for meta, its, standings in _accounts(target, waba, graph_url) for one in standings]
    results().print(_planned(plans))
    todo = [one for one in plans if one[2].do in {Do.CREATE, Do.EDIT}]
    left = sum(one.do is Do.CANNOT for _, _, one in plans)
    if todo and not target.yes and not click.confirm(f"Submit {len(todo)} to Meta?", err=True):
        raise Failure("Nothing was submitted.")
    refused = sum(not carried_out(*one) for one in todo)
    done = f"{len(todo) - refused} submitted, {refused} refused, {left} cannot be mended"
    say(f"{done}; `ops templates status` tells how it goes.")
    ctx.exit(1 if refused or left else 0)


def _accounts(target: Target, waba: str | None, graph_url: str | None) -> Iterator[tuple[Graph, str, list[Standing]]]:
    """Each account, and how the templates that it needs stand."""
    secrets = stage_secrets(target)
    meta = graph(target, secrets, graph_url)
    for its, offices in sorted(offices_by_account(secrets, waba).items()):
        try:
            held = list(meta.templates(its))
        except Refusal as refusal:
            raise Failure(f"Account {its}: {refusal}") from refusal
        yield meta, its, compare(wanted(offices), held)


def _planned(plans: list[tuple[Graph, str, Plan]]) -> Table:
    table = Table("Do", "Template", "At Meta", "Why", "Account")
    for _, its, one in plans:
        table.add_row(one.do.value, Text(one.standing.name), one.standing.status, Text(one.why), its)
    return table


def carried_out(meta: Graph, its: str, planned: Plan) -> bool:
    """Does it, and says how it went; whether it was taken."""
    held, name = planned.standing.held, planned.standing.name
    try:
        if held is None:
            say(f"{name}: {meta.create(its, planned.changes)}.")
        else:
            meta.edit(str(held["id"]), planned.changes)
            say(f"{name}: edited.")
    except Refusal as refusal:
        if refusal.subcode == _EXISTS and planned.do is Do.CREATE:
            say(f"{name}: is there already.")  # an earlier run submitted it, and did not hear so
            return True
        say(f"{name}: refused. {refusal}")
        return False
    return True
