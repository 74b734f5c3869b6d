"""What can follow from a message."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.notice import Kind
from chalicelib.domain.request import Status


class Intent(StrEnum):
    """What ingest made of a message."""

    OPEN = "open"
    JOIN = "join"
    STATUS = "status"
    HELP = "help"
    ELSEWHERE = "elsewhere"
    ANOTHER = "another"
    CANCEL = "cancel"
    HUMAN = "human"
    COMPLAINT = "complaint"
    REAL = "real"
    LANGUAGE = "language"
    THANKS = "thanks"
    GREETING = "greeting"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    MENU = "menu"
    NOTE = "note"
    RATING = "rating"
    SMS_NUMBER = "sms_number"


class Rating(NamedTuple):
    """How somebody found what they got: 1 tidak baik, 2 kurang baik, 3 baik, 4 sangat baik (Permenpan RB 14/2017)."""

    request_id: str
    score: int


@dataclass(frozen=True)
class Decision:
    """What follows from a message.

    request_id: the request that it joins. opens: the service that it asks for; only_first: it opens only while the contact
    has no open request of that service; name: whom the new request is for. answer: the notice that it owes, about these
    requests, or about a service that is not its number's (topic); unless_told: void when another answer was given meanwhile.
    moves: what becomes of the request that it joins. language: what the person wants to be written in. calls: a person of the
    office is wanted. picks: the request that what follows belongs to. rates: the answer to how it was; it is counted, and kept
    nowhere else. sms_phone: where SMS go from now on; it is personal data.
    """

    intent: Intent
    request_id: str | None = None
    opens: str | None = None
    only_first: bool = True
    name: str | None = None
    answer: Kind | None = None
    about: tuple[str, ...] = ()
    topic: str | None = None
    unless_told: bool = False
    moves: Status | None = None
    language: str | None = None
    calls: bool = False
    picks: str | None = None
    rates: Rating | None = None
    sms_phone: str | None = field(default=None, repr=False)
