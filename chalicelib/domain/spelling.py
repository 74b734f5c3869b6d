"""What somebody typed → words in one spelling, by the tables of `lexicon`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from chalicelib.domain import lexicon
from chalicelib.domain.phrases import PAUSE, SERVICE

ASKED = "?"
# What asks in another place than a question mark would stand; and what asks when a message ends with it: "bayar tidak".
_ASKS, _OR_NOT = "apakah", ("tidak", "bukan")
GREETING, THANKS = "halo", "makasih"
# Nobody needs more to say what they want; what is longer is a forwarded chain, and rules would find anything in it.
MOST_LETTERS = 1_000
_SHORTEST_TO_CORRECT = 5
_LONG = 8
# A word, a question, or a pause: a comma, or a full stop that no letter or digit follows.
_PART = re.compile(r"[^\W_]+|\?+|[,;!…]+|\.+(?![^\W_])")
_TWICE = re.compile(r"([^\W\d_]{2,})2([^\W\d_]{0,3})")
_RUN = re.compile(r"([^\W\d])\1+")
_ABBREVIATED = re.compile(r"\b[a-z](?:\.[a-z]\b)+\.?")
_GREETING = re.compile(lexicon.GREETING_SHAPE)
_APOSTROPHES = re.compile(r"['’\u2018`\u00b4]")
# Endings that change nothing, the longest first; "-ku" says whose, "-kah" asks.
_ENDINGS = (
    ("nyaa", ()),
    ("nya", ()),
    ("kah", (_ASKS,)),
    ("lah", ()),
    ("ny", ()),
    ("ne", ()),
    ("ku", ("saya",)),
    ("mu", ()),
    ("e", ()),
)


@cache
def _spellings() -> Mapping[str, str]:
    """Typed word → word of the rules."""
    return {typed: word for word, all_ in rows() for typed in all_}


def rows() -> Iterator[tuple[str, Sequence[str]]]:
    """Each word of the rules with all its spellings. Whatever can be left out stands for itself."""
    yield from ((word, (word, *typed)) for word, typed in lexicon.SPELLINGS.items())
    yield GREETING, lexicon.GREETINGS.split()
    yield THANKS, lexicon.THANKS.split()
    yield _ASKS, (_ASKS, *lexicon.ASKING.split())
    yield from ((word, (word,)) for word in lexicon.FILLERS.split())


def words(text: str, names: Mapping[str, str], known: frozenset[str]) -> list[str]:
    """The words of a message, a `,` where it pauses and a `?` where it asks, or at its end when only its words ask.

    names: what services are called, in the spelling of the rules → their code. known: the rules' own words.
    """
    left_out = _left_out()
    spelled = [word for one in typed(text) for word in _spell(one, names, known) if word not in left_out]
    # "kalau begitu" is one to leave out, too.
    said = list(paused(word for word in _joined(spelled, names) if word not in left_out))
    asks = _ASKS in said or (len(said) > 1 and said[-1] in _OR_NOT)
    return [word for word in said if word != _ASKS] + [ASKED] * (asks and said[-1] != ASKED)


def paused(said: Iterable[str]) -> Iterator[str]:
    """The words with one pause between parts, and none at the beginning or the end; a question ends a part."""
    due, begun = False, False
    for word in said:
        if word == PAUSE:
            due = begun
            continue
        if due and word != ASKED:
            yield PAUSE
        due, begun = word == ASKED, True
        yield word


def typed(text: str) -> list[str]:
    """The words of a message as they were typed, in small letters; pauses and questions as one symbol each."""
    parts = _PART.findall(_fold(text[:MOST_LETTERS]))
    return [part if part[0].isalnum() else ASKED if part[0] == ASKED else PAUSE for part in parts]


def plain(text: str) -> str:
    """A name or a phrase in the spelling of the rules."""
    return " ".join(_spellings().get(one, one) for one in typed(text) if one not in {ASKED, PAUSE})


def _fold(text: str) -> str:
    """Small letters, in one form, without what cannot be seen."""
    lines = text.replace("\n", " , ")
    seen = "".join(
        " " if unicodedata.category(one) in {"Cc", "Zs", "Zl", "Zp"} else one for one in unicodedata.normalize("NFKD", lines)
    )
    shown = "".join(one for one in seen if unicodedata.category(one) not in {"Cf", "Mn", "Co", "Cs"})
    bare = _APOSTROPHES.sub("", shown.lower().replace("\uff1f", "?").replace("\u061f", "?"))
    return _ABBREVIATED.sub(lambda found: found.group().replace(".", ""), bare)


def _spell(word: str, names: Mapping[str, str], known: frozenset[str]) -> Sequence[str]:
    """One typed word as the rules know it: looked up, then with fewer letters, without its ending, or corrected."""
    word = _apart().get(word) or _TWICE.sub(r"\1 \1\2", word)
    if " " in word:
        return [one for part in word.split() for one in _spell(part, names, known)]
    table = _spellings()
    for candidate in dict.fromkeys((word, _RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word))):
        if candidate in table or candidate in known or candidate in names:
            return [table.get(candidate, candidate)]
        for ending, adds in _ENDINGS:
            stem = candidate.removesuffix(ending)
            if len(candidate) > len(stem) > 1 and (stem in table or stem in known or stem in names):
                return [table.get(stem, stem), *adds]
    return [GREETING if _GREETING.fullmatch(word) else _corrected(word, names)]


def _corrected(word: str, names: Mapping[str, str]) -> str:
    """The word of a service's name that this is a typing error of, or what it is."""
    parts = (part for name in names for part in name.split() if len(part) >= _SHORTEST_TO_CORRECT)
    return next((part for part in parts if part[0] == word[0] and _near(word, part)), word)


def _near(typed: str, word: str) -> bool:
    """Whether few letters are wrong: one, or two in a long word; a letter too few, too many, another, or two swapped."""
    most = 2 if len(word) >= _LONG else 1
    if abs(len(typed) - len(word)) > 1:
        return False
    before: list[int] = []
    row = list(range(len(word) + 1))
    for number, letter in enumerate(typed, start=1):
        before, last, row = row, before, [number]
        for place, other in enumerate(word, start=1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != other))
            if last and place > 1 and letter == word[place - 2] and typed[number - 2] == other:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
    return row[-1] <= most


def _joined(spelled: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    """Several words that are one, and services' names as their code, the longest first."""
    several = _several()
    at = 0
    while at < len(spelled):
        for length in range(min(5, len(spelled) - at), 0, -1):
            phrase = " ".join(spelled[at : at + length])
            found = SERVICE + names[phrase] if phrase in names else several.get(phrase) if length > 1 else None
            if found is not None:
                yield found
                at += length
                break
        else:
            yield spelled[at]
            at += 1


@cache
def _apart() -> Mapping[str, str]:
    return {typed: several for several, all_ in lexicon.JOINED.items() for typed in all_}


@cache
def _several() -> Mapping[str, str]:
    return {plain(phrase): word for word, phrases in lexicon.PHRASES.items() for phrase in phrases}


@cache
def _left_out() -> frozenset[str]:
    return frozenset(lexicon.FILLERS.split())
