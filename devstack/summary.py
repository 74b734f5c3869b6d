"""What `up` says of the stack once everything answers: to a program, or to a person."""

import json
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chalicelib.adapters.secrets import AWS
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
    if stack.lambda_files is not None:
        described |= {"package": str(stack.lambda_files.package), "function_logs": str(stack.lambda_files.logs)}
    out.write(json.dumps(described) + "\n")
    out.flush()


def as_words(stack: Stack, out: TextIO) -> None:
    """What is where, and commands to paste into another shell."""
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
    table.add_row("A phone to be the resident, in a browser", f"{stack.graph_url}/")
    table.add_row("WhatsApp and SMS, simulated", f"{stack.graph_url}   commands: {stack.graph_url}/sim")
    table.add_row("AWS, simulated", f"{stack.aws_endpoint_url}   table {stack.backing.table}")
    if (files := stack.lambda_files) is not None:
        table.add_row("Lambda's own runtime", f"a package of {files.zip_bytes / 1e6:.1f} MB   logs in {files.logs}")
    for number, channel in CHANNELS.items():
        way = "   by End User Messaging Social" if channel.by == AWS else ""
        table.add_row(f"Office {channel.office}, {channel.service or 'all services'}", f"phone_number_id {number}{way}")
    return table


def _commands(stack: Stack) -> list[tuple[str, str]]:
    number = next(number for number, channel in CHANNELS.items() if channel.service == "KTP")
    chat = json.dumps({"from": _RESIDENT, "phone_number_id": number, "text": "KTP saya hilang"})
    names = (
        f"API={stack.api_url} SIM={stack.graph_url}",
        f"JSON='Content-Type: application/json' STAFF='Authorization: Bearer {stack.staff_token}'",
    )
    change = 'curl -s $API/staff/requests/$ID/status -H "$STAFF" -H "$JSON" -d'
    return [
        ("First, once", "\n".join(names)),
        ("A resident writes", f"curl -s $SIM/sim/inbound -H \"$JSON\" -d '{chat}'"),
        ("What WhatsApp and SMS took since", "curl -s $SIM/sim/outbox"),
        ("The desk's list; ID is one of it", 'curl -s $API/staff/requests -H "$STAFF"\nID=KTP-...'),
        ("An officer moves the request on", f"{change} '{json.dumps({'to': 'processing', 'expected_version': 1})}'"),
        ("… and tells that it is done", f"{change} '{json.dumps({'to': 'ready', 'expected_version': 2})}'"),
        ("Anybody looks it up", "curl -s $API/requests/$ID"),
        ("An hour passes", 'curl -s $SIM/sim/advance -H "$JSON" -d \'{"seconds": 3600}\''),
    ]
