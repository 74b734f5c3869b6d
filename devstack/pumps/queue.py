"""The event source mapping of a queue: each message until its handler succeeded, or it went to the dead letters."""

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from devstack.pumps.events import queue_event
from devstack.pumps.function import Function, InvocationError
from devstack.pumps.loop import Loop

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeFilterType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_NOT_GONE: tuple["QueueAttributeFilterType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class QueuePump:
    """Receives messages and hands them to a function; deletes them once it has returned.

    What the handler returns is ignored, as by a mapping without `ReportBatchItemFailures`. When it raises, the whole batch
    stays on the queue: its visibility timeout brings it back, and its redrive policy ends it.

    redelivery_delay_s: AWS's mapping leaves a failed batch to the queue's visibility timeout, and so does None. A number
    instead makes it visible again after so many seconds: nobody at a terminal waits six minutes for a second attempt.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        queue_url: str,
        function: Function,
        *,
        batch_size: int = 1,
        maximum_concurrency: int = 2,
        poll_s: float = 0.1,
        redelivery_delay_s: int | None = None,
    ) -> None:
        self.function = function
        self._sqs = sqs
        self._queue_url = queue_url
        self._queue_arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self._batch_size = batch_size
        self._poll_s = poll_s
        self._redelivery_delay_s = redelivery_delay_s
        self._look_at_s = 0.0
        self._lock = threading.Lock()
        self._loop = Loop("queue-pump", self.turn, threads=maximum_concurrency)

    def start(self) -> None:
        """Begins to pump, in threads of its own."""
        self._loop.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stops after the messages in hand; returns whether that was in time."""
        return self._loop.stop(timeout_s)

    def idle(self) -> bool:
        """Whether the queue holds no message, in no state, and no handler is running."""
        if self.function.running:
            return False
        counts = self._sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=_NOT_GONE)["Attributes"]
        return not any(int(count) for count in counts.values()) and not self.function.running

    def turn(self) -> float:
        """Handles one batch; returns how long to wait before the next one."""
        wait_s = self._others_look()
        if wait_s > 0:
            return wait_s
        # No long poll: moto would let nobody else in meanwhile.
        messages = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=self._batch_size,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return self._poll_s
        self._look_at_s = 0.0  # there may be work for all
        try:
            self.function.invoke(queue_event(messages, self._queue_arn))
        except InvocationError:
            self._give_back(messages)
        else:
            self._delete(messages)
        return 0.0

    def _others_look(self) -> float:
        """For how long another thread's look at an empty queue will do; 0 when it is this one's turn."""
        with self._lock:
            now_s = time.monotonic()
            if now_s < self._look_at_s:
                return self._look_at_s - now_s
            self._look_at_s = now_s + self._poll_s
        return 0.0

    def _delete(self, messages: Sequence["MessageTypeDef"]) -> None:
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])

    def _give_back(self, messages: Sequence["MessageTypeDef"]) -> None:
        if self._redelivery_delay_s is None:
            return
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._queue_url,
                ReceiptHandle=message["ReceiptHandle"],
                VisibilityTimeout=self._redelivery_delay_s,
            )
