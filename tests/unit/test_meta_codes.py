"""Meta's error codes: every one that is known to occur has its remedy, and the others are told apart."""

import pytest

from chalicelib.domain.delivery import Remedy
from chalicelib.domain.meta_codes import REMEDIES, code_of, is_known, remedy_for

EXPECTED = {
    Remedy.RETRY: [1, 2, 131000, 131016, 131057, 133004],
    Remedy.THROTTLED: [4, 80007, 130429],
    Remedy.RETRY_CONTACT: [131056],
    Remedy.TEMPLATE: [131047],
    Remedy.SMS: [130472, 130497, 131026, 131030, 131049, 131062],
    Remedy.OPTED_OUT: [131050],
    Remedy.CHANNEL_DOWN: [0, 3, 10, 33, 190, 200, 299, 368, 131005, 131031, 131037, 131042, 131045, 131048, 133010],
    Remedy.TEMPLATE_DOWN: [132000, 132001, 132007, 132015, 132016],
    Remedy.OUR_FAULT: [100, 131008, 131009, 131021, 131051, 131053, 132005, 132008, 132012, 132018, 135000],
}


@pytest.mark.parametrize(("remedy", "code"), [(remedy, code) for remedy, codes in EXPECTED.items() for code in codes])
def test_known_code_has_its_remedy(remedy: Remedy, code: int) -> None:
    assert is_known(str(code))
    assert remedy_for(str(code)) is remedy


def test_no_code_is_in_the_table_without_being_expected_here() -> None:
    assert set(REMEDIES) == {code for codes in EXPECTED.values() for code in codes} - {200, 299}


@pytest.mark.parametrize("code", ["199", "300", "5", "999999", "timeout", "", "-1", "²"])
def test_unknown_code_is_told_apart_and_is_our_fault(code: str) -> None:
    assert not is_known(code)
    assert remedy_for(code) is Remedy.OUR_FAULT


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": 131026, "title": "Message undeliverable"}, "131026"),
        ({"code": "131026"}, "131026"),
        ({"code": " 0131026 ", "error_data": None}, "131026"),
        ({"code": 0}, "0"),
    ],
)
def test_code_is_read_as_number_and_as_string(error: object, code: str) -> None:
    assert code_of(error) == code


@pytest.mark.parametrize("code", [None, True, -1, 1.5, [], "", "+62 812", "628120000001", "²"])
def test_what_cannot_be_a_code_is_none(code: object) -> None:
    assert code_of({"code": code}) is None


@pytest.mark.parametrize("error", [{}, None, "131026", 131026, [{"code": 131026}]])
def test_what_is_no_error_object_has_no_code(error: object) -> None:
    assert code_of(error) is None
