"""`python -m ops`: what an operator does with a stage."""

import click

from ops import bootstrap, channels, deploy, secrets, staff
from ops.failure import Sentences


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def ops() -> None:
    """Deploy Kabar, look after it, and take it away again."""


ops.add_command(bootstrap.command)
ops.add_command(channels.group)
ops.add_command(deploy.command)
ops.add_command(secrets.group)
ops.add_command(staff.group)

if __name__ == "__main__":
    ops(prog_name="python -m ops")
