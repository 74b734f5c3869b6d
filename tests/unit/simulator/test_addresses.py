import pytest

from devstack.simulator.addresses import canonical, shown


@pytest.mark.parametrize(
    "spelling",
    ["6281200000001", "+6281200000001", "081200000001", "+62 812-0000-0001", " 62812 0000 0001", "(0812) 0000.0001"],
)
def test_every_spelling_of_a_phone_is_one_address(spelling: str) -> None:
    assert canonical(spelling) == "6281200000001"


def test_other_countries_keep_their_code() -> None:
    assert canonical("+60 12-345 6789") == "60123456789"


@pytest.mark.parametrize("user_id", ["ID.13491208655302741918", "US.ENT.11815799212886844830", "ID." + "a" * 128])
def test_a_user_id_stays_as_it_is(user_id: str) -> None:
    assert canonical(user_id) == user_id
    assert shown(user_id) == user_id


@pytest.mark.parametrize(
    "address", ["", "abc", "0", "123", "1234567890123456", "+62x812", "id.1349", "ID.", "ID." + "a" * 129, "٠٨١٢٠٠٠٠٠٠٠"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        canonical(address)


def test_phones_are_shown_with_a_plus() -> None:
    assert shown("6281200000001") == "+6281200000001"
