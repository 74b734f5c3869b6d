"""What is an answer to how it was, and what is not."""

import pytest

from chalicelib.domain.rating import typed


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("1", 1), ("2", 2), ("3", 3), ("4", 4), (" 4 ", 4), ("4.", 4), ("(4)", 4), ("4️⃣", 4), ("\uff14", 4),
        ("4 sangat baik", 4), ("4. Sangat Baik!", 4), ("3 - baik", 3), ("2 kurang baik", 2), ("1 tidak baik", 1),
        ("sangat baik", 4), ("Kurang baik.", 2), ("tidak baik", 1), ("very good", 4), ("4 very good", 4),
        ("nilai 4", 4), ("4 pak, terima kasih", 4), ("saya kasih 4 ya", 4), ("4 👍", 4),
    ],
)  # fmt: skip
def test_says_a_score_and_nothing_else(text: str, score: int) -> None:
    assert typed(text) == score


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "5", "44", "1 2", "3 hari lagi jadi?", "1 baik", "4 tidak baik", "2 kali saya datang", "4 orang", "baik",
        "Baik, terima kasih", "good", "1 petugasnya kasar", "sangat baik tapi lama", "KTP-8B3E-5N56-TAK", "4" * 70, "-4,5",
    ],
)  # fmt: skip
def test_says_something_else(text: str) -> None:
    assert typed(text) is None
