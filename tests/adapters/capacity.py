"""Counts what calls cost, in DynamoDB's own units."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from mypy_boto3_dynamodb import DynamoDBClient

_READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"})


class Cost(NamedTuple):
    """What one call took: its operation and its capacity units, those of the indexes it wrote included."""

    operation: str
    units: float


@dataclass
class Bill:
    """What a piece of work took, call by call.

    A call that fails is not on it, although a refused condition costs a write unit: the error does not tell.
    """

    costs: list[Cost] = field(default_factory=list)

    @property
    def reads(self) -> float:
        return sum(cost.units for cost in self.costs if cost.operation in _READS)

    @property
    def writes(self) -> float:
        return sum(cost.units for cost in self.costs if cost.operation not in _READS)


class CapacityMeter:
    """Watches all calls of a client. Only on AWS and on DynamoDB Local: moto's figures are invented.

    DynamoDB Local forgets to count two things that AWS bills: a transaction's checks (2 write units each), and what a batch or
    an index read does not find (half a unit at least).

    meter = CapacityMeter(client)
    with meter.measuring() as bill:
        store.get(key)
    assert (bill.reads, bill.writes) == (1, 0), bill
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self._open: list[Bill] = []
        client.meta.events.register("before-parameter-build.dynamodb.*", _ask_for_consumption)
        client.meta.events.register("after-call.dynamodb.*", self._note)

    @contextmanager
    def measuring(self) -> Iterator[Bill]:
        bill = Bill()
        self._open.append(bill)
        try:
            yield bill
        finally:
            self._open.remove(bill)

    def _note(self, parsed: Mapping[str, Any], model: "OperationModel", **_event: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        units = [each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed])]
        if units:
            for bill in self._open:
                bill.costs.append(Cost(model.name, sum(units)))


def _ask_for_consumption(params: dict[str, Any], model: "OperationModel", **_event: Any) -> None:
    if model.input_shape and "ReturnConsumedCapacity" in model.input_shape.members:
        params["ReturnConsumedCapacity"] = "TOTAL"
