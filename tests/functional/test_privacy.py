"""A whole day with a NIK, a family-card number, phones, names and tokens in every possible place: none of them gets out.

"Out" is a log line, a figure, a key, a queue's message, a look-up's answer, a notice, or the text of an error that a function
raises, which Lambda logs.
"""

import base64
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain.delivery import Remedy
from chalicelib.domain.errors import TransientError
from chalicelib.domain.staff import Role
from chalicelib.logs import JsonLines
from chalicelib.table import notices
from tests.data import payloads
from tests.data.payloads import KK, PINDAH, SITI
from tests.fakes.providers import Step, refused
from tests.functional.stand import SECRETS, Stand, standing

NIK, KK_NUMBER, OFFICER, NEIGHBOUR = "1801010101900001", "1801010101120002", "081200000009", "+62 812-0000-0008"
NAME, USER, WORDS = "Siti Aminah Kusumawati", "ID.13491208655302741918", "rahasia keluarga besar"
# Meta's message ids have the phone number in them.
WAMID = "wamid." + base64.b64encode(f"\x1c\x18\x0b{SITI}\x15".encode()).decode()
NUMBERS = f"NIK {NIK}, NIK 1801 0101 0190 0001, KK {KK_NUMBER}, telepon {OFFICER} atau {NEIGHBOUR}"
ALL = f"{WORDS}: {NUMBERS}, saya {NAME}"
# What is looked for, and in what no separator counts.
DIGITS = [NIK, KK_NUMBER, "81200000009", "81200000008", SITI[2:]]
PERSONAL = [NAME, USER, WORDS, WAMID, WAMID.removeprefix("wamid.")]


def leaks(text: str, *, words: bool = True) -> list[str]:
    """What of all this is in a text. words: names and words, too, which a resident's own notice may have."""
    squeezed = re.sub(r"[ .\-]", "", text)
    found = [one for one in DIGITS if one in squeezed]
    found += [value for name, value in SECRETS.items() if name != "channels" and value in text]
    found += ["a token"] if "-token-with-256-bits" in text else []
    return found + ([one for one in PERSONAL if one in text] if words else [])


def everywhere(**more: Any) -> dict[str, Any]:
    """A text message with all of it in every field that a payload has."""
    said = payloads.text(ALL, at=more.pop("at"), id_=WAMID, from_user_id=USER, **more)
    value = payloads.value(said, statuses=[], number=more.pop("number", payloads.KTP))
    value["contacts"] = [{"profile": {"name": NAME, "username": ALL}, "wa_id": SITI, "user_id": USER}]
    return payloads.envelope(value)


class Script:
    """WhatsApp accepts, and refuses what goes to the neighbour's user id."""

    def __call__(self, message: Any) -> Step:
        from tests.fakes.providers import ACCEPTED

        return refused("131026", Remedy.SMS) if message.to.user_id == USER else ACCEPTED


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing(Script()) as stand:
        yield stand


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every log line, formatted as in production."""
    written: list[str] = []

    class Into(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record))

    root, handler = logging.getLogger(), Into()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def elements(at: int) -> list[Any]:
    """Webhooks with all of it: sound, broken, unknown, and none of ours."""
    broken = payloads.text(ALL, at="soon", id_=WAMID)
    echo = payloads.text(ALL, at=at, sender=None, to=SITI)
    status = payloads.status("failed", ALL, at=at, id_=WAMID) | {"errors": [{"code": 131026, "title": ALL}]}
    photo = payloads.photo(ALL, at=at, from_user_id=USER)
    document = payloads.message("document", {"id": NIK, "filename": ALL, "caption": ALL}, at=at, from_user_id=USER)
    return [
        payloads.envelope(payloads.value(photo, document, payloads.press(NIK, ALL, at=at), number=KK)),
        payloads.envelope(payloads.value(broken, {"id": NIK}, NIK, None)),
        payloads.envelope(payloads.value(payloads.photo(at=at), number=SITI)),
        payloads.envelope(payloads.value(message_echoes=[echo]), field="smb_message_echoes"),
        payloads.envelope(payloads.value(statuses=[status, {**status, "biz_opaque_callback_data": f"{NIK}.1#1"}])),
        payloads.envelope(payloads.value(payloads.text(ALL, at=at, group_id=NIK))),
        payloads.envelope({"event": ALL, "phone": SITI}, field=ALL),
        payloads.envelope(payloads.value(payloads.message(NIK, {"x": ALL}, at=at))),
        {"object": ALL},
        ALL.encode(),
    ]


def a_day(stand: Stand) -> list[str]:
    """Everything that residents, staff and providers do in a day; returns what look-ups answered."""
    token = stand.staff()
    for number in (payloads.KTP, PINDAH):
        stand.webhook(everywhere(at=stand.seconds, number=number))
        stand.webhook(
            payloads.envelope(payloads.value(payloads.photo(ALL, at=stand.seconds, from_user_id=USER), number=number))
        )
    for payload in elements(stand.seconds):
        assert stand.webhook(payload).status_code == 200
        assert stand.webhook(payload, f"sha256={NIK}").status_code == 403
    stand.say(f"CEK {NIK}", from_user_id=USER)
    stand.run()
    stand.tick(minutes=1)
    answers = staff_day(stand, token)
    stand.run()
    for minutes in (1, 10, 30):
        stand.tick(minutes=minutes)
    answers += [stand.get(f"/requests/{one.id}").body.decode() for one in stand.requests()]
    answers += [stand.get(f"/requests/{text}").body.decode() for text in (NIK, SITI, "KTP", "KTP-0000-0000-0AA")]
    return answers


def staff_day(stand: Stand, token: str) -> list[str]:
    """What staff write and read; returns what anybody could look up meanwhile."""
    answers = []
    walk_in = {"service": "KTP", "name": NAME, "phone": OFFICER, "consent": True}
    assert stand.post("/staff/requests", walk_in, token, Idempotency_Key=NIK).status_code == 201
    for request in stand.requests():
        path = f"/staff/requests/{request.id}"
        # Staff's words for the public: no machine knows a name in them, but a number it does.
        hold = {"to": "submitted", "expected_version": 1, "reason": NUMBERS, "note": ALL}
        assert stand.post(f"{path}/status", hold, token, Idempotency_Key=f"{NIK} {SITI}").status_code == 200
        answers.append(stand.get(f"/requests/{request.id}").body.decode())
        incomplete = {"to": "incomplete", "expected_version": 2, "reason": ALL, "note": ALL}
        assert stand.post(f"{path}/status", incomplete, token).status_code == 200
        stand.post(f"{path}/messages", {"text": ALL}, token, Idempotency_Key=OFFICER)
        stand.get(path, token)
    for path in (f"?q={SITI}", f"?q={NIK}", f"?cursor={NIK}", f"?service={NIK}", f"?{NIK}={NIK}", f"/{NIK}", f"/{SITI}"):
        stand.get(f"/staff/requests{path}", token)
    for path, body in (
        (f"/{NIK}/status", ALL),
        ("", {"service": NIK, "name": ALL, "consent": NIK, NIK: NIK}),
        ("/status", NIK),
    ):
        assert stand.post(f"/staff/requests{path}", body, token, Idempotency_Key=NIK).status_code == 422
    stand.post(f"/staff/notices/{NIK}.1/resend", ALL, token)
    stand.get(f"/staff/requests/{stand.requests()[0].id}", NIK)
    stand.get("/staff/requests", stand.staff(Role.OPERATOR, days=-1))
    verify = SECRETS["verify_token"]
    stand.get(f"/webhooks/whatsapp?hub.mode=subscribe&hub.challenge={NIK}&hub.verify_token={verify}")
    stand.get(f"/webhooks/whatsapp?hub.mode=subscribe&hub.challenge={NIK}&hub.verify_token={NIK}")
    return answers


def test_nothing_of_a_person_and_no_token_gets_out_in_a_whole_day(
    stand: Stand, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answers = a_day(stand)
    printed = "".join(capsys.readouterr()).splitlines()
    items = stand.items()
    keys = ("pk", "sk", "queue_pk", "queue_sk", "due_pk", "due_at")
    # A staff token's item tells its holder's name to the operator who lists it.
    found = {
        "log line": [line for line in lines if leaks(line)],
        "figure": [line for line in printed if leaks(line)],
        "look-up": [answer for answer in answers if leaks(answer)],
        "key": [str(item[name]) for item in items for name in keys if name in item and leaks(str(item[name]))],
        "queue message": [body for body in stand.bodies if leaks(body)],
        "stream record": [str(one["dynamodb"]) for one in everything_on_the_stream(stand) if leaks(str(one["dynamodb"]))],
        "notice": [str(one) for one in items if str(one["sk"]).startswith(notices.PREFIX) and leaks(str(one), words=False)],
        "message": [str(one) for one in told(stand) if leaks(one, words=False)],
    }
    assert found == {what: [] for what in found}
    assert len(lines) > 50
    assert len(stand.bodies) > 10
    assert len(stand.whatsapp.attempts) > 3
    assert len(stand.sms.arrivals) > 3


def told(stand: Stand) -> list[str]:
    """What residents read, without where it went."""
    chats = [str((one.content, one.callback)) for one in stand.whatsapp.attempts]
    return chats + [one.body for one in stand.sms.attempts]


def everything_on_the_stream(stand: Stand) -> list[Any]:
    stand.seen = ""
    return stand.new_records()


class Talkative:
    """`chalicelib.ports.Store` whose every operation fails, with all of it in the error's text."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def __getattr__(self, _name: str) -> Any:
        def fail(*_arguments: object, **_named: object) -> None:
            raise self._error(f"{ALL} {WAMID} {SECRETS['access_token']}")

        return fail


@pytest.mark.parametrize("error", [ValueError, TypeError, KeyError])
def test_not_even_an_error_that_quotes_all_of_it_gets_into_a_log(
    stand: Stand, lines: list[str], error: type[Exception]
) -> None:
    stand.photo(caption=ALL)
    request = stand.only_request()
    token = stand.staff()
    stand.rewire()
    vars(stand.parts)["store"] = Talkative(error)
    answers = [
        stand.say(ALL),
        stand.get(f"/requests/{request.id}"),
        stand.get("/staff/requests", token),
        stand.post(f"/staff/requests/{request.id}/status", {"to": "verified", "expected_version": 1}, token),
    ]
    assert [answer.status_code for answer in answers] == [500] * 4
    assert [line for line in lines if leaks(line)] == []
    assert [answer.body for answer in answers if leaks(answer.body.decode())] == []
    assert len(lines) >= 4


def test_a_function_that_raises_tells_lambda_nothing_of_anybody(stand: Stand, lines: list[str]) -> None:
    """Lambda logs an error's type, text and trace."""
    stand.webhook(everywhere(at=stand.seconds))
    stand.parts.store.get = unavailable  # type: ignore[method-assign]
    stand.parts.store.query_index = unavailable  # type: ignore[method-assign,assignment]
    stand.dispatch()
    for act in (stand.deliver, stand.tick):
        with pytest.raises(TransientError) as caught:
            act()
        assert leaks(str(caught.value)) == []
    assert [line for line in lines if leaks(line)] == []


def unavailable(*_arguments: object, **_named: object) -> None:
    raise TransientError("ThrottlingException")


def test_records_and_messages_that_hold_all_of_it_are_kept_and_not_logged(stand: Stand, lines: list[str]) -> None:
    record = {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": f"REQ#{NIK}"}, "sk": {"S": f"NOTICE#{ALL}"}}}}
    stand.client.lambda_.invoke(
        "dispatch", {"Records": [{**record, "eventSourceARN": "x", "awsRegion": "x"} | {"eventID": "1"}]}
    )
    for body in (ALL, json.dumps({"notice": ALL}), json.dumps({"notice": f"{NIK}.1"})):
        stand.sqs.send_message(QueueUrl=stand.queue_url, MessageBody=body)
    stand.deliver()
    assert len(stand.items("QUARANTINE#")) >= 2
    assert [line for line in lines if leaks(line)] == []
    assert [item["pk"] for item in stand.items() if leaks(f"{item['pk']} {item['sk']}")] == []
