"""Messages, echoes, events and what could not be understood: each stored once, whole, and in bounds."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.conversation import Decision, Intent
from chalicelib.domain.delivery import Refused, Remedy
from chalicelib.domain.inbound import Broken, Event, StatusReport
from chalicelib.domain.message import MOST_TEXT, Media, Message
from chalicelib.ports import ConditionFailed, Item, Key, Put
from chalicelib.table import messages
from chalicelib.table.values import digest, epoch, moment, stamp
from tests.fakes.store import FakeStore
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, NOW, PHONE, USER_ID
from tests.unit.table import stored
from tests.unit.table.strategies import CONTACT_IDS, DECISIONS, MESSAGES, REPORTS, TIMES

NOTE = Decision(Intent.NOTE)
LATER = NOW + timedelta(minutes=10)


def put(message: Message, decision: Decision | None = NOTE, request_id: str | None = None) -> Item:
    return stored.after(messages.put(CONTACT_ID, message, decision, request_id, NOW))


def put_all(table: FakeStore, puts: list[Put]) -> None:
    for one in puts:
        table.put(one)


class TestMessage:
    @given(CONTACT_IDS, MESSAGES, DECISIONS)
    def test_is_stored_with_all_that_was_said_and_decided(self, contact_id: str, message: Message, decision: Decision) -> None:
        item = stored.after(messages.put(contact_id, message, decision, ID, NOW))

        assert stored.holds_nothing_empty(item)
        assert (item["pk"], item["sk"]) == messages.key(contact_id, message)
        assert (item["provider_id"], item["phone_number_id"], item["kind"]) == (
            message.provider_id, message.phone_number_id, message.kind,
        )  # fmt: skip
        assert (item.get("text"), item.get("button_id"), item.get("replies_to"), item.get("full_length")) == (
            message.text, message.button_id, message.replies_to, message.full_length,
        )  # fmt: skip
        assert item.get("raw") == (None if message.plain else message.raw)
        assert (item["intent"], item["request_id"]) == (decision.intent, ID)

    @given(MESSAGES)
    def test_that_rates_is_stored_without_what_it_says(self, message: Message) -> None:
        item = put(replace(message, text="4 sangat baik", raw='{"text":"4"}'), Decision(Intent.RATING))

        assert set(item) <= {
            "pk", "sk", "provider_id", "phone_number_id", "kind", "received_at", "intent", "expires_at",
        }  # fmt: skip
        assert item["intent"] == "rating"

    @given(CONTACT_IDS, MESSAGES)
    def test_key_holds_nothing_that_its_sender_chose(self, contact_id: str, message: Message) -> None:
        told = replace(message, phone=PHONE, user_id=USER_ID, provider_id=f"wamid.{PHONE}", text=PHONE, name=PHONE)

        key = messages.key(contact_id, told)

        assert key == Key(f"CONTACT#{contact_id}", f"MSG#{stamp(message.at)}#{digest(f'wamid.{PHONE}')}")
        assert "81200000001" not in str(key)

    def test_repeat_has_the_same_key_and_is_refused(self) -> None:
        table = stored.store()
        table.put(messages.put(CONTACT_ID, samples.message("halo"), NOTE, None, NOW))

        with pytest.raises(ConditionFailed):
            table.put(messages.put(CONTACT_ID, samples.message("halo"), Decision(Intent.MENU), ID, LATER))
        table.put(messages.put(CONTACT_ID, samples.message("halo", provider_id="wamid.2"), NOTE, None, NOW))

    @given(TIMES, TIMES)
    def test_keys_sort_by_the_providers_time(self, one: datetime, other: datetime) -> None:
        keys = [messages.key(CONTACT_ID, samples.message(at=at)).sk for at in (one, other)]

        assert (keys[0] < keys[1]) == (one < other)

    def test_is_kept_for_longer_than_whatsapp_redelivers(self) -> None:
        assert put(samples.message("halo"))["expires_at"] == epoch(NOW + timedelta(days=90))
        assert timedelta(days=8) <= messages.MESSAGES_KEPT

    def test_file_is_described_and_its_empty_parts_are_left_out(self) -> None:
        item = put(samples.message(kind="image", media=Media("media-1", "image/jpeg")))

        assert item["media"] == {"id": "media-1", "mime_type": "image/jpeg"}

    def test_longest_text_with_the_longest_raw_is_far_from_an_items_limit(self) -> None:
        message = samples.message("\U0001f44d" * MOST_TEXT, plain=False, raw="x" * 3_000_000, full_length=10**6)

        item = put(message)

        assert len(str(item["raw"])) == messages.MOST_RAW
        assert len(json.dumps(item, ensure_ascii=False).encode()) < 200_000

    def test_without_a_decision_is_an_echo_of_the_office(self) -> None:
        item = put(samples.message("Siap"), decision=None)

        assert str(item["sk"]).startswith("ECHO#")
        assert "intent" not in item


class TestEvent:
    def test_is_stored_once_by_what_it_says(self) -> None:
        table = stored.store()
        event = Event("account_update", "2026-11-24", '{"a":1}')
        put_all(table, messages.put_event(event, NOW))

        for again in (NOW, LATER):
            with pytest.raises(ConditionFailed):
                put_all(table, messages.put_event(event, again))
        put_all(table, messages.put_event(replace(event, raw='{"a":2}'), NOW))
        put_all(table, messages.put_event(replace(event, kind="other"), NOW))

    def test_is_found_by_its_day(self) -> None:
        item = stored.after(*messages.put_event(Event("group", "2026-11-24", "{}"), NOW))

        assert (item["pk"], item["kind"], item["raw"]) == ("EVENT#2026-11-24", "group", "{}")
        assert item["expires_at"] == epoch(NOW + timedelta(days=90))
        assert stored.holds_nothing_empty(item)

    def test_of_any_size_is_kept_whole(self) -> None:
        table = stored.store()
        raw = "x" * 1_000_000

        put_all(table, messages.put_event(Event("group", "0", raw), NOW))
        put_all(table, messages.put_event(Event("group", "0", raw + "y"), NOW))

        whole: dict[str, str] = {}
        for item in table.query("EVENT#0"):
            of = str(item["sk"]).split("#", 1)[0]
            whole[of] = whole.get(of, "") + str(item["raw"])
        assert sorted(whole.values()) == [raw, raw + "y"]


class TestBroken:
    @given(st.integers(0, 1_000_000))
    def test_is_kept_whole_in_as_many_items_as_it_takes(self, length: int) -> None:
        raw = ("0123456789abcdef" * (length // 16 + 1))[:length]
        table = stored.store()
        puts = messages.put_broken(Broken("no_time", "0", raw), NOW)
        for one in puts:
            table.put(one)

        items = table.query("QUARANTINE#0")

        assert "".join(str(item.get("raw", "")) for item in items) == raw
        assert all(item["chunks"] == len(items) for item in items)
        assert all(len(json.dumps(item)) < 400_000 for item in items)
        assert all(stored.holds_nothing_empty(item) for item in items)

    def test_repeat_is_refused_only_once_all_of_it_is_there(self) -> None:
        table = stored.store()
        puts = messages.put_broken(Broken("no_time", "0", "x" * 700_000), NOW)
        for one in puts[:-1]:
            table.put(one)

        again = messages.put_broken(Broken("no_time", "0", "x" * 700_000), LATER)
        for one in again:
            table.put(one)
        for one in again[:-1]:
            table.put(one)
        with pytest.raises(ConditionFailed):
            table.put(again[-1])

    def test_reason_tells_two_apart(self) -> None:
        table = stored.store()
        for reason in ("no_time", "no_sender"):
            for one in messages.put_broken(Broken(reason, "0", "x"), NOW):
                table.put(one)

        assert len(table.query("QUARANTINE#0")) == 2


class TestOrphan:
    @given(REPORTS)
    def test_comes_back_with_all_that_a_notice_needs(self, report: StatusReport) -> None:
        item = stored.after(*messages.put_orphan(report, NOW))

        back = messages.read_orphan(item)

        assert stored.holds_nothing_empty(item)
        assert (back.status, back.at, back.refusal, back.raw) == (report.status, report.at, report.refusal, report.raw)
        assert back.callback == (report.callback if "due_pk" in item else None)

    def test_is_tried_again_only_when_it_may_be_about_a_notice_of_ours(self) -> None:
        ours = StatusReport("delivered", NOW, f"{ID}.2#1", None, "{}")

        item = stored.after(*messages.put_orphan(ours, NOW))

        assert (item["due_pk"], item["due_at"]) == (messages.ORPHANS, stamp(NOW + timedelta(minutes=2)))
        for other in (replace(ours, callback=None), replace(ours, callback="theirs"), replace(ours, status="warp")):
            assert "due_pk" not in stored.after(*messages.put_orphan(other, NOW))

    def test_has_the_remedy_that_its_code_has_now(self) -> None:
        report = StatusReport("failed", None, f"{ID}.2#1", Refused("131026", Remedy.SMS), "{}")

        assert messages.read_orphan(stored.after(*messages.put_orphan(report, NOW))) == report

    def test_is_tried_ever_less_often_for_a_day(self) -> None:
        table = stored.store()
        [put] = messages.put_orphan(StatusReport("delivered", NOW, f"{ID}.2#1", None, "{}"), NOW)
        table.put(put)
        key = Key(str(put.item["pk"]), str(put.item["sk"]))
        now, waits = NOW, []
        while (item := table.get(key)) and "due_at" in item:
            due = moment(str(item["due_at"]))
            waits.append(due - now)
            now = due
            table.update(messages.orphan_seen(item, now, settled=False))

        assert waits == sorted(waits)
        assert len(waits) < 15
        assert timedelta(days=1) < now - NOW < timedelta(days=3)
        assert table.get(key) is not None

    def test_that_found_its_notice_is_left_in_peace(self) -> None:
        table = stored.store()
        [put] = messages.put_orphan(StatusReport("delivered", NOW, f"{ID}.2#1", None, "{}"), NOW)
        table.put(put)

        after = table.update(messages.orphan_seen(put.item, NOW, settled=True))

        assert not {"due_pk", "due_at"} & set(after)
