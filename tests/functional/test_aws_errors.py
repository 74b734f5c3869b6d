"""Whatever AWS answers to whichever call of a day, redelivery ends where a day without trouble ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.domain.errors import TransientError
from chalicelib.table import notices
from tests.data import payloads
from tests.functional.aws_trouble import FAULTS, WRITES, Fault, conflict, lost_answer, server_error, throttling, trouble
from tests.functional.stand import Stand, standing

FIRST_PHOTO, WORDS = payloads.photo(at=1_795_489_200), payloads.text("ini fotonya", at=1_795_489_201)
CHANGE = {"to": "verified", "expected_version": 1}
END = {"to": "cancelled", "expected_version": 2}
# As often as the adapter tries a call that meets a conflict.
FOR_LONG = 6


@pytest.fixture(scope="module")
def shared() -> Iterator[Stand]:
    """One stand for all days, each of which starts over."""
    with standing() as stand:
        yield stand


@pytest.fixture
def stand(shared: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """Without botocore's own repeats, which would hide the trouble."""
    monkeypatch.setitem(wiring._PATIENCE, "retries", {"total_max_attempts": 1})  # noqa: SLF001
    return shared


class Day:
    """One resident's day. failures: how often something was answered 5xx or raised, and came again."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.failures = 0
        self._token = stand.staff()

    def play(self) -> None:
        """A photo and words, the answer and its report, two changes, the notice of the second, a look-up."""
        for message in (FIRST_PHOTO, WORDS):
            self.until_answered(lambda message=message: self.stand.webhook(payloads.envelope(payloads.value(message))))
        self.settle()
        request = self.stand.only_request()
        path = f"/staff/requests/{request.id}/status"
        for key, body in (("change", CHANGE), ("end", END)):
            self.until_answered(lambda key=key, body=body: self.stand.post(path, body, self._token, Idempotency_Key=key))
        self.settle()
        self.until_answered(lambda: self.stand.get(f"/requests/{request.id}"))

    def until_answered(self, ask: Any) -> None:
        for _ in range(3):
            answer = ask()
            if answer.status_code < 500:
                assert answer.status_code == 200, answer.body
                return
            assert (answer.status_code, answer.json_body["code"]) == (503, "unavailable")
            self.failures += 1
        raise AssertionError("it never came to an end")

    def settle(self) -> None:
        """Stream, queue and ticks, each again when it failed, with WhatsApp's reports, until every notice is at its end."""
        self._again(self.stand.run)
        for _ in range(25):
            for arrival in self.stand.whatsapp.arrivals:
                self.until_answered(lambda arrival=arrival: self.stand.report("delivered", arrival.message.callback))
            if set(self.stand.states().values()) == {"delivered"}:
                return
            self._again(lambda: self.stand.tick(minutes=1))
            self._again(self.stand.run)
        raise AssertionError(f"notices were forgotten: {self.stand.states()}")

    def _again(self, run: Any) -> None:
        for _ in range(3):
            try:
                run()
            except TransientError:
                self.failures += 1
                continue
            return
        raise AssertionError("it never came to an end")


def assert_right(stand: Stand) -> None:
    """One request, each message and change once, each notice sent once and delivered."""
    request = stand.only_request()
    assert (request.status, request.version) == ("cancelled", 3)
    assert [item["to"] for item in stand.items("REQ#", "CHANGE#")] == ["submitted", "verified", "cancelled"]
    assert len(stand.items("CONTACT#", "MSG#")) == 2
    [contact] = stand.items("CONTACT#", "CONTACT")
    assert [name for name in contact if name.startswith("open#")] == []
    assert stand.states() == {f"{request.id}.1": "delivered", f"{request.id}.3": "delivered"}
    assert sorted(one.callback.split("#")[0] for one in stand.whatsapp.attempts) == [f"{request.id}.1", f"{request.id}.3"]
    assert [item for item in stand.items("", notices.PREFIX) if "due_at" in item] == []
    assert stand.items("QUARANTINE#") == []
    assert len(stand.items("", notices.PREFIX)) == 2


def calm_calls(stand: Stand) -> list[tuple[str, str]]:
    """The calls of a day without trouble."""
    stand.start_over()
    with trouble(stand) as watching:
        day = Day(stand)
        day.play()
    assert day.failures == 0
    assert_right(stand)
    return watching.calls


def failures(stand: Stand, position: int, fault: Fault, times: int = 1) -> int:
    """How often something came again in a day that met the fault at that call, and ended right all the same."""
    stand.start_over()
    with trouble(stand, position, fault, times) as watching:
        day = Day(stand)
        day.play()
    assert watching.struck
    assert_right(stand)
    return day.failures


def positions(calls: list[tuple[str, str]], fault: Fault) -> list[int]:
    """The calls that a fault is to be met at: all that can meet it, but one of each kind where nothing depends on which.

    To lose the answer of a read is to fail it.
    """
    if fault is lost_answer:
        return [position for position, (service, operation) in enumerate(calls) if operation in WRITES or service == "sqs"]
    if fault is server_error:
        return [calls.index(call) for call in sorted(set(calls))]
    return [position for position, call in enumerate(calls) if fault(*call) is not None]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_call_fails_redelivery_ends_right(stand: Stand, fault: str) -> None:
    calls = calm_calls(stand)
    assert {service for service, _ in calls} == {"dynamodb", "sqs", "ssm"}
    for position in positions(calls, FAULTS[fault]):
        # What a transaction says of one of its items is tried again at once.
        absorbed = FAULTS[fault] is conflict or (FAULTS[fault] is throttling and calls[position][1] == "TransactWriteItems")
        assert failures(stand, position, FAULTS[fault]) == (0 if absorbed else 1), calls[position]


def test_a_conflict_that_lasts_is_answered_5xx_and_redelivery_ends_right(stand: Stand) -> None:
    calls = calm_calls(stand)
    for position in positions(calls, conflict):
        assert failures(stand, position, conflict, FOR_LONG) == 1, calls[position]


def test_a_call_that_fails_once_is_repeated_by_itself(shared: Stand) -> None:
    """A passing trouble with AWS is nobody's business: the first answer is 200 already."""
    calls = calm_calls(shared)
    for position in (calls.index(call) for call in sorted(set(calls))):
        assert failures(shared, position, throttling) == 0, calls[position]
