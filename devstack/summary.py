"""What `up` says of the stack once everything answers: to a program, or to a person."""

import json
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from devstack.channels import CHANNELS, by_office
from devstack.stack import Stack

_RESIDENT = "+6281200000001"


def as_line(stack: Stack, out: TextIO) -> None:
    """One JSON object on one line."""
    described = {
        "api_url": stack.api_url,
        "graph_url": stack.graph_url,
        "aws_endpoint_url": stack.aws_endpoint_url,
        "table": stack.backing.table,
        "queue_url": stack.backing.queue_url,
        "stream_arn": stack.backing.stream_arn,
        "app_secret": stack.credentials.app_secret,
        "verify_token": stack.credentials.verify_token,
        "staff_token": stack.staff_token,
        "offices": by_office(),
    }
    out.write(json.dumps(described) + "\n")
    out.flush()


def as_words(stack: Stack, out: TextIO) -> None:
    """A table of what is where, and commands to paste."""
    console = Console(file=out, highlight=False)
    console.print(Text("Kabar is up. Ctrl-C ends it.", style="bold green"))
    console.print(_places(stack))
    for what, command in _commands(stack):
        console.print(Text(f"\n# {what}", style="dim"))
        console.print(Text(command), soft_wrap=True)
    out.flush()


def _places(stack: Stack) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("API", stack.api_url)
    table.add_row("WhatsApp, SMS and residents, simulated", stack.graph_url)
    table.add_row("AWS, simulated", f"{stack.aws_endpoint_url}   table {stack.backing.table}")
    table.add_row("Staff token (admin)", stack.staff_token)
    for number, channel in CHANNELS.items():
        table.add_row(f"Office {channel.office}, {channel.service or 'all services'}", f"phone_number_id {number}")
    return table


def _commands(stack: Stack) -> list[tuple[str, str]]:
    number = next(number for number, channel in CHANNELS.items() if channel.service == "KTP")
    message = json.dumps({"from": _RESIDENT, "phone_number_id": number, "text": "KTP saya hilang"})
    staff = f"-H 'Authorization: Bearer {stack.staff_token}'"
    change = json.dumps({"to": "ready", "expected_version": 1})
    return [
        ("A resident writes", f"curl -s {stack.graph_url}/sim/inbound --json '{message}'"),
        ("What providers accepted", f"curl -s {stack.graph_url}/sim/outbox"),
        ("The desk's list", f"curl -s {stack.api_url}/staff/requests {staff}"),
        (
            "An officer moves a request (put its id in)",
            f"curl -s {stack.api_url}/staff/requests/ID/status {staff} --json '{change}'",
        ),
        ("Anybody looks it up", f"curl -s {stack.api_url}/requests/ID"),
        ("An hour passes", f"curl -s {stack.graph_url}/sim/advance --json '{{\"seconds\": 3600}}'"),
    ]
