"""`ops dead-letters`: notices that deliver could not take, five times in a row."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
from rich.table import Table

from chalicelib.ports import Store
from chalicelib.table import notices
from ops.console import results, say
from ops.standing import standing
from ops.target import Target, at_stage

_MOST = 200
_HIDDEN_S = 30


@dataclass(frozen=True)
class Letter:
    """One message on the queue of dead letters. notice_id: None when its body is none of ours."""

    receipt: str
    notice_id: str | None
    sent_at: datetime


def read(client: Any, url: str) -> list[Letter]:
    """Up to 200 dead letters, hidden from other readers for half a minute. client: SQS's."""
    return [_letter(message) for message in _messages(client, url)]


def redrive(client: Any, dead_url: str, url: str) -> tuple[int, int]:
    """Puts dead letters back on the queue; returns how many went, and how many were left because nobody can read them.

    Each goes onto the queue before it leaves the dead letters, so that none is lost. One that goes twice is claimed once:
    nobody is told twice.
    """
    moved, left = 0, 0
    for letter in read(client, dead_url):
        if letter.notice_id is None:
            left += 1
            continue
        client.send_message(QueueUrl=url, MessageBody=json.dumps({"notice": letter.notice_id}))
        client.delete_message(QueueUrl=dead_url, ReceiptHandle=letter.receipt)
        moved += 1
    return moved, left


def show_again(client: Any, url: str, letters: list[Letter]) -> None:
    """Makes letters that were read visible at once."""
    for letter in letters:
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)


def _messages(client: Any, url: str) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    while len(seen) < _MOST:
        answer = client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN_S, AttributeNames=["SentTimestamp"]
        )
        fresh = [one for one in answer.get("Messages", []) if one["MessageId"] not in seen]
        if not fresh:
            return
        seen.update(one["MessageId"] for one in fresh)
        yield from fresh


def _letter(message: dict[str, Any]) -> Letter:
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    try:
        notice_id = str(json.loads(message["Body"])["notice"])
        notices.key(notice_id)
    except (ValueError, KeyError, TypeError):
        notice_id = None
    return Letter(message["ReceiptHandle"], notice_id, sent)


def _state(store: Store, notice_id: str | None) -> str:
    if notice_id is None:
        return "not a notice"
    item = store.get(notices.key(notice_id))
    return notices.read(item).state.value if item else "gone"


@click.group("dead-letters")
def group() -> None:
    """See and send on the notices that deliver could not take."""


@group.command("list")
@at_stage
def list_command(target: Target) -> None:
    """Show dead letters, and how their notices stand in the table. It hides them from nobody for long."""
    here, client = standing(target), target.client("sqs")
    letters = read(client, here.outputs["DeadLettersUrl"])
    table = Table("Notice", "State", "On the queue since (UTC)")
    store = target.store(here.outputs["TableName"])
    for letter in letters:
        table.add_row(letter.notice_id or "?", _state(store, letter.notice_id), f"{letter.sent_at:%Y-%m-%d %H:%M:%S}")
    show_again(client, here.outputs["DeadLettersUrl"], letters)
    if letters:
        results().print(table)
    else:
        say(f"{target.stage} has no dead letters.")


@group.command("redrive")
@at_stage
def redrive_command(target: Target) -> None:
    """Put all dead letters back on the queue. What was sent meanwhile is not sent again."""
    here = standing(target)
    moved, left = redrive(target.client("sqs"), here.outputs["DeadLettersUrl"], here.outputs["QueueUrl"])
    say(f"Put {moved} back on the queue." if moved else "Nothing to put back.")
    if left:
        say(f"Left {left} that are no notices; see them in the SQS console.")
