"""A small language for what people say, and a matcher for it.

A phrase is a row of elements between spaces:

    word        that word
    one|other   any of these
    <group>     any word of that group; `<service>` is a service's name
    [x]  x*     x or nothing; x any number of times
    ..  ...     up to three, up to eight words of any kind
    ^  $        the message or a part of it begins, ends here; a comma or a full stop ends a part, and nothing spans two
    ?           the question mark, also where only the words ask

Words are as `spelling` leaves them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SERVICE, PAUSE = "@", ","
_MANY = 60


@dataclass(frozen=True)
class Element:
    """Between `least` and `most` words out of `words`, or of any kind where that is None."""

    words: frozenset[str] | None
    least: int = 1
    most: int = 1

    def takes(self, word: str) -> bool:
        """Whether the word is one of these."""
        if self.words is None:
            return word != PAUSE
        return (SERVICE if word.startswith(SERVICE) else word) in self.words


@dataclass(frozen=True)
class Phrase:
    """A row of elements. starts, ends: whether a part of the message must begin and end with it."""

    elements: tuple[Element, ...]
    starts: bool
    ends: bool

    def find(self, words: Sequence[str]) -> tuple[int, int] | None:
        """Where it stands in a message: the first place, from word to word."""
        for start in range(len(words) + 1):
            if not self.starts or start == 0 or words[start - 1] == PAUSE:
                end = self._match(words, start, 0)
                if end is not None:
                    return start, end
        return None

    def _match(self, words: Sequence[str], at: int, number: int) -> int | None:
        """Where the elements from `number` on end, when they stand at `at`; gaps are as short as they can be."""
        if number == len(self.elements):
            return None if self.ends and at < len(words) and words[at] != PAUSE else at
        element = self.elements[number]
        for taken in range(element.most + 1):
            if taken >= element.least and (end := self._match(words, at + taken, number + 1)) is not None:
                return end
            if at + taken >= len(words) or not element.takes(words[at + taken]):
                return None
        return None


def read(text: str, groups: Mapping[str, str]) -> tuple[Phrase, ...]:
    """The phrases of a text, one a line."""
    return tuple(_phrase(line.split(), groups) for line in text.strip().splitlines() if line.strip())


def vocabulary(phrases: Sequence[Phrase]) -> frozenset[str]:
    """Every word that the phrases name."""
    return frozenset(word for phrase in phrases for element in phrase.elements for word in element.words or ())


def _phrase(parts: list[str], groups: Mapping[str, str]) -> Phrase:
    starts, ends = parts[0] == "^", parts[-1] == "$"
    elements = tuple(_element(part, groups) for part in parts[starts : len(parts) - ends])
    return Phrase(elements, starts, ends)


def _element(part: str, groups: Mapping[str, str]) -> Element:
    if part in {"..", "..."}:
        return Element(None, 0, 3 if part == ".." else 8)
    if part.startswith("["):
        return Element(_words(part[1:-1], groups), 0, 1)
    if part.endswith("*"):
        return Element(_words(part[:-1], groups), 0, _MANY)
    return Element(_words(part, groups))


def _words(part: str, groups: Mapping[str, str]) -> frozenset[str]:
    """The words of `one|other|<group>`."""
    found: set[str] = set()
    for one in part.split("|"):
        if one == "<service>":
            found.add(SERVICE)
        elif one.startswith("<"):
            found |= set(groups[one[1:-1]].split())
        else:
            found.add(one)
    return frozenset(found)
