"""When the sweep will next have something to do."""

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.catalogue import load_offices
from chalicelib.table import clearing, media, requests
from chalicelib.table.messages import ORPHANS
from chalicelib.table.values import moment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DueTimes:
    """Looks into the table's index `due`: an office's notices, requests, files and what it is to clear; and odd reports."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        offices = load_offices()
        each = (str, requests.due_pk, media.due_pk, clearing.due_pk)
        self._partitions = (*(partition(office) for office in offices for partition in each), ORPHANS)

    def __call__(self) -> datetime | None:
        """The earliest of all, None when nothing is due."""
        found = [at for one in self._partitions if (at := self._first(one)) is not None]
        return min(found, default=None)

    def _first(self, partition: str) -> datetime | None:
        answer = self._client.query(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            Limit=1,
        )
        return next((moment(item["due_at"]["S"]) for item in answer["Items"]), None)
