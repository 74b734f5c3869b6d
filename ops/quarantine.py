"""`ops quarantine`: what was signed and could not be understood. It is all kept, and tried again after a fix."""

import json
from dataclasses import dataclass
from typing import Any

import click
from rich.table import Table

from chalicelib.ports import Store
from ops.api import Api
from ops.console import results, say
from ops.failure import Failure
from ops.parameters import Parameters
from ops.quarantined import Element, elements, envelope, find, notice_of, retry
from ops.standing import Standing, standing
from ops.target import Target, at_stage, utc_now

_OK = 200


@dataclass(frozen=True)
class Sender:
    """Sends an element the way that it came."""

    target: Target
    here: Standing
    api: Api

    def __call__(self, element: Element) -> bool:
        """Whether the deployed system understood it this time.

        Raises:
            Failure: it cannot be sent: nobody answers, or there is no way for its kind.
        """
        payload = envelope(element.raw)
        if payload is not None:
            return self._by_webhook(payload)
        notice_id = notice_of(element.raw)
        if notice_id is None:
            raise Failure(f"{element.id} ({element.kind}) came no way that it could go again; `ops quarantine show` has it.")
        message = json.dumps({"notice": notice_id})
        self.target.client("sqs").send_message(QueueUrl=self.here.outputs["QueueUrl"], MessageBody=message)
        return True

    def _by_webhook(self, payload: dict[str, Any]) -> bool:
        secret = Parameters(self.target.client("ssm"), self.target.stage).read().get("app_secret")
        answer = self.api.webhook(payload, secret)
        if answer.status != _OK:
            raise Failure(f"The webhook answered {answer.status}; the element is back in quarantine.")
        return bool(answer.json()["quarantined"] == 0)


@click.group("quarantine")
def group() -> None:
    """See what could not be understood, and try it again after a fix."""


@group.command("list")
@click.option("--days", type=click.IntRange(1, 400), default=90, show_default=True, help="How far back.")
@at_stage
def list_command(target: Target, days: int) -> None:
    """Show what is in quarantine, without its contents."""
    found = elements(target.store(standing(target).outputs["TableName"]), utc_now().date(), days)
    table = Table("ID", "Why", "Since (UTC)", "Characters")
    for one in found:
        table.add_row(one.id[:23], one.kind, f"{one.received_at:%Y-%m-%d %H:%M}", str(len(one.raw)))
    if found:
        results().print(table)
    else:
        say(f"{target.stage} has nothing in quarantine.")


@group.command("show")
@click.argument("id_", metavar="ID")
@at_stage
def show_command(target: Target, id_: str) -> None:
    """Print an element as it came. It may hold a resident's words: mind where they go."""
    click.echo(find(target.store(standing(target).outputs["TableName"]), id_).raw)


@group.command("retry")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--api-url", help="Where the API answers, when not where it was deployed.")
@at_stage
def retry_command(target: Target, ids: tuple[str, ...], api_url: str | None) -> None:
    """Send elements the way that they came, once more. What is stored already is not stored or sent twice."""
    here = standing(target)
    store = target.store(here.outputs["TableName"])
    send = Sender(target, here, Api(api_url or here.api_url))
    again = [id_ for id_ in ids if not _retry_one(store, id_, send)]
    if again:
        raise Failure(f"Still not understood, and still in quarantine: {', '.join(again)}.")


def _retry_one(store: Store, id_: str, send: Sender) -> bool:
    element = find(store, id_)
    understood = retry(store, element, send)
    if understood:
        say(f"{element.id[:23]} ({element.kind}): understood, and out of quarantine.")
    return understood
