"""`ops dead-letters`: what the functions could not take, again and again: notices, files, and events of AWS's own WhatsApp."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click
from rich.table import Table

from chalicelib.ports import Item, Key, Store
from chalicelib.table import media as files
from chalicelib.table import notices
from ops import social
from ops.console import results, say
from ops.letters import letters, sent_at, show_again
from ops.standing import Standing, standing
from ops.target import Target, at_stage


@dataclass(frozen=True)
class Post:
    """A queue and its dead letters.

    subject: what an id is called in a message's body; queue, dead: the stack's outputs that have their addresses; key: of what
    the id names, ValueError for one that names nothing; state: how that stands, by its item.
    """

    subject: str
    queue: str
    dead: str
    key: Callable[[str], Key]
    state: Callable[[Item], str]


def _of_notice(item: Item) -> str:
    return notices.read(item).state.value


def _of_file(item: Item) -> str:
    settled = item.get("file")
    return str(settled["state"]) if isinstance(settled, dict) else "awaited"


POSTS = (
    Post("notice", "QueueUrl", "DeadLettersUrl", notices.key, _of_notice),
    Post("media", "MediaQueueUrl", "MediaDeadLettersUrl", files.key, _of_file),
)


@dataclass(frozen=True)
class Letter:
    """One dead letter. about: the id of what it is about, None when its body is none of ours."""

    receipt: str
    about: str | None
    sent_at: datetime


def read(client: Any, url: str, post: Post = POSTS[0]) -> list[Letter]:
    """Up to 200 dead letters, hidden from other readers for half a minute. client: SQS's."""
    return [_letter(message, post) for message in letters(client, url)]


def redrive(client: Any, dead_url: str, url: str, post: Post = POSTS[0]) -> tuple[int, int]:
    """Puts dead letters back on the queue; returns how many went, and how many were left because nobody can read them.

    Each goes onto the queue before it leaves the dead letters, so that none is lost. One that goes twice is claimed once, or is
    settled already: nobody is told twice.
    """
    moved, left = 0, 0
    for letter in read(client, dead_url, post):
        if letter.about is None:
            left += 1
            continue
        client.send_message(QueueUrl=url, MessageBody=json.dumps({post.subject: letter.about}))
        client.delete_message(QueueUrl=dead_url, ReceiptHandle=letter.receipt)
        moved += 1
    return moved, left


def _letter(message: dict[str, Any], post: Post) -> Letter:
    try:
        about = str(json.loads(message["Body"])[post.subject])
        post.key(about)
    except (ValueError, KeyError, TypeError):
        about = None
    return Letter(message["ReceiptHandle"], about, sent_at(message))


def _state(store: Store, post: Post, about: str | None) -> str:
    if about is None:
        return f"not a {post.subject}"
    item = store.get(post.key(about))
    return post.state(item) if item else "gone"


@click.group("dead-letters")
def group() -> None:
    """See and send on the notices, files and events that their functions could not take."""


@group.command("list")
@at_stage
def list_command(target: Target) -> None:
    """Show dead letters, and how what they are about stands in the table. It hides them from nobody for long."""
    here = standing(target)
    table = Table("What", "About", "State", "On the queue since (UTC)")
    for post in POSTS:
        _list(target, here, post, table)
    if url := here.outputs.get(f"{social.DEAD_LETTERS}Url"):
        _list_events(target.client("sqs"), url, table)
    if table.row_count:
        results().print(table)
    else:
        say(f"{target.stage} has no dead letters.")


def _list(target: Target, here: Standing, post: Post, table: Table) -> None:
    client, store = target.client("sqs"), target.store(here.outputs["TableName"])
    found = read(client, here.outputs[post.dead], post)
    for letter in found:
        state = _state(store, post, letter.about)
        table.add_row(post.subject, letter.about or "?", state, f"{letter.sent_at:%Y-%m-%d %H:%M:%S}")
    show_again(client, here.outputs[post.dead], [letter.receipt for letter in found])


def _list_events(client: Any, url: str, table: Table) -> None:
    """What came by End User Messaging Social."""
    found = social.read(client, url)
    for letter in found:
        state = "not stored" if letter.event else "not an event"
        table.add_row("event", letter.id, state, f"{letter.sent_at:%Y-%m-%d %H:%M:%S}")
    show_again(client, url, [letter.receipt for letter in found])


@group.command("redrive")
@at_stage
def redrive_command(target: Target) -> None:
    """Put all dead letters back where they came from. What was done meanwhile is not done again."""
    here, client = standing(target), target.client("sqs")
    counts = [redrive(client, here.outputs[post.dead], here.outputs[post.queue], post) for post in POSTS]
    if url := here.outputs.get(f"{social.DEAD_LETTERS}Url"):
        counts.append(social.redrive(client, target.client("lambda"), target.stage, url))
    moved, left = (sum(numbers) for numbers in zip(*counts, strict=True))
    say(f"Put {moved} back." if moved else "Nothing to put back.")
    if left:
        say(f"Left {left} that nobody can read; see them in the SQS console.")
