"""What staff do: walk-ins, status changes, and reading a request's file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from chalicelib.domain.catalogue import Office
from chalicelib.domain.contact import Contact
from chalicelib.domain.errors import KeyReused, Malformed, NotFound, Rejected, TransientError
from chalicelib.domain.progress import watched
from chalicelib.domain.request import CLOSED, NEEDS_REASON, Change, Request, Step, apply
from chalicelib.domain.staff import Right, Staff
from chalicelib.flows.lookup import Lookup
from chalicelib.flows.people import People, living
from chalicelib.flows.requests import Opening, open_request, tell
from chalicelib.ports import Clock, ConditionFailed, Metrics, SecretValues, Store, Write
from chalicelib.table import keys, requests, talk

_TRIES = 5


@dataclass(frozen=True)
class Idempotency:
    """What makes a repeat known: the caller's key, None without one, and a hash of the body."""

    key: str | None
    body_hash: str


@dataclass(frozen=True)
class WalkIn:
    """A request opened at the desk. phone: E.164; it is kept with consent only."""

    service: str
    office: str | None = None
    name: str | None = None
    phone: str | None = None
    consent: bool = False
    language: str = "id"


@dataclass(frozen=True)
class Desk:
    """Opens and changes requests on behalf of staff."""

    store: Store
    people: People
    lookup: Lookup
    offices: Mapping[str, Office]
    metrics: Metrics
    clock: Clock
    rng: Random

    def walk_in(self, staff: Staff, wanted: WalkIn, secrets: SecretValues, repeat: Idempotency) -> Request:
        """Opens a request. The same idempotency key and body give the same request again.

        Raises:
            Forbidden, NotFound, Malformed, KeyReused, TransientError, Rejected (the person has too many open requests).
        """
        staff.require(Right.INTAKE)
        office = self._office(staff, wanted)
        earlier = self._earlier(staff, repeat)
        if earlier is not None:
            return earlier
        for _ in range(_TRIES):
            request, writes = self._opening(staff, office, wanted, secrets, repeat)
            try:
                self.store.transact(writes)
            except ConditionFailed as failed:
                earlier = self._earlier(staff, repeat)
                if earlier is not None:
                    return earlier
                if "merged_into" not in (failed.refused.get(0) or {}):
                    raise Rejected("This person has too many open requests of that service.") from failed
                continue
            return request
        raise TransientError("a contact kept moving")

    def change(self, staff: Staff, request_id: str, step: Step, repeat: Idempotency) -> Request:
        """Changes a request's status, together with the notice that this owes. A repeat gets the first answer again.

        Raises:
            Forbidden, NotFound, Malformed, Stale, IllegalChange, KeyReused, TransientError.
        """
        staff.require_change(step.to)
        for _ in range(_TRIES):
            request, changes = self._history(staff, request_id)
            first = _answered(request, changes, staff, repeat)
            if first is not None:
                return first
            office, now = self.offices[request.office], self.clock()
            due_at = office.due(request.service, step.to, now)
            after, change = apply(request, step, actor=staff.actor, now=now, due_at=due_at)
            after, telling = tell(watched(after, office, request), change, office)
            change = replace(change, idempotency_key=repeat.key, body_hash=repeat.body_hash)
            try:
                self.store.transact(
                    [requests.put(after), requests.put_change(change), *telling, *self._on_contact(request, after, now)]
                )
            except ConditionFailed:
                continue
            if telling:
                self.metrics.count("NoticePlanned", office=office.code, kind=after.status.value)
            return after
        raise TransientError("a request kept changing")

    def _opening(
        self, staff: Staff, office: Office, wanted: WalkIn, secrets: SecretValues, repeat: Idempotency
    ) -> tuple[Request, list[Write]]:
        """The new request and its writes; that of the contact, if there is one, is numbered 0."""
        now = self.clock()
        opening = Opening(
            office=office, service=wanted.service, contact=self._contact(wanted, secrets, now),
            phone_number_id=_number(secrets, office.code, wanted.service), opened_by=now, actor=staff.actor, only_first=False,
            asked_by_chat=False, name=wanted.name, sms_phone=wanted.phone, language=wanted.language,
        )  # fmt: skip
        request, _, writes = open_request(opening, now, self.rng)
        if repeat.key is not None:
            writes.append(keys.put_new(staff.actor, repeat.key, repeat.body_hash, request.id, now))
        return request, writes

    def _history(self, staff: Staff, request_id: str) -> tuple[Request, list[Change]]:
        found = self.lookup(request_id)
        staff.require_office(found.office)
        items = self.store.query(requests.key(found.id).pk)
        request = next((requests.read(item) for item in items if item["sk"] == "REQUEST"), None)
        if request is None:
            raise NotFound("There is no request with that number.")
        return request, [requests.read_change(item) for item in items if str(item["sk"]).startswith("CHANGE#")]

    def _on_contact(self, before: Request, after: Request, now: datetime) -> list[Write]:
        """What the change is to the contact: the end of a request, or something that is missing or no more."""
        if after.contact_id is None or talk.after_change(before, after, after.contact_id, now) is None:
            return []
        owner = living(self.store, after.contact_id)
        update = talk.after_change(before, after, owner.id if owner else after.contact_id, now)
        if owner is not None and after.closed:
            update = talk.together(update, talk.forgets(owner, now))
        return [update] if update else []

    def _office(self, staff: Staff, wanted: WalkIn) -> Office:
        """The office that is named; else the first of the caller's, by code, that offers the service."""
        if wanted.office is not None:
            staff.require_office(wanted.office)
        codes = [wanted.office] if wanted.office else sorted(staff.offices)
        known = [self.offices[code] for code in codes if code in self.offices]
        office = next((one for one in known if wanted.service in one.services), None)
        if office is None:
            raise Malformed("The office does not offer that service.")
        if wanted.phone is not None and not wanted.consent:
            raise Malformed("A phone number is kept only with the resident's consent.")
        return office

    def _contact(self, wanted: WalkIn, secrets: SecretValues, now: datetime) -> Contact | None:
        if wanted.phone is None:
            return None
        return living(self.store, self.people.find(secrets.address_key, wanted.phone, None, now, wanted.name))

    def _earlier(self, staff: Staff, repeat: Idempotency) -> Request | None:
        """The request that the same key opened before."""
        if repeat.key is None:
            return None
        item = self.store.get(keys.key(staff.actor, repeat.key))
        if item is None:
            return None
        if item["body_hash"] != repeat.body_hash:
            raise KeyReused("This Idempotency-Key came with another body before.")
        request, changes = self._history(staff, str(item["subject"]))
        return _as_after(request, changes[:1])


def _answered(request: Request, changes: list[Change], staff: Staff, repeat: Idempotency) -> Request | None:
    """The answer that the same person's same key got before, None when it is new."""
    for number, change in enumerate(changes, start=1):
        if repeat.key is not None and (change.actor, change.idempotency_key) == (staff.actor, repeat.key):
            if change.body_hash != repeat.body_hash:
                raise KeyReused("This Idempotency-Key came with another body before.")
            return _as_after(request, changes[:number])
    return None


def _as_after(request: Request, changes: list[Change]) -> Request:
    """The request as it was after these changes, the first of all of them."""
    last = changes[-1]
    entered = next(one for one in reversed(changes) if one.from_ is not one.to)
    return replace(
        request, status=last.to, version=last.version, updated_at=last.at, due_at=last.due_at, hold=last.hold,
        reason=entered.reason if last.to in NEEDS_REASON else None, closed_at=last.at if last.to in CLOSED else None,
    )  # fmt: skip


def _number(secrets: SecretValues, office: str, service: str) -> str | None:
    """The channel number that serves this service: its own, else the office's for all; of several the first."""
    ranked: dict[str | None, str] = {}
    for number, channel in secrets.channels.items():
        if channel.office == office:
            ranked.setdefault(channel.service, number)
    return ranked.get(service) or ranked.get(None)
