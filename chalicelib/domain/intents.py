"""What a message means, by the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from chalicelib.domain import phrases, spelling
from chalicelib.domain.lexicon import AGREEING, EMOJI_THANKS
from chalicelib.domain.phrases import SERVICE
from chalicelib.domain.rules import RULES, Wish, services

_WHO_IS_GREETED = frozenset({"petugas", "admin", "dukcapil", "mohon", "tolong", "saya", "ganggu"})


@dataclass(frozen=True)
class Meaning:
    """What a message means, and by which rule. services: those that it asks for, when it asks for any, else all it names."""

    wish: Wish
    services: tuple[str, ...] = ()
    rule: str = ""


def understand(text: str, names: Mapping[str, str]) -> Meaning:
    """What a message means. names: what people call the services, in any spelling → code."""
    words = spelling.words(text, _plain(tuple(sorted(names.items()))), _known())
    named = services(words)
    greeted = spelling.GREETING in words
    spoken = list(spelling.paused(word for word in words if word != spelling.GREETING))
    if not spoken or (greeted and set(spoken) <= _WHO_IS_GREETED):
        return _without_words(text, greeted=greeted)
    for rule in RULES:
        found = rule.find(words if rule.wish is Wish.OPEN else spoken)
        if found is not None:
            asked = services((words if rule.wish is Wish.OPEN else spoken)[slice(*found)])
            return Meaning(rule.wish, asked or named, rule.name)
    # "kk" is a family card, and short for "kakak": whoever greets with it wants nothing yet.
    only_named = all(word.startswith(SERVICE) for word in spoken)
    return Meaning(Wish.GREETING if greeted and only_named else Wish.ELSE, named)


def _without_words(text: str, *, greeted: bool) -> Meaning:
    """A message that only greets, calls, nods or smiles."""
    typed = [word for word in spelling.typed(text) if word.isalnum()]
    if set(typed) & set(AGREEING.split()) and not greeted:
        return Meaning(Wish.YES)
    if not typed and any(one in text for one in EMOJI_THANKS):
        return Meaning(Wish.THANKS)
    return Meaning(Wish.GREETING if greeted or typed else Wish.ELSE)


@cache
def _known() -> frozenset[str]:
    return frozenset().union(*(phrases.vocabulary(rule.phrases + rule.exceptions) for rule in RULES))


@cache
def _plain(names: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {spelling.plain(name): code for name, code in names}
