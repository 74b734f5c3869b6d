"""Who works at the desk, and what each may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.request import Status


class Role(StrEnum):
    """What somebody is at an office."""

    OPERATOR = "operator"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    INTEGRATION = "integration"


class Right(StrEnum):
    """What a route asks for."""

    READ = "read"
    READ_MESSAGES = "read_messages"
    INTAKE = "intake"
    CHANGE = "change"
    RESEND = "resend"
    STATISTICS = "statistics"


_DESK = frozenset({Right.READ, Right.READ_MESSAGES, Right.INTAKE, Right.CHANGE})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATOR: _DESK,
    Role.OFFICER: _DESK,
    Role.SUPERVISOR: _DESK | {Right.RESEND, Right.STATISTICS},
    Role.ADMIN: _DESK | {Right.RESEND, Right.STATISTICS},
    Role.INTEGRATION: frozenset({Right.READ, Right.CHANGE}),
}
# An operator does the intake only; everybody else who may change anything may make every change.
OPERATOR_CHANGES = frozenset({Status.SUBMITTED, Status.INCOMPLETE, Status.VERIFIED, Status.CANCELLED})


@dataclass(frozen=True)
class Staff:
    """The holder of a token. id: the first twelve symbols of the token's hash, by which it is listed and revoked."""

    id: str
    name: str
    role: Role
    offices: frozenset[str]
    expires_at: datetime

    @classmethod
    def of(cls, *, hash_: str, name: str, role: str, offices: Iterable[str], expires_at: datetime) -> "Staff":
        """Builds it from what is stored."""
        return cls(hash_[:12], name, Role(role), frozenset(offices), expires_at)

    @property
    def actor(self) -> str:
        """How changes name who made them."""
        return f"staff:{self.id}"

    def may(self, right: Right) -> bool:
        """Whether the role has that right."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raises Forbidden unless the role has that right."""
        if not self.may(right):
            raise Forbidden(f"Your role ({self.role}) may not do this.")

    def require_change(self, to: Status) -> None:
        """Raises Forbidden unless the role may make this change."""
        self.require(Right.CHANGE)
        if self.role is Role.OPERATOR and to not in OPERATOR_CHANGES:
            raise Forbidden(f"Your role ({self.role}) may not set a request to {to}.")

    def require_office(self, office: str) -> None:
        """Raises NotFound for another office's things: that they exist is not theirs to know."""
        if office not in self.offices:
            raise NotFound("There is no such thing at your office.")
