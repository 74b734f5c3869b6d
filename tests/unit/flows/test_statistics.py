"""An office's figures, counted from what is in the table."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.errors import Forbidden, Malformed, NotFound
from chalicelib.domain.figures import Figures, Ratings
from chalicelib.domain.request import Request, Status
from chalicelib.domain.staff import Role
from chalicelib.entry import figures as view
from chalicelib.entry.openapi_answers import SCHEMAS
from chalicelib.flows import statistics
from chalicelib.flows.statistics import Report
from tests.data import payloads
from tests.fakes.providers import Step, refused
from tests.fakes.world import World
from tests.unit.flows.test_rating import complete, opened, pressed

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


def report(world: World, first: date | None = None, last: date | None = None, **more: Any) -> Report:
    asked = {"office": None, "first": first, "last": last} | more
    return world.parts.statistics(world.staff(Role.SUPERVISOR), asked["office"], asked["first"], asked["last"])


def ktp(world: World, *days: date) -> Figures:
    return report(world, *days).services["KTP"]


def resident(number: int) -> str:
    return f"62812000{number:05d}"


@pytest.fixture
def world() -> World:
    return World()


def test_of_an_office_without_requests_everything_is_nothing(world: World) -> None:
    found = report(world)

    assert (found.office, found.first, found.last, found.complete) == ("1801", TODAY.replace(day=1), TODAY, True)
    assert set(found.services) == {"KK", "KTP", "PINDAH"}
    assert found.in_all == Figures()


def test_a_day_at_the_office(world: World) -> None:
    done = complete(world, opened(world, sender=resident(1)))
    world.set_status(opened(world, sender=resident(2)), Status.REJECTED, reason="bukan warga")
    opened(world, sender=resident(3))
    world.clock.now += timedelta(hours=30)
    opened(world, payloads.KK, sender=resident(4))

    found = report(world, TODAY, TODAY)
    card = found.services["KTP"]
    assert (card.opened, card.closed) == (3, Counter({Status.COMPLETED: 1, Status.REJECTED: 1}))
    assert (card.open, card.overdue) == (Counter({Status.SUBMITTED: 1}), 1)
    assert (len(card.ready.hours), card.ready.promised, card.ready.kept) == (1, 1, 1)
    assert (found.in_all.opened, found.in_all.open) == (3, Counter({Status.SUBMITTED: 2}))
    assert report(world).in_all.opened == 4
    assert report(world, TOMORROW).in_all.opened == 1
    assert done.ready_at is not None


def test_what_was_opened_and_ready_on_a_day_counts_though_it_ended_later(world: World) -> None:
    request = opened(world)
    for to in (Status.VERIFIED, Status.PROCESSING, Status.READY):
        request = world.set_status(request, to)
    world.clock.now += timedelta(days=1)
    world.set_status(request, Status.COMPLETED)

    day = ktp(world, TODAY, TODAY)
    assert (day.opened, len(day.ready.hours), day.closed) == (1, 1, Counter())
    assert ktp(world, TOMORROW, TOMORROW).closed == Counter({Status.COMPLETED: 1})


def test_days_begin_at_midnight_of_the_offices_clock(world: World) -> None:
    world.clock.now = world.clock.now.replace(hour=16, minute=59, second=59)
    opened(world, sender=resident(1))
    world.clock.now += timedelta(seconds=1)
    opened(world, sender=resident(2))

    assert [ktp(world, day, day).opened for day in (TODAY, TOMORROW)] == [1, 1]


def test_time_to_ready_is_that_of_the_last_time_and_against_the_promise_then(world: World) -> None:
    request = opened(world)
    for to in (Status.VERIFIED, Status.PROCESSING, Status.READY):
        request = world.set_status(request, to)
    world.clock.now += timedelta(hours=10)
    request = world.set_status(request, Status.PROCESSING)
    assert ktp(world).ready.hours == ()
    world.clock.now += timedelta(hours=25)
    world.set_status(request, Status.READY)

    ready = ktp(world).ready
    assert (ready.hours, ready.promised, ready.kept) == ((35.0,), 1, 0)


class TestNotices:
    def told(self, *reports: str, whatsapp: Any = (), sms: Any = ()) -> tuple[World, Counter[str]]:
        """What becomes of the notice of an opening."""
        world = World(whatsapp, sms)
        request = opened(world)
        world.run()
        for word in reports:
            world.report(word, f"{request.id}.1#1")
        world.advance(minutes=1)
        return world, ktp(world).notices

    @pytest.mark.parametrize("reports", [("delivered",), ("read",), ("sent", "delivered", "read")])
    def test_that_arrived_by_whatsapp_counts_once(self, reports: tuple[str, ...]) -> None:
        assert self.told(*reports)[1] == Counter(whatsapp_arrived=1)

    def test_under_way_is_on_the_way(self) -> None:
        assert self.told()[1] == self.told("sent")[1] == Counter(on_the_way=1)

    def test_by_sms_is_accepted_where_nobody_tells_more(self) -> None:
        assert self.told(whatsapp=lambda _: refused("131026", Remedy.SMS))[1] == Counter(sms_accepted=1)

    def test_that_neither_channel_took_failed(self) -> None:
        no = Step(Refused("no", Remedy.OUR_FAULT), arrives=False)
        _, found = self.told(whatsapp=lambda _: no, sms=lambda _: no)

        assert found == Counter(failed=1)

    def test_of_who_opted_out_is_suppressed(self, world: World) -> None:
        request = opened(world)
        world.say("BERHENTI")
        world.set_status(request, Status.CANCELLED)
        world.run()

        assert ktp(world).notices["suppressed"] == 1

    def test_that_a_later_one_replaced_does_not_count(self, world: World) -> None:
        request = opened(world)
        world.set_status(request, Status.CANCELLED)
        world.run()

        assert ktp(world).notices == Counter(on_the_way=1)

    def test_in_chat_and_how_it_was_do_not_count(self, world: World) -> None:
        before = self.sent(world)
        world.say("cek")
        world.run()
        assert ktp(world).notices == before

    def sent(self, world: World) -> Counter[str]:
        """Of a request that was completed, with its question."""
        request = opened(world)
        world.run()
        complete(world, request)
        found = ktp(world).notices
        assert found.total() == 2, "opened and ready"
        return found


def test_ratings_are_shown_five_at_a_time_and_by_whole_months(world: World) -> None:
    requests: list[Request] = [complete(world, opened(world, sender=resident(number))) for number in range(6)]
    for number, request in enumerate(requests):
        shown = ktp(world).ratings
        assert shown == Ratings((0, 0, 0, 0) if number < 5 else (0, 0, 0, 5))
        pressed(world, request.id, 4, sender=resident(number))

    assert ktp(world, TODAY, TODAY).ratings.answers == 5
    assert ktp(world, date(2026, 10, 1), date(2026, 10, 31)).ratings.answers == 0
    assert report(world, date(2026, 10, 31), TODAY).months == ("2026-10", "2026-11")
    [one] = [one for one in view.report(report(world))["services"] if one["service"] == "KTP"]
    assert one["ratings"] == {"answers": 5, "counts": {"1": 0, "2": 0, "3": 0, "4": 5}, "average": 4.0, "index": 100.0}


def test_view_has_what_the_document_promises(world: World) -> None:
    complete(world, opened(world))
    told = view.report(report(world))

    assert set(told) == set(SCHEMAS["Statistics"]["required"])
    for figures in (told["all"], *told["services"]):
        for name, part in SCHEMAS["Figures"]["properties"].items():
            assert name in figures
            assert not isinstance(figures[name], dict) or set(figures[name]) == set(part["required"])


class TestBounds:
    def test_of_another_office_are_not_there(self, world: World) -> None:
        with pytest.raises(NotFound):
            report(world, office="7371")
        with pytest.raises(NotFound):
            world.parts.statistics(world.staff(Role.ADMIN, "1701"), None, None, None)

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.OFFICER, Role.INTEGRATION])
    def test_are_for_supervisors(self, world: World, role: Role) -> None:
        with pytest.raises(Forbidden):
            world.parts.statistics(world.staff(role), None, None, None)

    @pytest.mark.parametrize("days", [-1, statistics.MOST_DAYS])
    def test_too_many_days_and_none_are_refused(self, world: World, days: int) -> None:
        with pytest.raises(Malformed):
            report(world, TODAY - timedelta(days=days), TODAY)
        report(world, TODAY - timedelta(days=statistics.MOST_DAYS - 1), TODAY)

    @pytest.mark.parametrize("most", ["MOST_ROWS", "MOST_NOTICES"])
    def test_more_than_is_counted_at_once_is_said(self, world: World, most: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(3):
            opened(world, sender=resident(number))
        monkeypatch.setattr(statistics, most, 3)
        found = report(world)
        assert not found.complete
        monkeypatch.setattr(statistics, most, 4)
        assert report(world).complete
        assert found.services["KTP"].opened == 3

    def test_what_takes_too_long_ends_and_says_so(self, world: World) -> None:
        opened(world)

        def slow(moment: str, operation: str) -> None:
            if (moment, operation) == ("after", "query_index"):
                world.clock.now += timedelta(seconds=6)

        world.store.faults = slow
        begun = world.clock.now
        assert not report(world).complete
        assert world.clock.now - begun < timedelta(seconds=29)

    def test_rows_are_read_on_where_a_page_ends(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(5):
            opened(world, sender=resident(number))
        monkeypatch.setattr(statistics, "_ROWS_AT_ONCE", 2)

        assert (ktp(world).opened, report(world).complete) == (5, True)
