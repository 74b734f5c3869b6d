"""The administrator's token that a stack hands out."""

from chalicelib.domain.staff import Role
from chalicelib.wiring import Wiring
from devstack.channels import CHANNELS
from ops import staff

_GOOD_FOR_DAYS = 3650
"""Longer than anybody advances the clock by."""


def mint_admin_token(parts: Wiring) -> str:
    """Stores a new token for every office of this stack; returns it."""
    offices = tuple({channel.office for channel in CHANNELS.values()})
    return staff.add(parts.store, parts.clock, name="devstack", role=Role.ADMIN, offices=offices, days=_GOOD_FOR_DAYS)
