"""Dead letters as they lie on their queues."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_MOST = 200
_HIDDEN_S = 30


def letters(client: Any, url: str) -> Iterator[dict[str, Any]]:
    """Up to 200 messages of a queue, hidden from other readers for half a minute. client: SQS's."""
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


def sent_at(letter: dict[str, Any]) -> datetime:
    """Since when it has been there."""
    return datetime.fromtimestamp(int(letter["Attributes"]["SentTimestamp"]) / 1000, UTC)


def show_again(client: Any, url: str, receipts: list[str]) -> None:
    """Makes letters that were read visible at once."""
    for receipt in receipts:
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
