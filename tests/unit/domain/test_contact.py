"""Where a person is reached, and while which window."""

from datetime import timedelta

import pytest

from chalicelib.domain.delivery import Recipient
from tests.unit.domain import samples
from tests.unit.domain.samples import KTP, NOW, PHONE, USER_ID

KK = "100000000000001"


@pytest.mark.parametrize(
    ("after", "is_open"),
    [
        (timedelta(0), True),
        (timedelta(hours=23, minutes=54, seconds=59), True),
        (timedelta(hours=23, minutes=55), False),
        (timedelta(hours=24), False),
        (timedelta(days=30), False),
    ],
)
def test_window_closes_five_minutes_before_whatsapps_own_does(after: timedelta, is_open: bool) -> None:  # noqa: FBT001
    assert samples.contact().window_open(KTP, NOW + after) is is_open


def test_message_to_one_number_opens_no_window_on_another() -> None:
    assert not samples.contact().window_open(KK, NOW)
    assert not samples.contact(last_inbound={}).window_open(KTP, NOW)


def test_person_is_reached_by_phone_or_user_id_or_nowhere() -> None:
    assert samples.contact().recipient == Recipient(PHONE, None)
    assert samples.contact(phone=None, user_id=USER_ID).recipient == Recipient(None, USER_ID)
    assert samples.contact(user_id=USER_ID).recipient == Recipient(PHONE, USER_ID)
    assert samples.contact(phone=None).recipient is None
