"""What AWS End User Messaging Social uses of the office's own account: the topic of its events, dead letters, the bucket."""

from botocore.exceptions import ClientError

from devstack.aws import LocalAws
from devstack.provision import Backing
from devstack.pumps.function import Function
from devstack.pumps.topic import TopicPump


class SocialAccount:
    """A devstack.simulator.Account. topic: brings its events to a function, once it is started."""

    def __init__(self, aws: LocalAws, backing: Backing, function: Function) -> None:
        self._sqs = aws.sqs()
        self._s3 = aws.client("s3")
        self._dead_letters_url = backing.social_dead_letters_url
        self.topic = TopicPump(function, backing.social_topic_arn, self._bury)

    def publish(self, message: str) -> None:
        """Publishes to the topic."""
        self.topic.publish(message)

    def put(self, bucket: str, key: str, content: bytes, content_type: str) -> None:
        """Writes a file. Raises PermissionError when the bucket is not there."""
        try:
            self._s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)
        except ClientError as error:
            raise PermissionError(bucket) from error

    def _bury(self, record: str) -> None:
        self._sqs.send_message(QueueUrl=self._dead_letters_url, MessageBody=record)
