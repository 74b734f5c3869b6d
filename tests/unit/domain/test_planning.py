"""What a claimed notice turns into, given what is true at that moment."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import circuit
from chalicelib.domain.circuit import Circuit
from chalicelib.domain.delivery import Buttons, FreeText, Outbound, Recipient, Template, TextMessage
from chalicelib.domain.notice import Channel, Kind, State, silence
from chalicelib.domain.planning import Plan, Send, Settle, Situation, Wait, plan
from chalicelib.domain.request import Hold, Status
from tests.unit.domain import samples
from tests.unit.domain.samples import ID, KTP, NOW, OFFICE, PHONE, USER_ID

NUMBER = circuit.number(KTP)
NIGHT = NOW + timedelta(hours=12)  # ten at night in Kalianda
MORNING = NOW + timedelta(hours=20)  # six in the morning
NO_WINDOW: dict[str, Any] = {"last_inbound": {}}
NUDGED = {Kind.PROGRESS: Status.PROCESSING, Kind.REMINDER: Status.INCOMPLETE}
SPOKEN_KINDS = [Kind.OPENED, Kind.CANCELLED, Kind.HOLD]
MUST_ARRIVE = [kind for kind in Kind if silence(kind)]


def situation(
    kind: Kind = Kind.CANCELLED, *, who: dict[str, Any] | None = None, notice: dict[str, Any] | None = None,
    request: dict[str, Any] | None = None, **more: Any,
) -> Situation:  # fmt: skip
    occasion = samples.occasion(kind)
    if occasion.request is not None:
        true: dict[str, Any] = {"status": Status(kind.value)} if kind.value in set(Status) else {}
        true |= {"hold": Hold("listrik padam")} if kind is Kind.HOLD else {}
        true |= {"status": NUDGED[kind], "due_at": NOW - timedelta(days=1)} if kind in NUDGED else {}
        occasion = replace(occasion, request=replace(occasion.request, **{"noticed_version": 2} | true | (request or {})))
    occasion = replace(occasion, notice=replace(occasion.notice, **{"attempt": 1} | (notice or {})))
    fields: dict[str, Any] = {"occasion": occasion, "contact": samples.contact(**(who or {})), "now": NOW}
    return Situation(**(fields | more))


def content(planned: Plan) -> Any:
    assert isinstance(planned, Send)
    assert isinstance(planned.message, Outbound)
    return planned.message.content


def sms(planned: Plan) -> TextMessage:
    assert isinstance(planned, Send)
    assert isinstance(planned.message, TextMessage)
    return planned.message


def down(scope: str, probe_in: timedelta = timedelta(seconds=30)) -> dict[str, Circuit]:
    return {scope: Circuit(scope, "131042", NOW - timedelta(minutes=1), NOW + probe_in)}


class TestWhatsApp:
    @pytest.mark.parametrize("kind", SPOKEN_KINDS)
    def test_speaks_freely_while_the_window_is_open(self, kind: Kind) -> None:
        planned = plan(situation(kind))

        assert isinstance(content(planned), FreeText)
        assert isinstance(planned, Send)
        assert planned.silence is None
        assert planned.message == Outbound(KTP, Recipient(PHONE, None), content(planned), f"{ID}.2#1")

    @pytest.mark.parametrize("kind", SPOKEN_KINDS)
    def test_sends_a_template_when_it_is_not(self, kind: Kind) -> None:
        for planned in (plan(situation(kind, who=NO_WINDOW)), plan(situation(kind, notice={"force_template": True}))):
            assert isinstance(content(planned), Template)
            assert isinstance(planned, Send)
            assert planned.silence is None

    @pytest.mark.parametrize("kind", MUST_ARRIVE)
    def test_sends_what_must_arrive_as_a_template_whose_silence_means_something(self, kind: Kind) -> None:
        planned = plan(situation(kind))

        assert isinstance(content(planned), Template)
        assert isinstance(planned, Send)
        assert planned.silence == silence(kind)

    @pytest.mark.parametrize("kind", MUST_ARRIVE)
    def test_waits_for_no_silence_where_no_sms_can_follow(self, kind: Kind) -> None:
        nowhere = {"phone": None, "user_id": USER_ID}

        free, template = plan(situation(kind, who=nowhere)), plan(situation(kind, who=nowhere | NO_WINDOW))

        assert isinstance(content(free), FreeText)
        assert isinstance(content(template), Template)
        assert isinstance(template, Send)
        assert template.silence is None

    def test_reaches_a_person_by_user_id_alone(self) -> None:
        planned = plan(situation(who={"phone": None, "user_id": USER_ID}))

        assert isinstance(planned, Send)
        assert isinstance(planned.message, Outbound)
        assert planned.message.to == Recipient(None, USER_ID)

    def test_shows_the_menu_with_its_buttons(self) -> None:
        assert isinstance(content(plan(situation(Kind.MENU, notice={"answer": True}))), Buttons)

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.SUBMITTED])
    def test_can_say_every_kind(self, kind: Kind) -> None:
        for more in ({}, NO_WINDOW):
            assert isinstance(plan(situation(kind, who=more, notice={"answer": True})), Send)


class TestEnd:
    def test_opted_out_gets_no_status_by_any_channel(self) -> None:
        for channel in Channel:
            planned = plan(situation(who={"opted_out_at": NOW}, notice={"channel": channel}))
            assert planned == Settle(State.SUPPRESSED, "opted_out")

    def test_opted_out_gets_an_answer_all_the_same(self) -> None:
        assert isinstance(plan(situation(Kind.STATUS, who={"opted_out_at": NOW}, notice={"answer": True})), Send)

    def test_later_notice_of_the_request_supersedes_it(self) -> None:
        assert plan(situation(request={"noticed_version": 3})) == Settle(State.SUPERSEDED, "later_notice")

    def test_is_superseded_by_what_the_request_said_by_itself_after_it(self) -> None:
        said = {"nudged_version": 2}

        assert plan(situation(Kind.INCOMPLETE, request=said)) == Settle(State.SUPERSEDED, "later_notice")
        assert isinstance(plan(situation(Kind.REMINDER, request=said)), Send)
        assert isinstance(plan(situation(Kind.INCOMPLETE, request={"nudged_version": 1})), Send)
        assert plan(situation(Kind.REMINDER, request={"nudged_version": 3})) == Settle(State.SUPERSEDED, "later_notice")
        assert plan(situation(Kind.PROGRESS, request={"noticed_version": 3})) == Settle(State.SUPERSEDED, "later_notice")

    @pytest.mark.parametrize("kind", NUDGED)
    def test_is_not_said_by_itself_once_it_is_no_longer_true(self, kind: Kind) -> None:
        for changed in ({"status": Status.READY}, {"due_at": NOW + timedelta(seconds=1)}, {"due_at": None}):
            assert plan(situation(kind, request=changed)) == Settle(State.SUPERSEDED, "no_longer_true")
        other = next(status for one, status in NUDGED.items() if one is not kind)
        assert plan(situation(kind, request={"status": other})) == Settle(State.SUPERSEDED, "no_longer_true")
        assert isinstance(plan(situation(request={"noticed_version": 2})), Send)

    def test_later_change_that_owes_nothing_does_not(self) -> None:
        assert isinstance(plan(situation(Kind.OPENED, request={"version": 9, "noticed_version": 2})), Send)

    @pytest.mark.parametrize(("answer", "useful"), [(True, timedelta(hours=24)), (False, timedelta(days=7))])
    def test_comes_when_nobody_has_use_for_it_any_more(self, answer: bool, useful: timedelta) -> None:  # noqa: FBT001
        notice = {"answer": answer}

        assert isinstance(plan(situation(notice=notice, now=NOW + useful)), Send)
        late = plan(situation(notice=notice, now=NOW + useful + timedelta(seconds=1)))
        assert late == Settle(State.FAILED, "too_late")

    def test_calls_nobody_to_the_desk_for_a_question_that_was_not_heard(self) -> None:
        late = plan(situation(Kind.RATING, now=NOW + timedelta(days=7, seconds=1)))
        by_sms = plan(situation(Kind.RATING, notice={"channel": Channel.SMS}))

        assert late == Settle(State.SUPPRESSED, "too_late")
        assert by_sms == Settle(State.SUPPRESSED, "not_for_sms")

    def test_comes_no_sooner_for_what_the_office_could_tell_nobody_yet(self) -> None:
        told = situation()
        closed = replace(OFFICE.calendar, closed=frozenset(NOW.date() + timedelta(days=days) for days in range(9)))
        office = replace(OFFICE, notice_on_closed_days=False, calendar=closed)

        planned = plan(replace(told, now=NOW + timedelta(days=9), occasion=replace(told.occasion, office=office)))

        assert isinstance(planned, Send)

    def test_comes_later_for_what_staff_asked_for_again(self) -> None:
        now = NOW + timedelta(days=8)

        assert isinstance(plan(situation(notice={"asked_at": now - timedelta(hours=1)}, now=now)), Send)

    def test_opted_out_comes_before_everything(self) -> None:
        planned = plan(situation(who={"opted_out_at": NOW}, request={"noticed_version": 3}, now=NIGHT, behind=True))

        assert planned == Settle(State.SUPPRESSED, "opted_out")


class TestPause:
    def test_is_until_morning_at_night(self) -> None:
        assert plan(situation(now=NIGHT)) == Wait(MORNING, State.HELD, "quiet_hours")
        assert plan(situation(now=NIGHT, notice={"channel": Channel.SMS})) == Wait(MORNING, State.HELD, "quiet_hours")

    def test_is_none_for_who_asked(self) -> None:
        assert isinstance(plan(situation(Kind.OPENED, now=NIGHT, notice={"answer": True})), Send)

    def test_is_short_while_an_earlier_notice_is_being_sent(self) -> None:
        assert plan(situation(behind=True)) == Wait(NOW + timedelta(seconds=30), State.PLANNED, "behind_another")


class TestSms:
    def test_carries_what_whatsapp_could_not(self) -> None:
        message = sms(plan(situation(notice={"channel": Channel.SMS})))

        assert message == TextMessage(PHONE, f"DUKCAPIL LAMSEL: {ID} dibatalkan.", OFFICE.sms.sender, f"{ID}.2#1")

    def test_goes_to_the_person_and_not_where_they_were_when_the_desk_opened_it(self) -> None:
        planned = plan(situation(notice={"channel": Channel.SMS}, request={"sms_phone": "+6281200000009"}))

        assert sms(planned).phone == PHONE

    def test_is_for_walk_ins_whose_office_has_no_number_for_the_service(self) -> None:
        assert sms(plan(situation(notice={"phone_number_id": None}))).phone == PHONE

    def test_is_for_people_without_any_whatsapp_address(self) -> None:
        planned = plan(situation(who={"phone": None}, request={"sms_phone": "+6281200000009"}))

        assert sms(planned).phone == "+6281200000009"

    def test_is_no_way_without_a_phone(self) -> None:
        by_user_id = {"phone": None, "user_id": USER_ID}

        assert plan(situation(who=by_user_id, notice={"channel": Channel.SMS})) == Settle(State.FAILED, "no_phone")
        assert plan(situation(who={"phone": None})) == Settle(State.SUPPRESSED, "no_address")

    @pytest.mark.parametrize("kind", [Kind.MENU, Kind.MISTYPED, Kind.OPTED_IN])
    def test_is_no_way_for_what_only_makes_sense_in_chat(self, kind: Kind) -> None:
        planned = plan(situation(kind, notice={"channel": Channel.SMS, "answer": True}))

        assert planned == Settle(State.FAILED, "not_for_sms")


class TestCircuit:
    def test_of_the_number_sends_by_sms(self) -> None:
        assert sms(plan(situation(circuits=down(NUMBER)))).phone == PHONE

    def test_of_another_number_or_template_changes_nothing(self) -> None:
        others = down(circuit.number("1")) | down(circuit.template("kabar_ready_card", "id"))

        assert isinstance(content(plan(situation(circuits=others))), FreeText)

    def test_makes_wait_what_no_sms_can_say(self) -> None:
        planned = plan(situation(Kind.MENU, notice={"answer": True}, circuits=down(NUMBER)))

        assert planned == Wait(NOW + timedelta(seconds=30), State.HELD, "131042")

    def test_makes_wait_whom_no_sms_can_reach(self) -> None:
        planned = plan(situation(who={"phone": None, "user_id": USER_ID}, circuits=down(NUMBER)))

        assert planned == Wait(NOW + timedelta(seconds=30), State.HELD, "131042")

    def test_is_probed_when_its_time_has_come(self) -> None:
        circuits = down(NUMBER, timedelta(0))

        planned = plan(situation(circuits=circuits))

        assert isinstance(content(planned), FreeText)
        assert isinstance(planned, Send)
        assert planned.probes == tuple(circuits.values())

    def test_is_not_probed_again_by_who_was_refused_while_an_sms_can_say_it(self) -> None:
        circuits, refused = down(NUMBER, timedelta(0)), {"reason": "131042"}

        assert sms(plan(situation(notice=refused, circuits=circuits))).phone == PHONE
        nobody_else = plan(situation(Kind.MENU, notice=refused | {"answer": True}, circuits=circuits))
        assert isinstance(nobody_else, Send)
        assert nobody_else.probes == tuple(circuits.values())

    def test_of_the_template_alone_lets_free_words_through(self) -> None:
        circuits = down(circuit.template("kabar_ready_card", "id"))

        assert isinstance(content(plan(situation(Kind.READY, circuits=circuits))), FreeText)
        assert sms(plan(situation(Kind.READY, who=NO_WINDOW, circuits=circuits))).phone == PHONE

    def test_of_the_template_is_probed_by_those_who_were_not_refused_also_while_the_window_is_open(self) -> None:
        circuits = down(circuit.template("kabar_ready_card", "id"), -timedelta(seconds=1))

        probing = plan(situation(Kind.READY, circuits=circuits))
        refused_before = plan(situation(Kind.READY, circuits=circuits, notice={"reason": "131042"}))

        assert isinstance(content(probing), Template)
        assert isinstance(probing, Send)
        assert probing.probes == tuple(circuits.values())
        assert isinstance(content(refused_before), FreeText)

    def test_of_number_and_template_waits_for_both(self) -> None:
        both = down(NUMBER, timedelta(seconds=10)) | down(circuit.template("kabar_answer", "id"), timedelta(seconds=20))

        planned = plan(situation(Kind.MENU, who=NO_WINDOW, notice={"answer": True}, circuits=both))

        assert planned == Wait(NOW + timedelta(seconds=20), State.HELD, "131042")

    def test_of_sms_makes_wait_and_is_probed_when_its_time_has_come(self) -> None:
        by_sms = {"channel": Channel.SMS}

        assert plan(situation(notice=by_sms, circuits=down(circuit.SMS))) == Wait(
            NOW + timedelta(seconds=30), State.HELD, "131042"
        )
        probing = plan(situation(notice=by_sms, circuits=down(circuit.SMS, timedelta(0))))
        assert isinstance(probing, Send)
        assert [one.scope for one in probing.probes] == [circuit.SMS]
        assert sms(probing).phone == PHONE

    def test_of_whatsapp_and_sms_makes_wait_for_whatsapp(self) -> None:
        both = down(NUMBER, timedelta(seconds=10)) | down(circuit.SMS)

        assert plan(situation(circuits=both)) == Wait(NOW + timedelta(seconds=10), State.HELD, "131042")


class TestTemplateThatMetaToldOf:
    SCOPE = circuit.template("kabar_ready_card", "id")

    def told(self, probe_in: timedelta = timedelta(minutes=50)) -> dict[str, Circuit]:
        return {self.SCOPE: Circuit(self.SCOPE, "132015", NOW - timedelta(minutes=10), NOW + probe_in, told=True)}

    def test_is_gone_around_by_words_or_sms(self) -> None:
        assert isinstance(content(plan(situation(Kind.READY, circuits=self.told()))), FreeText)
        assert sms(plan(situation(Kind.READY, who=NO_WINDOW, circuits=self.told()))).phone == PHONE

    def test_is_asked_for_again_long_before_the_next_probe_where_no_sms_can_say_it(self) -> None:
        who = NO_WINDOW | {"phone": None, "user_id": USER_ID}
        planned = plan(situation(Kind.MENU, who=who, notice={"answer": True}, circuits=self.answer()))
        assert planned == Wait(NOW + timedelta(minutes=5), State.HELD, "132015")
        soon = plan(situation(Kind.MENU, who=who, notice={"answer": True}, circuits=self.answer(timedelta(minutes=1))))
        assert soon == Wait(NOW + timedelta(minutes=1), State.HELD, "132015")

    def answer(self, probe_in: timedelta = timedelta(minutes=50)) -> dict[str, Circuit]:
        scope = circuit.template("kabar_answer", "id")
        return {scope: Circuit(scope, "132015", NOW - timedelta(minutes=10), NOW + probe_in, told=True)}

    def test_is_probed_when_the_hour_is_over(self) -> None:
        circuits = self.told(timedelta(0))
        planned = plan(situation(Kind.READY, who=NO_WINDOW, circuits=circuits))
        assert isinstance(planned, Send)
        assert planned.probes == tuple(circuits.values())
