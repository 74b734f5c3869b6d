"""Who may do what at the desk."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.request import Status
from chalicelib.domain.staff import Right, Role, Staff
from tests.unit.domain.samples import NOW

#               read  read_messages  intake  change  resend  statistics
RIGHTS = {
    "operator":    "x x x x - -",
    "officer":     "x x x x - -",
    "supervisor":  "x x x x x x",
    "admin":       "x x x x x x",
    "integration": "x - - x - -",
}  # fmt: skip
CASES = [
    (Role(row), right, mark == "x") for row, marks in RIGHTS.items() for right, mark in zip(Right, marks.split(), strict=True)
]


def staff(role: Role) -> Staff:
    return Staff("0123456789ab", "Budi", role, frozenset({"1801"}), NOW + timedelta(days=1))


@pytest.mark.parametrize(("role", "right", "has"), CASES)
def test_each_role_has_its_rights_and_no_others(role: Role, right: Right, has: bool) -> None:  # noqa: FBT001
    assert staff(role).may(right) is has
    if has:
        staff(role).require(right)
    else:
        with pytest.raises(Forbidden):
            staff(role).require(right)


def test_table_covers_every_role() -> None:
    assert {role for role, _, _ in CASES} == set(Role)


def test_operator_does_the_intake_only() -> None:
    allowed = {Status.SUBMITTED, Status.INCOMPLETE, Status.VERIFIED, Status.CANCELLED}
    for to in Status:
        if to in allowed:
            staff(Role.OPERATOR).require_change(to)
        else:
            with pytest.raises(Forbidden):
                staff(Role.OPERATOR).require_change(to)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_everybody_else_may_make_every_change(role: Role) -> None:
    for to in Status:
        staff(role).require_change(to)


def test_other_offices_do_not_exist_for_them() -> None:
    staff(Role.ADMIN).require_office("1801")
    with pytest.raises(NotFound) as caught:
        staff(Role.ADMIN).require_office("1802")

    assert "1802" not in str(caught.value)


def test_staff_are_listed_by_the_beginning_of_their_tokens_hash() -> None:
    known = Staff.of(hash_="0123456789abcdef", name="Budi", role="officer", offices=["1801", "1801"], expires_at=NOW)

    assert known == Staff("0123456789ab", "Budi", Role.OFFICER, frozenset({"1801"}), NOW)
    assert known.actor == "staff:0123456789ab"


def test_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="boss"):
        Staff.of(hash_="0123456789abcdef", name="Budi", role="boss", offices=[], expires_at=NOW)
