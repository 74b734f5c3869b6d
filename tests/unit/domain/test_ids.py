"""Request ids: readable by people, found in chat, and safe against typing errors."""

import contextlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import ids
from chalicelib.domain.errors import Malformed, MistypedId
from chalicelib.domain.ids import ALPHABET, ParsedId

SERVICES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
DASHES = ["-", "‐", "‑", "–", "—", "―", "\u2212"]


@st.composite
def drawn(draw: st.DrawFn) -> str:
    """An id as it is given to a request."""
    return ids.draw(draw(SERVICES), Random(draw(st.integers(0, 2**32))))


def symbols_of(request_id: str) -> str:
    return "".join(request_id.split("-")[1:])


@given(drawn())
def test_drawn_id_is_read_back_as_its_service_and_symbols(request_id: str) -> None:
    parsed = ids.parse(request_id)

    assert parsed == ParsedId(request_id.partition("-")[0], symbols_of(request_id))
    assert parsed.with_service(str(parsed.service)) == request_id


@given(drawn())
def test_drawn_id_has_a_letter_and_a_digit_that_nobody_takes_for_a_letter(request_id: str) -> None:
    symbols = symbols_of(request_id)

    assert any(symbol.isalpha() for symbol in symbols)
    assert any(symbol in "23456789" for symbol in symbols)
    assert set(symbols) <= set(ALPHABET)


def test_ids_spread_over_their_whole_range() -> None:
    rng = Random(5)
    many = {symbols_of(ids.draw("KK", rng)) for _ in range(2000)}

    assert len(many) == 2000
    assert all({symbols[place] for symbols in many} == set(ALPHABET) for place in range(11))


@given(drawn())
def test_every_single_mistyped_symbol_is_caught(request_id: str) -> None:
    symbols = symbols_of(request_id)
    missed = []
    for place, right in enumerate(symbols):
        for wrong in ALPHABET.replace(right, ""):
            try:
                missed.append(ids.parse(symbols[:place] + wrong + symbols[place + 1 :]))
            except MistypedId:
                continue

    assert missed == []


@given(drawn())
def test_every_transposition_of_neighbours_is_caught(request_id: str) -> None:
    symbols = symbols_of(request_id)
    for place in range(10):
        left, right = symbols[place], symbols[place + 1]
        if left != right:
            with pytest.raises(MistypedId):
                ids.parse(symbols[:place] + right + left + symbols[place + 2 :])


@given(drawn(), st.sampled_from(DASHES), st.booleans())
def test_any_case_any_dash_and_any_blank_are_read(request_id: str, dash: str, lower: bool) -> None:  # noqa: FBT001
    typed = request_id.lower() if lower else request_id

    assert ids.parse(typed.replace("-", dash)) == ids.parse(request_id)
    assert ids.parse(typed.replace("-", f" {dash} ")) == ids.parse(request_id)
    assert ids.parse(" \t" + typed.replace("-", "\u00a0") + "\n") == ids.parse(request_id)
    assert ids.parse(typed.replace("-", "")) == ids.parse(request_id)


@given(drawn())
def test_prefix_may_be_left_out(request_id: str) -> None:
    assert ids.parse(request_id.split("-", 1)[1]) == ParsedId(None, symbols_of(request_id))


@pytest.mark.parametrize(("service", "typed"), [("KIL", "KIL"), ("POLIO", "POLIO"), ("O", "O")])
def test_lookalikes_are_forgiven_in_the_last_eleven_symbols_only(service: str, typed: str) -> None:
    right = _id_with(service, "01")
    last = right.split("-", 1)[1].replace("0", "O").replace("1", "l")

    assert ids.parse(f"{typed}-{last}") == ids.parse(right)
    assert ids.parse(f"{typed}-{last}").service == service


def test_i_is_read_as_one_as_well() -> None:
    right = _id_with("KTP", "1")

    assert ids.parse("KTP-" + right.split("-", 1)[1].replace("1", "i")) == ids.parse(right)


def _id_with(service: str, wanted: str) -> str:
    """An id that has all these symbols."""
    rng = Random(1)
    while not set(wanted) <= set(symbols_of(request_id := ids.draw(service, rng))):
        pass
    return request_id


@pytest.mark.parametrize(
    "text",
    [
        "", "KTP", "KTP-8B3E", "KTP-8B3E-5N56-TAU", "KTP-8B3E-5N56-TA*", "K2P-8B3E-5N56-TAK",
        "ABCDEFGHIJKLM-8B3E-5N56-TAK", "KTP/8B3E/5N56/TAK", "KTP-8B3E-5N56-TAK.", "ÉKTP-8B3E-5N56-TAK", "\u0663" * 11,
        "REQ#KTP-8B3E-5N56-TAK", "\ud800" * 11, "8B3E-5N56-TAK" * 500,
    ],
)  # fmt: skip
def test_what_is_no_id_is_malformed_and_not_repeated(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        ids.parse(text)

    assert type(caught.value) is Malformed
    assert text in {"", "KTP"} or text not in str(caught.value)


def test_id_that_lost_a_symbol_is_mistyped() -> None:
    with pytest.raises(MistypedId):
        ids.parse("KTP-8B3E-5N56-TA")


@given(st.text())
def test_parse_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert set(ids.parse(text).symbols) <= set(ALPHABET)


@given(
    drawn(), st.sampled_from(["{}", "*{}*", "nomor saya {}", "Assalamualaikum, {} sudah jadi belum?", "({})", "{}.", "no:{}"])
)
def test_id_is_found_anywhere_in_a_message(request_id: str, around: str) -> None:
    for typed in (request_id, request_id.lower(), request_id.replace("-", "–"), request_id.replace("-", "")):
        assert ids.find(around.format(typed)) == ids.parse(request_id)


@given(drawn())
def test_id_without_prefix_is_found_whatever_word_stands_before_it(request_id: str) -> None:
    found = ids.find(f"cek {request_id.split('-', 1)[1]} ya")

    assert isinstance(found, ParsedId)
    assert found.symbols == symbols_of(request_id)


def test_words_before_an_id_do_not_swallow_its_prefix() -> None:
    # "saya atas nama ktp" has the form of an id itself.
    assert ids.find("saya atas nama KTP-8B3E-5N56-TAK") == ParsedId("KTP", "8B3E5N56TAK")


@given(drawn())
def test_id_with_blanks_for_dashes_is_found(request_id: str) -> None:
    assert ids.find(f"halo, {request_id.replace('-', ' ')} kapan?") == ids.parse(request_id)


@pytest.mark.parametrize(
    "text",
    [
        "", "saya mana kok", "terimakasih", "TERIMA KASIH", "assalamualaikum", "anak-anak-nya", "kira-kira nya",
        "SAYA-MANA-KOK", "081200000001", "08120000001", "0812-0000-001", "0812 0000 001", "wa 0812 0000 001",
        "hp-0812-0000-001", "+62 812-0000-0001", "1801 0104 0190 0001", "1801-0104-0190-0001", "1801010401900001",
        "nik 1801 0104 0190 0001", "2026-11-24", "24-11-2026 08.00", "Rp 50.000", "F-1.02", "e-ktp", "KTP-el hilang",
    ],
)  # fmt: skip
def test_words_and_numbers_are_no_ids(text: str) -> None:
    assert ids.find(text) is None


@given(st.lists(st.text("0123456789", min_size=1, max_size=16), min_size=1, max_size=6), st.sampled_from([" ", "-", ""]))
def test_no_number_is_taken_for_an_id_however_it_is_grouped(groups: list[str], separator: str) -> None:
    assert ids.find("hp " + separator.join(groups)) is None


@given(
    st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), min_size=1, max_size=8),
    st.sampled_from([" ", "-"]),
)
def test_no_words_are_taken_for_an_id(words: list[str], separator: str) -> None:
    assert ids.find(separator.join(words)) is None


@pytest.mark.parametrize("text", ["KTP-8B3E-5N56-TAM", "ktp-8b3e-5n56-tam", "cek 8B3E-5N56-TAM", "no. KTP–8B3E–5N56–TAM ya"])
def test_mistyped_id_is_told(text: str) -> None:
    found = ids.find(text)

    assert isinstance(found, MistypedId)
    assert found.code == "mistyped_id"


@pytest.mark.parametrize("text", ["ktp 8B3E 5N56 TAM", "KTP8B3E5N56TAM", "dusun RT03 RW05 NO2"])
def test_what_has_no_dashes_may_be_something_else_than_a_mistyped_id(text: str) -> None:
    assert ids.find(text) is None


def test_right_id_counts_before_a_mistyped_one() -> None:
    assert ids.find("KTP-8B3E-5N56-TAM eh KTP-8B3E-5N56-TAK") == ids.parse("KTP-8B3E-5N56-TAK")


def test_first_of_several_right_ids_counts() -> None:
    assert ids.find("KTP-8B3E-5N56-TAK KK-8B3E-5N56-TAK") == ParsedId("KTP", "8B3E5N56TAK")


@given(drawn(), st.integers(1, 999_999), st.integers(1, 999_999))
def test_callback_of_a_change_comes_back(request_id: str, version: int, attempt: int) -> None:
    notice_id = ids.notice_of_change(request_id, version)

    assert ids.parse_callback(ids.callback(notice_id, attempt)) == (notice_id, attempt)


@given(drawn(), st.integers(1, 999_999), st.sampled_from("nz"))
def test_callback_of_a_notice_beside_a_change_comes_back(request_id: str, version: int, letter: str) -> None:
    notice_id = ids.notice_besides(request_id, version, letter)

    assert notice_id != ids.notice_of_change(request_id, version)
    assert ids.parse_callback(ids.callback(notice_id, 3)) == (notice_id, 3)


@given(st.text("0123456789abcdef", min_size=20, max_size=20), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_callback_of_a_message_comes_back(contact_id: str, message_hash: str) -> None:
    notice_id = ids.notice_of_message(contact_id, message_hash)

    assert ids.parse_callback(ids.callback(notice_id, 1)) == (notice_id, 1)


@pytest.mark.parametrize(
    "text",
    [
        "", "#", "#1", "a.b", "a.b#", "a.b#x", "a.b#-1", "a.b#1 ", "a.b#1\n", "a.b#1234567", "ab#1", "a..b#1", ".b#1", "a.#1",
        "KTP-8B3E-5N56-TAK.abc#1", "KTP-8B3E-5N56-TAK.1234567#1", "KTP-8B3E-5N56-TAK.1nn#1",
        "KTP-8B3E-5N56-TAK.n#1", "KTP-8B3E-5N56-TAK#1", "a b.c#1", "a.b#\u0661", "a/b.c#1",
        "x" * 600,
    ],
)  # fmt: skip
def test_what_is_no_callback_of_ours_is_none(text: str) -> None:
    assert ids.parse_callback(text) is None
