"""The administrator's token that a stack hands out."""

import secrets
from datetime import timedelta

from chalicelib.domain.staff import Role, Staff
from chalicelib.table import tokens
from chalicelib.wiring import Wiring
from devstack.channels import CHANNELS

_GOOD_FOR = timedelta(days=3650)
"""Longer than anybody advances the clock by."""


def mint_admin_token(parts: Wiring) -> str:
    """Stores a new token for every office of this stack; returns it."""
    token = secrets.token_urlsafe(32)
    staff = Staff.of(
        hash_=tokens.key(token).pk.removeprefix(tokens.PREFIX),
        name="devstack",
        role=Role.ADMIN,
        offices={channel.office for channel in CHANNELS.values()},
        expires_at=parts.clock() + _GOOD_FOR,
    )
    parts.store.put(tokens.put_new(token, staff))
    return token
