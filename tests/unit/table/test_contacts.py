"""Contacts and addresses: what each write means, alone and against others, and what becomes of two that are one person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import MOST_OPEN, Contact, Mark, Question
from chalicelib.domain.request import Request, Status
from chalicelib.ports import Condition, ConditionFailed, Key, Put, Update
from chalicelib.table import addresses, contacts, talk
from chalicelib.table.addresses import Place
from chalicelib.table.values import stamp
from tests.fakes.store import FakeStore
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, KTP, NOW, PHONE, USER_ID
from tests.unit.table import stored
from tests.unit.table.strategies import CONTACTS

OTHER_ID = "0b1c2d3e4f5a6b7c8d9e"
LATER = NOW + timedelta(hours=1)


def request_of(mark: Mark, pair: tuple[str, str], contact_id: str) -> Request:
    office, service = pair
    return samples.request(id=mark.request_id, office=office, service=service, contact_id=contact_id, opened_by=mark.at)


def writes_of(contact: Contact) -> list[Put | Update]:
    """How a contact gets to be like that, write by write."""
    opening = [
        contacts.opens(request_of(mark, pair, contact.id), only_first=False)
        for pair, marks in contact.open.items()
        for mark in marks
    ]
    closing = [
        contacts.closes(request_of(mark, pair, contact.id), contact.id, mark.at) for pair, mark in contact.closed.items()
    ]
    return [
        contacts.new(contact),
        *(contacts.heard(contact.id, number, at) for number, at in contact.last_inbound.items()),
        *closing,
        *opening,
        *([contacts.opt_out(contact.id, contact.opted_out_at)] if contact.opted_out_at else []),
        *_spoken(contact),
    ]


def asked(contact_id: str, request_id: str, question: Question) -> Update:
    """What the end of a request leaves, whose resident is asked how it was; without the end."""
    return Update(contacts.key(contact_id), set_={f"rates#{request_id}": f"{stamp(question.at)} {question.phone_number_id}"})


def _spoken(contact: Contact) -> list[Put | Update]:
    """What the conversation remembers."""
    return [
        *(talk.told(contact.id, number, told.kind, told.request_id, told.at) for number, told in contact.told.items()),
        *(Update(contacts.key(contact.id), join={f"answered#{hour}": all_}) for hour, all_ in contact.answered.items()),
        *([Update(contacts.key(contact.id), join={"incomplete": contact.incomplete})] if contact.incomplete else []),
        *(talk.picked(contact.id, number, request_id) for number, request_id in contact.picked.items()),
        *(talk.named(contact.id, request_id, name) for request_id, name in contact.names.items()),
        *([talk.asked_for_number(contact.id, contact.sms_asked_at)] if contact.sms_asked_at else []),
        *([talk.gave_number(contact.id, contact.sms_phone, NOW)] if contact.sms_phone else []),
        *(contacts.spoken_to(contact.id, number, at) for number, at in contact.spoke.items()),
        *(asked(contact.id, request_id, question) for request_id, question in contact.rates.items()),
    ]


def written(*all_: Sequence[Put | Update]) -> FakeStore:
    table = stored.store()
    for write in [write for writes in all_ for write in writes]:
        if isinstance(write, Put):
            table.put(write)
        else:
            table.update(write)
    return table


def found(table: FakeStore, contact_id: str = CONTACT_ID) -> Contact:
    item = table.get(contacts.key(contact_id))
    assert item is not None
    assert stored.holds_nothing_empty(item)
    return contacts.read(item)


def plain(contact: Contact) -> Contact:
    """Without what only merges care for."""
    return replace(contact, absorbed=frozenset(), merged_into=None, changed_by=None)


@given(CONTACTS)
def test_contact_is_read_as_its_writes_made_it(contact: Contact) -> None:
    contact = plain(contact)

    assert plain(found(written(writes_of(contact)), contact.id)) == contact


@given(CONTACTS)
def test_keys_hold_nothing_of_the_person(contact: Contact) -> None:
    contact = replace(contact, phone=PHONE, user_id=USER_ID, name="Siti")
    table = written(writes_of(plain(contact)))
    hashes = contacts.address_hashes("secret", PHONE, USER_ID)
    keys = [contacts.key(contact.id), *(contacts.address_key(one) for one in hashes)]

    assert found(table, contact.id).phone == PHONE
    for key in keys:
        assert not any(personal in str(key) for personal in ("81200000001", "1349ABCDEF", "Siti"))


class TestAddress:
    def test_hash_is_the_same_for_the_same_address_and_key_only(self) -> None:
        phone, user = contacts.address_hashes("secret", PHONE, USER_ID)

        assert contacts.address_hashes("secret", PHONE, None) == [phone]
        assert contacts.address_hashes("secret", None, USER_ID) == [user]
        assert contacts.address_hashes("other", PHONE, None) != [phone]
        assert contacts.address_hashes("secret", None, None) == []

    def test_phone_and_user_id_that_look_alike_are_not_the_same(self) -> None:
        assert contacts.address_hashes("secret", "x", None) != contacts.address_hashes("secret", None, "x")

    def test_is_made_once(self) -> None:
        table = written([addresses.begin(Place("hash"), CONTACT_ID, None)])

        with pytest.raises(ConditionFailed):
            table.update(addresses.begin(Place("hash"), OTHER_ID, None))

    def test_knows_the_persons_other_address(self) -> None:
        table = written(
            [addresses.begin(Place("hash"), CONTACT_ID, "other hash"), addresses.begin(Place("alone"), OTHER_ID, None)]
        )

        assert (table.get(contacts.address_key("hash")) or {}).get("other") == "other hash"
        assert "other" not in (table.get(contacts.address_key("alone")) or {"other": ""})

    def test_moves_only_from_where_it_was_seen(self) -> None:
        table = written([addresses.begin(Place("hash"), CONTACT_ID, None)])

        table.update(contacts.point_address("hash", OTHER_ID, "other hash", seen=CONTACT_ID))

        assert table.get(contacts.address_key("hash")) == {
            "pk": "ADDRESS#hash", "sk": "ADDRESS", "contact_id": OTHER_ID, "other": "other hash",
        }  # fmt: skip
        with pytest.raises(ConditionFailed):
            table.update(contacts.point_address("hash", CONTACT_ID, None, seen=CONTACT_ID))


class TestHearing:
    def test_raises_the_last_inbound_and_never_lowers_it(self) -> None:
        table = written(writes_of(samples.contact()))
        table.update(contacts.heard(CONTACT_ID, KTP, LATER))

        for at in (NOW, LATER):
            with pytest.raises(ConditionFailed):
                table.update(contacts.heard(CONTACT_ID, KTP, at))
        assert found(table).last_inbound == {KTP: LATER}

    def test_is_apart_for_each_number(self) -> None:
        table = written(writes_of(samples.contact()), [contacts.heard(CONTACT_ID, "1", NOW)])

        assert found(table).last_inbound == {KTP: NOW, "1": NOW}

    def test_makes_no_contact(self) -> None:
        with pytest.raises(ConditionFailed):
            stored.store().update(contacts.heard(CONTACT_ID, KTP, NOW))


class TestOpening:
    def test_first_one_is_refused_while_another_is_open(self) -> None:
        table = written(writes_of(samples.contact()), [contacts.opens(samples.request(), only_first=True)])

        with pytest.raises(ConditionFailed):
            table.update(contacts.opens(samples.request(id="KTP-AAAA-AAA2-AAA"), only_first=True))
        table.update(contacts.opens(samples.request(id="KK-8B3E-5N56-TAK", service="KK"), only_first=True))

        assert found(table).open == {
            ("1801", "KTP"): (Mark(NOW, ID),),
            ("1801", "KK"): (Mark(NOW, "KK-8B3E-5N56-TAK"),),
        }

    def test_first_one_is_allowed_again_when_all_are_closed(self) -> None:
        request = samples.request()
        table = written(
            writes_of(samples.contact()),
            [contacts.opens(request, only_first=True), contacts.closes(request, CONTACT_ID, LATER)],
        )

        table.update(contacts.opens(samples.request(id="KTP-AAAA-AAA2-AAA"), only_first=True))

        assert found(table).closed == {("1801", "KTP"): Mark(LATER, ID)}

    def test_another_one_is_allowed_until_there_are_too_many(self) -> None:
        many = [contacts.opens(samples.request(id=f"KTP-{number}"), only_first=False) for number in range(MOST_OPEN)]
        table = written(writes_of(samples.contact()), many)

        with pytest.raises(ConditionFailed):
            table.update(contacts.opens(samples.request(), only_first=False))
        assert len(found(table).open["1801", "KTP"]) == MOST_OPEN

    def test_makes_no_contact(self) -> None:
        with pytest.raises(ConditionFailed):
            stored.store().update(contacts.opens(samples.request(), only_first=True))

    @given(st.permutations(range(4)))
    def test_open_ones_are_read_oldest_first(self, order: list[int]) -> None:
        times = [NOW + timedelta(seconds=number) for number in order]
        opened = [contacts.opens(samples.request(id=f"KTP-{at.second}", opened_by=at), only_first=False) for at in times]
        table = written(writes_of(samples.contact()), opened)

        assert [mark.at for mark in found(table).open["1801", "KTP"]] == sorted(times)


class TestClosing:
    def test_takes_its_own_mark_and_leaves_the_others(self) -> None:
        first, second = samples.request(), samples.request(id="KTP-AAAA-AAA2-AAA", opened_by=LATER)
        table = written(
            writes_of(samples.contact()),
            [contacts.opens(one, only_first=False) for one in (first, second)],
            [contacts.closes(first, CONTACT_ID, LATER)],
        )

        contact = found(table)

        assert contact.open == {("1801", "KTP"): (Mark(LATER, second.id),)}
        assert contact.closed == {("1801", "KTP"): Mark(LATER, ID)}

    def test_finds_its_mark_also_when_it_was_opened_within_a_millisecond(self) -> None:
        request = samples.request(opened_by=NOW + timedelta(microseconds=1999))
        table = written(writes_of(samples.contact()), [contacts.opens(request, only_first=True)])

        read_back = replace(request, opened_by=NOW + timedelta(microseconds=1000))
        table.update(contacts.closes(read_back, CONTACT_ID, LATER))

        assert found(table).open == {}


def test_opting_out_and_in_again_leaves_no_trace_but_the_last_change() -> None:
    table = written(writes_of(samples.contact()), [contacts.opt_out(CONTACT_ID, NOW)])
    assert found(table).opted_out_at == NOW

    table.update(contacts.opt_in(CONTACT_ID, LATER))

    assert found(table).opted_out_at is None
    assert plain(found(table)) == samples.contact()


def test_what_becomes_known_is_added() -> None:
    table = written(writes_of(samples.contact(phone=None, user_id=USER_ID)), [contacts.learn(CONTACT_ID, PHONE, USER_ID)])

    assert (found(table).phone, found(table).user_id) == (PHONE, USER_ID)


def merged(into: Contact, other: Contact) -> FakeStore:
    table = written(writes_of(into), writes_of(other))
    table.transact(contacts.absorb(found(table, into.id), found(table, other.id)))
    return table


class TestQuestion:
    ASKED = samples.request(rating_asked_at=NOW)

    def test_is_on_its_contact_from_the_end_of_its_request(self) -> None:
        table = written([contacts.new(samples.contact()), contacts.closes(self.ASKED, CONTACT_ID, NOW)])

        assert found(table).rates == {ID: Question(NOW, KTP)}

    def test_is_not_there_when_nobody_asked(self) -> None:
        table = written([contacts.new(samples.contact()), contacts.closes(samples.request(), CONTACT_ID, NOW)])

        assert found(table).rates == {}

    def test_is_answered_once(self) -> None:
        table = written([contacts.new(samples.contact()), contacts.closes(self.ASKED, CONTACT_ID, NOW)])
        table.update(talk.rated(CONTACT_ID, ID))

        assert found(table).rates == {}
        with pytest.raises(ConditionFailed):
            table.update(talk.rated(CONTACT_ID, ID))

    def test_moves_to_whom_its_contact_turns_out_to_be(self) -> None:
        table = written(
            writes_of(TestMerge.BY_PHONE), [*writes_of(TestMerge.BY_USER_ID), asked(OTHER_ID, ID, Question(NOW, KTP))]
        )
        table.transact(contacts.absorb(found(table), found(table, OTHER_ID)))

        assert found(table).rates == {ID: Question(NOW, KTP)}
        with pytest.raises(ConditionFailed):
            table.update(talk.rated(OTHER_ID, ID))

    def test_is_forgotten_when_nobody_will_answer_it_any_more(self) -> None:
        contact = samples.contact(rates={ID: Question(NOW, KTP), "KK-1": Question(NOW + timedelta(days=2), KTP)})
        table = written(writes_of(contact))
        forgets = talk.forgets(contact, NOW + timedelta(days=91))
        assert forgets is not None
        table.update(forgets)

        assert set(found(table).rates) == {"KK-1"}
        assert talk.forgets(found(table), NOW + timedelta(days=91)) is None


class TestMerge:
    BY_PHONE = samples.contact(last_inbound={KTP: NOW, "1": LATER}, closed={("1801", "KK"): Mark(NOW, "KK-1")})
    BY_USER_ID = Contact(
        OTHER_ID, user_id=USER_ID, name="Siti", last_inbound={KTP: LATER, "1": NOW, "2": NOW},
        open={("1801", "KTP"): (Mark(NOW, ID),)},
        closed={("1801", "KK"): Mark(LATER, "KK-2"), ("1801", "KTP"): Mark(NOW, "KTP-1")},
    )  # fmt: skip

    def test_gives_one_person_all_that_two_had(self) -> None:
        contact = found(merged(self.BY_PHONE, self.BY_USER_ID))

        assert plain(contact) == Contact(
            CONTACT_ID, PHONE, USER_ID, "Siti", last_inbound={KTP: LATER, "1": LATER, "2": NOW},
            open={("1801", "KTP"): (Mark(NOW, ID),)},
            closed={("1801", "KK"): Mark(LATER, "KK-2"), ("1801", "KTP"): Mark(NOW, "KTP-1")},
        )  # fmt: skip
        assert contact.absorbed == {OTHER_ID}

    def test_leaves_a_pointer_and_nothing_to_find_twice(self) -> None:
        other = found(merged(self.BY_PHONE, self.BY_USER_ID), OTHER_ID)

        assert other.merged_into == CONTACT_ID
        assert other.open == {}

    @pytest.mark.parametrize("out", [{CONTACT_ID}, {OTHER_ID}, {CONTACT_ID, OTHER_ID}])
    def test_opted_out_wins(self, out: set[str]) -> None:
        into, other = (
            replace(one, opted_out_at=NOW) if one.id in out else one for one in (self.BY_PHONE, self.BY_USER_ID)
        )  # fmt: skip

        assert found(merged(into, other)).opted_out_at == NOW

    @pytest.mark.parametrize(("into", "other", "both"), [("id", "en", "en"), ("en", "id", "en"), ("id", "id", "id")])
    def test_a_language_that_was_chosen_stays(self, into: str, other: str, both: str) -> None:
        table = merged(replace(self.BY_PHONE, language=into), replace(self.BY_USER_ID, language=other))

        assert found(table).language == both

    def test_the_request_that_is_spoken_of_stays_and_the_others_is_where_none_is(self) -> None:
        into, other = (
            replace(self.BY_PHONE, picked={KTP: "KTP-1"}),
            replace(self.BY_USER_ID, picked={KTP: "KTP-2", "1": "KK-1"}),
        )

        assert found(merged(into, other)).picked == {KTP: "KTP-1", "1": "KK-1"}

    def test_is_refused_when_another_request_was_picked_since_it_was_read(self) -> None:
        table = written(writes_of(self.BY_PHONE), writes_of(replace(self.BY_USER_ID, picked={KTP: "KTP-2"})))
        planned = contacts.absorb(found(table), found(table, OTHER_ID))
        table.update(talk.picked(CONTACT_ID, KTP, "KTP-1"))

        with pytest.raises(ConditionFailed):
            table.transact(planned)

    def test_names_everybody_who_was_absorbed_before(self) -> None:
        table = merged(self.BY_PHONE, self.BY_USER_ID)
        third = Contact("f" * 20, phone="+6281200000003")
        for write in writes_of(third):
            table.put(write) if isinstance(write, Put) else table.update(write)

        table.transact(contacts.absorb(found(table, third.id), found(table)))

        assert found(table, third.id).absorbed == {CONTACT_ID, OTHER_ID}

    @pytest.mark.parametrize("whose", [CONTACT_ID, OTHER_ID])
    @pytest.mark.parametrize("change", ["opens", "closes", "opt_out", "opt_in", "rated", "speaks", "lacks"])
    def test_is_refused_when_either_changed_since_it_was_read(self, whose: str, change: str) -> None:
        table = written(writes_of(self.BY_PHONE), writes_of(self.BY_USER_ID), [asked(whose, ID, Question(NOW, KTP))])
        planned = contacts.absorb(found(table), found(table, OTHER_ID))
        request = samples.request(id="PINDAH-8B3E-5N56-TAK", service="PINDAH", contact_id=whose)
        changes: dict[str, Any] = {
            "opens": lambda: contacts.opens(request, only_first=True),
            "closes": lambda: contacts.closes(request, whose, LATER),
            "opt_out": lambda: contacts.opt_out(whose, LATER),
            "opt_in": lambda: contacts.opt_in(whose, LATER),
            "rated": lambda: talk.rated(whose, ID),
            "speaks": lambda: talk.speaks(whose, "en", LATER),
            "lacks": lambda: talk.after_change(request, replace(request, status=Status.INCOMPLETE), whose, LATER),
        }
        table.update(changes[change]())

        with pytest.raises(ConditionFailed):
            table.transact(planned)

    def test_does_not_lower_a_last_inbound_that_was_raised_meanwhile(self) -> None:
        table = written(writes_of(self.BY_PHONE), writes_of(self.BY_USER_ID))
        planned = contacts.absorb(found(table), found(table, OTHER_ID))
        table.update(contacts.heard(CONTACT_ID, KTP, LATER + timedelta(hours=1)))

        with pytest.raises(ConditionFailed):
            table.transact(planned)

    def test_absorbed_contact_takes_no_more_writes_that_would_be_lost(self) -> None:
        table = merged(self.BY_PHONE, self.BY_USER_ID)
        request = samples.request(contact_id=OTHER_ID)

        for write in (
            contacts.opens(request, only_first=False), contacts.closes(request, OTHER_ID, NOW), contacts.opt_out(OTHER_ID, NOW),
            contacts.opt_in(OTHER_ID, NOW),
        ):  # fmt: skip
            with pytest.raises(ConditionFailed):
                table.update(write)

    @given(CONTACTS, CONTACTS)
    def test_of_any_two_loses_nothing(self, into: Contact, other: Contact) -> None:
        into, other = plain(replace(into, id=CONTACT_ID)), plain(replace(other, id=OTHER_ID))
        table = merged(into, other)
        one = found(table)

        for pair in into.open.keys() | other.open.keys():
            assert set(one.open[pair]) == {*into.open.get(pair, ()), *other.open.get(pair, ())}
        for number in into.last_inbound.keys() | other.last_inbound.keys():
            assert one.last_inbound[number] == max(
                at for contact in (into, other) if (at := contact.last_inbound.get(number)) is not None
            )
        for pair in into.closed.keys() | other.closed.keys():
            assert one.closed[pair] == max(mark for contact in (into, other) if (mark := contact.closed.get(pair)) is not None)
        assert (one.phone, one.user_id) == (into.phone or other.phone, into.user_id or other.user_id)
        assert (one.opted_out_at is None) == (into.opted_out_at is None and other.opted_out_at is None)


def test_conditions_are_on_attributes_that_there_are() -> None:
    """A misspelt attribute would make a condition on `absent` hold for ever."""
    request = samples.request()
    update = contacts.opens(request, only_first=True)

    assert Condition("open#1801#KTP", "absent") in update.when
    assert set(update.join) == {"open#1801#KTP"}
    assert update.join["open#1801#KTP"] == {f"{stamp(NOW)} {ID}"}
    assert update.key == Key(f"CONTACT#{CONTACT_ID}", "CONTACT")
