"""SSM's parameters in memory, with the calls that ops makes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any


class FakeSsm:
    """By full name. Attributes: written, every write in order, without its value."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.written: list[str] = []

    def get_paginator(self, _operation: str) -> "FakeSsm":
        return self

    def paginate(self, *, Path: str, WithDecryption: bool) -> Iterator[dict[str, Any]]:  # noqa: N803
        for name, value in self.values.items():
            if name.startswith(Path):
                shown = value if WithDecryption else "(encrypted)"
                at = datetime(2026, 3, 2, tzinfo=UTC)
                yield {
                    "Parameters": [
                        {"Name": name, "Value": shown, "Type": self.types[name], "Version": 1, "LastModifiedDate": at}
                    ]
                }

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool, Tier: str) -> None:  # noqa: N803
        assert Overwrite
        assert Tier
        self.values[Name] = Value
        self.types[Name] = Type
        self.written.append(Name)

    def delete_parameters(self, *, Names: list[str]) -> None:  # noqa: N803
        for name in Names:
            self.values.pop(name, None)
