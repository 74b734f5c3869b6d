"""The administrator's token that a stack hands out."""

from random import SystemRandom

from chalicelib.adapters.dynamo import DynamoStore
from chalicelib.domain.staff import Role
from chalicelib.ports import Clock
from devstack.aws import LocalAws
from devstack.channels import CHANNELS
from ops import staff

_GOOD_FOR_DAYS = 3650
"""Longer than anybody advances the clock by."""


def mint_admin_token(aws: LocalAws, table: str, clock: Clock) -> str:
    """Stores a new token for every office of this stack; returns it."""
    store = DynamoStore(aws.dynamodb(), table, clock, rng=SystemRandom())
    offices = tuple({channel.office for channel in CHANNELS.values()})
    return staff.add(store, clock, name="devstack", role=Role.ADMIN, offices=offices, days=_GOOD_FOR_DAYS)
