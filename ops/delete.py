"""`ops delete`: takes the functions and the API away. Data stays, unless it is asked for by name."""

from typing import Any

import click

from ops import chalice
from ops.console import say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.standing import Standing, standing
from ops.target import Target, at_stage

_MOST_AT_ONCE = 1000


def delete_application(target: Target, here: Standing) -> None:
    """Functions, roles, subscriptions, schedule and API."""
    chalice.run(target, "delete")
    here.record.share()


def delete_data(target: Target, here: Standing) -> None:
    """Files, stack, tables, buckets and secrets. DynamoDB keeps a table's last backup for 35 days by itself.

    What residents sent goes first: cut short after that, nothing of it is left behind where nobody looks any more.
    """
    s3, media = target.client("s3"), here.outputs["MediaBucket"]
    _empty(s3, media)
    cloudformation, stack = target.client("cloudformation"), f"kabar-{target.stage}-backing"
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)
    for table in dict.fromkeys((here.outputs["TableName"], target.table)):
        _delete_table(target.client("dynamodb"), table)
        say(f"The table {table} is gone.")
    for bucket in (media, here.outputs["DeploymentsBucket"]):
        _empty(s3, bucket)
        s3.delete_bucket(Bucket=bucket)
    parameters = Parameters(target.client("ssm"), target.stage)
    parameters.remove(*parameters.described())
    say("The residents' files, the packages and the secrets are gone.")


def _delete_table(client: Any, table: str) -> None:
    try:
        client.update_table(TableName=table, DeletionProtectionEnabled=False)
        client.delete_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return
    client.get_waiter("table_not_exists").wait(TableName=table)


def _empty(client: Any, bucket: str) -> None:
    """Deletes all versions of all that is in a bucket.

    Raises:
        Failure: S3 kept some of it.
    """
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = (*page.get("Versions", []), *page.get("DeleteMarkers", []))
        named = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        for start in range(0, len(named), _MOST_AT_ONCE):
            several = {"Objects": named[start : start + _MOST_AT_ONCE], "Quiet": True}
            if client.delete_objects(Bucket=bucket, Delete=several).get("Errors"):
                raise Failure(f"S3 did not delete all of {bucket}; run the same command again.")


@click.command("delete")
@click.option(
    "--data", is_flag=True, help="The table, residents' files, the backups of packages, the queues and the secrets too."
)
@at_stage
def command(target: Target, data: bool) -> None:  # noqa: FBT001
    """Take the functions and the API away; with --data everything, after the stage's name is typed."""
    try:
        here = standing(target)
    except Failure:
        say(f"There is no stage {target.stage} in {target.region}: nothing to delete.")
        return
    say(f"Deleting the functions, their roles and the API of {target.stage}. Meta will find nobody at the webhook.")
    if data:
        say(f"And the table {here.outputs['TableName']} with every request in it, every file that a resident sent, the queues,")
        say("the packages and the secrets.")
        if click.prompt("Type the stage's name to delete its data", err=True) != target.stage:
            raise Failure("That is not the stage's name; nothing was deleted.")
    elif not target.yes and not click.confirm("Delete them?", err=True):
        raise Failure("Nothing was deleted.")
    delete_application(target, here)
    if data:
        delete_data(target, here)
    else:
        say(f"The table {here.outputs['TableName']}, residents' files, the queues and the secrets are still there;")
        say("`ops deploy` brings it back.")
