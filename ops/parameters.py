"""A stage's secrets as they lie in SSM: SecureStrings under `/kabar/<stage>/`. CloudFormation cannot make those."""

from datetime import datetime
from typing import Any, NamedTuple


class Described(NamedTuple):
    """What may be told of a parameter."""

    type: str
    version: int
    changed_at: datetime


class Parameters:
    """A stage's parameters, by the last part of their names. ssm: a client."""

    def __init__(self, ssm: Any, stage: str) -> None:
        self._ssm = ssm
        self._path = f"/kabar/{stage}/"

    def read(self) -> dict[str, str]:
        """All of them, decrypted."""
        return {name: one["Value"] for name, one in self._all(decrypted=True).items()}

    def described(self) -> dict[str, Described]:
        """All of them, without their values."""
        found = self._all(decrypted=False)
        return {name: Described(one["Type"], one["Version"], one["LastModifiedDate"]) for name, one in found.items()}

    def write(self, name: str, value: str) -> None:
        """Encrypted with the account's own key for SSM. Long ones (many channels) move to the tier that takes them."""
        self._ssm.put_parameter(
            Name=self._path + name, Value=value, Type="SecureString", Overwrite=True, Tier="Intelligent-Tiering"
        )

    def remove(self, *names: str) -> None:
        """Takes them away; those that are not there are no error."""
        for start in range(0, len(names), 10):
            self._ssm.delete_parameters(Names=[self._path + name for name in names[start : start + 10]])

    def _all(self, *, decrypted: bool) -> dict[str, dict[str, Any]]:
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._path, WithDecryption=decrypted)
        return {one["Name"].removeprefix(self._path): one for page in pages for one in page["Parameters"]}
