"""Errors as RFC 9457 problem documents: the right status, a stable code, and nothing that is ours alone."""

import logging

import pytest
from chalice.app import Response

from chalicelib.domain import errors
from chalicelib.domain.errors import KabarError, TransientError
from chalicelib.entry.problems import answered, document
from chalicelib.ports import ConditionFailed
from tests.unit.entry.http import json_of

TABLE: dict[type[KabarError], tuple[int, str]] = {
    errors.KabarError: (500, "internal"),
    errors.TransientError: (503, "unavailable"),
    errors.PermanentError: (500, "internal"),
    errors.Unstorable: (500, "unstorable"),
    errors.Misconfigured: (500, "misconfigured"),
    errors.Rejected: (409, "rejected"),
    errors.NotFound: (404, "not_found"),
    errors.Malformed: (422, "malformed"),
    errors.MistypedId: (422, "mistyped_id"),
    errors.Unauthorized: (401, "unauthorized"),
    errors.Forbidden: (403, "forbidden"),
    errors.Stale: (409, "stale_version"),
    errors.IllegalChange: (422, "illegal_change"),
    errors.KeyReused: (422, "idempotency_key_reused"),
    errors.WindowClosed: (409, "window_closed"),
}
SECRET = "the text of the error"
SERVER_ERRORS = [error for error, (status, _) in TABLE.items() if status >= 500]


def raising(error: BaseException) -> Response:
    def view() -> Response:
        raise error

    return answered(view)


def test_table_knows_every_error_of_the_domain() -> None:
    defined = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, KabarError)}

    assert set(TABLE) == defined


@pytest.mark.parametrize("error", TABLE)
def test_error_has_its_status_and_code(error: type[KabarError]) -> None:
    status, code = TABLE[error]

    response = raising(error(SECRET))

    body = json_of(response)
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == "about:blank"
    assert body["title"]
    assert set(body) <= {"type", "title", "status", "detail", "code"}
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", [error for error in TABLE if error not in SERVER_ERRORS])
def test_text_is_told_to_whoever_can_do_something_about_it(error: type[KabarError]) -> None:
    assert document(error(SECRET))["detail"] == SECRET
    assert "detail" not in document(error())


@pytest.mark.parametrize("error", SERVER_ERRORS)
def test_text_of_our_own_errors_is_for_the_log(error: type[KabarError], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = raising(error(SECRET))

    assert SECRET not in str(response.body)
    assert caplog.records[-1].__dict__["detail"] == SECRET
    caplog.clear()


def test_codes_are_one_for_each_error() -> None:
    codes = [code for error, (_, code) in TABLE.items() if error is not errors.PermanentError]

    assert len(set(codes)) == len(codes)


def test_error_that_nobody_listed_is_one_of_our_own() -> None:
    response = raising(ConditionFailed({0: {"name": SECRET}}))

    assert response.status_code == 500
    assert SECRET not in str(response.body)


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), KeyError(SECRET), RecursionError(SECRET), UnicodeEncodeError("utf-8", SECRET, 0, 1, "x")]
)
def test_what_nobody_foresaw_tells_nothing(error: Exception) -> None:
    response = raising(error)

    assert response.status_code == 500
    assert json_of(response) == {"type": "about:blank", "title": "Something went wrong", "status": 500, "code": "internal"}


def test_end_of_the_process_is_nobodys_answer() -> None:
    with pytest.raises(SystemExit):
        raising(SystemExit())


def test_unauthorized_says_how_and_unavailable_says_when() -> None:
    assert raising(errors.Unauthorized("x")).headers["WWW-Authenticate"] == "Bearer"
    assert raising(TransientError("x")).headers["Retry-After"] == "1"


def test_answer_of_a_view_is_passed_on() -> None:
    response = Response({"ok": True})

    assert answered(lambda: response) is response
