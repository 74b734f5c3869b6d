"""The queues of notices and of files, on SQS."""

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from chalicelib.adapters.aws_errors import PASSING_ERRORS, passes
from chalicelib.domain.errors import TransientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_MOST_IN_A_BATCH = 10
_TRIES = 4
_FIRST_PAUSE_S = 0.1


class SqsQueue:
    """`chalicelib.ports.IdQueue` on an SQS queue; a message's body is `{"<subject>": "<id>"}`.

    Some ids may be queued twice, after an answer that was lost: a claim, or what was settled already, makes that harmless.

    sleep, jitter: how to wait between tries, and a random factor from 0 to 1. All pauses of one batch add up to less than a
    second.
    """

    def __init__(
        self,
        client: "SQSClient",
        url: str,
        subject: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._url = url
        self._subject = subject
        self._sleep = sleep
        self._jitter = jitter

    def enqueue(self, ids: Sequence[str]) -> None:
        """Raises TransientError unless every id is on the queue; what is wrong with the queue itself propagates."""
        for start in range(0, len(ids), _MOST_IN_A_BATCH):
            self._enqueue_batch(ids[start : start + _MOST_IN_A_BATCH])

    def _enqueue_batch(self, ids: Sequence[str]) -> None:
        left = self._send(ids)
        for tried in range(1, _TRIES):
            if not left:
                return
            self._sleep(self._jitter() * _FIRST_PAUSE_S * 2 ** (tried - 1))
            left = self._send(left)
        if left:
            raise TransientError(f"SQS took all but {len(left)} of {len(ids)}")

    def _send(self, ids: Sequence[str]) -> Sequence[str]:
        """Returns the ids that SQS did not take. A whole call that fails was tried again by botocore already."""
        try:
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(n), "MessageBody": json.dumps({self._subject: id_})} for n, id_ in enumerate(ids)],
            )
        except PASSING_ERRORS as error:
            if passes(error):
                raise TransientError("SQS does not answer") from error
            raise
        return [ids[int(failure["Id"])] for failure in answer.get("Failed", [])]
