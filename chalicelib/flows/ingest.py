"""A webhook's elements into the table: each one once, whatever comes twice, together, late or broken."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain.errors import TransientError
from chalicelib.domain.inbound import NO_DAY, Broken, Element, Event, StatusReport, TemplateReport
from chalicelib.domain.message import Echo, Message, Moved
from chalicelib.flows.chat import Chat
from chalicelib.flows.coexistence import Coexistence
from chalicelib.flows.keeping import Keeping, Stored
from chalicelib.flows.moving import Moving
from chalicelib.flows.receipts import Receipts
from chalicelib.ports import Channel, SecretValues

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingest:
    """Stores what a webhook brought. Nobody but the table is called.

    templates: what applies a report on a template; seldom needed, and built when it is.
    """

    chat: Chat
    coexistence: Coexistence
    moving: Moving
    receipts: Receipts
    keeping: Keeping
    templates: Callable[[TemplateReport, Mapping[str, Channel]], Stored]

    def __call__(self, elements: Sequence[Element], secrets: SecretValues) -> dict[str, int]:
        """How many elements were stored, were there already, or were set aside because nobody could understand them.

        Raises:
            TransientError: something could not be stored; all else is, and a repeat of the same webhook completes the rest.
        """
        counts = {outcome.value: 0 for outcome in Stored}
        missing: TransientError | None = None
        for element in elements:
            try:
                counts[self._contained(element, secrets).value] += 1
            except TransientError as error:
                missing = error
        if missing is not None:
            raise missing
        return counts

    def _contained(self, element: Element, secrets: SecretValues) -> Stored:
        """Stores one element. What a bug or the table's refusal makes impossible is kept whole for a person to see."""
        try:
            return self._store(element, secrets)
        except TransientError:
            raise
        except Exception as error:
            log.exception("an element was set aside", extra={"element": type(element).__name__})
            return self.keeping.broken(Broken(type(error).__name__, *_evidence(element)))

    def _store(self, element: Element, secrets: SecretValues) -> Stored:  # noqa: PLR0911  # one return for each kind
        match element:
            case Message():
                return self.chat.message(element, secrets)
            case Moved():
                return self.moving(element, secrets)
            case Echo():
                return self.coexistence(element, secrets)
            case StatusReport():
                return self.receipts(element)
            case TemplateReport():
                return self.templates(element, secrets.channels)
            case Event():
                return self.keeping.event(element)
            case Broken():
                return self.keeping.broken(element)


def _evidence(element: Element) -> tuple[str, str]:
    """The element's day and all of it."""
    match element:
        case Message():
            return element.at.date().isoformat(), element.raw
        case Echo() | Moved():
            return element.message.at.date().isoformat(), element.message.raw
        case StatusReport():
            return element.at.date().isoformat() if element.at else NO_DAY, element.raw
        case TemplateReport():
            return element.event.day, element.event.raw
        case _:
            return element.day, element.raw
