"""Lambda's events → flows: the table's stream, the queues of notices and files, the minute's tick.

Plain `chalice deploy` gives no filter and no partial batches, and a stream repeats a failed batch without end. So a handler
raises for transient faults only; what cannot be understood is kept for a person, and everything behind it proceeds.
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.errors import TransientError
from chalicelib.domain.inbound import NO_DAY, Broken
from chalicelib.entry import sms_events
from chalicelib.flows.deliver import Deliver
from chalicelib.flows.dispatch import Dispatch
from chalicelib.flows.keeping import Keeping
from chalicelib.flows.media import Media
from chalicelib.flows.receipts import Receipts
from chalicelib.table import media as files
from chalicelib.table import notices

log = logging.getLogger(__name__)


def dispatch(event: Mapping[str, Any], flow: Dispatch, keeping: Keeping) -> None:
    """Takes the inserted notices, and the messages with files, of a batch of stream records."""
    notice_ids, file_ids = [], []
    for record in event["Records"]:
        try:
            notice_id, file_id = _inserted(record)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.exception("a stream record was set aside")
            keeping.broken(Broken("stream_record", NO_DAY, json.dumps(record, default=str)))
            continue
        notice_ids += [notice_id] if notice_id else []
        file_ids += [file_id] if file_id else []
    flow(notice_ids, file_ids)


def deliver(event: Mapping[str, Any], owner: str, flow: Deliver, keeping: Keeping) -> None:
    """Delivers each notice of a batch of queue messages. owner: the invocation's own id."""

    def one(notice_id: str) -> None:
        notices.key(notice_id)
        flow(notice_id, owner)

    _each(event, "notice", one, "queue_message", keeping)


def media(event: Mapping[str, Any], flow: Media, keeping: Keeping) -> None:
    """Fetches the file of each message of a batch of queue messages."""

    def one(file_id: str) -> None:
        files.key(file_id)
        flow(file_id)

    _each(event, "media", one, "media_message", keeping)


def _each(event: Mapping[str, Any], subject: str, one: Callable[[str], None], kind: str, keeping: Keeping) -> None:
    """Does what each of a batch of queue messages asks for. kind: how one is kept that nobody can take."""
    for record in event["Records"]:
        try:
            one(json.loads(record["body"])[subject])
        except TransientError:
            raise
        except Exception as error:
            log.exception("a queue message was set aside")
            keeping.broken(Broken(f"{kind}_{type(error).__name__}", NO_DAY, json.dumps(record.get("body"))))


def sms_reports(event: Mapping[str, Any], flow: Receipts, keeping: Keeping) -> None:
    """Applies End User Messaging SMS's reports, which come by an SNS topic."""
    for record in event["Records"]:
        try:
            flow(sms_events.report(record["Sns"]["Message"]))
        except TransientError:
            raise
        except Exception as error:
            log.exception("an SMS report was set aside")
            raw = json.dumps(record.get("Sns", {}).get("Message"))
            keeping.broken(Broken(f"sms_report_{type(error).__name__}", NO_DAY, raw))


def _inserted(record: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The id of the notice, or of the file, that a record tells of, if either."""
    keys = record["dynamodb"]["Keys"]
    pk, sk = keys["pk"]["S"], keys["sk"]["S"]
    if record["eventName"] != "INSERT":
        return None, None
    if sk.startswith(notices.PREFIX):
        return notices.id_of(pk, sk), None
    return None, files.id_of(pk, sk) if sk.endswith(files.SUFFIX) else None
