"""What must be true when everything has come to rest."""

from chalicelib.domain.media import FileState
from chalicelib.domain.notice import ARRIVED, Channel, Kind, Notice, State
from chalicelib.domain.request import Request
from chalicelib.table import contacts, media, ratings
from tests.chaos.arrivals import Phones
from tests.chaos.providers import Providers
from tests.chaos.trouble import SMS_REFUSALS, Weather
from tests.chaos.watched_store import Broken, WatchedStore
from tests.fakes.world import World

# Why a notice may have failed: nothing of it is our own doing. Every resident has a phone.
_FAILURES = SMS_REFUSALS | {"too_late", "silent", "connect_failed", "text_unreachable"}
_CHAT_ONLY = "not_for_sms"


class Judge:
    """Looks at everything that is left."""

    def __init__(self, world: World, store: WatchedStore, phones: Phones, weather: Weather) -> None:
        self._world = world
        self._store = store
        self._phones = phones
        self._weather = weather

    def __call__(self, providers: Providers) -> None:
        """Raises Broken for the first thing that is not as promised."""
        for notice in self._world.notices():
            self._end(notice)
        self._openings()
        self._looks()
        self._files()
        self._ratings()
        self._circuits(providers)
        self._money()

    def _end(self, notice: Notice) -> None:
        """Every notice has ended, for a reason that holds."""
        arrived = self._phones.arrived(notice.id)
        match notice.state:
            case State.DELIVERED | State.READ:
                holds = bool(arrived)
            case State.ACCEPTED:  # the end of an SMS of which nobody tells anything
                holds = bool(arrived) and notice.channel is Channel.SMS and not self._weather.sms_reports
            case State.UNKNOWN:
                holds = bool(self._phones.by_notice[notice.id]) or any(one.outcome == "unknown" for one in notice.attempts)
            case State.FAILED:
                holds = notice.reason in _FAILURES or (notice.reason == _CHAT_ONLY and notice.answer)
            case State.SUPPRESSED if notice.kind is Kind.RATING and notice.reason in _FAILURES | {_CHAT_ONLY}:
                holds = True  # that a question was not heard calls nobody
            case State.SUPPRESSED:
                holds = not arrived or notice.contact_id in self._store.ever_opted_out or notice.kind is Kind.OPTED_OUT
                holds = holds and notice.reason == "opted_out" and notice.contact_id in self._store.ever_opted_out
            case State.SUPERSEDED:
                holds = bool(self._phones.later(notice)) or notice.reason == "no_longer_true"
            case _:
                raise Broken(f"{notice.id} is lost: {notice}")
        if not holds:
            raise Broken(f"{notice.id} has ended without a reason: {notice} {self._phones.by_notice[notice.id]}")
        told = any(one.delivered is not None for one in self._phones.by_notice[notice.id])
        if told and notice.state not in ARRIVED:
            raise Broken(f"{notice.id} was delivered, and is told otherwise: {notice}")

    def _openings(self) -> None:
        """Each opening message opened one request, and only BARU opened one beside another."""
        opening = [item for item in self._world.items("CONTACT#", "MSG#") if item.get("intent") == "open"]
        opened = self._world.requests()
        if sorted(str(item["request_id"]) for item in opening) != sorted(one.id for one in opened):
            raise Broken(f"{len(opening)} messages opened {len(opened)} requests")
        for one in opened:
            beside = [other.id for other in opened if self._open_beside(other, one)]
            if beside and one.id not in self._store.anew:
                raise Broken(f"{one.id} was opened beside {beside}")

    def _looks(self) -> None:
        """Every promise was looked at, and what was said about closed requests is gone."""
        found = self._world.requests()
        if [one.id for one in found if one.look_at is not None]:
            raise Broken("a request is still to be looked at")
        over = {one.id for one in found if one.closed}
        left = [item for item in self._world.items("CONTACT#", "MSG#") if item.get("request_id") in over]
        if kept := [str(item["sk"]) for item in left if "cleared_at" not in item]:
            raise Broken(f"{kept} should have been cleared")

    def _files(self) -> None:
        """Nobody waits for a file any more, and the bucket has those that are kept, and no others."""
        found = [item for item in self._world.items("CONTACT#", "MSG#") if str(item["sk"]).endswith(media.SUFFIX)]
        waiting = [item["sk"] for item in found if media.state(item) in {None, FileState.WAITING}]
        kept = {file.key for item in found if (file := media.kept(item))}
        if waiting or kept != self._world.files.kept.keys():
            raise Broken(f"files: {waiting} are awaited, {kept ^ self._world.files.kept.keys()} are on one side only")

    def _ratings(self) -> None:
        """Each question was answered once or not at all, and each answer counted once."""
        asked = {one.id for one in self._world.requests() if one.rating_asked_at}
        people = [contacts.read(item) for item in self._world.items("CONTACT#", "CONTACT")]
        waiting = {request_id for one in people if one.merged_into is None for request_id in one.rates}
        counted = sum(sum(ratings.read(item).counts) for item in self._world.items("RATINGS#"))
        if counted != len(asked - waiting):
            raise Broken(f"{counted} answers were counted to {len(asked - waiting)} questions")

    def _open_beside(self, other: Request, one: Request) -> bool:
        """Whether the resident had another request of that service open when this one was opened."""
        begun, (began, ended) = self._store.requests[one.id][0], self._store.requests[other.id]
        same = (other.contact_id, other.service) == (one.contact_id, one.service)
        return same and began < begun and (ended is None or ended > begun)

    def _circuits(self, providers: Providers) -> None:
        """A channel that works again is used again, and each time that one went down was told once."""
        for scope, (step, _) in self._store.circuits.items():
            if providers.closing.get(scope, 0) > step:
                raise Broken(f"{scope} works, and is still taken for down")
        told = len(self._world.metrics.named("CircuitOpened"))
        if told > self._store.openings:
            raise Broken(f"{told} alarms for {self._store.openings} times that something went down")

    def _money(self) -> None:
        """No day's SMS cost more than the office is willing to pay."""
        terms = self._world.parts.offices["1801"].sms
        for day, count in self._phones.by_day.items():
            if count * terms.price_mills > terms.max_per_day_mills:
                raise Broken(f"{count} SMS on {day}")
