"""The staff's routes: who calls, what they ask in JSON, and what they get."""

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import unquote

from chalice.app import Request as HttpRequest
from chalice.app import Response
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from chalicelib.domain import phone
from chalicelib.domain.errors import KabarError, Malformed, Unauthorized
from chalicelib.domain.notice import State
from chalicelib.domain.request import Met, Request, Status, Step
from chalicelib.domain.staff import Staff
from chalicelib.entry import figures, views
from chalicelib.entry.problems import document
from chalicelib.entry.whatsapp import raw_body
from chalicelib.flows.checklist import Checklist
from chalicelib.flows.desk import Desk, Idempotency, WalkIn
from chalicelib.flows.reading import Reading, Wanted
from chalicelib.flows.statistics import Statistics
from chalicelib.flows.telling import Telling
from chalicelib.ports import Clock, SecretValues, Store
from chalicelib.table import tokens

_MOST_CHANGES = 50
_MOST_CODES = 50
_LONGEST_KEY = 200

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,12}$")]
Phone = Annotated[str, AfterValidator(phone.normalise)]
# Within what every zone's calendar can hold, and what somebody may mean.
Estimate = Annotated[
    AwareDatetime,
    Field(
        gt=datetime(2000, 1, 1, tzinfo=UTC),
        lt=datetime(2200, 1, 1, tzinfo=UTC),
        description="A time of the years 2000 to 2199.",
    ),
]


# `2026-11-24`, and none of the other ways to write a day.
Day = Annotated[
    date,
    BeforeValidator(date.fromisoformat),
    Field(gt=date(2000, 1, 1), lt=date(2200, 1, 1), description="A day of the office's calendar, of the years 2000 to 2199."),
]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Body(_Asked):
    """JSON means what it says: a `0` is not false, and a number is no text."""

    model_config = ConfigDict(strict=True)


class ChangeBody(_Body):
    """`POST /staff/requests/{id}/status`."""

    to: Status
    expected_version: int = Field(ge=1)
    note: Words | None = None
    reason: Words | None = None
    hold: bool | None = None
    eta: Estimate | None = None

    def step(self) -> Step:
        """The step that the body asks for."""
        return Step(self.to, self.expected_version, self.reason, self.note, self.hold, self.eta)


class ChecklistBody(_Body):
    """`POST /staff/requests/{id}/requirements`: by code, what is there."""

    requirements: dict[str, Met] = Field(min_length=1, max_length=_MOST_CODES)
    expected_version: int | None = Field(default=None, ge=1)


class OneOfMany(ChangeBody):
    """One change of `POST /staff/requests/status`."""

    id: str


class ManyBody(_Body):
    """`POST /staff/requests/status`."""

    changes: list[OneOfMany] = Field(min_length=1, max_length=_MOST_CHANGES)


class WalkInBody(_Body):
    """`POST /staff/requests`."""

    service: Code
    name: Name | None = None
    phone: Phone | None = None
    consent: bool
    language: Literal["id", "en"] = "id"
    office: str | None = None


class ListQuery(_Asked):
    """`GET /staff/requests`, from its query string."""

    service: Code | None = None
    status: Status | None = None
    open: bool | None = None
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    overdue: bool = False
    limit: int = Field(default=50, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(max_length=100)] = ""


class ReplyBody(_Body):
    """`POST /staff/requests/{id}/messages` and `POST /staff/calls/{id}/messages`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class NoticesQuery(_Asked):
    """`GET /staff/notices`, from its query string."""

    state: State = State.FAILED
    limit: int = Field(default=50, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(max_length=200)] = ""


class StatsQuery(_Asked):
    """`GET /staff/stats`, from its query string."""

    office: Annotated[str, StringConstraints(max_length=20)] | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None


def who(request: HttpRequest, store: Store, clock: Clock) -> Staff:
    """The holder of the bearer token, by one consistent read.

    Raises:
        Unauthorized: there is no token, or it is not live.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("Send your token as `Authorization: Bearer …`.")
    item = store.get(tokens.key(token.strip()))
    staff = tokens.read(item) if item else None
    if staff is None or staff.expires_at <= clock():
        raise Unauthorized("That token is not known, or no longer.")
    return staff


def listing(request: HttpRequest, staff: Staff, reading: Reading) -> Response:
    """`{requests: […], cursor?}`."""
    wanted = _checked(ListQuery, dict(request.query_params or {}))
    rows, cursor = reading.page(staff, Wanted(**wanted.model_dump()))
    body: dict[str, Any] = {"requests": [_shown(one, reading) for one in rows]}
    return _answer(body | ({"cursor": cursor} if cursor else {}))


def walk_in(request: HttpRequest, staff: Staff, desk: Desk, secrets: SecretValues) -> Response:
    """201 with `{request}`."""
    body = _body(WalkInBody, request)
    opened = desk.walk_in(staff, WalkIn(**body.model_dump()), secrets, _repeat(request))
    return _answer({"request": _shown(opened, desk)}, 201)


def file(request_id: str, staff: Staff, reading: Reading) -> Response:
    """`{request, changes, messages, notices}`."""
    return _answer(views.file(reading.file(staff, unquote(request_id)), reading.offices, reading.clock()))


def change(request_id: str, request: HttpRequest, staff: Staff, desk: Desk) -> Response:
    """`{request}`."""
    body = _body(ChangeBody, request)
    changed = desk.change(staff, unquote(request_id), body.step(), _repeat(request))
    return _answer({"request": _shown(changed, desk)})


def check(request_id: str, request: HttpRequest, staff: Staff, checklist: Checklist) -> Response:
    """`{request}`, with its requirements as they are now."""
    body = _body(ChecklistBody, request)
    return _answer({
        "request": _shown(checklist(staff, unquote(request_id), body.requirements, body.expected_version), checklist)
    })  # fmt: skip


def change_many(request: HttpRequest, staff: Staff, desk: Desk) -> Response:
    """`{outcomes: [{id, request} | {id, problem}, …]}`, in the order of the changes; one refusal stops no other."""
    body = _body(ManyBody, request)
    repeat = _repeat(request)
    outcomes = [_one_of_many(number, one, staff, desk, repeat) for number, one in enumerate(body.changes)]
    return _answer({"outcomes": outcomes})


def reply(request_id: str, request: HttpRequest, staff: Staff, telling: Telling) -> Response:
    """202 with `{notice}`: the words are on their way."""
    body = _body(ReplyBody, request)
    return _answer({"notice": views.notice(telling.reply(staff, unquote(request_id), body.text, _repeat(request)))}, 202)


def calls(staff: Staff, reading: Reading) -> Response:
    """`{calls: […]}`, the latest first."""
    return _answer({"calls": [views.call(one) for one in reading.calls(staff)]})


def call(call_id: str, staff: Staff, reading: Reading) -> Response:
    """`{call, messages}`."""
    return _answer(views.call_file(reading.call(staff, unquote(call_id))))


def answer(call_id: str, request: HttpRequest, staff: Staff, telling: Telling) -> Response:
    """202 with `{notice}`: the words are on their way, and the call is listed no more."""
    body = _body(ReplyBody, request)
    return _answer({"notice": views.notice(telling.answer(staff, unquote(call_id), body.text, _repeat(request)))}, 202)


def notices(request: HttpRequest, staff: Staff, telling: Telling) -> Response:
    """`{notices: […], cursor?}`."""
    wanted = _checked(NoticesQuery, dict(request.query_params or {}))
    rows, cursor = telling.page(staff, wanted.state, wanted.limit, wanted.cursor)
    body: dict[str, Any] = {"notices": [views.notice(one) for one in rows]}
    return _answer(body | ({"cursor": cursor} if cursor else {}))


def stats(request: HttpRequest, staff: Staff, statistics: Statistics) -> Response:
    """An office's figures over some days."""
    wanted = _checked(StatsQuery, dict(request.query_params or {}))
    return _answer(figures.report(statistics(staff, wanted.office, wanted.from_, wanted.to)))


def resend(notice_id: str, staff: Staff, telling: Telling) -> Response:
    """202 with `{notice}`. What is on its way already stays as it is, so that pressing twice sends once."""
    return _answer({"notice": views.notice(telling.resend(staff, unquote(notice_id)))}, 202)


def _one_of_many(number: int, one: OneOfMany, staff: Staff, desk: Desk, repeat: Idempotency) -> dict[str, Any]:
    # One request may stand in the list twice: each place is a write of its own.
    key = f"{repeat.key}#{number}" if repeat.key else None
    try:
        return {
            "id": one.id,
            "request": _shown(desk.change(staff, one.id, one.step(), Idempotency(key, repeat.body_hash)), desk),
        }
    except KabarError as error:
        return {"id": one.id, "problem": document(error)}


def _shown(one: Request, part: Desk | Reading | Checklist) -> dict[str, Any]:
    return views.request(one, part.offices, part.clock())


def _repeat(request: HttpRequest) -> Idempotency:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise Malformed("An Idempotency-Key has 1 to 200 characters.")
    return Idempotency(key, hashlib.sha256(raw_body(request)).hexdigest())


_Model = TypeVar("_Model", bound=_Asked)


def _body(model: type[_Model], request: HttpRequest) -> _Model:
    try:
        return model.model_validate_json(raw_body(request))
    except ValidationError as error:
        raise Malformed(_told(error)) from None


def _checked(model: type[_Model], values: dict[str, str]) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Malformed(_told(error)) from None


def _told(error: ValidationError) -> str:
    """What is wrong, field by field, without repeating what was sent: it may be personal."""
    told = (f"{'.'.join(str(part) for part in one['loc']) or 'body'}: {one['msg']}" for one in error.errors()[:5])
    return phone.mask_numbers("; ".join(told))


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(body, {"Content-Type": "application/json", "Cache-Control": "no-store"}, status)
