"""No robot talks over a person: what it leaves unsaid while an officer writes from the office's own phone."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import ids, spelling
from chalicelib.domain.asking import CHECK
from chalicelib.domain.belonging import Talk
from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.decision import Decision
from chalicelib.domain.notice import Kind

# Small talk, and what a person says better: "sudah, Bu" to an officer asks no machine. What was done is told all the same.
LEFT_TO_PEOPLE = frozenset(
    {Kind.ACK, Kind.MENU, Kind.GREETING, Kind.THANKS, Kind.HELP, Kind.HUMAN, Kind.COMPLAINT, Kind.ELSEWHERE, Kind.ANOTHER}
    | {Kind.STATUS}
)


def hushed(talk: Talk, decision: Decision) -> Decision:
    """The decision without its answer, where an officer speaks and nothing was plainly asked of the machine.

    Whatever else follows from the message still does: what is opened, put back, marked for a person or opted out of.
    """
    if decision.answer not in LEFT_TO_PEOPLE or _of_the_machine(talk):
        return decision
    if not speaks(talk.contact, talk.message.phone_number_id, talk.office, talk.now):
        return decision
    return replace(decision, answer=None, unless_told=False)


def speaks(contact: Contact, phone_number_id: str, office: Office, now: datetime) -> bool:
    """Whether an officer wrote to them on that number within the office's quiet time."""
    spoke = contact.spoke.get(phone_number_id)
    return spoke is not None and now - spoke < office.coexistence.quiet


def _of_the_machine(talk: Talk) -> bool:
    """A button that was pressed, a request's number, or a command, in large or small letters."""
    text = talk.message.text or ""
    if talk.message.button_id is not None or ids.find(text) is not None:
        return True
    words = [word for word in spelling.typed(text) if word.isalnum()]
    return words in (["baru"], ["new"]) or words[:1] in ([one] for one in CHECK)
