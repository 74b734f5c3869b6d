"""Phone numbers as people write them, and masks over every number that is somebody's."""

import re
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain import ids, phone
from chalicelib.domain.errors import Malformed
from chalicelib.domain.phone import mask_numbers

SEPARATORS = ["", " ", ".", "-", "/", "  ", " - ", "–", "\u2011", "\u00a0"]
NIK = "1801010401900001"
REDUCED = re.compile(r"•••• [0-9]{2}")


@pytest.mark.parametrize(
    "text",
    [
        "081200000001", "81200000001", "6281200000001", "+6281200000001", "0812-0000-0001", "+62 812-0000-0001",
        "+62 812\u20110000\u20110001", "(0812) 0000 0001", "+62 (0)812 0000 0001", "62 0812 0000 0001", "0062 812 0000 0001",
        "0812.0000.0001", "0812/0000/0001", " 0812 0000 0001 ", "\u202a+62 812-0000-0001\u202c", "0812–0000–0001",
    ],
)  # fmt: skip
def test_every_way_to_write_an_indonesian_number_is_the_same_number(text: str) -> None:
    assert phone.normalise(text) == "+6281200000001"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+60 12-345 6789", "+60123456789"),
        ("0060123456789", "+60123456789"),
        ("60123456789", "+60123456789"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+886 912 345 678", "+886912345678"),
        ("0721 123456", "+62721123456"),
    ],
)
def test_other_countries_and_landlines_keep_their_number(text: str, number: str) -> None:
    assert phone.normalise(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "+", "0", "62", "08", "abc", "0812 0000 000a", "+0812 0000 0001", NIK, "+" + NIK, "0812,0000", "ID.1349ABC",
        "\u0660812\u0660", "0812\ud800", "++6281200000001", "None", "0" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_phone_number_is_malformed_and_not_repeated(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        phone.normalise(text)

    assert len(text) < 5 or text not in str(caught.value)


@given(st.text())
def test_normalised_is_e164_or_malformed_and_stays_as_it_is(text: str) -> None:
    try:
        number = phone.normalise(text)
    except Malformed:
        return

    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
    assert phone.normalise(number) == number
    assert phone.from_whatsapp(number.removeprefix("+")) == number


def test_number_from_whatsapp_is_always_international() -> None:
    assert phone.from_whatsapp("886912345678") == "+886912345678"
    assert phone.from_whatsapp("6281200000001") == "+6281200000001"
    assert phone.from_whatsapp(" +6281200000001") == "+6281200000001"


@pytest.mark.parametrize("text", ["ID.1", "ID.1349abcDEF", "US." + "a" * 128, "ID.ENT.1349abcDEF"])
def test_user_id_is_told_by_its_form(text: str) -> None:
    assert phone.is_user_id(text)


@pytest.mark.parametrize(
    "text", ["", "ID", "ID.", "id.123", "IDN.123", "ID.1 3", "US." + "a" * 129, "ID.é", "6281200000001", "ID.1\n"]
)
def test_other_texts_are_no_user_ids(text: str) -> None:
    assert not phone.is_user_id(text)


def test_masked_number_shows_no_more_than_its_ends() -> None:
    assert phone.mask("+6281200000001") == "+62…001"


@given(
    st.text("0123456789", min_size=16, max_size=16),
    st.lists(st.integers(1, 15), unique=True, max_size=6).map(sorted),
    st.sampled_from(SEPARATORS),
    st.sampled_from(["{}", "NIK {} atas nama Siti", "nik:{}.", "kk{}", "({})", "no\n{}\n", "{}, terima kasih"]),
)
@example("2411202608001500", [2, 4, 8, 10, 12, 14], ".", "{}")
@example("2411202608001500", [2, 4, 8, 10], "-", "{}")
@example("2411202608001500", [2, 4, 8], " ", "{}")
@example("0800150008001500", [2, 4, 6, 8], ".", "{}")
def test_no_sixteen_digits_pass_however_they_are_grouped(digits: str, cuts: list[int], separator: str, around: str) -> None:
    groups = [digits[start:end] for start, end in zip([0, *cuts], [*cuts, 16], strict=True)]

    masked = mask_numbers(around.format(separator.join(groups)))

    assert masked == around.format("•••• " + digits[-2:])


@pytest.mark.parametrize(
    "text",
    [
        "081200000001", "0812-0000-0001", "0812 0000 0001", "0812.0000.0001", "+62 812-0000-0001", "+62 812 0000 0001",
        "62812 0000 0001", "0812 - 0000 - 0001", "+6281200000001", "6281200000001", "0812\u00a00000\u00a00001",
        "+62 812\u20110000\u20110001",
        "+60 12-345 6789", "+1 202-555-0123", "81200000001", "0812/0000/0001", "08120000001", "0812000000001",
    ],
)  # fmt: skip
def test_phone_number_in_words_is_masked(text: str) -> None:
    masked = mask_numbers(f"hubungi {text} ya")

    assert REDUCED.search(masked)
    assert not re.search(r"[0-9]{3}", masked)


def test_number_in_brackets_and_two_numbers_in_a_row_are_masked() -> None:
    assert mask_numbers("(0812) 0000-0001") == "(•••• 01"
    assert mask_numbers(f"{NIK} 081200000002") == "•••• 01 •••• 02"
    assert mask_numbers(f"{NIK}/{NIK}") == "•••• 01/•••• 01"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24 14:00", "24-11-2026 14.00", "08-12-2026 14:00", "08.12.2026 10.00", "24/11/2026", "24/11/2026 08.00-15.00",
        "24-11-2026 08.00-15.00", "08.00-15.00", "08:00 - 15:00", "08.00-15.00 24-11-2026", "24-11-2026, 25-11-2026",
        "24-11-2026 - 25-11-2026", "Selasa, 24 November 2026 pukul 14.00 WIB", "Sen-Kam 08-15, Jum 08-13 WIB.", "Rp 50.000",
        "Rp 1.500.000,00", "150000", "F-1.02, F-2.01", "RT 03 RW 05 No. 12", "Kalianda 35513", "2026 2027", "1.2.3.4", "KTP-el",
        "KTP-8B3E-5N56-TAK", "KTP-0812-3456-7AK", "ABCDEFGHIJKL-1234-5678-9A2", "UU 27/2022, PP 71/2019", "attempt 3 of 20",
    ],
)  # fmt: skip
def test_dates_times_prices_and_request_ids_stay_readable(text: str) -> None:
    assert mask_numbers(text) == text
    assert mask_numbers(f"Perkiraan: {text}, ya") == f"Perkiraan: {text}, ya"


@given(st.dates(), st.times(), st.sampled_from(["%d-%m-%Y %H.%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y"]))
def test_no_date_of_these_days_is_taken_for_a_number(day, time, form) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    text = day.replace(year=1990 + day.year % 100, day=min(day.day, 28)).strftime(form.split(" ")[0])
    moment = time.strftime(form.split(" ")[1]) if " " in form else ""

    assert mask_numbers(f"{text} {moment}".strip()) == f"{text} {moment}".strip()


@given(st.integers(0, 2**32))
def test_request_id_is_never_masked(seed: int) -> None:
    request_id = ids.draw("KTP", Random(seed))

    assert mask_numbers(f"notice {request_id}.2#1") == f"notice {request_id}.2#1"


def test_our_random_ids_and_hashes_are_no_numbers() -> None:
    for text in ("a1b2c3d4e5f6a7b8c9d0.0123456789abcdef0123456789abcdef", "staff:0a2b45678901", "3" * 12 + "a1b" + "4" * 9):
        assert mask_numbers(text) == text


def test_number_glued_to_a_word_is_masked_all_the_same() -> None:
    assert mask_numbers(f"nik{NIK}") == "nik•••• 01"
    assert mask_numbers(f"dede{NIK}") == "dede•••• 01"
    assert mask_numbers("wa081200000001") == "wa•••• 01"


@given(st.text())
def test_masking_changes_nothing_but_digits_and_is_done_after_one_pass(text: str) -> None:
    masked = mask_numbers(text)

    assert mask_numbers(masked) == masked
    assert masked == text or REDUCED.search(masked)
    assert not re.search(r"[0-9]{9}", re.sub(r"[0-9a-f]{12,}", "", masked))
