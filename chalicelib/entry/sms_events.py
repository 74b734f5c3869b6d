"""Reports of AWS End User Messaging SMS → the domain.

Shape: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html. Carriers may take 72 hours.
"""

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.inbound import StatusReport
from chalicelib.domain.notice import Report

_CONTEXT = "kabar"
# TEXT_SUCCESSFUL says that the carrier took it, TEXT_DELIVERED that the phone did; in some countries the two are one, and then
# TEXT_SUCCESSFUL is the last that is ever told (`isFinal`).
_WORDS = {
    "TEXT_QUEUED": Report.SENT,
    "TEXT_PENDING": Report.SENT,
    "TEXT_SENT": Report.SENT,
    "TEXT_SUCCESSFUL": Report.SENT,
    "TEXT_DELIVERED": Report.DELIVERED,
    "TEXT_INVALID": Report.FAILED,
    "TEXT_INVALID_MESSAGE": Report.FAILED,
    "TEXT_UNREACHABLE": Report.FAILED,
    "TEXT_CARRIER_UNREACHABLE": Report.FAILED,
    "TEXT_BLOCKED": Report.FAILED,
    "TEXT_CARRIER_BLOCKED": Report.FAILED,
    "TEXT_SPAM": Report.FAILED,
    "TEXT_TTL_EXPIRED": Report.FAILED,
    "TEXT_PROTECT_BLOCKED": Report.FAILED,
}


def report(message: str) -> StatusReport:
    """The report in an SNS message's text. Words that are not in the table are kept as they are.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is no such event.
    """
    event: dict[str, Any] = json.loads(message)
    word = str(event["eventType"])
    carried = word == "TEXT_SUCCESSFUL" and event.get("isFinal") is True
    known = Report.DELIVERED if carried else _WORDS.get(word)
    at = datetime.fromtimestamp(int(event["eventTimestamp"]) / 1000, UTC)
    refusal = Refused(word.lower(), Remedy.OUR_FAULT) if known is Report.FAILED else None
    callback = (event.get("context") or {}).get(_CONTEXT)
    # The event holds the phone number: what is kept of it is what we need.
    raw = json.dumps({name: event.get(name) for name in ("eventType", "eventTimestamp", "messageId", "context")})
    return StatusReport((known or word)[:64], at, str(callback) if callback else None, refusal, raw)
