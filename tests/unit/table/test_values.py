"""Single values: times that sort and come back, hashes that tell nothing, attributes without holes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.table.values import NEVER_DUE, Reader, digest, epoch, filled, keyed_digest, moment, stamp
from tests.unit.table.strategies import TIMES


@given(TIMES)
def test_time_comes_back_to_the_millisecond(at: datetime) -> None:
    assert moment(stamp(at)) == at
    assert moment(stamp(at + timedelta(microseconds=999))) == at
    assert moment(stamp(at)).tzinfo is not None


@given(TIMES, TIMES)
def test_stored_times_sort_as_times_do(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)
    assert stamp(one) < NEVER_DUE


def test_time_of_any_zone_is_stored_in_utc() -> None:
    at = datetime(2026, 11, 24, 10, 0, 0, 7000, tzinfo=timezone(timedelta(hours=7)))

    assert stamp(at) == "2026-11-24T03:00:00.007Z"
    assert epoch(at) == 1795489200


@pytest.mark.parametrize("nothing", [None, "", (), [], frozenset(), set()])
def test_nothing_is_not_stored(nothing: object) -> None:
    assert filled({"a": nothing, "b": "x"}) == {"b": "x"}


@pytest.mark.parametrize("something", [0, False, " ", ["x"], {"x": 1}, frozenset("x")])
def test_something_is_stored_as_it_is(something: object) -> None:
    assert filled({"a": something}) == {"a": something}


def test_times_are_stored_as_texts() -> None:
    assert filled({"a": datetime(2026, 11, 24, tzinfo=UTC)}) == {"a": "2026-11-24T00:00:00.000Z"}


@given(st.text(st.characters()))
def test_hash_of_any_text_is_short_and_fits_into_a_key(text: str) -> None:
    assert len(digest(text)) == 32
    assert set(digest(text)) <= set("0123456789abcdef")


def test_keyed_hash_depends_on_its_key() -> None:
    assert keyed_digest("key", "phone:+6281200000001") != keyed_digest("other", "phone:+6281200000001")
    assert len(keyed_digest("key", "x")) == 40


def test_reader_tells_what_is_absent() -> None:
    reader = Reader({})

    assert (reader.maybe("a"), reader.number("a"), reader.flag("a"), reader.maybe_time("a"), reader.many("a")) == (
        None, 0, False, None, (),
    )  # fmt: skip
    for read in (reader.text, reader.time):
        with pytest.raises(KeyError):
            read("a")
