"""What the stacks' logs are searched with finds phone numbers, and takes no random id for one."""

import pytest

from tests.system.privacy import has_phone


@pytest.mark.parametrize("text", ["to +6281200000001", '"phone": "0812-0000-0001"', "62 812 0000 0001.", "x=081200000001"])
def test_a_phone_number_is_found(text: str) -> None:
    assert has_phone(text)


@pytest.mark.parametrize(
    "text",
    ["3b9f6281200000001c", "f47ac10b-0812-4372-8567-0e02b2c3d479", "took 0812 ms", "6281200000001a", "2026-11-24T08:12:00"],
)
def test_a_random_id_is_none(text: str) -> None:
    assert not has_phone(text)
