import json

import pytest

from chalicelib.adapters.secrets import secret_values
from chalicelib.ports import Channel
from ops import channels, secrets
from ops.failure import Failure
from ops.parameters import Parameters
from tests.unit.ops.fake_ssm import FakeSsm


@pytest.fixture
def ssm() -> FakeSsm:
    return FakeSsm()


@pytest.fixture
def parameters(ssm: FakeSsm) -> Parameters:
    return Parameters(ssm, "prod")


def test_secrets_lie_encrypted_under_the_stages_own_path(ssm: FakeSsm, parameters: Parameters) -> None:
    secrets.put(parameters, "app_secret", "invented")

    assert ssm.values["/kabar/prod/app_secret"] == "invented"
    assert set(ssm.types.values()) == {"SecureString"}


def test_the_key_that_addresses_are_hashed_with_is_made_once_and_never_replaced(ssm: FakeSsm, parameters: Parameters) -> None:
    secrets.put(parameters, "app_secret", "one")
    made = ssm.values["/kabar/prod/address_key"]
    secrets.put(parameters, "app_secret", "two")
    secrets.rotate_app_secret(parameters, "three")

    assert ssm.values["/kabar/prod/address_key"] == made
    assert len(bytes.fromhex(made)) == 32


def test_the_same_secret_again_writes_nothing(ssm: FakeSsm, parameters: Parameters) -> None:
    secrets.put(parameters, "verify_token", "same")
    ssm.written.clear()

    assert not secrets.put(parameters, "verify_token", "same")
    assert ssm.written == []


def test_while_the_app_secret_rotates_the_former_one_is_kept(parameters: Parameters) -> None:
    secrets.put(parameters, "app_secret", "old")

    assert secrets.rotate_app_secret(parameters, "new")

    held = parameters.read()
    assert (held["app_secret"], held["app_secret_previous"]) == ("new", "old")


def test_a_rotation_that_is_repeated_does_not_lose_the_former_secret(parameters: Parameters) -> None:
    secrets.put(parameters, "app_secret", "old")
    secrets.rotate_app_secret(parameters, "new")

    assert not secrets.rotate_app_secret(parameters, "new")

    assert parameters.read()["app_secret_previous"] == "old"


def test_the_former_secret_is_stored_before_the_new_one_takes_its_place(ssm: FakeSsm, parameters: Parameters) -> None:
    secrets.put(parameters, "app_secret", "old")
    ssm.written.clear()

    secrets.rotate_app_secret(parameters, "new")

    assert ssm.written == ["/kabar/prod/app_secret_previous", "/kabar/prod/app_secret"]


def test_a_number_is_given_to_an_office_and_a_service(parameters: Parameters) -> None:
    assert channels.assign(parameters, "100000000000001", "1801", "KTP")
    assert channels.assign(parameters, "100000000000002", "1801", None)

    assert not channels.assign(parameters, "100000000000001", "1801", "KTP")
    assert parameters.read()["channels"] == (
        '{"100000000000001":{"office":"1801","service":"KTP"},"100000000000002":{"office":"1801","service":null}}'
    )


def test_the_last_number_cannot_be_taken_away(parameters: Parameters) -> None:
    channels.assign(parameters, "100000000000001", "1801", "KTP")
    channels.assign(parameters, "100000000000002", "1801", None)

    assert channels.release(parameters, "100000000000001")
    with pytest.raises(Failure, match="last number"):
        channels.release(parameters, "100000000000002")


ORIGINATION = "phone-number-id-0123456789abcdef0123456789abcdef"


def test_a_number_of_awss_is_given_with_awss_own_id_of_it(parameters: Parameters) -> None:
    channels.assign(parameters, "100000000000001", "1801", "KTP", by="aws", origination=ORIGINATION)

    held = parameters.read()
    assert secret_values(held).channels == {"100000000000001": Channel("1801", "KTP", "aws", ORIGINATION)}
    assert len(bytes.fromhex(held["address_key"])) == 32, "no secret is ever entered that would make it"


def test_a_stage_with_numbers_of_awss_alone_misses_no_secret_of_metas(parameters: Parameters) -> None:
    assert secrets.missing(parameters.read()) == list(secrets.ENTERED)
    channels.assign(parameters, "100000000000001", "1801", "KTP", by="aws", origination=ORIGINATION)
    assert secrets.missing(parameters.read()) == []

    channels.assign(parameters, "100000000000002", "1801", None)
    secrets.put(parameters, "verify_token", "invented")

    assert secrets.missing(parameters.read()) == ["app_secret", "access_token"]


def test_a_number_is_in_coexistence_until_it_is_set_without(parameters: Parameters) -> None:
    channels.assign(parameters, "100000000000001", "1801", "KTP", coexistence=True)
    held = json.loads(parameters.read()["channels"])
    assert held == {"100000000000001": {"office": "1801", "service": "KTP", "coexistence": True}}

    assert channels.assign(parameters, "100000000000001", "1801", "KTP", coexistence=False)
    held = json.loads(parameters.read()["channels"])
    assert held == {"100000000000001": {"office": "1801", "service": "KTP"}}


def test_channels_in_disorder_are_told_and_not_guessed_at(parameters: Parameters) -> None:
    for broken in ("{", "[1]", '{"1": 7}'):
        parameters.write("channels", broken)
        with pytest.raises(Failure, match="channels"):
            secrets.missing(parameters.read())


def test_the_account_of_a_number_is_said_once(parameters: Parameters) -> None:
    assert channels.assign(parameters, "100000000000001", "1801", "KTP", waba="200000000000001")
    assert channels.assign(parameters, "100000000000001", "1801", None)
    assert json.loads(parameters.read()["channels"]) == {
        "100000000000001": {"office": "1801", "service": None, "waba": "200000000000001"}
    }
    assert channels.assign(parameters, "100000000000001", "1801", None, waba="200000000000002")
