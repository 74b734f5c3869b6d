"""`python -m ops`: what an operator does with a stage."""

import click

from ops import (
    bootstrap,
    catalogue,
    channels,
    dead_letters,
    delete,
    deploy,
    doctor,
    package,
    person,
    quarantine,
    restore,
    rollback,
    secrets,
    send_test,
    staff,
    templates,
)
from ops.failure import Sentences


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def ops() -> None:
    """Deploy Kabar, look after it, and take it away again."""


for command in (
    bootstrap.command, catalogue.group, channels.group, dead_letters.group, delete.command, deploy.command, doctor.command,
    package.command, person.group, quarantine.group, restore.command, rollback.command, secrets.group, send_test.command,
    staff.group, templates.group,
):  # fmt: skip
    ops.add_command(command)

if __name__ == "__main__":
    ops(prog_name="python -m ops")
