"""The labelled messages in tests/data/intents, by speaker, and what the rules make of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.domain.intents import Meaning, understand
from chalicelib.domain.rules import Wish

FOLDER = Path(__file__).parents[2] / "data" / "intents"
LANGUAGES = {Wish.ENGLISH: "language", Wish.INDONESIAN: "language", Wish.OTHER_LANGUAGE: "language"}
INTENTS = (
    "open", "status", "help", "thanks", "greeting", "complaint", "human", "real", "cancel", "another", "opt_out", "opt_in",
    "language", "else",
)  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """One message. service: what it asks for, when it opens a request. held_out: whether rules are measured on it."""

    text: str
    intent: str
    service: str | None
    speaker: str
    held_out: bool


def messages() -> list[Labelled]:
    """The whole list."""
    return [one for path in sorted(FOLDER.glob("*.txt")) for one in _of(path)]


def _of(path: Path) -> Iterator[Labelled]:
    intent, service = "", None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            intent, _, service = line.strip("[]").partition(" ")
        elif line and not line.startswith("#"):
            yield Labelled(line, intent, service or None, path.stem, int(path.stem[:2]) % 2 == 0)


def meant(text: str, names: dict[str, str]) -> tuple[str, str | None]:
    """Intent and service, as the list names them. Yes and no mean something only where Kabar has asked."""
    meaning = _understood(text, tuple(names.items()))
    if meaning.wish in {Wish.YES, Wish.NO}:
        return "else", None
    intent = LANGUAGES.get(meaning.wish, meaning.wish.value)
    return intent, (meaning.services or (None,))[0] if intent == "open" else None


@cache
def _understood(text: str, names: tuple[tuple[str, str], ...]) -> Meaning:
    """Asked once for the whole list, however many tests look at it."""
    return understand(text, dict(names))


@dataclass(frozen=True)
class Figures:
    """How well one intent is understood. right: of those that were found; found: all that were taken for it."""

    intent: str
    there: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


def figures(listed: list[Labelled], names: dict[str, str]) -> list[Figures]:
    """One row for each intent. A request for another service than meant is a wrong one."""
    there, found, right = Counter[str](), Counter[str](), Counter[str]()
    for one in listed:
        intent, service = meant(one.text, names)
        there[one.intent] += 1
        found[intent] += 1
        right[intent] += (intent, service) == (one.intent, one.service)
    return [Figures(intent, there[intent], found[intent], right[intent]) for intent in INTENTS]
