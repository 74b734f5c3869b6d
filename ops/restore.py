"""`ops restore`: the table as it was at a point in time, as a new table that takes the present one's place."""

from datetime import UTC, datetime
from typing import Any

import click

from ops import social
from ops import table as tables
from ops.bootstrap import bootstrap
from ops.console import remarks, say
from ops.deploy import api_stage_of, deploy
from ops.failure import Failure
from ops.pause import pause, resume
from ops.restored import carry_over, scanned
from ops.standing import standing
from ops.target import Target, at_stage

_PAUSE_S = 120.0


def moment(wanted: str) -> datetime:
    """A time as ISO 8601 with a time zone, in UTC and whole seconds.

    Raises:
        Failure: it is none.
    """
    try:
        at = datetime.fromisoformat(wanted)
    except ValueError:
        raise Failure(f"{wanted} is no time; say it like 2026-03-02T08:30:00+07:00.") from None
    if at.tzinfo is None:
        raise Failure(f"{wanted} has no time zone; say it like 2026-03-02T08:30:00+07:00.")
    return at.astimezone(UTC).replace(microsecond=0)


def require_backup(client: Any, table: str, at: datetime) -> None:
    """Raises Failure unless the table's backups reach that time."""
    told = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    earliest, latest = told.get("EarliestRestorableDateTime"), told.get("LatestRestorableDateTime")
    if earliest is None or latest is None:
        raise Failure(f"The table {table} has no point-in-time backups.")
    if not earliest.replace(microsecond=0) <= at <= latest:
        reach = f"from {earliest:%Y-%m-%d %H:%M:%S%z} to {latest:%Y-%m-%d %H:%M:%S%z}"
        raise Failure(f"Backups of {table} reach {reach}; {at:%Y-%m-%d %H:%M:%S%z} is not within.")


def make(client: Any, source: str, made: str, at: datetime) -> None:
    """Restores `source` as it was into a new table; one that is there from an earlier try is taken as it is."""
    try:
        client.restore_table_to_point_in_time(
            SourceTableName=source,
            TargetTableName=made,
            RestoreDateTime=at,
            SSESpecificationOverride={"Enabled": True, "SSEType": "KMS"},
        )
    except client.exceptions.TableAlreadyExistsException:
        say(f"The table {made} is there already: going on with it.")
    tables.wait_until_active(client, made, timeout_s=24 * 3600, pause_s=5)


@click.command("restore")
@click.option("--to", "wanted", required=True, metavar="TIME", help="ISO 8601 with a time zone: 2026-03-02T08:30:00+07:00.")
@click.option("--pause", "wait_s", type=click.FloatRange(0, 600), default=_PAUSE_S, hidden=True)
@at_stage
def command(target: Target, wanted: str, wait_s: float) -> None:
    """Go back to a point in time. The present table is kept, and is where to look for what came after."""
    here, dynamodb = standing(target), target.client("dynamodb")
    former = here.outputs["TableName"]
    at = moment(wanted)
    made = f"{target.table}-{at:%Y%m%dT%H%M%S}"
    if former == made:
        say(f"{target.stage} uses {made} already: nothing to do.")
        return
    require_backup(dynamodb, former, at)
    say(f"Restoring {former} as of {at:%Y-%m-%d %H:%M:%S} UTC into {made}, which may take from minutes to hours.")
    say("Then the stage is held for some two minutes, and goes on with the new table. WhatsApp repeats what it is refused.")
    say(f"What was written since then will not be in it. {former} is kept, to look it up there.")
    if not target.yes and not click.confirm("Go back?", err=True):
        raise Failure("Nothing was changed.")
    with remarks().status("DynamoDB is restoring"):
        make(dynamodb, former, made, at)
    tables.equip(dynamodb, made)
    _switch(target, former, made, wait_s)


def _switch(target: Target, former: str, made: str, wait_s: float) -> None:
    here, dynamodb, api_stage = standing(target), target.client("dynamodb"), api_stage_of(target.stage)
    with remarks().status("Holding the stage"):
        pause(target, here.record, api_stage, wait_s=wait_s)
    changed = carry_over(scanned(dynamodb, made), target.store(former), target.store(made))
    say(f"Carried over: {', '.join(f'{number} {what}' for what, number in sorted(changed.items())) or 'nothing'}.")
    parameters = {"RestoredTable": made, "RestoredStreamArn": tables.stream_arn(dynamodb, made)}
    base = bootstrap(Target(target.stage, target.region, yes=True), parameters, allow_region=target.region)
    deploy(target, base)
    resume(target, base.record, api_stage)
    if url := base.outputs.get(f"{social.DEAD_LETTERS}Url"):
        given_back, _ = social.redrive(target.client("sqs"), target.client("lambda"), target.stage, url)
        say(f"Events of End User Messaging Social that came meanwhile: {given_back}, given to its function now.")
    say(f"{target.stage} uses {made} now. {former} is still there, protected; delete it when nobody needs it any more.")
