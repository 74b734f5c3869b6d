"""A stage that stands: what its backing stack says of itself, and what Chalice made on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ops.failure import Failure
from ops.record import Record
from ops.stack import Backing
from ops.target import Target


@dataclass(frozen=True)
class Standing:
    """outputs: of the backing stack. record: Chalice's, the newest that there is."""

    outputs: Mapping[str, str]
    record: Record

    @property
    def api_url(self) -> str:
        """The deployed API's address, with a slash at its end.

        Raises:
            Failure: there is none.
        """
        api = self.record.one("rest_api")
        if api is None:
            raise Failure("No API is deployed; `ops deploy` makes one.")
        return str(api["rest_api_url"])


def live_table(target: Target) -> str:
    """The table that the stage uses, which is another than its first one after a restore.

    Raises:
        Failure: there is no such stage.
    """
    return _outputs(target)["TableName"]


def standing(target: Target) -> Standing:
    """The stage as it stands.

    Raises:
        Failure: there is no such stage.
    """
    outputs = _outputs(target)
    record = Record(target.client("s3"), outputs["DeploymentsBucket"], target.stage)
    record.fetch()
    return Standing(outputs, record)


def _outputs(target: Target) -> Mapping[str, str]:
    stack = Backing(target.client("cloudformation"), target.stage).described()
    if stack is None or not stack.outputs:
        raise Failure(f"There is no stage {target.stage} in {target.region}; `ops bootstrap` makes it.")
    return stack.outputs
