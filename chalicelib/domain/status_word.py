"""What an officer types in the WhatsApp Business app to change a request: a word of the office's choice, and its number."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain import ids
from chalicelib.domain.errors import MistypedId
from chalicelib.domain.request import NEEDS_REASON, Request, Status, Step

_LONGEST_REST = 500


@dataclass(frozen=True)
class Typed:
    """A status word. found: the request id after it; rest: what else was typed, the reason where one is needed."""

    to: Status
    found: ids.ParsedId | MistypedId | None
    rest: str = ""


def typed(text: str, words: Mapping[str, Status]) -> Typed | None:
    """The status word that a text starts with, None when it starts with none."""
    word, *rest = text.split(maxsplit=1) or [""]
    to = words.get(word.lower())
    if to is None:
        return None
    found, more = ids.cut("".join(rest))
    return Typed(to, found, " ".join(more.split()).strip(" :;,.-")[:_LONGEST_REST])


def step(typed: Typed, request: Request) -> Step | None:
    """What the word asks of a request; None when it would change nothing, so that no reason becomes a hold by mistake."""
    if typed.to == request.status:
        return None
    rest = typed.rest or None
    if typed.to in NEEDS_REASON:
        return Step(typed.to, request.version, reason=rest)
    return Step(typed.to, request.version, note=rest)
