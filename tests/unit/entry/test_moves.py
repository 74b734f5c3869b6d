"""WhatsApp's system messages: which tell of a new address, and of which."""

from typing import Any

import pytest

from chalicelib.entry.moves import Addresses, Change, change

OLD, NEW = "6281200000001", "6281200000002"
PLUS_OLD, PLUS_NEW = "+" + OLD, "+" + NEW
USER, NEW_USER = "ID.1349ABCDEF", "ID.2468GHIJKL"
PARENT, NEW_PARENT = "ID.ENT.1349ABCDEF", "ID.ENT.2468GHIJKL"


def system(**content: Any) -> dict[str, Any]:
    return {"type": "system", "system": content}


@pytest.mark.parametrize(
    ("member", "before", "after"),
    [
        pytest.param(
            {"from": OLD} | system(type="user_changed_number", wa_id=NEW, body="User Siti changed"),
            (PLUS_OLD, None), (PLUS_NEW, None), id="a number",
        ),
        pytest.param(
            {"from": OLD, "from_user_id": NEW_USER}
            | system(type="user_changed_number", wa_id=NEW, user_id=NEW_USER, previous_user_id=USER),
            (PLUS_OLD, USER), (PLUS_NEW, NEW_USER), id="a number, and the user id with it",
        ),
        pytest.param(
            {"from": OLD} | system(type="customer_changed_number", new_wa_id=NEW, wa_id=OLD, customer=OLD),
            (PLUS_OLD, None), (PLUS_NEW, None), id="a number, long ago",
        ),
        pytest.param(
            system(type="customer_changed_number", wa_id=NEW, customer=OLD),
            (PLUS_OLD, None), (PLUS_NEW, None), id="a number that only the content has",
        ),
        pytest.param(
            {"from_user_id": USER} | system(type="user_changed_user_id", user_id=NEW_USER),
            (None, USER), (None, NEW_USER), id="a user id",
        ),
        pytest.param(
            {"from_user_id": NEW_USER, "from_parent_user_id": NEW_PARENT}
            | system(type="user_changed_user_id", user_id=NEW_USER, previous_user_id=USER, previous_parent_user_id=PARENT),
            (None, USER), (None, NEW_USER), id="a user id, from the new one",
        ),
        pytest.param(
            {"from_user_id": NEW_USER}
            | system(type="user_changed_user_id", user_id=NEW_USER, body=f"User Siti changed from {USER} to {NEW_USER}"),
            (None, USER), (None, NEW_USER), id="a user id, whose former is in words only",
        ),
        pytest.param(
            {"from": OLD} | system(type="user_changed_user_id", wa_id=OLD, user_id=NEW_USER),
            (PLUS_OLD, None), (PLUS_OLD, NEW_USER), id="a user id, and the phone that it is with",
        ),
        pytest.param(
            system(type="user_changed_user_id", parent_user_id=NEW_PARENT, previous_parent_user_id=PARENT),
            (None, PARENT), (None, NEW_PARENT), id="a parent's user id alone",
        ),
    ],
)  # fmt: skip
def test_addresses_before_and_after(member: dict[str, Any], before: Any, after: Any) -> None:
    assert change(member) == Change(Addresses(*before), Addresses(*after))


@pytest.mark.parametrize(
    "member",
    [
        {"from": OLD, "type": "text", "text": {"body": f"changed from {OLD} to {NEW}"}},
        {"from": OLD} | system(type="customer_identity_changed", customer=OLD, identity="hash"),
        {"from": OLD} | system(type="user_preference_changed", wa_id=NEW),
        {"from": OLD} | system(type="user_changed_number", body="User Siti changed"),
        {"from": OLD} | system(type="user_changed_number", wa_id=OLD),
        {"from": OLD} | system(type=["user_changed_number"], wa_id=NEW),
        {"from": OLD} | system(type="user_changed_number", wa_id={"new": NEW}, body=["from"]),
        {"from": OLD, "type": "system", "system": "changed"},
    ],
)
def test_what_tells_of_no_new_address_is_no_change(member: dict[str, Any]) -> None:
    assert change(member) is None
