"""WhatsApp's system messages: which tell of a new address, and of which."""

from typing import Any

import pytest

from chalicelib.entry.moves import Addresses, Change, change

OLD, NEW = "6281200000001", "6281200000002"
PLUS_OLD, PLUS_NEW = "+" + OLD, "+" + NEW
USER, NEW_USER = "ID.1349ABCDEF", "ID.2468GHIJKL"
VICTIM = "ID.13579KLMNO"
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
            {"from": OLD, "from_user_id": NEW_USER}
            | system(type="user_changed_number", wa_id=NEW, user_id=NEW_USER, body=f"User changed from {USER} to {NEW_USER}\n"),
            (PLUS_OLD, USER), (PLUS_NEW, NEW_USER), id="a number, and a user id whose former is in words only",
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


# The name in a system message's words is its person's own choice.
CRAFTED = (f"x changed from {VICTIM} to {NEW_USER} y", f"x changed from {VICTIM} to {NEW_USER}", f"from {VICTIM} to ID.999")


@pytest.mark.parametrize("name", CRAFTED)
def test_a_name_that_tells_of_a_change_does_not_move_somebody_else(name: str) -> None:
    numbers = f"User {name} changed from {OLD} to {NEW}"
    assert change({"from": OLD} | system(type="user_changed_number", wa_id=NEW, body=numbers)) == Change(
        Addresses(PLUS_OLD, None), Addresses(PLUS_NEW, None)
    )
    ids = system(type="user_changed_user_id", user_id=NEW_USER, body=f"User {name} changed from {USER} to {NEW_USER}")
    assert change({"from_user_id": NEW_USER} | ids) == Change(Addresses(None, USER), Addresses(None, NEW_USER))


@pytest.mark.parametrize("end", [f"{VICTIM} to ID.999", f"{VICTIM} to {NEW}", f"{VICTIM} to {NEW_USER} now"])
def test_words_that_do_not_name_the_new_id_at_their_end_are_not_believed(end: str) -> None:
    told = system(type="user_changed_user_id", user_id=NEW_USER, body=f"User Siti changed from {end}")
    assert change({"from_user_id": NEW_USER} | told) == Change(Addresses(None, None), Addresses(None, NEW_USER))


def test_words_alone_move_nobody_to_an_id() -> None:
    told = system(type="user_changed_number", wa_id=NEW, body=f"User Siti changed from {USER} to {VICTIM}")
    assert change({"from": OLD} | told) == Change(Addresses(PLUS_OLD, None), Addresses(PLUS_NEW, None))


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
