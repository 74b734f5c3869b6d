"""Meta's webhooks on templates: they come late, twice, in any order or never, and are true when they are written."""

from collections.abc import Callable
from typing import Any, Protocol

from tests.chaos.trouble import Chance, Weather
from tests.data import payloads
from tests.fakes.world import World

_NAMES = ("kabar_opened", "kabar_ready_card", "kabar_ready_pdf", "kabar_incomplete")
_LATE_S = 1800


class Stage(Protocol):
    """What Meta sees of the simulation."""

    world: World
    chance: Chance
    weather: Weather

    def at(self, after: float, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen after so many seconds."""


class TemplateWords:
    """What Meta says while templates are down, in the runs in which it says anything."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rng = stage.chance.of("words")
        down = stage.weather.templates_down
        if down.ends and stage.chance.lasts("words", 0.6):
            for name in _NAMES:
                self._say(name, "PAUSED", down.begins)
                self._say(name, "APPROVED", down.ends)

    def _say(self, name: str, event: str, at: float) -> None:
        """Twice, if not never."""
        stage, rng = self._stage, self._rng
        payload = payloads.template(event, at=int(at), name=name)
        late = rng.choice((1.0, 1.0, 60.0, rng.random() * _LATE_S))
        if rng.random() < 0.8:
            for again in (0.0, rng.random() * _LATE_S):
                after = at - stage.world.clock().timestamp() + late + again
                stage.at(after, "webhook", f"{event} {name}", self._webhook(payload))

    def _webhook(self, payload: dict[str, Any]) -> Callable[[], None]:
        return lambda: self._hear(payload)

    def _hear(self, payload: dict[str, Any]) -> None:
        self._stage.world.receive(payload)
