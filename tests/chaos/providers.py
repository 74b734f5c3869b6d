"""WhatsApp and SMS as residents' phones and chance make them: each send ends somehow, and is reported on somehow."""

import json
from collections.abc import Callable
from typing import Any, Protocol

from chalicelib.domain import circuit
from chalicelib.domain.delivery import Outbound, Refused, Remedy, Template, TextMessage, Unknown
from chalicelib.domain.notice import Channel
from chalicelib.entry import events
from tests.chaos.arrivals import Call, Message, Phones
from tests.chaos.trouble import Chance, Reports, Weather
from tests.chaos.watched_store import WatchedStore
from tests.data.payloads import KTP
from tests.fakes.providers import ACCEPTED, NEVER_LEFT, Step, refused
from tests.fakes.world import World

_EXPIRED, _PAUSED, _TOO_FAST = (
    refused("190", Remedy.CHANNEL_DOWN),
    refused("132015", Remedy.TEMPLATE_DOWN),
    refused("130429", Remedy.THROTTLED),
)
_USUAL: Reports = [(1.0, "sent", None), (2.0, "delivered", None)]


class Stage(Protocol):
    """What the providers see of the simulation. call: the delivery under way; calm: nothing goes wrong any more."""

    world: World
    store: WatchedStore
    chance: Chance
    weather: Weather
    phones: Phones
    call: Call
    calm: bool
    trace: list[str]

    def meanwhile(self, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen in the middle of what is under way."""

    def at(self, after: float, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen after so many seconds."""


class Providers:
    """Both of them.

    Attributes:
        under_way: What the delivery that is under way has sent, of which nobody knows yet whether it will be written down.
        closing: Scope → how many writes the table had when the call began whose message should have closed its circuit.
    """

    def __init__(self, stage: Stage) -> None:
        self.under_way: list[Message] = []
        self.closing: dict[str, int] = {}
        self._stage = stage

    def whatsapp(self, message: Outbound) -> Step:
        """Ends a send by WhatsApp."""
        stage = self._stage
        ending = self._lasting(message) or (ACCEPTED if stage.calm else stage.chance.whatsapp())
        scopes = [circuit.number(message.phone_number_id)]
        if isinstance(message.content, Template):
            scopes.append(circuit.template(message.content.name, message.content.language))
        one = self._note(message, Channel.WHATSAPP, ending, scopes)
        if ending.arrives:
            self._report(one, message.callback, _USUAL if stage.calm else stage.chance.reports())
        if ending is ACCEPTED and stage.calm:
            self.closing |= dict.fromkeys(scopes, stage.call.steps)
        return ending

    def sms(self, message: TextMessage) -> Step:
        """Ends an SMS."""
        stage = self._stage
        away = stage.world.clock().timestamp() in stage.weather.sms_away
        ending = NEVER_LEFT if away else ACCEPTED if stage.calm else stage.chance.sms()
        one = self._note(message, Channel.SMS, ending, [circuit.SMS])
        if ending.arrives and stage.weather.sms_reports:
            reports = [(1.0, "TEXT_DELIVERED", None)] if stage.calm else stage.chance.sms_reports()
            for after, word, _ in reports:
                stage.at(after, "webhook", f"{word} {message.callback}", self._by_topic(one, message.callback, word))
        return ending

    def _lasting(self, message: Outbound) -> Step | None:
        """How everything ends while something lasts."""
        stage, now = self._stage, self._stage.world.clock().timestamp()
        if now in stage.weather.whatsapp_away:
            return NEVER_LEFT
        if now in stage.weather.number_down and message.phone_number_id == KTP:
            return _EXPIRED
        if now in stage.weather.templates_down and isinstance(message.content, Template):
            return _PAUSED
        return _TOO_FAST if now in stage.weather.throttled else None

    def _note(self, message: Outbound | TextMessage, channel: Channel, ending: Step, scopes: list[str]) -> Message:
        known = ending.answer is not None and not isinstance(ending.answer, Unknown)
        assert not ending.arrives or not isinstance(ending.answer, Refused), "a script that makes no sense"
        stage = self._stage
        told = "we die" if ending.answer is None else f"{type(ending.answer).__name__} {getattr(ending.answer, 'code', '')}"
        arrives = "arrives" if ending.arrives else "does not arrive"
        stage.trace.append(f"{stage.world.clock():%d %H:%M:%S}   {channel} {message.callback} {arrives}: {told}")
        one = stage.phones.sent(message.callback, channel, stage.call, scopes=scopes, arrived=ending.arrives, known=known)
        self.under_way.append(one)
        return one

    def _report(self, one: Message, callback: str, reports: Reports) -> None:
        """Some reports overtake the answer to the send; some come again hours later."""
        stage = self._stage
        for after, word, code in reports:
            about, tell = f"{word} {code or ''} {callback}", self._by_webhook(one, callback, word, code)
            stage.at(after, "webhook", about, tell)
            if not stage.calm and stage.chance.strikes("overtake", 2):
                stage.meanwhile("webhook", about, tell)
            if not stage.calm and stage.chance.strikes("repeat", 2):
                stage.at(after + stage.chance.of("late").random() * 7200, "webhook", f"{about} again", tell)

    def _by_webhook(self, one: Message, callback: str, word: str, code: int | None) -> Callable[[], None]:
        return lambda: self._tell(one, word, lambda: self._stage.world.report(word, callback, code))

    def _by_topic(self, one: Message, callback: str, word: str) -> Callable[[], None]:
        parts, at = self._stage.world.parts, int(self._stage.world.clock().timestamp() * 1000)
        body = {"eventType": word, "eventTimestamp": at, "messageId": "m", "context": {"kabar": callback}}
        event = {"Records": [{"Sns": {"Message": json.dumps(body)}}]}
        return lambda: self._tell(one, word, lambda: events.sms_reports(event, parts.receipts, parts.keeping))

    def _tell(self, one: Message, word: str, tell: Callable[[], Any]) -> None:
        """A call that dies half-way may have told Kabar: `failed` may be known from now on, `delivered` is only after."""
        one.sent = one.sent or word in {"sent", "TEXT_SENT", "TEXT_QUEUED", "TEXT_SUCCESSFUL"}
        one.failed = one.failed or word in {"failed", "TEXT_UNREACHABLE"}
        tell()
        if word in {"delivered", "read", "TEXT_DELIVERED"} and one.delivered is None:
            one.delivered = self._stage.store.steps
