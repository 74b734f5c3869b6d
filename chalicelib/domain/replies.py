"""What follows from each thing that a message can ask."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.asking import OPENING_MEDIA, Asked
from chalicelib.domain.belonging import Talk
from chalicelib.domain.contact import MOST_OPEN
from chalicelib.domain.decision import Decision, Intent
from chalicelib.domain.errors import MistypedId
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Status
from chalicelib.domain.rules import Wish

# Several messages within minutes get one answer: the first of a bundle is acknowledged, and a greeting or thanks in it is not.
QUIET = timedelta(minutes=10)
# How long a question of ours waits for its yes or no.
PATIENCE = timedelta(hours=1)
_MOST_LISTED = 10


def _opt_out(_talk: Talk, _asked: Asked) -> Decision:
    return Decision(Intent.OPT_OUT, answer=Kind.OPTED_OUT)


def _opt_in(_talk: Talk, _asked: Asked) -> Decision:
    return Decision(Intent.OPT_IN, answer=Kind.OPTED_IN)


def _open(talk: Talk, asked: Asked) -> Decision:
    wanted = _wanted(talk, asked)
    if wanted is not None:
        return _opened(talk, asked, wanted, only_first=True)
    return _elsewhere(talk, asked) or _menu(talk, asked)


def _another(talk: Talk, asked: Asked) -> Decision:
    wanted = _wanted(talk, asked)
    if wanted is not None:
        return _opened(talk, asked, wanted, only_first=False)
    current = talk.current(asked)
    return _elsewhere(talk, asked) or Decision(Intent.ANOTHER, request_id=current, answer=Kind.ANOTHER)


def _wanted(talk: Talk, asked: Asked) -> str | None:
    """The service that a message asks for. A number for one service serves that one only."""
    if talk.service is None:
        return asked.services[0] if len(asked.services) == 1 else None
    return talk.service if talk.service in asked.services or not asked.services else None


def _opened(talk: Talk, asked: Asked, service: str, *, only_first: bool) -> Decision:
    """Opens a request, unless the message belongs to one that is there: it is older, or there are too many."""
    marks = talk.of(service)
    newest = marks[-1] if marks else None
    if newest and (only_first or talk.message.at <= newest.at or len(marks) >= MOST_OPEN):
        mine = talk.current(asked)
        return _joined(talk, mine if mine in {mark.request_id for mark in marks} else newest.request_id)
    closed = talk.closed_since(service)
    if closed:
        return Decision(Intent.JOIN, request_id=closed.request_id)
    return Decision(Intent.OPEN, opens=service, only_first=only_first, name=asked.name, answer=Kind.OPENED)


def _joined(talk: Talk, request_id: str) -> Decision:
    """Joins a request. The first of a bundle is acknowledged, by the opening's answer if that was it."""
    joins = Decision(Intent.JOIN, request_id=request_id)
    if _told_lately(talk, Kind.OPENED, Kind.ACK):
        return joins
    return replace(joins, answer=Kind.ACK, about=(request_id,), unless_told=True)


def _told_lately(talk: Talk, *kinds: Kind) -> bool:
    """Whether the last answer on this number is minutes old, and one of these when any are named."""
    told = talk.contact.told.get(talk.message.phone_number_id)
    return told is not None and talk.now - told.at < QUIET and (not kinds or told.kind in kinds)


def _elsewhere(talk: Talk, asked: Asked) -> Decision | None:
    """Another service is served on another number. With an open request here, only who asks for it is told."""
    others = [one for one in asked.services if one in talk.office.services and one != talk.service]
    if talk.service is None or not others or talk.service in asked.services:
        return None
    return Decision(Intent.ELSEWHERE, request_id=talk.current(asked), answer=Kind.ELSEWHERE, topic=others[0])


def _menu(talk: Talk, asked: Asked) -> Decision:
    """Joins the open request, else the one that a late message was meant for, else says what there is."""
    current = talk.current(asked)
    if current is not None:
        return _joined(talk, current)
    earlier = talk.earlier()
    return Decision(Intent.JOIN, request_id=earlier) if earlier else Decision(Intent.MENU, answer=Kind.MENU)


def _else(talk: Talk, asked: Asked) -> Decision:
    """Files for a number of one service open a request, all else joins what is there."""
    if talk.message.kind in OPENING_MEDIA and talk.service is not None:
        return _opened(talk, asked, talk.service, only_first=True)
    return _menu(talk, asked)


def _status(talk: Talk, asked: Asked) -> Decision:
    found, current = asked.found, talk.current(asked)
    reply = Decision(Intent.STATUS, request_id=current, answer=Kind.STATUS)
    if isinstance(found, MistypedId):
        return replace(reply, answer=Kind.MISTYPED)
    owned = talk.owned(asked)
    if found is not None:
        return replace(reply, about=talk.numbers(found), picks=owned[0] if owned else None)
    about = owned or talk.all_open or talk.last_closed
    return replace(reply, about=tuple(about[-_MOST_LISTED:]), picks=owned[0] if owned else None)


def _help(talk: Talk, asked: Asked) -> Decision:
    away = _elsewhere(talk, asked)
    if away is not None:
        return away
    topic = asked.services[0] if talk.service is None and len(asked.services) == 1 else None
    return Decision(Intent.HELP, request_id=talk.current(asked), answer=Kind.HELP, topic=topic)


def _human(talk: Talk, asked: Asked) -> Decision:
    return Decision(Intent.HUMAN, request_id=talk.current(asked), answer=Kind.HUMAN, calls=True)


def _complaint(talk: Talk, asked: Asked) -> Decision:
    about = tuple(talk.all_open[-_MOST_LISTED:])
    return Decision(Intent.COMPLAINT, request_id=talk.current(asked), answer=Kind.COMPLAINT, about=about, calls=True)


def _real(talk: Talk, asked: Asked) -> Decision:
    reply = Decision(Intent.REAL, request_id=talk.current(asked), answer=Kind.REAL)
    if isinstance(asked.found, MistypedId):
        return replace(reply, answer=Kind.MISTYPED)
    if asked.found is not None:
        return replace(reply, about=talk.numbers(asked.found))
    return replace(reply, about=tuple((talk.all_open or talk.last_closed)[-_MOST_LISTED:]))


def _cancel(talk: Talk, asked: Asked) -> Decision:
    """Asks first: whether, and which one when there are several."""
    reply = Decision(Intent.CANCEL, request_id=talk.current(asked))
    chosen = talk.owned(asked) or ([mark.request_id for mark in talk.marks] if asked.found is None else [])
    if not chosen:
        return replace(_status(talk, asked), intent=Intent.CANCEL)
    if len(chosen) == 1:
        return replace(reply, request_id=chosen[0], answer=Kind.CONFIRM, about=(chosen[0],))
    return replace(reply, answer=Kind.WHICH, about=tuple(chosen[-_MOST_LISTED:]))


def _yes(talk: Talk, asked: Asked) -> Decision:
    """Cancels the request that we have just asked about; a button says itself which."""
    request_id = _asked_about(talk) if asked.found is None else next(iter(talk.owned(asked)), None)
    if request_id is not None:
        return Decision(Intent.CANCEL, request_id=request_id, about=(request_id,), moves=Status.CANCELLED)
    return _menu(talk, asked) if asked.found is None else _status(talk, asked)


def _no(talk: Talk, asked: Asked) -> Decision:
    request_id = _asked_about(talk)
    if request_id is not None:
        return Decision(Intent.CANCEL, request_id=request_id, answer=Kind.KEPT, about=(request_id,))
    return _menu(talk, asked)


def _asked_about(talk: Talk) -> str | None:
    """The request that our last words on this number asked to cancel, while the question is fresh."""
    told = talk.contact.told.get(talk.message.phone_number_id)
    fresh = told is not None and told.kind == Kind.CONFIRM and talk.now - told.at < PATIENCE
    return told.request_id if told and fresh and told.request_id in talk.all_open else None


def _english(talk: Talk, asked: Asked) -> Decision:
    return Decision(Intent.LANGUAGE, request_id=talk.current(asked), answer=Kind.LANGUAGE, language="en")


def _indonesian(talk: Talk, asked: Asked) -> Decision:
    return Decision(Intent.LANGUAGE, request_id=talk.current(asked), answer=Kind.LANGUAGE, language="id")


def _other_language(talk: Talk, asked: Asked) -> Decision:
    return _english(talk, asked) if talk.contact.language == "id" else _indonesian(talk, asked)


def _thanks(talk: Talk, asked: Asked) -> Decision:
    return _courtesy(talk, asked, Intent.THANKS, Kind.THANKS)


def _greeting(talk: Talk, asked: Asked) -> Decision:
    if talk.message.kind == "sticker" and talk.marks:
        return Decision(Intent.JOIN, request_id=talk.current(asked))
    return _courtesy(talk, asked, Intent.GREETING, Kind.GREETING)


def _courtesy(talk: Talk, asked: Asked, intent: Intent, kind: Kind) -> Decision:
    """A courtesy opens nothing, gets no menu twice in a row, and nothing at all in the middle of a conversation."""
    current = talk.current(asked) or talk.earlier()
    told = talk.contact.told.get(talk.message.phone_number_id)
    reply = Decision(intent, request_id=current, answer=kind, unless_told=True)
    if current is not None:
        return replace(reply, answer=None, unless_told=False) if _told_lately(talk) or not talk.marks else reply
    if _told_lately(talk, Kind.GREETING, Kind.THANKS):
        return replace(reply, answer=None, unless_told=False)
    in_a_row = told is not None and told.kind in {Kind.MENU, Kind.ANOTHER, Kind.ELSEWHERE}
    plain = in_a_row or (kind is Kind.THANKS and _told_lately(talk))
    return reply if plain else replace(reply, answer=Kind.MENU)


REPLIES: Mapping[Wish, Callable[[Talk, Asked], Decision]] = {
    Wish.OPEN: _open,
    Wish.ANOTHER: _another,
    Wish.STATUS: _status,
    Wish.HELP: _help,
    Wish.HUMAN: _human,
    Wish.COMPLAINT: _complaint,
    Wish.REAL: _real,
    Wish.CANCEL: _cancel,
    Wish.YES: _yes,
    Wish.NO: _no,
    Wish.OPT_OUT: _opt_out,
    Wish.OPT_IN: _opt_in,
    Wish.ENGLISH: _english,
    Wish.INDONESIAN: _indonesian,
    Wish.OTHER_LANGUAGE: _other_language,
    Wish.THANKS: _thanks,
    Wish.GREETING: _greeting,
    Wish.ELSE: _else,
}
