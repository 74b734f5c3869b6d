"""What officers type to change a request: the word first, its number, and the reason."""

import pytest

from chalicelib.domain import ids
from chalicelib.domain.errors import MistypedId
from chalicelib.domain.request import Status, Step
from chalicelib.domain.status_word import Typed, step, typed
from tests.unit.domain import samples
from tests.unit.domain.samples import ID

WORDS = {"/siap": Status.READY, "/kurang": Status.INCOMPLETE}
PARSED = ids.parse(ID)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"/siap {ID}", ""),
        (f"/SIAP {ID.lower()}", ""),
        (f"  /siap\n{ID.replace('-', ' ')}", ""),
        (f"/siap {ID}: ambil  di loket 2.", "ambil di loket 2"),
        (f"/siap bu Siti {ID} ya", "bu Siti ya"),
    ],
)
def test_the_word_and_its_number_are_found_and_the_rest_is_kept(text: str, rest: str) -> None:
    assert typed(text, WORDS) == Typed(Status.READY, PARSED, rest)


def test_a_letter_that_grows_when_made_large_shifts_nothing() -> None:
    assert typed(f"/kurang ß {ID} foto buram", WORDS) == Typed(Status.INCOMPLETE, PARSED, "ß foto buram")


@pytest.mark.parametrize("text", ["", " ", "siap", f"/siapkan {ID}", f"sudah /siap {ID}", f"/ siap {ID}", ID])
def test_other_words_are_none(text: str) -> None:
    assert typed(text, WORDS) is None


def test_without_any_words_nothing_is_one() -> None:
    assert typed(f"/siap {ID}", {}) is None


def test_a_mistyped_number_and_none_are_told_apart() -> None:
    mistyped, none = typed("/siap KTP-8B3E-5N56-TAJ", WORDS), typed("/siap ya", WORDS)
    assert mistyped is not None
    assert isinstance(mistyped.found, MistypedId)
    assert none == Typed(Status.READY, None, "ya")


def test_the_rest_is_a_reason_where_one_is_needed_and_else_a_note() -> None:
    request = samples.request(status=Status.PROCESSING, version=3)
    assert step(Typed(Status.INCOMPLETE, PARSED, "foto buram"), request) == Step(Status.INCOMPLETE, 3, reason="foto buram")
    assert step(Typed(Status.READY, PARSED, "loket 2"), request) == Step(Status.READY, 3, note="loket 2")


def test_the_status_that_it_has_is_no_step_and_so_no_hold() -> None:
    assert step(Typed(Status.READY, PARSED, "ya"), samples.request(status=Status.READY)) is None
