"""The one question after a request is completed, and its answer: a pressed row, or a digit from 1 to 4."""

import re
import unicodedata
from datetime import timedelta

from chalicelib.domain import ids, wording
from chalicelib.domain.belonging import Talk
from chalicelib.domain.catalogue import Office
from chalicelib.domain.decision import Decision, Intent, Rating
from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Request, Status

SCORES = 4
# How long after the question a digit is its answer; a pressed row says itself what it answers.
FRESH = timedelta(days=3)
# Who has just answered may say so again.
_JUST_ANSWERED = timedelta(hours=1)
# WhatsApp tells times in whole seconds.
_SECOND = timedelta(seconds=1)
_ROW = re.compile(r"RATE:(.+):([1-4])")
_LONGEST = 60
_WORD = re.compile(r"[^\W\d_]+|\d+")
# What people say around a digit without saying anything else.
_AROUND = """
nilai nilainya angka pilih jawab jawaban bintang nomor saya aku kasih beri deh saja aja ya
terima terimakasih makasih trims thanks thx thank you pak bu bapak ibu min kak mas mbak
"""
_NAMED = {
    name.casefold(): score for names in wording.SCORES.values() for score, name in enumerate(names, start=1)
}  # fmt: skip
# "Baik" and "good" alone are what people say to anything.
_ALONE = {name: score for name, score in _NAMED.items() if name not in {"baik", "good"}}


def asks(request: Request, office: Office) -> bool:
    """Whether the request, as a change leaves it, owes the question. It is asked once: nothing follows `completed`."""
    by_chat = request.by_chat and request.contact_id is not None and request.phone_number_id is not None
    return office.rating and by_chat and request.status is Status.COMPLETED


def answered(talk: Talk) -> Decision | None:
    """What follows when a message answers the question; None when it does not, and means what it means without one.

    A second answer changes nothing, and is kept no more than the first.
    """
    message, contact = talk.message, talk.contact
    pressed = _ROW.fullmatch(message.button_id or "")
    if pressed is not None:
        found = ids.find(pressed[1])
        asked = contact.rates.get(pressed[1])
        mine = asked is not None and asked.phone_number_id == message.phone_number_id
        return _rated(pressed[1], int(pressed[2])) if mine and isinstance(found, ids.ParsedId) else _again(talk)
    score = None if message.forwarded or message.button_id else typed(message.text or "")
    if score is None or message.kind != "text":
        return None
    request_id = _asked(talk)
    if request_id is not None:
        return _rated(request_id, score)
    return _again(talk) if _just_answered(talk) else None


def typed(text: str) -> int | None:
    """The score that a message says and nothing else: `4`, `4 sangat baik`, `sangat baik`; None when it says more."""
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold()
    said = " ".join(word for word in _WORD.findall(plain) if word not in _AROUND.split())
    digits, _, name = said.partition(" ")
    if digits in {"1", "2", "3", "4"}:
        return int(digits) if not name or _NAMED.get(name) == int(digits) else None
    return _ALONE.get(said)


def _rated(request_id: str, score: int) -> Decision:
    return Decision(Intent.RATING, answer=Kind.RATED, rates=Rating(request_id, score))


def _again(talk: Talk) -> Decision:
    return Decision(Intent.RATING, answer=None if _just_answered(talk) else Kind.RATED)


def _asked(talk: Talk) -> str | None:
    """The request that a person was last asked about on this number, while the question is fresh.

    One that fell into the night is asked in the morning.
    """
    open_ = [
        (since, request_id)
        for request_id, question in talk.contact.rates.items()
        if question.phone_number_id == talk.message.phone_number_id
        and (since := talk.office.may_tell_at(question.at)) - _SECOND <= talk.message.at
        and talk.now - since < FRESH
    ]
    return max(open_)[1] if open_ and talk.contact.opted_out_at is None else None


def _just_answered(talk: Talk) -> bool:
    told = talk.contact.told.get(talk.message.phone_number_id)
    return told is not None and told.kind == Kind.RATED and talk.now - told.at < _JUST_ANSWERED
