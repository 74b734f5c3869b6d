"""Residents who write, officers who move their requests, and supervisors who want it told again."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from chalicelib.domain.errors import IllegalChange, KabarError, Stale
from chalicelib.domain.errors import TransientError as Transient
from chalicelib.domain.request import Request, Status, Step
from chalicelib.flows.desk import Idempotency
from chalicelib.table import requests
from tests.chaos.trouble import Chance, Weather
from tests.chaos.watched_store import Broken, WatchedStore
from tests.data import payloads
from tests.fakes.world import World

_ASKS = {payloads.KK: "mau bikin kk", payloads.KTP: "ktp saya hilang", payloads.PINDAH: "mau urus surat pindah"}
_WORDS = ("ini fotonya", "cek", "cek", "halo", "BERHENTI", "MULAI", "BARU", "4")
_STATUSES = (Status.PROCESSING, Status.READY, Status.INCOMPLETE, Status.REJECTED, Status.COMPLETED, Status.CANCELLED)


class Stage(Protocol):
    """What people see of the simulation."""

    world: World
    store: WatchedStore
    chance: Chance
    weather: Weather

    def at(self, after: float, kind: str, about: str, event: Callable[[], None]) -> None:
        """Lets something happen after so many seconds."""


class People:
    """Everybody who does something by themselves."""

    def __init__(self, stage: Stage, residents: int) -> None:
        self._stage = stage
        self._rng = stage.chance.of("people")
        for number in range(residents):
            self._resident(f"62812000{number:05d}")
        for _ in range(residents):
            after = self._rng.random() * stage.weather.day_s
            if stage.chance.happens("staff", 0.5):
                stage.at(after, "desk", "another attempt", self._try_again)

    def _resident(self, phone: str) -> None:
        """Opens a request, maybe twice at the same moment, says this and that later, and has an officer."""
        stage, rng = self._stage, self._rng
        number = rng.choice(sorted(_ASKS))
        at = rng.random() * stage.weather.day_s / 4
        opening = self._message(phone, number, _ASKS[number], at)
        stage.at(at, "webhook", f"{phone} opens", opening)
        if stage.chance.happens("repeat", 0.3):
            stage.at(at, "webhook", f"{phone} opens too", self._message(phone, number, f"{_ASKS[number]} pak", at))
        for _ in range(rng.choice((0, 0, 1, 2))):
            after = at + rng.random() * 300
            if stage.chance.happens("repeat", 1):
                stage.at(after, "webhook", f"{phone} opens again", opening)
        for body in rng.sample(_WORDS, k=rng.randrange(4)):
            later = at + rng.random() * stage.weather.day_s / 2
            stage.at(later, "webhook", f"{phone} {body}", self._message(phone, number, body, later))
        for photo in range(stage.chance.of("photos").randrange(3)):
            later = at + stage.chance.of("photos").random() * stage.weather.day_s / 2
            event = self._photo(phone, number, f"{phone}-{photo % 2}", later, (None, "mau bicara petugas")[photo % 2])
            stage.at(later, "webhook", f"{phone} sends a photo", event)
        stage.at(at + 30, "desk", f"officer of {phone}", lambda: self._officer(phone, number))

    def _message(self, phone: str, number: str, body: str, at: float) -> Callable[[], None]:
        now = self._stage.world.clock().timestamp()
        said = payloads.text(body, at=int(now + at), sender=phone)
        # The profile's name tells the officer whose request it is.
        contacts = [{"profile": {"name": phone}, "wa_id": phone}]
        payload = payloads.envelope(payloads.value(said, number=number) | {"contacts": contacts})
        return lambda: self._receive(payload)

    def _photo(self, phone: str, number: str, media_id: str, at: float, caption: str | None) -> Callable[[], None]:
        """A photo, sometimes the same one again."""
        now = self._stage.world.clock().timestamp()
        said = payloads.photo(caption, at=int(now + at), sender=phone)
        said["image"] = {**said["image"], "id": media_id, "sha256": ""}
        payload = payloads.envelope(payloads.value(said, number=number))
        return lambda: self._receive(payload)

    def _receive(self, payload: Any) -> None:
        counts = self._stage.world.receive(payload)
        if counts["quarantined"]:
            raise Broken(f"a sound message was set aside: {counts}")

    def _officer(self, phone: str, number: str) -> None:
        """Takes each of the resident's open requests a step further, and comes back later."""
        service = str(self._stage.world.secrets.values.channels[number].service)
        for item in self._stage.store.query_index("queue", f"1801#{service}#open"):
            request = requests.read(item)
            if request.name == phone:
                self._step(request)
        after = 60 + self._rng.random() * self._stage.weather.day_s / 8
        self._stage.at(after, "desk", f"officer of {phone}", lambda: self._officer(phone, number))

    def _step(self, request: Request) -> None:
        to = self._rng.choice(_STATUSES)
        hold = self._rng.random() < 0.1  # some requests are delayed
        step = Step(request.status if hold else to, request.version, reason="alasan", hold=hold or None)
        key = Idempotency(f"{request.id} {request.version}", "body")
        with suppress(IllegalChange, Stale):  # there is no such step, or somebody else was first
            self._stage.world.parts.desk.change(self._stage.world.officer, request.id, step, key)

    def _try_again(self) -> None:
        """A supervisor wants some notice told again, or writes a few words."""
        stage = self._stage
        notices = stage.world.notices()
        if not notices:
            return
        notice = self._rng.choice(notices)
        try:
            if self._rng.random() < 0.8 or notice.request_id is None:  # rather the one than the other
                stage.world.parts.telling.resend(stage.world.officer, notice.id)
            else:
                key = Idempotency(f"words on {notice.id}", "body")
                stage.world.parts.telling.reply(stage.world.officer, notice.request_id, "mohon datang ke kantor", key)
        except Transient:
            raise
        except KabarError:
            return  # no words are possible now
