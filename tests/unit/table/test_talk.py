"""What a contact's item remembers of the conversation, and what a merge makes of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.contact import Contact, Told
from chalicelib.domain.conversation import MOST_ANSWERS
from chalicelib.domain.request import Status
from chalicelib.ports import ConditionFailed, Update
from chalicelib.table import contacts, talk
from tests.fakes.store import FakeStore
from tests.unit.domain import samples
from tests.unit.domain.samples import CONTACT_ID, ID, KTP, NOW
from tests.unit.table import stored

OTHER = "0b1c2d3e4f5a6b7c8d9e"


@pytest.fixture
def table() -> FakeStore:
    table = stored.store()
    table.put(contacts.new(samples.contact()))
    return table


def found(table: FakeStore, contact_id: str = CONTACT_ID) -> Contact:
    item = table.get(contacts.key(contact_id))
    assert item is not None
    return contacts.read(item)


def one(*updates: Update | None) -> Update:
    together = talk.together(*updates)
    assert together is not None
    return together


def test_several_updates_of_one_item_are_one(table: FakeStore) -> None:
    table.update(
        one(
            contacts.opt_out(CONTACT_ID, NOW), None, talk.told(CONTACT_ID, KTP, "opted_out", None, NOW),
            talk.counted(found(table), "a" * 32, NOW),
        )
    )  # fmt: skip

    contact = found(table)
    assert (contact.opted_out_at, contact.told) == (NOW, {KTP: Told(NOW, "opted_out")})
    assert contact.answered == {"2026112403": frozenset({"a" * 8})}
    assert talk.together(None, None) is None


def test_answers_of_an_hour_are_counted_up_to_the_most_and_then_forgotten(table: FakeStore) -> None:
    for number in range(MOST_ANSWERS):
        table.update(talk.counted(found(table), f"{number:032x}"[::-1], NOW))
    with pytest.raises(ConditionFailed):
        table.update(talk.counted(found(table), "f" * 32, NOW))

    table.update(talk.counted(found(table), "f" * 32, NOW + timedelta(hours=1)))

    assert {hour: len(all_) for hour, all_ in found(table).answered.items()} == {"2026112404": 1}


@pytest.mark.parametrize("before", [None, Told(NOW, "ack"), Told(NOW, "confirm", ID)])
def test_answer_is_refused_when_another_was_given_since(table: FakeStore, before: Told | None) -> None:
    if before:
        table.update(talk.told(CONTACT_ID, KTP, before.kind, before.request_id, before.at))
    seen = found(table)
    answer = one(talk.told(CONTACT_ID, KTP, "ack", None, NOW + timedelta(minutes=20)), talk.nothing_told_since(seen, KTP))

    table.update(answer)

    with pytest.raises(ConditionFailed):
        table.update(answer)


def test_merge_keeps_what_lacks_whom_requests_are_for_and_the_later_answer(table: FakeStore) -> None:
    other = samples.contact(id=OTHER, phone=None, user_id="ID.1")
    table.put(contacts.new(other))
    table.update(Update(contacts.key(OTHER), join={"incomplete": frozenset({ID})}))
    table.update(talk.named(OTHER, ID, "Budi"))
    table.update(talk.told(OTHER, KTP, "ack", None, NOW))
    table.update(talk.told(CONTACT_ID, KTP, "menu", None, NOW - timedelta(minutes=1)))

    table.transact(contacts.absorb(found(table), found(table, OTHER)))

    contact = found(table)
    assert (contact.incomplete, contact.names, contact.told) == (frozenset({ID}), {ID: "Budi"}, {KTP: Told(NOW, "ack")})


@pytest.mark.parametrize(
    ("before", "after", "incomplete"),
    [
        (Status.SUBMITTED, Status.INCOMPLETE, True),
        (Status.INCOMPLETE, Status.SUBMITTED, False),
        (Status.INCOMPLETE, Status.VERIFIED, False),
        (Status.INCOMPLETE, Status.INCOMPLETE, True),
        (Status.SUBMITTED, Status.VERIFIED, False),
    ],
)
def test_contact_knows_which_requests_lack_something(table: FakeStore, before: Status, after: Status, incomplete: bool) -> None:  # noqa: FBT001
    one_ = samples.request(status=before)
    if before is Status.INCOMPLETE:
        table.update(Update(contacts.key(CONTACT_ID), join={"incomplete": frozenset({ID})}))

    update = talk.after_change(one_, replace(one_, status=after), CONTACT_ID, NOW)
    if update is not None:
        table.update(update)

    assert found(table).incomplete == (frozenset({ID}) if incomplete else frozenset())


def test_closing_forgets_all_of_the_request(table: FakeStore) -> None:
    request = samples.request()
    table.update(contacts.opens(request, only_first=True))
    table.update(Update(contacts.key(CONTACT_ID), join={"incomplete": frozenset({ID})}))
    table.update(talk.named(CONTACT_ID, ID, "Budi"))

    closed = talk.after_change(request, replace(request, status=Status.CANCELLED), CONTACT_ID, NOW)
    assert closed is not None
    table.update(closed)

    contact = found(table)
    assert (contact.open, contact.incomplete, contact.names) == ({}, frozenset(), {})
