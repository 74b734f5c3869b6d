"""What follows from a message: the conversation's rules, as pure decisions."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import rating, sms_number
from chalicelib.domain.asking import OPENING_MEDIA, Asked, ask
from chalicelib.domain.belonging import Talk
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.decision import Decision, Intent
from chalicelib.domain.message import Message
from chalicelib.domain.notice import Kind
from chalicelib.domain.replies import REPLIES
from chalicelib.domain.request import Status
from chalicelib.domain.rules import Wish
from chalicelib.domain.silence import hushed

__all__ = ["MOST_ANSWERS", "SPOKEN", "Decision", "Intent", "decide", "hour_of"]

# Types that answer nothing and ask nothing are not here; neither are those that are not invented yet.
SPOKEN = frozenset({"text", "button", "interactive", "sticker", "location", "contacts", "order"}) | OPENING_MEDIA
# Answers to one person within an hour, so that two robots cannot talk for ever. A request that is opened is always told.
MOST_ANSWERS = 20


def hour_of(now: datetime) -> str:
    """The hour that an answer counts in."""
    return f"{now:%Y%m%d%H}"


def decide(message: Message, contact: Contact, office: Office, service: str | None, now: datetime | None = None) -> Decision:
    """What follows from a message. service: the one that its number is for, None for all; now: its own time unless given."""
    talk = Talk(message, contact, office, service, now or message.at)
    if message.kind not in SPOKEN:
        return Decision(Intent.NOTE, request_id=talk.current(Asked(Wish.ELSE)))
    decision = hushed(talk, rating.answered(talk) or sms_number.given(talk) or _spoken(talk))
    full = len(contact.answered.get(hour_of(talk.now), ())) >= MOST_ANSWERS
    return replace(decision, answer=None) if full and decision.opens is None else decision


def _spoken(talk: Talk) -> Decision:
    asked = ask(talk.message, talk.office, has_open=bool(talk.marks))
    return _put_back(talk, REPLIES[asked.wish](talk, asked))


def _put_back(talk: Talk, decision: Decision) -> Decision:
    """A file for a request that lacks something puts it back before the officer, and its sender is told so."""
    if talk.message.kind not in OPENING_MEDIA or decision.request_id not in talk.contact.incomplete:
        return decision
    moved = replace(decision, moves=Status.SUBMITTED)
    return moved if moved.answer else replace(moved, answer=Kind.ACK, about=(str(decision.request_id),), unless_told=False)
