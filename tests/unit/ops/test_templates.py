"""The templates as they are submitted, and what is said of how Meta has them."""

from typing import Any

import pytest

from chalicelib.adapters.catalogue import load_offices
from ops.checks.finding import Level
from ops.template_forms import submissions, time_to_live
from ops.template_standing import Do, Standing, compare, plan

OFFICES = sorted(load_offices())
READY, OPENED = ("kabar_ready_card", "id"), ("kabar_opened", "id")


def submitted(office: str = "1801") -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["name"], one["language"]): one for one in submissions(office)}


def held(key: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """A template as Meta lists it."""
    return submitted()[key] | {"id": "1", "status": "APPROVED", "rejected_reason": "NONE"} | changes


def standing(key: tuple[str, str], **changes: Any) -> Standing:
    [found] = compare([submitted()[key]], [held(key, **changes)])
    return found


def saying(text: str) -> dict[str, Any]:
    return {"components": [{"type": "BODY", "text": text}]}


def test_every_template_is_submitted_with_the_time_after_which_the_sms_goes() -> None:
    made = submitted()
    assert {name for name, _ in made} >= {"kabar_opened", "kabar_ready_card", "kabar_ready_pdf", "kabar_incomplete"}
    assert made["kabar_ready_card", "id"]["message_send_ttl_seconds"] == 240
    assert made["kabar_incomplete", "id"]["message_send_ttl_seconds"] == 1500
    assert "message_send_ttl_seconds" not in made["kabar_opened", "id"]
    assert all(one["category"] == "UTILITY" for one in made.values())


def test_whatsapp_takes_times_to_live_from_30_seconds_to_12_hours() -> None:
    told = [live for one in submissions("1801") if (live := time_to_live(str(one["name"]))) is not None]
    assert told
    assert all(30 <= live.total_seconds() <= 12 * 3600 for live in told)


def test_a_template_says_what_stands_in_each_place_by_number() -> None:
    for one in submissions("1801"):
        (body,) = one["components"]
        places = body["text"].count("{{")
        assert all("{{" + str(number) + "}}" in body["text"] for number in range(1, places + 1)), one["name"]


@pytest.mark.parametrize("office", OFFICES)
def test_each_place_has_an_example_that_is_of_this_office_and_of_no_person(office: str) -> None:
    for one in submissions(office):
        (body,) = one["components"]
        examples = body.get("example", {}).get("body_text", [[]])
        assert len(examples) == 1
        assert len(examples[0]) == body["text"].count("{{"), one["name"]
        assert all(example.strip("- ") for example in examples[0]), one["name"]
    ready = submitted(office)[READY]["components"][0]["example"]["body_text"][0]
    assert load_offices()[office].place in ready


def test_the_same_words_are_submitted_each_time() -> None:
    assert submissions("1801") == submissions("1801")


def test_what_is_as_it_would_be_submitted_needs_nothing() -> None:
    one = standing(READY)
    assert (one.usable, one.level, one.text, plan(one).do) == (True, Level.FINE, "", Do.NOTHING)


@pytest.mark.parametrize(("key", "level"), [(READY, Level.FAILURE), (OPENED, Level.WARNING)])
def test_what_is_missing_is_created_and_worse_for_what_must_arrive(key: tuple[str, str], level: Level) -> None:
    [one] = compare([submitted()[key]], [held(key, language="xx"), held(key, name="other")])
    assert (one.status, one.level, plan(one).do, plan(one).changes) == ("missing", level, Do.CREATE, submitted()[key])


@pytest.mark.parametrize("status", ["PENDING", "IN_APPEAL", "PAUSED", "DISABLED", "PENDING_DELETION", "LIMIT_EXCEEDED"])
def test_what_is_not_approved_cannot_be_used_and_is_left_alone(status: str) -> None:
    one = standing(READY, status=status)
    assert (one.usable, one.level, plan(one).do) == (False, Level.FAILURE, Do.NOTHING)
    assert plan(one).why


def test_what_was_rejected_says_why_and_is_submitted_again_only_in_other_words() -> None:
    same = standing(READY, status="REJECTED", rejected_reason="SCAM")
    assert (same.text, plan(same).do) == ("rejected for SCAM", Do.CANNOT)
    other = standing(READY, status="REJECTED", **saying("Halo {{1}} {{2}} {{3}} {{4}} {{5}} halo."))
    assert (plan(other).do, plan(other).changes) == (Do.EDIT, {"components": submitted()[READY]["components"]})


def test_other_words_are_edited_and_another_number_of_places_cannot_be_sent() -> None:
    ours = submitted()[READY]["components"][0]["text"]
    reworded = standing(READY, **saying(ours.replace("Kabar baik", "Kabar gembira")))
    assert (reworded.usable, reworded.level, plan(reworded).do) == (True, Level.WARNING, Do.EDIT)
    fewer = standing(READY, **saying("Kabar baik, {{1}} sudah siap diambil."))
    assert (fewer.usable, fewer.level, plan(fewer).do) == (False, Level.FAILURE, Do.EDIT)


def test_a_component_that_is_not_ours_makes_other_words() -> None:
    footer = {"type": "FOOTER", "text": "Balas STOP"}
    assert standing(READY, components=[*held(READY)["components"], footer]).differs == ("words",)


@pytest.mark.parametrize(
    ("seconds", "differs"), [(240, ()), (300, ("time to live",)), (None, ("time to live",)), (-1, ("time to live",))]
)
def test_another_time_to_live_is_edited_alone(seconds: int | None, differs: tuple[str, ...]) -> None:
    one = standing(READY, message_send_ttl_seconds=seconds)
    assert one.differs == differs
    if differs:
        assert (one.level, plan(one).changes) == (Level.WARNING, {"message_send_ttl_seconds": 240})


def test_no_time_to_live_is_written_in_three_ways() -> None:
    for seconds in (None, -1, 30 * 86_400):
        assert standing(OPENED, message_send_ttl_seconds=seconds).differs == ()
    assert plan(standing(OPENED, message_send_ttl_seconds=60)).changes == {"message_send_ttl_seconds": -1}


def test_the_category_of_an_approved_template_cannot_be_mended_here() -> None:
    approved, paused = (standing(READY, category="MARKETING", status=status) for status in ("APPROVED", "PAUSED"))
    assert (approved.level, plan(approved).do) == (Level.WARNING, Do.CANNOT)
    assert (plan(paused).do, plan(paused).changes) == (Do.EDIT, {"category": "UTILITY"})
    both = plan(standing(READY, category="MARKETING", message_send_ttl_seconds=60))
    assert (both.do, both.changes) == (Do.EDIT, {"message_send_ttl_seconds": 240})
    assert "category" in both.why


@pytest.mark.parametrize("status", ["PENDING", "DISABLED", "IN_APPEAL"])
def test_what_differs_and_cannot_be_edited_is_said(status: str) -> None:
    assert plan(standing(READY, status=status, message_send_ttl_seconds=60)).do is Do.CANNOT


def test_red_quality_is_a_warning() -> None:
    one = standing(READY, quality_score={"score": "RED", "date": 0})
    assert (one.usable, one.level) == (True, Level.WARNING)
    assert standing(READY, quality_score={"score": "YELLOW"}).level is Level.FINE
