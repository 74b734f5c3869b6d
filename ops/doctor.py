"""`ops doctor`: looks whether a deployed stage is as it should be. Ends with 0 when it is, 1 with warnings, 2 with failures."""

from collections.abc import Callable, Iterator

import click
from rich.table import Table
from rich.text import Text

from ops.api import Api
from ops.checks import backing, bucket, functions, outside, people, templates
from ops.checks.finding import COLOURS, Finding, Level, Patient, bad, exit_code
from ops.console import remarks, results, say
from ops.failure import sentence
from ops.standing import standing
from ops.target import Target, at_stage

CHECKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    backing.stack, backing.table, bucket.bucket, functions.functions, functions.rights, functions.subscriptions,
    functions.topics, functions.schedule, functions.throttles, people.catalogue, people.secrets, people.desk, people.sms,
    backing.queues, backing.alarms, outside.handshake, outside.round_trip, templates.templates,
)  # fmt: skip


def examine(patient: Patient) -> Iterator[Finding]:
    """All that the checks find; one that breaks down is a failure by itself, and the others go on."""
    for check in CHECKS:
        try:
            yield from check(patient)
        except Exception as error:  # noqa: BLE001  # whatever it is, the operator has to know
            yield bad(check.__name__.replace("_", " "), sentence(error))


@click.command("doctor")
@click.option("--api-url", help="Where the API answers, when not where it was deployed.")
@at_stage
@click.pass_context
def command(ctx: click.Context, target: Target, api_url: str | None) -> None:
    """Look whether a stage is as it should be. It writes a test contact, and removes it again; nobody is written to."""
    here = standing(target)
    patient = Patient(target, here, Api(api_url or here.api_url))
    found: list[Finding] = []
    with remarks().status(f"Examining {target.stage}"):
        found.extend(examine(patient))
    table = Table("", "What", "How it is")
    for one in found:
        table.add_row(Text(one.level.name.lower(), style=COLOURS[one.level]), Text(one.what), Text(one.text))
    results().print(table)
    failures, warnings = (sum(one.level is level for one in found) for level in (Level.FAILURE, Level.WARNING))
    say(f"{target.stage}: {failures} failures, {warnings} warnings.")
    ctx.exit(exit_code(max(one.level for one in found)))
