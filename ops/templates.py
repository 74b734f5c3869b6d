"""`ops templates`: the message templates that WhatsApp has to approve, word by word as Kabar sends them."""

import json
from datetime import timedelta
from typing import Any

import click

from chalicelib.adapters.catalogue import load_offices
from chalicelib.domain.notice import TIME_TO_LIVE
from chalicelib.domain.texts import templates

_PREFIX = "kabar_"


def time_to_live(name: str) -> timedelta | None:
    """How long WhatsApp may try to deliver a template before the SMS goes; None where no SMS follows."""
    said = name.removeprefix(_PREFIX)
    return next((live for kind, live in TIME_TO_LIVE.items() if said == kind or said.startswith(f"{kind}_")), None)


def submissions(office: str) -> list[dict[str, Any]]:
    """Each template in the form of Meta's `POST /{account}/message_templates`.

    https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
    """
    made = []
    for one in templates(load_offices()[office]):
        live = time_to_live(one.name)
        whole: dict[str, Any] = {"name": one.name, "language": one.language, "category": "UTILITY"}
        if live is not None:
            whole["message_send_ttl_seconds"] = int(live.total_seconds())
        made.append({**whole, "components": [{"type": "BODY", "text": one.body}]})
    return made


@click.command("templates")
@click.option("--office", type=click.Choice(sorted(load_offices())), required=True)
def command(office: str) -> None:
    """Print an office's templates as JSON, one a line. Meta wants an example for each {{n}} besides."""
    for one in submissions(office):
        click.echo(json.dumps(one, ensure_ascii=False))
