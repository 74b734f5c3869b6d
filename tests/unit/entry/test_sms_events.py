"""Reports of AWS End User Messaging SMS, as the domain understands them."""

import json
from typing import Any

import pytest

from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.notice import Report
from chalicelib.entry.sms_events import report
from tests.unit.domain.samples import ID, NOW

EVENT: dict[str, Any] = {
    "eventType": "TEXT_DELIVERED", "eventVersion": "1.0", "eventTimestamp": 1795489200000, "isFinal": True,
    "originationPhoneNumber": "DUKCAPIL", "destinationPhoneNumber": "+6281200000001", "messageId": "m-1",
    "messageStatus": "DELIVERED", "messageStatusDescription": "Message has been accepted by phone",
    "context": {"kabar": f"{ID}.2#2"},
}  # fmt: skip
WORDS = {
    Report.SENT: ["TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_SUCCESSFUL"],
    Report.DELIVERED: ["TEXT_DELIVERED"],
    Report.FAILED: [
        "TEXT_INVALID", "TEXT_INVALID_MESSAGE", "TEXT_UNREACHABLE", "TEXT_CARRIER_UNREACHABLE", "TEXT_BLOCKED",
        "TEXT_CARRIER_BLOCKED", "TEXT_SPAM", "TEXT_TTL_EXPIRED", "TEXT_PROTECT_BLOCKED",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("word", "said"), [(word, said) for word, all_ in WORDS.items() for said in all_])
def test_word_of_theirs_is_one_of_ours(word: Report, said: str) -> None:
    found = report(json.dumps(EVENT | {"eventType": said, "isFinal": said != "TEXT_SUCCESSFUL"}))

    assert (found.status, found.at, found.callback) == (word, NOW, f"{ID}.2#2")
    assert found.refusal == (Refused(said.lower(), Remedy.OUR_FAULT) if word is Report.FAILED else None)


def test_what_the_carrier_took_is_there_when_nothing_more_will_be_told() -> None:
    assert report(json.dumps(EVENT | {"eventType": "TEXT_SUCCESSFUL", "isFinal": True})).status == Report.DELIVERED
    assert report(json.dumps(EVENT | {"eventType": "TEXT_SUCCESSFUL", "isFinal": "true"})).status == Report.SENT


def test_word_that_nobody_knows_is_kept_as_it_is() -> None:
    found = report(json.dumps(EVENT | {"eventType": "TEXT_UNKNOWN" * 10}))

    assert found.status == ("TEXT_UNKNOWN" * 10)[:64]
    assert found.refusal is None


def test_phone_number_is_not_kept() -> None:
    found = report(json.dumps(EVENT))

    assert "81200000001" not in found.raw
    assert json.loads(found.raw) == {
        "eventType": "TEXT_DELIVERED", "eventTimestamp": 1795489200000, "messageId": "m-1", "context": {"kabar": f"{ID}.2#2"},
    }  # fmt: skip


@pytest.mark.parametrize("context", [None, {}, {"other": "x"}, {"kabar": None}])
def test_report_without_our_context_is_about_nothing_of_ours(context: Any) -> None:
    assert report(json.dumps(EVENT | {"context": context})).callback is None


@pytest.mark.parametrize("change", [{"eventType": None}, {"eventTimestamp": None}, {"eventTimestamp": "x"}, {"context": "x"}])
def test_event_of_another_form_is_no_report(change: dict[str, Any]) -> None:
    if change == {"eventType": None}:
        event = {name: value for name, value in EVENT.items() if name != "eventType"}
    else:
        event = EVENT | change

    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        report(json.dumps(event))
