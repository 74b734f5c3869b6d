"""The API from outside: as Meta calls it, as a forger would, and as a resident does."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from typing import Any

from chalicelib.adapters.catalogue import load_offices
from chalicelib.adapters.secrets import secret_values
from chalicelib.domain import ids
from chalicelib.domain.contact import Contact
from chalicelib.domain.request import Request, Status
from chalicelib.ports import Delete, Key, Put, SecretValues, Store
from chalicelib.table import addresses, contacts, requests
from chalicelib.table.addresses import Place
from ops.checks.finding import Finding, Level, Patient, judged
from ops.parameters import Parameters
from ops.target import utc_now

_OK, _FORBIDDEN = 200, 403


def handshake(patient: Patient) -> Iterator[Finding]:
    """Whether Meta's handshake is answered, and nobody else's; and whether what is not signed is refused."""
    known, challenge = _secrets(patient), secrets.token_hex(8)
    if known.verify_token:
        answer = patient.api.handshake(known.verify_token, challenge)
        right = (answer.status, answer.text) == (_OK, challenge)
        yield judged("handshake", [] if right else [f"answered {answer.status} instead of the challenge"])
    faults = []
    if patient.api.handshake(secrets.token_hex(8), challenge).status != _FORBIDDEN:
        faults.append("a wrong verify token is let in")
    if patient.api.webhook(_payload("1", "ID.FORGED"), None).status != _FORBIDDEN:
        faults.append("a webhook without a signature is let in")
    if patient.api.webhook(_payload("1", "ID.FORGED"), secrets.token_hex(16)).status != _FORBIDDEN:
        faults.append("a webhook with a wrong signature is let in")
    yield judged("forgeries", faults, "refused")


def round_trip(patient: Patient) -> Iterator[Finding]:
    """A signed webhook of a test contact is stored once, and its request can be looked up. Nothing is sent to anybody."""
    known = _secrets(patient)
    if not known.app_secrets:
        yield Finding(Level.NOTE, "round trip", "no number is Meta's, and none else can be played: write to yours yourself")
        return
    number, channel = next(iter(known.channels.items()))
    service = channel.service or min(load_offices()[channel.office].services)
    store = patient.target.store(patient.table)
    with _test_contact(store, known.address_key, channel.office, service, number) as tested:
        payload = _payload(number, tested.user_id)
        first = patient.api.webhook(payload, known.app_secrets[0])
        again = patient.api.webhook(payload, known.app_secrets[0])
        faults = _not(first.status, _OK, "the webhook answered") + _not(again.status, _OK, "its repeat answered")
        if not faults:
            faults += _not(first.json()["stored"], 1, "messages stored:") + _not(again.json()["duplicate"], 1, "repeats known:")
        stored = store.query(contacts.key(tested.contact_id).pk, "MSG#")
        faults += _not(len(stored), 1, "messages in the table:")
        looked = patient.api.look_up(tested.request_id)
        faults += _not(looked.status, _OK, "the look-up answered")
        if looked.status == _OK:
            faults += _not(looked.json()["status"], Status.SUBMITTED.value, "the look-up told")
    yield judged("round trip", faults, "webhook, table, look-up")


@dataclass(frozen=True)
class _Tested:
    contact_id: str
    user_id: str
    request_id: str


@contextmanager
def _test_contact(store: Store, address_key: str, office: str, service: str, number: str) -> Iterator[_Tested]:
    """A contact that nobody is, opted out, with an open request that the desk does not list. Gone again, whatever happens."""
    rng, now = SystemRandom(), utc_now()
    tested = _Tested(f"{rng.getrandbits(80):020x}", f"ID.KABARDOCTOR{rng.getrandbits(64)}", ids.draw(service, rng))
    [hash_] = contacts.address_hashes(address_key, None, tested.user_id)
    request = _request(tested, office, service, number, now)
    unlisted = {name: value for name, value in requests.put(request).item.items() if not name.startswith("queue_")}
    try:
        store.put(Put(unlisted))
        store.put(contacts.new(Contact(tested.contact_id, user_id=tested.user_id)))
        store.update(contacts.opt_out(tested.contact_id, now))
        store.update(contacts.opens(request, only_first=True))
        store.update(addresses.begin(Place(hash_), tested.contact_id, None))
        yield tested
    finally:
        _forget(store, [requests.key(tested.request_id).pk, contacts.key(tested.contact_id).pk, contacts.address_key(hash_).pk])


def _request(tested: _Tested, office: str, service: str, number: str, now: datetime) -> Request:
    return Request(
        id=tested.request_id, office=office, service=service, status=Status.SUBMITTED, version=1,
        contact_id=tested.contact_id, phone_number_id=number, language="id", opened_at=now, opened_by=now, updated_at=now,
        due_at=None,
    )  # fmt: skip


def _forget(store: Store, partitions: list[str]) -> None:
    for pk in partitions:
        for item in store.query(pk):
            store.delete(Delete(Key(str(item["pk"]), str(item["sk"]))))


def _payload(number: str, user_id: str) -> dict[str, Any]:
    """A reaction: it is stored, and never answered."""
    reaction = {
        "from_user_id": user_id, "id": f"wamid.doctor.{secrets.token_hex(8)}", "timestamp": str(int(utc_now().timestamp())),
        "type": "reaction", "reaction": {"message_id": "wamid.none", "emoji": "👍"},
    }  # fmt: skip
    metadata = {"display_phone_number": "0", "phone_number_id": number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [reaction]}
    return {"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}]}


def _not(found: object, wanted: object, words: str) -> list[str]:
    return [] if found == wanted else [f"{words} {found}"]


def _secrets(patient: Patient) -> SecretValues:
    return secret_values(Parameters(patient.target.client("ssm"), patient.target.stage).read())
