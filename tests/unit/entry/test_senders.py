"""The people of a batch, each with what is about them."""

from typing import Any

import pytest

from chalicelib.entry.senders import Senders

SITI: dict[str, Any] = {"wa_id": "6281200000001", "profile": {"name": "Siti"}}
BUDI: dict[str, Any] = {"wa_id": "6281200000002", "user_id": "ID.2", "profile": {"name": "Budi"}}


def test_single_member_keeps_all_contacts_as_they_are() -> None:
    senders = Senders([SITI, BUDI], 1)

    assert senders.of({"from": "6281200000001"}) == {}
    assert senders.unclaimed() == {}


@pytest.mark.parametrize(
    ("member", "own"),
    [
        ({"from": "6281200000001"}, [SITI]),
        ({"from": 6281200000001}, [SITI]),
        ({"from_user_id": "ID.2"}, [BUDI]),
        ({"from": "6281200000002", "from_user_id": "ID.2"}, [BUDI]),
        ({"to": "6281200000001"}, [SITI]),
        ({"recipient_id": "6281200000001"}, [SITI]),
        ({"recipient_user_id": "ID.2"}, [BUDI]),
        ({"from": "6281200000001", "to": "6281200000002"}, [SITI, BUDI]),
        ({"from": "6281200000009"}, []),
        ({}, []),
        (None, []),
        (["6281200000001"], []),
    ],
)
def test_member_of_a_batch_gets_the_contacts_that_it_names(member: Any, own: list[Any]) -> None:
    assert Senders([SITI, BUDI], 2).of(member) == {"contacts": own}


def test_contacts_that_nobody_named_are_told_at_the_end() -> None:
    other = SITI | {"profile": {"name": "Siti R."}}
    senders = Senders([SITI, BUDI, SITI, other, "x", None, {}], 2)
    senders.of({"from": "6281200000001"})

    assert senders.unclaimed() == {"contacts": [BUDI, other, "x", None, {}]}


@pytest.mark.parametrize("contacts", [None, 7, "x", {}, []])
def test_contacts_that_are_no_list_stay_where_they_are(contacts: Any) -> None:
    senders = Senders(contacts, 5)

    assert senders.of({"from": "6281200000001"}) == {}
    assert senders.unclaimed() == {}
