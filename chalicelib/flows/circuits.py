"""Opening, probing and closing the circuits of channels and templates that are down."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import circuit as circuits_
from chalicelib.domain.circuit import Circuit, Word
from chalicelib.domain.delivery import Accepted, Outbound, Outcome, Refused, Remedy, Template, TextMessage
from chalicelib.domain.errors import TransientError
from chalicelib.ports import Clock, ConditionFailed, Metrics, Store
from chalicelib.table import circuits

if TYPE_CHECKING:
    from chalicelib.domain.planning import Send

log = logging.getLogger(__name__)
_TRIES = 5


@dataclass(frozen=True)
class Circuits:
    """What is known to be down."""

    store: Store
    metrics: Metrics
    clock: Clock

    def take_turn(self, office: str, circuit: Circuit) -> bool:
        """Whether this call, and no other within the minute (the hour, where it was told), may probe the circuit."""
        try:
            self.store.update(circuits.probes(office, circuit, self.clock()))
        except ConditionFailed:
            return False
        return True

    def learn(self, office: str, sent: "Send", outcome: Outcome) -> None:
        """Opens a circuit when the provider says that it is down, and closes what a probe found to work again."""
        if isinstance(outcome, Accepted):
            for circuit in sent.probes:
                self.store.update(circuits.closes(office, circuit.scope, self.clock()))
                log.warning("circuit closed", extra={"office": office, "circuit": circuit.scope})
        if isinstance(outcome, Refused):
            scope = _scope(sent.message, outcome.remedy)
            if scope is not None:
                self._open(office, scope, outcome.code)

    def reported(self, office: str, phone_number_id: str, code: str) -> None:
        """Opens a number's circuit when the provider reports of a message that it took, that it could not carry it."""
        self._open(office, circuits_.number(phone_number_id), code)

    def told(self, office: str, name: str, language: str, word: Word, code: str) -> None:
        """Opens or closes a template's circuit as the provider says, unless something newer is known.

        Raises:
            TransientError: others changed the circuit again and again, or the table failed.
        """
        scope = circuits_.template(name, language)
        for _ in range(_TRIES):
            known = self.store.get(circuits.key(office)) or {}
            if not word.outdates(circuits.word(known, scope)):
                return
            before = circuits.read(known).get(scope)
            after = circuits_.after(word, code, scope, before)
            try:
                self.store.update(circuits.told(office, scope, word, after, known))
            except ConditionFailed:
                continue
            self._say(office, before, after)
            return
        raise TransientError("a circuit keeps changing")

    def _say(self, office: str, before: Circuit | None, after: Circuit | None) -> None:
        if after is not None and before is None:
            self._alarm(office, after.scope, after.code)
        if before is not None and after is None:
            log.warning("circuit closed", extra={"office": office, "circuit": before.scope})

    def _open(self, office: str, scope: str, code: str) -> None:
        """Alarms once, when the circuit opens."""
        try:
            self.store.update(circuits.opens(office, scope, code, self.clock()))
        except ConditionFailed:
            return
        self._alarm(office, scope, code)

    def _alarm(self, office: str, scope: str, code: str) -> None:
        self.metrics.count("CircuitOpened", office=office)
        log.error("circuit opened", extra={"office": office, "circuit": scope, "code": code})


def _scope(message: Outbound | TextMessage, remedy: Remedy) -> str | None:
    if remedy is Remedy.CHANNEL_DOWN:
        return circuits_.number(message.phone_number_id) if isinstance(message, Outbound) else circuits_.SMS
    if remedy is Remedy.TEMPLATE_DOWN and isinstance(message, Outbound) and isinstance(message.content, Template):
        return circuits_.template(message.content.name, message.content.language)
    return None
