"""dispatch's subscription to the table's stream.

Chalice keeps a subscription once it has made one, even when the table was made anew and the stream is another. It subscribes to
the right stream when it finds none: so one to the wrong stream is taken away before it looks.
"""

from contextlib import suppress
from typing import Any

from ops.record import Record


def drop_stale(client: Any, record: Record, stream_arn: str) -> bool:
    """Takes away a subscription to another stream than this; returns whether there was one. client: Lambda's."""
    event = record.one("dynamodb_event")
    if event is None or event["stream_arn"] == stream_arn:
        return False
    with suppress(client.exceptions.ResourceNotFoundException):  # it went with its table
        client.delete_event_source_mapping(UUID=event["event_uuid"])
    record.forget(event["name"])
    return True
