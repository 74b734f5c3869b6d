"""What Meta says of a template, in all the words that it has for it."""

from typing import Any

import pytest

from chalicelib.domain.inbound import Event, TemplateReport
from chalicelib.entry import webhook
from tests.data import payloads

AT = 1795489200


def read(payload: dict[str, Any]) -> Any:
    [element] = webhook.parse(payloads.raw(payload), frozenset())
    return element


def other_field(field: str, **value: Any) -> Any:
    about = {"message_template_name": "kabar_ready_card", "message_template_language": "id"}
    return read(payloads.envelope(about | value, field=field, at=AT))


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("PAUSED", "132015"),
        ("DISABLED", "132016"),
        ("REJECTED", "132001"),
        ("ARCHIVED", "132001"),
        ("DELETED", "132001"),
        ("PENDING_DELETION", "132001"),
    ],
)
def test_these_events_make_a_template_unusable_with_the_code_that_a_send_would_get(event: str, code: str) -> None:
    report = read(payloads.template(event, at=AT))
    assert (report.usable, report.code, report.said) == (False, code, event)


@pytest.mark.parametrize("event", ["APPROVED", "REINSTATED", "UNARCHIVED"])
def test_these_events_make_it_usable(event: str) -> None:
    assert read(payloads.template(event, at=AT)).usable is True


@pytest.mark.parametrize("event", ["PENDING", "IN_APPEAL", "LIMIT_EXCEEDED", "LOCKED", "FLAGGED", "INVENTED"])
def test_all_other_events_say_nothing_on_whether_it_can_be_sent(event: str) -> None:
    assert read(payloads.template(event, at=AT)).usable is None


@pytest.mark.parametrize(
    ("title", "usable", "code"),
    [
        ("FIRST_PAUSE", False, "132015"),
        ("SECOND_PAUSE", False, "132015"),
        ("RATE_LIMITING_PAUSE", False, "132015"),
        ("DISABLED", False, "132016"),
        ("UNPAUSE", True, ""),
    ],
)
def test_a_template_that_is_locked_says_why_in_a_title(title: str, usable: bool, code: str) -> None:  # noqa: FBT001
    report = read(payloads.template("LOCKED", at=AT, other_info={"title": title, "description": ""}))
    assert (report.usable, report.code) == (usable, code)


def test_a_flag_is_alarming() -> None:
    assert [read(payloads.template(event, at=AT)).alarming for event in ("FLAGGED", "PAUSED", "APPROVED")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("score", "alarming"), [("GREEN", False), ("YELLOW", False), ("RED", True), ("UNKNOWN", False)])
def test_only_red_quality_is_alarming_and_none_makes_it_unusable(score: str, alarming: bool) -> None:  # noqa: FBT001
    report = other_field("message_template_quality_update", previous_quality_score="GREEN", new_quality_score=score)
    assert (report.usable, report.alarming, report.said) == (None, alarming, f"quality {score}")


def test_another_category_is_alarming_and_the_announced_one_counts() -> None:
    now = other_field("template_category_update", previous_category="UTILITY", new_category="MARKETING")
    soon = other_field("template_category_update", new_category="UTILITY", correct_category="MARKETING")
    back = other_field("template_category_update", previous_category="MARKETING", new_category="UTILITY")
    none = other_field("template_category_update", new_category=None)
    found = [(one.usable, one.alarming) for one in (now, soon, back, none)]
    assert found == [(None, True), (None, True), (None, False), (None, False)]


def test_meta_writes_languages_with_a_hyphen_here() -> None:
    assert read(payloads.template("PAUSED", at=AT, language="en-US")).language == "en_US"


def test_a_time_that_cannot_be_read_is_none() -> None:
    payload = payloads.template("PAUSED", at=AT)
    for time in ("soon", None, -1, 10**16, [AT]):
        payload["entry"][0]["time"] = time
        report = read(payload)
        assert isinstance(report, TemplateReport)
        assert report.at is None


@pytest.mark.parametrize("broken", [{"message_template_name": None}, {"message_template_language": ["id"]},
                                    {"message_template_name": "é"}, {"message_template_name": "x" * 513}])  # fmt: skip
def test_what_names_no_template_is_an_event_and_nothing_else(broken: dict[str, Any]) -> None:
    assert isinstance(read(payloads.template("PAUSED", at=AT, **broken)), Event)


@pytest.mark.parametrize("odd", [{"event": 1}, {"event": ["PAUSED"]}, {"other_info": []}, {"other_info": {"title": {}}}])
def test_odd_values_say_nothing(odd: dict[str, Any]) -> None:
    event = odd.get("event", "LOCKED")
    other = {name: value for name, value in odd.items() if name != "event"}
    assert read(payloads.template(event, at=AT, **other)).usable is None
