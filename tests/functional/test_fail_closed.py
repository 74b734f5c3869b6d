"""Without its secrets and settings Kabar refuses, and writes nothing."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import TransientError
from chalicelib.ports import SecretValues
from tests.data import payloads
from tests.functional.stand import SECRETS, STAGE, Stand, standing

PROBLEM = "application/problem+json"
WALK_IN = {"service": "KTP", "consent": True, "phone": "081200000009"}


def without(name: str) -> dict[str, str]:
    return {one: value for one, value in SECRETS.items() if one != name}


BROKEN: dict[str, dict[str, str]] = {f"no {name}": without(name) for name in SECRETS}
BROKEN |= {f"a blank {name}": {**SECRETS, name: " "} for name in SECRETS}
BROKEN |= {f"channels {text}": {**SECRETS, "channels": text} for text in ("not json", "[]", "{}", '{"1": null}', '{"1": {}}')}
BROKEN |= {"nothing at all": {}}


@pytest.mark.parametrize("secrets", BROKEN.values(), ids=BROKEN.keys())
def test_a_missing_or_broken_secret_refuses_and_writes_nothing(secrets: dict[str, str]) -> None:
    with standing(secrets=secrets) as stand:
        token = stand.staff()
        before = stand.items()
        body = payloads.raw(payloads.envelope(payloads.value(payloads.photo(at=stand.seconds))))
        signatures = [payloads.signature(body, secret) for secret in (SECRETS["app_secret"], " ")]
        signatures.append("sha256=" + hmac.new(b"", body, hashlib.sha256).hexdigest())
        answers = [stand.webhook(body, one) for one in signatures]
        answers += [
            stand.get(f"/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token={SECRETS['verify_token']}")
        ]
        answers += [stand.get("/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=")]
        answers += [stand.post("/staff/requests", WALK_IN, token)]
        for answer in answers:
            assert (answer.status_code, answer.json_body["code"]) == (500, "misconfigured")
            assert answer.headers["Content-Type"] == PROBLEM
            assert set(answer.json_body) == {"type", "title", "status", "code"}, "what is missing is for the log"
        assert stand.items() == before
        assert stand.get("/requests/KTP-0000-0000-0AA").status_code == 404, "a look-up needs no secret"


def test_a_secret_that_is_taken_away_is_good_for_some_minutes_and_no_longer() -> None:
    with standing() as stand:
        assert stand.photo().status_code == 200
        stand.ssm.delete_parameter(Name=f"/kabar/{STAGE}/app_secret")
        stand.clock.now += timedelta(minutes=6)
        before = stand.items()
        assert stand.photo().status_code == 500
        assert stand.items() == before


def test_a_new_secret_is_known_within_minutes() -> None:
    with standing() as stand:
        assert stand.photo().status_code == 200
        stand.ssm.put_parameter(Name=f"/kabar/{STAGE}/app_secret", Value="the-next", Type="SecureString", Overwrite=True)
        stand.clock.now += timedelta(minutes=6)
        body = payloads.raw(payloads.envelope(payloads.value(payloads.photo(at=stand.seconds))))
        assert stand.webhook(body, payloads.signature(body, "the-next")).status_code == 200
        assert stand.webhook(body).status_code == 403


class Unreachable:
    """`chalicelib.ports.Secrets` while SSM is down."""

    def current(self) -> SecretValues:
        raise TransientError("SSM does not answer")


def test_while_secrets_cannot_be_read_the_webhook_is_to_come_again() -> None:
    with standing() as stand:
        secrets = stand.parts.secrets
        vars(stand.parts).update(secrets=Unreachable())
        payload = payloads.envelope(payloads.value(payloads.photo(at=stand.seconds)))
        answer = stand.webhook(payload)
        assert (answer.status_code, answer.json_body["code"]) == (503, "unavailable")
        assert stand.items() == []
        vars(stand.parts).update(secrets=secrets)
        assert stand.webhook(payload).json_body["stored"] == 1


@pytest.mark.parametrize("name", ["KABAR_TABLE", "KABAR_QUEUE_URL"])
def test_a_missing_setting_is_told_as_such(name: str) -> None:
    with standing() as stand, pytest.MonkeyPatch.context() as patch:
        patch.delenv(name)
        rewired_answers(stand)


def rewired_answers(stand: Stand) -> None:
    """Every route, in a process that starts without the setting."""
    from chalicelib import wiring

    wiring.use_clock(stand.clock)
    answers: list[Any] = [stand.photo(), stand.get("/requests/KTP-0000-0000-0AA"), stand.get("/staff/requests", "x")]
    for answer in answers:
        assert (answer.status_code, answer.json_body["code"]) == (500, "misconfigured")
    assert stand.items() == []
